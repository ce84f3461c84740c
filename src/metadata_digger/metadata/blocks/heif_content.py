"""The bytes of a HEIF file's items, wherever they lie, and metadata among them (ISO/IEC 23008-12, annex A)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from metadata_digger.metadata.blocks import exif_item
from metadata_digger.metadata.blocks.heif_items import FILE, ITEM, ITEM_DATA, Extent, Item, Location
from metadata_digger.metadata.blocks.limits import inflate
from metadata_digger.metadata.errors import Malformed, MetadataError
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

_BLOCKS = 64  # Exif and XMP items of one file that are read; files of cameras have one of each
_GATHERED = 16 << 20  # bytes of all of them


@dataclass(slots=True)
class Content:
    """What the boxes of "meta" say of the items."""

    file: Reader
    data: Reader | None = None  # the content of the box "idat"
    items: dict[int, Item] = field(default_factory=dict)
    locations: dict[int, Location] = field(default_factory=dict)
    sources: dict[int, tuple[int, ...]] = field(default_factory=dict)
    _gathered: int = 0

    def cut(self) -> str | None:
        """Says how many items lie beyond the end of the file; None when all are there."""
        size = self.file.size
        missing = sum(
            any(extent.offset + max(extent.length, 1) > size for extent in location.extents)
            for location in self.locations.values()
            if location.method == FILE and not location.elsewhere
        )
        return f"The file is cut short: {missing} of {len(self.locations)} items are not whole" if missing else None

    def blocks(self) -> Iterator[tuple[list[Directory], str | None]]:
        """The directories of each Exif and XMP item, in the order of the items, and what is wrong with it."""
        seen: set[Location] = set()
        for number, item in self.items.items():
            exif = item.kind == b"Exif"
            if not exif and not (item.kind == b"mime" and item.content_type.strip().lower() == b"application/rdf+xml"):
                continue
            location = self.locations.get(number)
            if location is None:
                yield [], f"Item {number} has no place"
                continue
            if location in seen:
                continue
            seen.add(location)
            if len(seen) > _BLOCKS:
                yield [], f"More than {_BLOCKS} items of metadata"
                return
            directories: list[Directory] = []
            try:
                block = self._block(location)
                note = _exif(block, directories) if exif else _xmp(block, item.encoding, directories)
            except MetadataError as error:
                note = str(error)
            yield directories, note

    def _block(self, location: Location) -> Reader:
        parts = self._parts(location)
        self._gathered += sum(part.size for part in parts)
        if self._gathered > _GATHERED:
            raise Malformed(f"Items of metadata have more than {_GATHERED >> 20} MiB")
        if len(parts) == 1:
            return parts[0]
        return Reader.over(b"".join(part.bytes(0, part.size) for part in parts))

    def _parts(self, location: Location, items: tuple[int, ...] | None = None) -> list[Reader]:
        """The extents in their order, each as far as it is there; `items` are what method 2 refers to."""
        if location.elsewhere:
            raise Malformed("An item of metadata lies in another file")
        if location.method == ITEM:
            return [self._in_item(location, extent) for extent in location.extents]
        source = self.data if location.method == ITEM_DATA else self.file if location.method == FILE else None
        if source is None:
            raise Malformed(f"An item of metadata has the construction method {location.method}, and nothing to it")
        return [_part(source, extent) for extent in location.extents]

    def _in_item(self, location: Location, extent: Extent) -> Reader:
        """A part of another item, which may not be of this kind itself."""
        number = next((number for number, one in self.locations.items() if one is location), 0)
        items = self.sources.get(number, ())
        index = max(extent.entry, 1)
        other = self.locations.get(items[index - 1]) if index <= len(items) else None
        if other is None or other.method == ITEM:
            raise Malformed("An item of metadata lies in an item that is not there")
        return _part(self._block(other), extent)


def _part(source: Reader, extent: Extent) -> Reader:
    if extent.offset >= source.size:
        raise Malformed("An item of metadata lies beyond the end of the file")
    left = source.size - extent.offset
    return source.within(extent.offset, min(extent.length, left) if extent.length else left)


def _exif(block: Reader, into: list[Directory]) -> str | None:
    from metadata_digger.metadata.blocks import exif

    tiff, note = exif_item.tiff(block)
    into.extend(exif.read(tiff))
    return note


def _xmp(block: Reader, encoding: bytes, into: list[Directory]) -> str | None:
    from metadata_digger.metadata.blocks import xmp

    note = None
    if encoding:
        if encoding != b"deflate":
            raise Malformed(f"The encoding of an XMP item is unknown: {encoding[:32].decode('latin-1')}")
        data, note = inflate(block.bytes(0, block.size), _GATHERED)
        block = Reader.over(data)
    into.extend(xmp.read(block))
    return note
