"""The directories that Olympus's makernote points to: equipment, raw development and its information, image processing,
focus information. The camera settings have a module of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

from metadata_digger.metadata.blocks.makernotes import Note
from metadata_digger.metadata.blocks.makernotes.olympus_settings import TABLE as SETTINGS
from metadata_digger.metadata.blocks.makernotes.olympus_settings import filters
from metadata_digger.metadata.blocks.makernotes.phrases import flag_names, flags, members, missing, short, whole
from metadata_digger.metadata.model import Directory, Rational, Render, TagTable, Value
from metadata_digger.metadata.render import (
    decimal,
    double,
    int_words,
    integer,
    ints,
    octets,
    quotient,
    rational,
    suffixed,
    text,
    version,
    words,
)
from metadata_digger.metadata.tags import olympus_equipment as equipment
from metadata_digger.metadata.tags import olympus_parts as tags
from metadata_digger.metadata.tags.olympus import CAMERA_TYPES

_INTS = range(-(2**31), 2**31)
_NOISE = ("Noise Reduction", "Noise Filter", "Noise Filter (ISO Boost)")
_NOISE_2 = (*_NOISE, "Noise Filter (Auto)")
_SETTINGS_EDITED = (
    "WB Color Temp",
    "WB Gray Point",
    "Saturation",
    "Contrast",
    "Sharpness",
    "Color Space",
    "High Function",
    "Noise Reduction",
)
_ASPECT_RATIOS = {
    (1, 1): "4:3",
    (1, 4): "1:1",
    (2, 1): "3:2 (RAW)",
    (2, 2): "3:2",
    (3, 1): "16:9 (RAW)",
    (3, 3): "16:9",
    (4, 1): "1:1 (RAW)",
    (4, 4): "6:6",
    (5, 5): "5:4",
    (6, 6): "7:6",
    (7, 7): "6:5",
    (8, 8): "7:5",
    (9, 1): "3:4 (RAW)",
    (9, 9): "3:4",
}
_STABILIZED = 43  # the byte of Image Stabilization that has the mode


def short_numbers(_: Directory, value: Value) -> str | None:
    """An array whose members are signed 16-bit numbers, whatever the file says."""
    numbers = ints(value)
    return None if numbers is None else " ".join(str(short(number)) for number in numbers)


def _wordy(*tables: Mapping[int, Mapping[int, str]]) -> dict[int, Render]:
    """Renders of the tags that are numbers out of a list: of any size, of 32 bits."""
    return {
        tag: make(rows) for make, table in zip((words, int_words), tables, strict=False) for tag, rows in table.items()
    }


# Equipment


def _firmware(_: Directory, value: Value) -> str | None:
    number = integer(value)
    if number is None:
        return None
    digits = f"{number & 0xFFFFFFFF:04X}"
    return f"{digits[:-3]}.{digits[-3:]}"


def _kind_by(table: Mapping[str, str], *positions: int) -> Render:
    """A lens or an extender by some of its six numbers, in hexadecimal."""

    def render(_: Directory, value: Value) -> str | None:
        string = text(value)
        numbers = [] if string is None else string.rstrip(" ").split(" ")
        if len(numbers) < 6:
            return None
        try:
            found = [int(numbers[position]) for position in positions]
        except ValueError:
            return None
        if any(number not in _INTS for number in found):
            return None
        make, *rest = (number & 0xFFFFFFFF for number in found)
        return table.get(" ".join([f"{make:X}", *(f"{number:02X}" for number in rest)]))

    return render


def _largest_aperture(_: Directory, value: Value) -> str | None:
    number = integer(value)
    if number is None:
        return None
    try:
        return decimal((2**0.5) ** (number / 256), 1)
    except OverflowError:
        return decimal(float("inf"), 1)


def camera_type(_: Directory, value: Value) -> str | None:
    """A camera's name by its code name."""
    code = text(value)
    return None if code is None else CAMERA_TYPES.get(code, code)


def _hexadecimal(_: Directory, value: Value) -> str | None:
    number = integer(value)
    return None if number is None else f"0x{number & 0xFFFFFFFF:04X}"


EQUIPMENT = TagTable(
    equipment.NAMES,
    {
        **_wordy(equipment.WORDS),
        0x0000: version(4),
        0x0100: camera_type,
        0x0103: suffixed(" mm"),
        0x0104: _firmware,
        0x0201: _kind_by(equipment.LENSES, 0, 2, 3),
        0x0204: _firmware,
        0x0205: _largest_aperture,
        0x0206: _largest_aperture,
        0x020A: _largest_aperture,
        0x020B: _hexadecimal,
        0x0301: _kind_by(equipment.EXTENDERS, 0, 2),
    },
)

# Raw development


RAW_DEVELOPMENT = TagTable(
    tags.RAW_DEVELOPMENT_NAMES,
    {
        **_wordy(tags.RAW_DEVELOPMENT_WORDS, tags.RAW_DEVELOPMENT_INT_WORDS),
        0x0000: version(4),
        0x010A: flags(_NOISE, "(none)"),
        0x010C: flags(_SETTINGS_EDITED, "(none)"),
    },
)


def _noise_reduction_2(_: Directory, value: Value) -> str | None:
    bits = integer(value)
    if bits is None:
        return None
    return ", ".join(name for bit, name in enumerate(_NOISE_2) if bits >> bit & 1) if bits else "(none)"


