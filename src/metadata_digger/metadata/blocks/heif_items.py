"""What items a HEIF file has and where they are: boxes "iinf" and "iloc" (ISO/IEC 14496-12, 8.11.3 and 8.11.6)."""

from __future__ import annotations

from typing import NamedTuple

from metadata_digger.metadata.errors import Malformed, Truncated
from metadata_digger.metadata.source import Reader


class Extent(NamedTuple):
    """A stretch of the file that belongs to an item."""

    offset: int
    length: int
    item: int


def read_items(box: Reader) -> dict[int, bytes]:
    """The type of each item by its id: "hvc1", "grid", "Exif", "mime". Items of old versions have none: b""."""
    wide = box.u8(0) > 0
    count = box.u32(4) if wide else box.u16(4)
    position = 8 if wide else 6
    items: dict[int, bytes] = {}
    for _ in range(count):
        size = box.u32(position)
        if not 8 <= size <= 0x7FFFFFFF:
            raise Malformed(f"Entry of box 'iinf' is stated to have {size} bytes")
        entry = box.within(position + 8, size - 8)
        version = entry.u8(0)
        # version, flags, id, protection, type
        if version < 2:
            items[entry.u16(4)] = b""
        elif version == 3:
            items[entry.u32(4)] = entry.bytes(10, 4)
        else:
            items[entry.u16(4)] = entry.bytes(8, 4)
        position += size
    return items


def read_locations(box: Reader) -> list[Extent]:
    """Every extent by its offset; of several that start at one place the first, as in the reference.

    Like there all offsets are taken for the file's, also those into the box "idat" (construction method 1).
    """
    version, sizes = box.u8(0), box.u16(4)
    offset_size, length_size, base_size, index_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15
    if version not in (1, 2):
        index_size = 0
    if any(size not in (0, 4, 8) for size in (offset_size, length_size, base_size, index_size)):
        raise Truncated("Sizes in box 'iloc' have to be 0, 4 or 8 bytes")
    wide = version == 2  # counts and ids
    count = 0 if version > 2 else box.u32(6) if wide else box.u16(6)
    position = 10 if wide else 8
    extents: dict[int, Extent] = {}
    for _ in range(count):
        item = box.u32(position) if wide else box.u16(position)
        position += (4 if wide else 2) + (2 if version else 0) + 2  # id, construction method, data reference
        base = _number(box, position, base_size)
        number = box.u16(position + base_size)
        position += base_size + 2
        if not offset_size + length_size + index_size:
            number = min(number, 1)
        for _extent in range(number):
            position += index_size
            offset = base + _number(box, position, offset_size)
            length = _number(box, position + offset_size, length_size)
            position += offset_size + length_size
            extents.setdefault(offset, Extent(offset, length, item))
    return sorted(extents.values())


def _number(box: Reader, position: int, size: int) -> int:
    return int.from_bytes(box.bytes(position, size), "big")
