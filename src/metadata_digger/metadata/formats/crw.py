"""Canon CRW (CIFF Specification on Image Data File 1.0): heaps of records, each with its directory at the end.

The reference tells the file's type alone. Here the picture's size, the camera and the names are read, no settings.
"""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks.limits import END
from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.errors import Malformed, Truncated
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.render import text
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.crw import CRW

_MAKE, _MODEL, _IMAGE = 0x080A, 0x1080A, 0x1810
_WIDTH, _HEIGHT, _ROTATION = 0x11810, 0x21810, 0x31810
_ENTRY = 10  # bytes
_IN_RECORD, _KIND = 0x4000, 0x3800  # whether the value is in the entry; what it is
_ASCII, _HEAPS = 0x0800, (0x2800, 0x3000)
_LONGEST = 4096  # bytes of a text
# Far above what ExifTool's tables have: three levels, and some 60 kinds of records.
_DEPTH, _RECORDS = 8, 5000

TABLE = TagTable(
    CRW,
    dict.fromkeys((_WIDTH, _HEIGHT), lambda _, value: f"{text(value)} pixels")
    | {_ROTATION: lambda _, value: f"{text(value)} degrees"},
)


def read(reader: Reader) -> Iterator[Directory]:
    """One directory. A fault in the records is a text on it; what came before stands."""
    reader = reader.ordered("<" if reader.bytes(0, min(2, reader.size)) == b"II" else ">")
    directory = Directory("CRW", TABLE)
    try:
        start = reader.u32(2)
        _heap(directory, reader.within(start, reader.size - start), 0, _RECORDS)
    except Truncated:
        directory.errors.append(END)
    except Malformed as error:
        directory.errors.append(str(error))
    yield directory


def _heap(directory: Directory, heap: Reader, depth: int, left: int) -> int:
    """Reads a heap's records; how many the file may still have."""
    at = heap.u32(heap.size - 4)
    count = heap.u16(at)
    left -= count
    if depth > _DEPTH or left < 0:
        raise Malformed(f"Heaps {depth} levels deep, or more than {_RECORDS} records")
    entries = heap.within(at + 2, count * _ENTRY)
    for position in range(0, entries.size, _ENTRY):
        record, size, offset = entries.unpack("HII", position)
        number = record & 0x3FFF
        if record & _IN_RECORD:
            _value(directory, number, entries.within(position + 2, 8))
        elif record & _KIND in _HEAPS:
            left = _heap(directory, heap.within(offset, size), depth + 1, left)
        elif number in CRW or number == _IMAGE:
            _value(directory, number, heap.within(offset, size))
    return left


def _value(directory: Directory, number: int, record: Reader) -> None:
    values = directory.values
    if number == _IMAGE:
        values[_WIDTH], values[_HEIGHT] = record.unpack("II", 0)
        values[_ROTATION] = record.s32(12)  # behind the pixels' aspect ratio
    elif number in CRW and number & _KIND == _ASCII:
        words = record.bytes(0, min(record.size, _LONGEST)).split(b"\0")
        values[number] = decoded(words[0])
        if number == _MAKE and len(words) > 1 and words[1]:
            values[_MODEL] = decoded(words[1])