RAW_DEVELOPMENT_2 = TagTable(
    tags.RAW_DEVELOPMENT_2_NAMES,
    {
        **_wordy(tags.RAW_DEVELOPMENT_2_WORDS, tags.RAW_DEVELOPMENT_2_INT_WORDS),
        0x0000: version(4),
        0x010A: _noise_reduction_2,
        0x0121: filters("; ; ", "; "),
    },
)


def _coefficients(_: Directory, value: Value) -> str | None:
    """Pairs of signed 16-bit numbers, each a fraction."""
    numbers = ints(value)
    if numbers is None:
        return None
    shorts = [short(number) for number in numbers[: len(numbers) & ~1]]
    pairs = zip(shorts[::2], shorts[1::2], strict=True)
    return " ".join(double(quotient(Rational(*pair))) for pair in pairs) or None


def _light_source(_: Directory, value: Value) -> str | None:
    number = integer(value)
    if number is None:
        return None
    return tags.RAW_INFO_SHORT_WORDS[0x1000].get(short(number)) or f"Unknown ({number})"


RAW_INFO = TagTable(
    tags.RAW_INFO_NAMES,
    {
        0x0000: version(4),
        0x0200: lambda directory, value: short_numbers(directory, value) or None,
        0x0601: _coefficients,
        0x1000: _light_source,
    },
)

# Image processing


def _noise_reduction(_: Directory, value: Value) -> str | None:
    number = integer(value)
    if number is None:
        return None
    return flag_names(short(number), _NOISE) if number else "(none)"


def _multiple_exposure(_: Directory, value: Value) -> str | None:
    numbers = members(value)
    if not numbers:
        return None
    first = short(numbers[0])
    result = {0: "Off", 2: "On (2 frames)", 3: "On (3 frames)"}.get(first, f"Unknown ({first})")
    return f"{result}; {short(numbers[1])}" if len(numbers) > 1 else result


def _two_bytes(table: Mapping[tuple[int, int], str]) -> Render:
    def render(_: Directory, value: Value) -> str | None:
        data = octets(value)
        if data is None or len(data) < 2:
            return None
        first, second = (byte - 256 if byte > 127 else byte for byte in data[:2])
        return table.get((first, second)) or f"Unknown ({first} {second})"

    return render


IMAGE_PROCESSING = TagTable(
    tags.IMAGE_PROCESSING_NAMES,
    {
        **_wordy(tags.IMAGE_PROCESSING_WORDS),
        0x0000: version(4),
        0x0200: short_numbers,
        0x1010: _noise_reduction,
        0x101C: _multiple_exposure,
        0x1112: _two_bytes(_ASPECT_RATIOS),
        0x1900: _two_bytes({(0, 0): "Off", (0, 1): "On"}),
    },
)

# Focus information


def _focus_distance(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    if fraction is None or fraction[0] in (0, -1):
        return "inf"
    return f"{double(fraction[0] / 1000)} m"


def _external_flash(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    return None if numbers is None or len(numbers) < 2 else _switch([short(number) for number in numbers[:2]])


def _flash_zoom(_: Directory, value: Value) -> str | None:
    numbers = members(value)
    return _switch([short(number) for number in numbers[:2]]) if numbers else None


def _switch(numbers: list[int]) -> str:
    if numbers[1:] in ([], [0]) and numbers[0] in (0, 1):
        return "On" if numbers[0] else "Off"
    return f"Unknown ({' '.join(map(str, numbers))})"


def _manual_flash(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    if numbers is None:
        return None
    if not numbers:
        return missing(0, 0)
    if short(numbers[0]) == 0:
        return "Off"
    if len(numbers) < 2:
        return missing(1, 1)
    strength = short(numbers[1])
    return "Full" if strength == 1 else f"On (1/{strength} strength)"


def _image_stabilization(_: Directory, value: Value) -> str | None:
    data = octets(value)
    if data is None:
        return None
    if len(data) < 4:
        return missing(len(data), len(data))
    if not any(data[:4]):
        return "Off"
    if len(data) <= _STABILIZED:
        return missing(_STABILIZED, len(data))
    return "On, Mode 1" if data[_STABILIZED] & 1 else "On, Mode 2"


FOCUS_INFO = TagTable(
    tags.FOCUS_INFO_NAMES,
    {
        **_wordy(tags.FOCUS_INFO_WORDS),
        0x0000: version(4),
        0x0305: _focus_distance,
        0x0308: whole("{}"),
        0x1201: _external_flash,
        0x1205: _flash_zoom,
        0x1209: _manual_flash,
        0x1500: lambda _, value: text(value),
        0x1600: _image_stabilization,
    },
)

# Tags of the makernote that point to a directory or hold one.
SUBS: dict[int, tuple[str, Note]] = {
    0x2010: ("Olympus Equipment", Note(EQUIPMENT)),
    0x2020: ("Olympus Camera Settings", Note(SETTINGS)),
    0x2030: ("Olympus Raw Development", Note(RAW_DEVELOPMENT)),
    0x2031: ("Olympus Raw Development 2", Note(RAW_DEVELOPMENT_2)),
    0x2040: ("Olympus Image Processing", Note(IMAGE_PROCESSING)),
    0x2050: ("Olympus Focus Info", Note(FOCUS_INFO)),
    0x3000: ("Olympus Raw Info", Note(RAW_INFO)),
}
