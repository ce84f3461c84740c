"""Olympus's makernote, which Epson, Agfa and Minolta cameras write too, and the directories that it points to.

Minolta's camera settings (tags 0x0001 and 0x0003) are big-endian 32-bit numbers; each becomes a tag from 0xF000 on.
What they mean is from ozhiker's page on Minolta's notes.
"""

from __future__ import annotations

from array import array
from calendar import monthrange
from math import floor, isinf
from struct import iter_unpack

from metadata_digger.metadata.blocks.exif_tables import aperture, f_stop, millimetres, shutter_speed
from metadata_digger.metadata.blocks.makernotes import PRINT_IM, Note
from metadata_digger.metadata.blocks.makernotes.olympus_parts import SUBS, camera_type, short_numbers
from metadata_digger.metadata.blocks.makernotes.phrases import missing, short
from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.model import Directory, Render, TagTable, Value
from metadata_digger.metadata.render import (
    decimal,
    double,
    int_words,
    ints,
    long,
    octets,
    quotient,
    rational,
    simple,
    text,
    version,
    words,
)
from metadata_digger.metadata.tags.olympus import NAMES, WORDS

_NAME = "Olympus Makernote"
_SETTINGS = 0xF000
_CAMERA_TYPE = 0x0207
_SHOOTING_MODE = 0xF007
_TIME = 0xF017
_INTERVAL = 5  # a shooting mode
_LONG_MAX = 2**63 - 1

_PICTURES = ("Normal", "Unknown", "Fast", "Panorama")
_DIRECTIONS = {1: "Left to right", 2: "Right to left", 3: "Bottom to top", 4: "Top to bottom"}
_WHITE_BALANCES = {
    (1, 0): "Auto",
    (1, 2): "Auto (2)",
    (1, 4): "Auto (4)",
    (2, 2): "3000 Kelvin",
    (2, 3): "3700 Kelvin",
    (2, 4): "4000 Kelvin",
    (2, 5): "4500 Kelvin",
    (2, 6): "5500 Kelvin",
    (2, 7): "6500 Kelvin",
    (2, 8): "7500 Kelvin",
    (3, 0): "One-touch",
}
_QUALITIES = {0: "Standard Quality (Low)", 1: "High Quality (Normal)", 2: "Super High Quality (Fine)"}
_quality = words(WORDS[0x0201])
_quality_by_type = int_words({**_QUALITIES, 4: "RAW", 5: "Medium-Fine", 6: "Small-Fine", 33: "Uncompressed"})
_quality_of_compacts = int_words({**_QUALITIES, 6: "RAW"})


def _special_mode(_: Directory, value: Value) -> str | None:
    if not isinstance(value, array) or value.typecode != "I":
        return "ERROR: not an array of unsigned 32-bit numbers"
    if not value:
        return ""
    result = (_PICTURES[value[0]] if value[0] < len(_PICTURES) else "Unknown") + " picture taking mode"
    if len(value) > 1 and value[1]:
        ordinal = {1: "st", 2: "nd", 3: "rd"}.get(value[1], "th")
        result += f" / {value[1]}{ordinal} in a sequence"
    if len(value) > 2 and value[2] in _DIRECTIONS:
        result += f" / {_DIRECTIONS[value[2]]} panorama direction"
    return result


def _jpeg_quality(directory: Directory, value: Value) -> str | None:
    """What a number means depends on the camera."""
    camera = text(directory.values.get(_CAMERA_TYPE))
    if camera is None:
        return _quality(directory, value)
    compact = (camera.startswith("SX") and not camera.startswith("SX151")) or camera.startswith("D4322")
    return (_quality_of_compacts if compact else _quality_by_type)(directory, value)


