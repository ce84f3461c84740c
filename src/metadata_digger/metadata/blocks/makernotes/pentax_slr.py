"""Pentax's makernote since the digital SLRs: it begins with "AOC" or "PENTAX ", in Ricoh's later cameras with "RICOH".

After ExifTool's Pentax tables. The reference extractor reads it with Casio's table, which shares its first tags.
"""

from __future__ import annotations

import re
from array import array
from struct import error, unpack_from

from metadata_digger.metadata.blocks.makernotes import PRINT_IM, Note
from metadata_digger.metadata.model import Directory, Render, TagTable, Value
from metadata_digger.metadata.render import decimal, integer, ints, octets, suffixed, text, words
from metadata_digger.metadata.tags.pentax_slr import CITIES, LENSES, MODELS, NAMES, WORDS

_DATE, _TIME, _FOCAL_LENGTH, _SHUTTER_COUNT, _CAMERA_INFO = 0x0006, 0x0007, 0x001D, 0x005D, 0x0215
_MANUFACTURED, _PRODUCTION, _INTERNAL_SERIAL = 0xC801, 0xC802, 0xC803
_TENTHS = re.compile(r"Optio (30|33WR|43WR|450|550|555|750Z|X)\b")  # models whose focal length is in tenths
_ALL = 0xFFFFFFFF


def _joined(sign: str) -> Render:
    def render(_: Directory, value: Value) -> str | None:
        numbers = ints(value)
        return None if numbers is None else sign.join(map(str, numbers))

    return render


def _date(_: Directory, value: Value) -> str | None:
    """A year in two bytes, big-endian whatever the note is; month; day."""
    data = octets(value)
    if data is None or len(data) != 4:
        return text(value)
    return "{:04d}:{:02d}:{:02d}".format(*unpack_from(">HBB", data))


def _time(_: Directory, value: Value) -> str | None:
    data = octets(value)
    return text(value) if data is None or len(data) < 3 else "{:02d}:{:02d}:{:02d}".format(*data)


def _scaled(by: float, unit: str = "", most: int = 2) -> Render:
    def render(_: Directory, value: Value) -> str | None:
        if isinstance(value, str):  # in words already
            return value
        number = integer(value)
        return None if number is None else f"{decimal(number * by, most)}{unit}"

    return render


def _compensation(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    return f"{decimal((numbers[0] - 50) / 10, 1)} EV" if numbers else None


def _firmware(_: Directory, value: Value) -> str | None:
    """Four numbers with every bit the other way round."""
    data = octets(value)
    if data is None or len(data) != 4:
        return text(value)
    return "{}.{:02d}.{:02d}.{:02d}".format(*(byte ^ 0xFF for byte in data))


def _lens(_: Directory, value: Value) -> str | None:
    """Series and number of the lens, which newer ones share with a few of other makers."""
    numbers = ints(value)
    if numbers is None or len(numbers) < 2:
        return text(value)
    series, number = numbers[0] & 0xFF, numbers[1] & 0xFF
    return LENSES.get((series, number)) or f"Unknown ({series} {number})"


_TABLE = TagTable(
    NAMES,
    {
        **{tag: words(table) for tag, table in WORDS.items()},
        0x0000: _joined("."),
        0x0002: _joined("x"),
        0x0005: words(MODELS),
        _DATE: _date,
        _TIME: _time,
        0x0012: _scaled(1e-5, " sec", 5),
        0x0013: _scaled(0.1),
        0x0016: _compensation,
        _FOCAL_LENGTH: _scaled(0.01, " mm"),
        0x001E: _scaled(0.01),
        0x0023: words(CITIES),
        0x0024: words(CITIES),
        0x0022: words({0: "Hometown", 1: "Destination"}),
        0x0025: words({0: "No", 1: "Yes"}),
        0x0026: words({0: "No", 1: "Yes"}),
        0x0027: _firmware,
        0x0028: _firmware,
        0x0039: _joined("x"),
        0x003F: _lens,
        0x0047: suffixed(" °C"),
    },
)


def finish(directory: Directory, model: str) -> None:
    """Shutter count, serial number and date of manufacture; the focal length of models that have it in tenths."""
    values = directory.values
    if isinstance(length := values.get(_FOCAL_LENGTH), int) and _TENTHS.search(model):
        values[_FOCAL_LENGTH] = f"{decimal(length / 10, 1)} mm"
    count, date, time = (values.get(tag) for tag in (_SHUTTER_COUNT, _DATE, _TIME))
    if isinstance(count, bytes) and isinstance(date, bytes) and isinstance(time, bytes):
        values[_SHUTTER_COUNT] = _shutter_count(count, date, time)
    info = values.get(_CAMERA_INFO)
    if isinstance(info, bytes):
        try:
            info = unpack_from(directory.order + "5I", info)
        except error:
            return
    if not isinstance(info, tuple | array) or len(info) < 5 or not all(isinstance(one, int) for one in info[:5]):
        return
    digits = str(info[1])
    if len(digits) == 5:  # Optio A10 and A20 leave "200" off the year
        digits = f"200{digits}"
    if len(digits) == 8:
        values[_MANUFACTURED] = f"{digits[:4]}:{digits[4:6]}:{digits[6:]}"
    values[_PRODUCTION] = f"{info[2]}.{info[3]}"
    values[_INTERNAL_SERIAL] = str(info[4])


def _shutter_count(count: bytes, date: bytes, time: bytes) -> Value:
    """The count, which is written over with date and time."""
    if len(count) != 4 or len(date) != 4 or len(time) < 3:
        return count
    mask = int.from_bytes(date, "big") ^ (_ALL - (int.from_bytes(time[:3], "big") << 8))
    return int.from_bytes(count, "big") ^ mask


def note() -> Note:
    return Note(_TABLE, blocks=PRINT_IM, finish=finish)
