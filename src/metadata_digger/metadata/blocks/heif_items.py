"""What items a HEIF file has, where they are and what belongs to them: the boxes "iinf", "iloc", "iref" and "ipma"
(ISO/IEC 14496-12, 8.11.3, 8.11.6 and 8.11.12; ISO/IEC 23008-12, 9.3).

All readers give entry after entry, so that those before a fault stand. All raise Malformed and Truncated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from metadata_digger.metadata.errors import Malformed
from metadata_digger.metadata.source import Reader

FILE, ITEM_DATA, ITEM = 0, 1, 2  # construction methods: offsets count in the file, in the box "idat", in another item
_ITEMS = 65_536
_EXTENTS = 65_536  # of one file; a grid of an iPhone's 48 million pixels has 192 tiles


class Item(NamedTuple):
    """An item's type ("hvc1", "grid", "Exif", "mime"; b"" in old entries that have none), and what "mime" items say."""

    kind: bytes
    content_type: bytes = b""
    encoding: bytes = b""


class Extent(NamedTuple):
    """A stretch of what the construction method names; `entry` counts from 1 the items that method 2 refers to."""

    offset: int
    length: int  # 0: all that follows
    entry: int


class Location(NamedTuple):
    method: int
    elsewhere: bool  # in another file
    extents: tuple[Extent, ...]


def items(box: Reader) -> Iterator[tuple[int, Item]]:
    """Each item by its id."""
    wide = box.u8(0) > 0
    count = box.u32(4) if wide else box.u16(4)
    position = 8 if wide else 6
    for number in range(count):
        if number == _ITEMS:
            raise Malformed(f"More than {_ITEMS} items")
        size = box.u32(position)
        if size < 8:
            raise Malformed(f"Entry of box 'iinf' is stated to have {size} bytes")
        yield _item(box.within(position + 8, size - 8))
        position += size


def _item(entry: Reader) -> tuple[int, Item]:
    version = entry.u8(0)
    if version < 2:  # version, flags, id, protection, name, content type, encoding
        number, kind, start = entry.u16(4), b"", 8
    elif version == 3:
        number, kind, start = entry.u32(4), entry.bytes(10, 4), 14
    else:
        number, kind, start = entry.u16(4), entry.bytes(8, 4), 12
    if kind and kind != b"mime":
        return number, Item(kind)
    _name, content_type, encoding, *_ = [*entry.bytes(start, entry.size - start).split(b"\0", 3), b"", b"", b""]
    return number, Item(kind or (b"mime" if content_type else b""), content_type, encoding)


def locations(box: Reader) -> Iterator[tuple[int, Location]]:
    """Where each item is, by its id."""
    version, sizes = box.u8(0), box.u16(4)
    offset_size, length_size, base_size, index_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15
    if version not in (1, 2):
        index_size = 0
    if any(size not in (0, 4, 8) for size in (offset_size, length_size, base_size, index_size)):
        raise Malformed("Sizes in box 'iloc' have to be 0, 4 or 8 bytes")
    if version > 2:
        raise Malformed(f"Box 'iloc' has the unknown version {version}")
    wide = version == 2  # counts and ids
    count, position = (box.u32(6), 10) if wide else (box.u16(6), 8)
    left = _EXTENTS
    for _ in range(count):
        item = box.u32(position) if wide else box.u16(position)
        position += 4 if wide else 2
        method = box.u16(position) & 15 if version else FILE
        position += 2 if version else 0
        reference = box.u16(position)
        base = _number(box, position + 2, base_size)
        number = box.u16(position + 2 + base_size)
        position += base_size + 4
        if not offset_size + length_size + index_size:
            number = min(number, 1)
        left -= number
        if left < 0:
            raise Malformed(f"More than {_EXTENTS} extents")
        extents = []
        for _extent in range(number):
            index = _number(box, position, index_size)
            offset = _number(box, position + index_size, offset_size)
            length = _number(box, position + index_size + offset_size, length_size)
            extents.append(Extent(base + offset, length, index))
            position += index_size + offset_size + length_size
        yield item, Location(method, reference != 0, tuple(extents))


def _number(box: Reader, position: int, size: int) -> int:
    return int.from_bytes(box.bytes(position, size), "big")


def sources(box: Reader) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Which items an item of construction method 2 lies in: the references "iloc"."""
    wide = box.u8(0) > 0
    code, size = ("I", 4) if wide else ("H", 2)
    position = 4
    while position < box.size:
        length, kind = box.u32(position), box.bytes(position + 4, 4)
        if length < 10 + size:
            raise Malformed(f"Entry of box 'iref' is stated to have {length} bytes")
        if kind == b"iloc":
            (item, count) = box.unpack(f"{code}H", position + 8)
            yield item, box.unpack(f"{count}{code}", position + 10 + size)
        position += length


def associations(box: Reader) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Which properties of the box "ipco", counted from 1, each item has."""
    version, flags = box.u8(0), box.u8(3)
    size = 2 if flags & 1 else 1
    mask = 0x7FFF if flags & 1 else 0x7F  # the highest bit says that the property is essential
    position = 8
    for _ in range(box.u32(4)):
        item = box.u32(position) if version else box.u16(position)
        position += 4 if version else 2
        count = box.u8(position)
        numbers = box.unpack(f"{count}{'H' if size == 2 else 'B'}", position + 1)
        position += 1 + size * count
        yield item, tuple(number & mask for number in numbers)