def _digital_zoom(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    return None if fraction is None else simple(fraction, decimals=False)


def _diagonal(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    return None if fraction is None else f"{decimal(quotient(fraction), 3)} mm"


def _camera_id(_: Directory, value: Value) -> str | None:
    data = octets(value)
    return None if data is None else decoded(data)


def _iso(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    if fraction is None:
        return None
    try:
        speed = 2 ** (quotient(fraction) - 5) * 100
    except OverflowError:
        return str(_LONG_MAX)
    return str(_LONG_MAX if isinf(speed) else min(floor(speed + 0.5), _LONG_MAX))


def _colour_matrix(directory: Directory, value: Value) -> str | None:
    return short_numbers(directory, value) or None


def _white_balance(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if numbers is None:
        return None
    if len(numbers) < 2:
        return missing(len(numbers), len(numbers))
    first, second = numbers[:2]
    return _WHITE_BALANCES.get((first, second)) or f"Unknown {first} {second}"


def _balance(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if numbers is None:
        return None
    return double(short(numbers[0]) / 256) if numbers else missing(0, 0)


def _date(_: Directory, value: Value) -> str | None:
    number = long(value)
    if number is None:
        return None
    day, month, year = number & 0xFF, number >> 16 & 0xFF, (number >> 8 & 0xFF) + 1970
    if month > 11 or not 0 < day <= monthrange(year, month + 1)[1]:
        return "Invalid date"
    return f"{year:04}-{month + 1:02}-{day:02}"


def _time(_: Directory, value: Value) -> str | None:
    number = long(value)
    if number is None:
        return None
    hours, minutes, seconds = number >> 8 & 0xFF, number >> 16 & 0xFF, number & 0xFF
    if hours > 23 or minutes > 59 or seconds > 59:
        return "Invalid time"
    return f"{hours:02}:{minutes:02}:{seconds:02}"


def _largest_aperture(directory: Directory, _: Value) -> str | None:
    """From the time of day: so it is in the reference."""
    number = long(directory.values.get(_TIME))
    return None if number is None else f_stop((number / 16 - 0.5) ** 2)


def _interval(unit: str) -> Render:
    def render(directory: Directory, value: Value) -> str | None:
        if long(directory.values.get(_SHOOTING_MODE)) != _INTERVAL:
            return "N/A"
        number = long(value)
        return None if number is None else f"{number}{unit}"

    return render


def _scaled(divisor: int, offset: float = 0, unit: str = "") -> Render:
    """A number over `divisor`, less `offset`, with up to two decimals."""

    def render(_: Directory, value: Value) -> str | None:
        number = long(value)
        return None if number is None else decimal(number / divisor - offset, 2) + unit

    return render


def _from_three(_: Directory, value: Value) -> str | None:
    number = long(value)
    return None if number is None else str(number - 3)


def _flash_compensation(_: Directory, value: Value) -> str | None:
    number = long(value)
    return None if number is None else f"{decimal((number - 6) / 3, 2)} EV"


def _film_speed(_: Directory, value: Value) -> str | None:
    number = long(value)
    return None if number is None else decimal((number / 8 - 1) ** 2 * 3.125, 2, half_up=True)


def _shutter_time(_: Directory, value: Value) -> str | None:
    number = long(value)
    return None if number is None else f"{decimal(((49 - number) / 8) ** 2, 3, half_up=True)} sec"


def _aperture(_: Directory, value: Value) -> str | None:
    number = long(value)
    return None if number is None else f_stop((number / 16 - 0.5) ** 2)


def _focal_length(_: Directory, value: Value) -> str | None:
    number = long(value)
    return None if number is None else millimetres(number / 256)


def _focus_distance(_: Directory, value: Value) -> str | None:
    number = long(value)
    if number is None:
        return None
    return f"{number} mm" if number else "Infinity"


def _last_file(_: Directory, value: Value) -> str | None:
    number = long(value)
    if number is None:
        return None
    return str(number) if number else "File Number Memory Off"


def _split_settings(values: dict[int, Value], data: Value) -> None:
    values.update(
        (_SETTINGS + index, number) for index, (number,) in enumerate(iter_unpack(">i", data[: len(data) & ~3]))
    )


RENDER: dict[int, Render] = {
    **{tag: words(table) for tag, table in WORDS.items()},
    0x0000: version(2),
    0x0200: _special_mode,
    0x0201: _jpeg_quality,
    0x0204: _digital_zoom,
    0x0205: _diagonal,
    _CAMERA_TYPE: camera_type,
    0x0209: _camera_id,
    0x1000: shutter_speed,
    0x1001: _iso,
    0x1002: aperture,
    0x1011: _colour_matrix,
    0x1015: _white_balance,
    0x1017: _balance,
    0x1018: _balance,
    0xF009: _film_speed,
    0xF00A: _shutter_time,
    0xF00B: _aperture,
    0xF00E: _scaled(3, 2, " EV"),
    0xF011: _interval(" min"),
    0xF012: _interval(""),
    0xF013: _focal_length,
    0xF014: _focus_distance,
    0xF016: _date,
    _TIME: _time,
    0xF018: _largest_aperture,
    0xF01C: _last_file,
    0xF01D: _scaled(256),
    0xF01E: _scaled(256),
    0xF01F: _scaled(256),
    0xF020: _from_three,
    0xF021: _from_three,
    0xF024: _flash_compensation,
    0xF02A: _from_three,
    0xF02D: _scaled(8, 6),
}

TABLE = TagTable(NAMES, RENDER)


def note() -> Note:
    """An IFD with further ones; the one of tag 0x4000, its main information, is of its own kind."""
    subs = dict(SUBS)
    main = Note(TABLE, blocks=PRINT_IM, octets={0x0001: _split_settings, 0x0003: _split_settings}, subs=subs)
    subs[0x4000] = (_NAME, main)
    return main
