"""Panasonic's makernote, which some Leica cameras write too. Meanings are those of ExifTool's Panasonic.pm."""

from __future__ import annotations

from struct import unpack_from

from metadata_digger.metadata.blocks.makernotes import PRINT_IM, Note
from metadata_digger.metadata.blocks.makernotes.phrases import float_string, numbered, short
from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.model import Directory, Render, TagTable, Value
from metadata_digger.metadata.render import (
    decimal,
    int_words,
    integer,
    narrowed,
    octets,
    text,
    trimmed,
    version,
    words,
)
from metadata_digger.metadata.tags.panasonic import INT_WORDS, NAMES, WORDS

_AGE = 19  # characters of "0031:07:15 00:00:00"
_UNITS = ("year", "month", "day", "hour", "minute", "second")
_FACE = 8  # bytes of a face that was detected
_KNOWN_FACE = 44  # bytes of one that was recognised
_AREA_MODES = {
    (0, 1): "Spot Mode On",
    (0, 16): "Spot Mode Off",
    (1, 0): "Spot Focusing",
    (1, 1): "5-area",
    (16, 0): "1-area",
    (16, 16): "1-area (high speed)",
    (32, 0): "Auto or Face Detect",
    (32, 1): "3-area (left)",
    (32, 2): "3-area (center)",
    (32, 3): "3-area (right)",
}
_TRANSFORMS = {(0, 0): "Off", (1, 1): "Stretch Low", (3, 2): "Stretch High"}
_area_mode = numbered(2, _AREA_MODES)


def _af_area_mode(directory: Directory, value: Value) -> str | None:
    found = _area_mode(directory, value)
    return "Face Detect" if found is not None and found.startswith("Unknown (64 ") else found


def _transform(_: Directory, value: Value) -> str | None:
    """Two numbers, big-endian and unsigned in the reference whatever the file is, so its negative ones never match."""
    data = octets(value)
    if data is None or len(data) < 4:
        return None
    first, second = unpack_from(">HH", data)
    return _TRANSFORMS.get((first, second)) or f"Unknown ({first} {second})"


def _byte_count(_: Directory, value: Value) -> str | None:
    data = octets(value)
    return None if data is None else f"({len(data)} byte{'' if len(data) == 1 else 's'})"


def _serial_number(_: Directory, value: Value) -> str | None:
    """ASCII up to the first byte that is none."""
    data = octets(value)
    if data is None:
        return None
    end = next((index for index, byte in enumerate(data) if not 0 < byte < 0x80), len(data))
    return data[:end].decode("ascii")


def _uptime(_: Directory, value: Value) -> str | None:
    number = integer(value)
    return None if number is None else f"{float_string(narrowed(number) / 100)} s"


def _string(_: Directory, value: Value) -> str | None:
    data = octets(value)
    return None if data is None else trimmed(decoded(data))


def _firmware(_: Directory, value: Value) -> str | None:
    data = octets(value)
    return None if data is None else ".".join(str(byte - 256 if byte > 127 else byte) for byte in data)


def _short(_: Directory, value: Value) -> str | None:
    number = integer(value)
    return None if number is None else str(short(number))


def _tenths(sign: int) -> Render:
    def render(_: Directory, value: Value) -> str | None:
        number = integer(value)
        return None if number is None else decimal(sign * short(number) / 10, 1)

    return render


def age(string: str) -> str | None:
    """An age in words, None when it is not known."""
    if len(string) != _AGE or string.startswith("9999:99:99"):
        return None
    fields = (string[0:4], string[5:7], string[8:10], string[11:13], string[14:16], string[17:19])
    numbers = []
    for field in fields:
        if not (field[1:] if field[0] in "+-" else field).isdecimal():
            return None
        numbers.append(int(field))
    return " ".join(
        f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in zip(numbers, _UNITS, strict=True) if number
    )


def _age(_: Directory, value: Value) -> str | None:
    string = text(value)
    return None if string is None else age(string)


def _faces(_: Directory, value: Value) -> str | None:
    data = octets(value)
    if data is None or len(data) < 2:
        return None
    count: int = unpack_from("<H", data)[0]
    if len(data) < 2 + _FACE * count:
        return None
    places = [unpack_from("<4H", data, 2 + _FACE * index) for index in range(count)]
    return "\n".join(_face(index, *place) for index, place in enumerate(places, 1)) or None


def _known_faces(_: Directory, value: Value) -> str | None:
    data = octets(value)
    if data is None or len(data) < 2:
        return None
    count: int = unpack_from("<H", data)[0]
    # The last one is read up to its age.
    if len(data) < 4 + _KNOWN_FACE * count + 4:
        return None
    faces = []
    for index in range(count):
        start = 4 + _KNOWN_FACE * index
        name = trimmed(decoded(data[start : start + 20]))
        years = age(trimmed(decoded(data[start + 28 : start + 48])))
        face = f"{_face(index + 1, *unpack_from('<4H', data, start + 20))} name: {name}"
        faces.append(face if years is None else f"{face} age: {years}")
    return "\n".join(faces) or None


def _face(number: int, x: int, y: int, width: int, height: int) -> str:
    return f"Face {number}: x: {x} y: {y} width: {width} height: {height}"


RENDER: dict[int, Render] = {
    **{tag: words(table) for tag, table in WORDS.items()},
    **{tag: int_words(table) for tag, table in INT_WORDS.items()},
    0x0002: version(2),
    0x000F: _af_area_mode,
    0x0021: _byte_count,
    0x0025: _serial_number,
    0x0026: version(2),
    0x0029: _uptime,
    0x0033: _age,
    0x004E: _faces,
    0x0059: _transform,
    0x0060: _firmware,
    0x0061: _known_faces,
    **dict.fromkeys((0x0065, 0x0066, 0x0067, 0x0069, 0x006B, 0x006D, 0x006F), _string),
    0x008C: _short,
    0x008D: _short,
    0x008E: _short,
    0x0090: _tenths(1),
    0x0091: _tenths(-1),
    0x8000: version(2),
    0x8010: _age,
    0x8012: _transform,
}

TABLE = TagTable(NAMES, RENDER)


def note() -> Note:
    """An IFD, with Print Image Matching in it."""
    return Note(TABLE, blocks=PRINT_IM)
