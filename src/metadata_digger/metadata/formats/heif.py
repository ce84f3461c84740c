"""HEIF and AVIF pictures (ISO/IEC 23008-12, AV1 Image File Format): boxes of ISO/IEC 14496-12.

Of several pictures in a file the first size, rotation and depth count, as in the reference; it leaves XMP items alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from metadata_digger.metadata.blocks.heif_items import Extent, read_items, read_locations
from metadata_digger.metadata.blocks.limits import END
from metadata_digger.metadata.errors import Malformed, Truncated
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.render import integer, text, utf8
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.heif import HEIF

_MAJOR, _MINOR, _COMPATIBLE, _WIDTH, _HEIGHT, _ROTATION, _BITS = HEIF
_CONTAINERS = (b"iprp", b"ipco")
# Far above anything in the corpus: 60 boxes, 4 levels, 6 KiB of boxes that are read, 10 directories, 4 brands.
_BOXES, _DEPTH, _COLLECTED, _DIRECTORIES, _BRANDS = 20_000, 16, 8 << 20, 256, 10_000

TABLE = TagTable(
    HEIF,
    dict.fromkeys((_WIDTH, _HEIGHT), lambda _, value: f"{text(value)} pixels")
    | {_ROTATION: lambda _, value: f"{(integer(value) or 0) * 90} degrees"},
)


class Box(NamedTuple):
    kind: bytes
    size: int  # as stated, the header with it
    end: int


def read(reader: Reader) -> Iterator[Directory]:
    """Boxes that say something, in file order, then the Exif items. Raises Malformed for a size that cannot be."""
    walk = _Walk(reader)
    walk.file()
    return iter(walk.found)


class _Walk:
    """One way through the boxes of a file: where it is, and what it knows by then."""

    __slots__ = ("_boxes", "_collected", "_items", "_locations", "_picture", "_position", "_reader", "_target", "found")

    def __init__(self, reader: Reader) -> None:
        self._reader = reader.ordered(">")
        self._position = 0
        self._picture = False  # set by the handler box: only then item boxes mean pictures
        self._items: dict[int, bytes] | None = None
        self._locations: list[Extent] | None = None
        self._boxes = self._collected = 0
        self._target = Directory("HEIF", TABLE)
        self.found = [self._target]

    def file(self) -> None:
        """The boxes of the file. A box that ends too early ends the level that it is on, and not the file."""
        again = met = False
        try:
            while True:
                box = self._box()
                met = met or box.kind == b"meta"
                again = again or not (met or box.kind == b"ftyp")
                self._read(box, 0)
        except Truncated:
            pass
        if again:  # something came before what tells where the items are: picture data, or free space
            self._position = 0
            self._level(self._reader.size, 0)

    def _level(self, end: int, depth: int) -> None:
        try:
            while self._position < end:
                self._read(self._box(), depth)
        except Truncated:
            pass

    def _box(self) -> Box:
        start = self._position
        self._boxes += 1
        if self._boxes > _BOXES:
            self._position = self._reader.size
            raise Truncated(f"More than {_BOXES} boxes")
        head = self._reader.bytes(start, 8)
        size, kind = int.from_bytes(head[:4], "big"), head[4:]
        header = 8
        if size == 1:
            size, header = self._reader.u64(start + 8), 16
        elif size == 0:  # to the end of the file
            size = self._reader.size - start
        if size < header:
            raise Malformed(f"Box '{kind.decode('latin-1')}' is stated to be shorter than its header")
        self._position = start + header
        return Box(kind, size, start + size)

    def _read(self, box: Box, depth: int) -> None:
        kind = box.kind
        if kind in _CONTAINERS and depth < _DEPTH:
            self._level(box.end, depth + 1)
        elif kind == b"meta" and not self._picture and depth < _DEPTH:
            self._position += 4  # version and flags
            self._level(box.end, depth + 1)
        elif kind == b"mdat" and self._items is not None and self._locations is not None:
            start = self._position
            self._position = self._reader.size  # what follows is picture data
            self._media(start, self._items, self._locations)
        elif (content := (_PICTURE if self._picture else _FILE).get(kind)) is not None:
            content(self, self._content(box))
        elif box.end > self._reader.size:
            self._position = self._reader.size
            raise Truncated(END)
        else:
            self._position = box.end

    def _content(self, box: Box) -> Reader:
        start, size = self._position, self._reader.size
        if box.size > 0x7FFFFFFF:
            raise Malformed(f"Box '{box.kind.decode('latin-1')}' is stated to have {box.size} bytes")
        if box.end > size:
            self._position = size
            raise Truncated(END)
        self._collected += box.end - start
        if self._collected > _COLLECTED:
            raise Malformed(f"More than {_COLLECTED >> 20} MiB of metadata")
        self._position = box.end
        return Reader.over(self._reader.bytes(start, box.end - start))

    def _add(self, directories: Iterator[Directory]) -> None:
        self.found += directories
        if len(self.found) > _DIRECTORIES:
            raise Malformed(f"More than {_DIRECTORIES} directories")

    # Boxes of the file

    def _file_type(self, box: Reader) -> None:
        data = box.bytes(0, box.size)
        if len(data) < 8 or len(data) % 4:
            raise Truncated(END)
        if len(data) > 4 * _BRANDS:
            raise Malformed(f"More than {_BRANDS} brands")
        brands = tuple(utf8(data[start : start + 4]) for start in range(8, len(data), 4))
        values = {_MAJOR: utf8(data[:4]), _MINOR: box.u32(4), _COMPATIBLE: brands}
        self._target.values |= values
        if "mif1" not in brands:
            self._target.errors.append("File Type Box does not contain required brand, mif1")

    def _handler(self, box: Reader) -> None:
        # version, flags, 4 bytes, the type of handler, 12 bytes, a name
        if box.bytes(0, 24)[8:12] == b"pict":
            self._picture = True
            self._target = Directory("HEIF", TABLE)
            self._add(iter((self._target,)))

    # Boxes of pictures

    def _item_info(self, box: Reader) -> None:
        self._items = read_items(box)

    def _item_locations(self, box: Reader) -> None:
        self._locations = read_locations(box)

    def _extents(self, box: Reader) -> None:
        width, height = box.unpack("II", 4)
        values = self._target.values
        if _WIDTH not in values and _HEIGHT not in values:
            values |= {_WIDTH: width, _HEIGHT: height}

    def _rotation(self, box: Reader) -> None:
        self._target.values.setdefault(_ROTATION, box.u8(0) & 3)

    def _bits(self, box: Reader) -> None:
        channels = tuple(box.bytes(5, box.u8(4)))
        self._target.values.setdefault(_BITS, channels)

    def _colour(self, box: Reader) -> None:
        from metadata_digger.metadata.blocks import icc

        if box.bytes(0, 4) in (b"prof", b"rICC"):
            self._add(icc.read(box.within(4, box.size - 4)))

    def _nothing(self, _: Reader) -> None:
        """A box that has to be whole, and no more."""

    def _media(self, position: int, items: dict[int, bytes], locations: list[Extent]) -> None:
        """The Exif items, wherever behind `position` they are."""
        from metadata_digger.metadata.blocks import exif

        for offset, length, item in locations:
            if items.get(item) != b"Exif" or offset < position:
                continue
            block = self._reader.within(offset, length)
            position = offset + length
            start = block.u32(0) + 4  # of the TIFF header: some writers put "Exif\0\0" before it
            if start <= length:
                self._add(exif.read(block.within(start, length - start)))


_FILE: dict[bytes, Callable[[_Walk, Reader], None]] = {
    b"ftyp": _Walk._file_type,
    b"hdlr": _Walk._handler,
    b"hvc1": _Walk._nothing,
}
_PICTURE: dict[bytes, Callable[[_Walk, Reader], None]] = {
    b"iinf": _Walk._item_info,
    b"iloc": _Walk._item_locations,
    b"ispe": _Walk._extents,
    b"irot": _Walk._rotation,
    b"colr": _Walk._colour,
    b"pixi": _Walk._bits,
    **dict.fromkeys((b"ipro", b"pitm", b"auxC"), _Walk._nothing),
}
