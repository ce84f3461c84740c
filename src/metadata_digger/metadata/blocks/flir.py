"""FLIR's records in JPEG's segments APP1, as ExifTool describes them: which thermal camera, and how it measured.

The segments join to a file of their own, "FFF": a header, a directory of records, records. Most of it is the thermal
image, which is left alone. The reference does not read it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from itertools import accumulate
from struct import calcsize

from metadata_digger.metadata.blocks.ifd import string
from metadata_digger.metadata.errors import Malformed, MetadataError, Truncated
from metadata_digger.metadata.model import Directory, Render, TagTable, Value
from metadata_digger.metadata.render import decimal
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.flir import CAMERA, KELVIN, METRES, PLACE, RAW

PREAMBLE = b"FLIR\0"
_HEAD = 8  # bytes of a segment before its part: the identifier, a byte, the part's number, that of the last one
_HEADER, _ENTRY, _RECORDS = 0x40, 0x20, 64
_PARTS = 256  # a part has its number in a byte
_READ = 0x500  # bytes of a record that have tags
_ZERO_CELSIUS = 273.15


class _Parts:
    """A ByteSource over the parts of a file that lie in segments."""

    __slots__ = ("_places", "_reader", "_starts", "size")

    def __init__(self, reader: Reader, places: Sequence[tuple[int, int]]) -> None:
        self._reader = reader
        self._places = places
        self._starts = [0, *accumulate(length for _, length in places)]
        self.size = self._starts[-1]

    def read_at(self, offset: int, length: int) -> bytes:
        if offset < 0 or length < 0 or offset + length > self.size:
            raise Truncated(f"{length} bytes at {offset} asked for, FLIR's segments have {self.size}")
        data = b""
        part = bisect_right(self._starts, offset) - 1
        while len(data) < length:
            place, size = self._places[part]
            skipped = offset + len(data) - self._starts[part]
            data += self._reader.bytes(place + skipped, min(size - skipped, length - len(data)))
            part += 1
        return data


def read_segments(reader: Reader, places: Sequence[tuple[int, int]]) -> Iterator[Directory]:
    """`places`: where FLIR's segments lie in the JPEG, from their identifiers on, and how long they are."""
    places = places[:_PARTS]
    numbered = [(reader.u8(at + 6), at + _HEAD, length - _HEAD) for at, length in places if length > _HEAD]
    parts = _Parts(reader, [(at, length) for _, at, length in sorted(numbered, key=lambda part: part[0])])
    yield from read(Reader(parts, 0, parts.size))


def read(reader: Reader) -> Iterator[Directory]:
    """An FFF file: a directory "FLIR" for what the camera says, others for the thermal image's size and the place."""
    camera = Directory("FLIR", _CAMERA)
    try:
        found = list(_records(reader, camera))
    except MetadataError as error:
        camera.errors.append(str(error))
        found = []
    if camera.values or camera.errors:
        yield camera
    yield from found


def _records(reader: Reader, camera: Directory) -> Iterator[Directory]:
    head = reader.bytes(0, _HEADER)
    if head[:4] not in (b"FFF\0", b"AFF\0"):
        raise Malformed("FLIR's segments do not begin with FFF")
    version = int.from_bytes(head[0x14:0x18], "big")
    reader = reader.ordered(">" if 100 <= version < 200 else "<")
    if creator := string(head[4:0x14]):
        camera.values[_CREATOR] = creator
    start, count = reader.unpack("II", 0x18)
    for number in range(min(count, _RECORDS)):
        kind, at, length = reader.unpack("H10xII", start + number * _ENTRY)
        try:
            if kind == 0x20:
                _put(camera.values, CAMERA, reader.within(at, length))
            elif kind in _OTHERS:
                name, table, layout = _OTHERS[kind]
                directory = Directory(name, table)
                _put(directory.values, layout, reader.within(at, length))
                yield directory
        except MetadataError as error:
            camera.errors.append(f"Record 0x{kind:02x}: {error}")


def _put(values: dict[int, Value], layouts: Mapping[int, tuple[str, str | int]], record: Reader) -> None:
    """What the record has, which may be shorter than the table. A number 2 at its start tells the byte order."""
    record = Reader.over(record.bytes(0, min(record.size, _READ)), record.order)
    if layouts is not PLACE and record.u16(0) >= 0x0100:
        record = record.ordered("<" if record.order == ">" else ">")
    if layouts is PLACE:
        record = record.ordered("<")
    for tag, (_, layout) in layouts.items():
        length = layout if isinstance(layout, int) else calcsize("=" + layout)
        if tag + length > record.size:
            continue
        if isinstance(layout, int):
            if text := string(record.bytes(tag, length)).strip():
                values[tag] = text
        else:
            found = record.unpack(layout, tag)
            values[tag] = found[0] if len(found) == 1 else found


def _single(_: object, value: Value) -> str:
    """All digits that a 32-bit number has: these are what temperatures are reckoned with."""
    return f"{value:.7g}"


def _celsius(_: object, value: Value) -> str | None:
    """Of kelvins; 0 is what a camera leaves that does not know."""
    return f"{decimal(value - _ZERO_CELSIUS, 1, 1)} °C" if value else None


def _metres(_: object, value: Value) -> str:
    return f"{decimal(value, 2)} metres"


def _date(_: object, value: Value) -> str | None:
    """Seconds since 1970, thousandths in the low half of the second number, minutes west of Greenwich."""
    seconds, fraction, west = value
    try:
        zone = timezone(timedelta(minutes=-west))
        moment = datetime.fromtimestamp(seconds, UTC).astimezone(zone)
    except (ValueError, OverflowError, OSError):
        return None
    offset = moment.strftime("%z")
    return f"{moment:%Y:%m:%d %H:%M:%S}.{fraction & 0xFFFF:03d}{offset[:3]}:{offset[3:5]}"


def _names(layouts: Mapping[int, tuple[str, str | int]]) -> dict[int, str]:
    return {tag: name for tag, (name, _) in layouts.items()}


def _singles(layouts: Mapping[int, tuple[str, str | int]]) -> dict[int, Render]:
    return {tag: _single for tag, (_, layout) in layouts.items() if layout == "f"}


_CREATOR = 0x10004  # out of reach of offsets in a camera's record
_CAMERA = TagTable(
    {**_names(CAMERA), _CREATOR: "Creator Software"},
    {**_singles(CAMERA), **dict.fromkeys(KELVIN, _celsius), **dict.fromkeys(METRES, _metres), 0x0384: _date},
)
_PLACE = TagTable(_names(PLACE), {**_singles(PLACE), **dict.fromkeys((0x10, 0x18), lambda _, value: repr(value))})
_OTHERS = {
    0x01: ("FLIR Raw Data", TagTable(_names(RAW)), RAW),
    0x2B: (
        "FLIR GPS",
        TagTable(_names(PLACE), {**_singles(PLACE), **dict.fromkeys((0x10, 0x18), lambda _, value: repr(value))}),
        PLACE,
    ),
}
