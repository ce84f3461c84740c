"""HEIF and AVIF pictures (ISO/IEC 23008-12, AV1 Image File Format): boxes of ISO/IEC 14496-12.

Size, rotation and depth are those of the primary item. The reference tells those of the first picture that it meets,
which in a photograph of an iPhone is a tile of 512 by 512 pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from metadata_digger.metadata.blocks import heif_items, uuid_box
from metadata_digger.metadata.blocks.heif_content import Content
from metadata_digger.metadata.blocks.limits import END, called
from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.errors import Malformed, MetadataError, Truncated
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.render import integer, text, words
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.heif import HEIF, MIRRORINGS
from metadata_digger.metadata.values import Value

_MAJOR, _MINOR, _COMPATIBLE, _WIDTH, _HEIGHT, _ROTATION, _BITS, _MIRRORING = HEIF
# Far above anything in the corpus: 60 boxes, 6 KiB of boxes that are read, 10 directories, 4 brands.
_BOXES, _COLLECTED, _DIRECTORIES, _BRANDS, _ERRORS = 20_000, 8 << 20, 256, 10_000, 50

TABLE = TagTable(
    HEIF,
    dict.fromkeys((_WIDTH, _HEIGHT), lambda _, value: f"{text(value)} pixels")
    | {_ROTATION: lambda _, value: f"{(integer(value) or 0) * 90} degrees", _MIRRORING: words(MIRRORINGS)},
)


class Box(NamedTuple):
    kind: bytes
    start: int  # of its content
    end: int


def read(reader: Reader) -> Iterator[Directory]:
    """Boxes that say something, in file order, then the Exif and XMP items; raises behind them."""
    picture = _Picture(reader)
    fault: MetadataError | None = None
    try:
        picture.level(_FILE, 0, reader.size)
        picture.finish()
    except MetadataError as error:
        fault = error
    yield from picture.found
    if fault is not None:
        raise fault


class _Picture:
    """What is known of a file so far; faults are noted on the directory that is being filled."""

    __slots__ = ("_boxes", "_collected", "_content", "_owned", "_primary", "_properties", "_reader", "_target", "found")

    def __init__(self, reader: Reader) -> None:
        self._reader = reader.ordered(">")
        self._content = Content(self._reader)
        self._primary: int | None = None
        self._properties: list[tuple[bytes, Reader]] = []  # in the order in which items refer to them
        self._owned: dict[int, tuple[int, ...]] = {}
        self._boxes = self._collected = 0
        self._target = Directory("HEIF", TABLE)
        self.found = [self._target]

    def level(self, kinds: dict[bytes, Callable[[_Picture, Box], None]], position: int, end: int) -> None:
        """The boxes that one box has in it, or the file. What is wrong with one does not concern the next."""
        while (box := self._box(position, end)) is not None:
            read = kinds.get(box.kind)
            try:
                if read is not None:
                    read(self, box)
            except MetadataError as error:
                self._note(f"Box '{called(box.kind)}': {error}")
            position = box.end

    def _box(self, start: int, end: int) -> Box | None:
        """The box at `start`; None, with a note, where none can be."""
        if start >= end:
            return None
        self._boxes += 1
        if self._boxes > _BOXES:
            if self._boxes == _BOXES + 1:
                self._note(f"More than {_BOXES} boxes")
            return None
        if end - start < 8:
            if any(self._reader.bytes(start, end - start)):
                self._note(END)
            return None
        head = self._reader.bytes(start, 8)
        size, kind, header = int.from_bytes(head[:4], "big"), head[4:], 8
        if size == 1 and end - start >= 16:
            size, header = self._reader.u64(start + 8), 16
        elif size == 0:  # to the end of what it lies in
            size = end - start
        if size < header:
            self._note(f"Box '{called(kind)}' is stated to be shorter than its header")
            return None
        if start + size > end:
            self._note(f"Box '{called(kind)}' is stated to reach {start + size - end} bytes beyond the end")
        return Box(kind, start + header, min(start + size, end))

    def _bytes(self, box: Box) -> Reader:
        size = box.end - box.start
        if self._collected + size > _COLLECTED:
            raise Malformed(f"left out, more than {_COLLECTED >> 20} MiB of metadata")
        self._collected += size
        return Reader.over(self._reader.bytes(box.start, size))

    def _note(self, error: str) -> None:
        if len(self._target.errors) < _ERRORS:
            self._target.errors.append(error)

    def _add(self, directories: Iterable[Directory]) -> None:
        for directory in directories:
            if len(self.found) >= _DIRECTORIES:
                raise Malformed(f"More than {_DIRECTORIES} directories")
            self.found.append(directory)

    # Boxes of the file

    def _file_type(self, box: Box) -> None:
        content = self._bytes(box)
        data = content.bytes(0, content.size)
        if len(data) < 8:
            raise Truncated(END)
        if len(data) > 4 * _BRANDS:
            raise Malformed(f"More than {_BRANDS} brands")
        brands = tuple(decoded(data[start : start + 4]) for start in range(8, len(data) - 3, 4))
        self._target.values |= {_MAJOR: decoded(data[:4]), _MINOR: content.u32(4), _COMPATIBLE: brands}
        if not {"mif1", "mif2", "msf1"} & {*brands, decoded(data[:4])}:
            self._note("File Type Box does not contain required brand, mif1")

    def _metadata(self, box: Box) -> None:
        start = box.start + 4  # behind version and flags
        first = self._box(start, box.end)
        # The handler comes first: its version, flags, 4 bytes, and what is handled.
        if first is None or (first.kind == b"hdlr" and self._reader.bytes(first.start + 8, 4) != b"pict"):
            return
        if self._target is self.found[0]:
            self._target = Directory("HEIF", TABLE)
            self._add((self._target,))
        self.level(_METADATA, start, box.end)

    def _movie(self, box: Box) -> None:
        """The movie of an image sequence, or the whole MP4 of a motion photo."""
        from metadata_digger.metadata.formats import mp4

        self._add(mp4.read(self._reader.within(box.start, box.end - box.start)))

    def _uuid(self, box: Box) -> None:
        self._add(uuid_box.read(self._bytes(box)))

    # Boxes of "meta"

    def _primary_item(self, box: Box) -> None:
        content = self._bytes(box)
        self._primary = content.u32(4) if content.u8(0) else content.u16(4)

    # What comes before a fault in a list stands.

    def _items(self, box: Box) -> None:
        self._content.items.update(heif_items.items(self._bytes(box)))

    def _locations(self, box: Box) -> None:
        self._content.locations.update(heif_items.locations(self._bytes(box)))

    def _references(self, box: Box) -> None:
        self._content.sources.update(heif_items.sources(self._bytes(box)))

    def _associations(self, box: Box) -> None:
        self._owned.update(heif_items.associations(self._bytes(box)))

    def _item_data(self, box: Box) -> None:
        self._content.data = self._reader.within(box.start, box.end - box.start)

    def _property_boxes(self, box: Box) -> None:
        self.level(_PROPERTY_BOXES, box.start, box.end)

    def _property_list(self, box: Box) -> None:
        position = box.start
        while (inner := self._box(position, box.end)) is not None:
            content = self._bytes(inner) if inner.kind in (*_SAID, b"colr") else Reader.over(b"")
            self._properties.append((inner.kind, content))
            if inner.kind == b"colr" and content.size > 4 and content.bytes(0, 4) in (b"prof", b"rICC"):
                self._profile(content.within(4, content.size - 4))
            position = inner.end

    def _profile(self, block: Reader) -> None:
        from metadata_digger.metadata.blocks import icc

        try:
            self._add(icc.read(block))
        except MetadataError as error:
            self._note(str(error))

    # At the end, when all is known

    def finish(self) -> None:
        """What the primary item is like, whether all items are there, and the metadata among them."""
        self._say()
        if (cut := self._content.cut()) is not None:
            self._note(cut)
        for directories, note in self._content.blocks():
            if note is not None:
                self._note(note)
            self._add(directories)

    def _say(self) -> None:
        """Puts the properties of the primary item; where nothing says which these are, the first of each kind."""
        owned = self._owned.get(-1 if self._primary is None else self._primary, ())
        chosen = [self._properties[number - 1] for number in owned if 0 < number <= len(self._properties)]
        for kind, say in _SAID.items():
            known = any(kind == b"ispe" for kind, _ in chosen)
            for _, content in (one for one in (chosen if known else self._properties) if one[0] == kind):
                try:
                    self._target.values |= say(content)
                    break
                except MetadataError as error:
                    self._note(f"Box '{called(kind)}': {error}")


def _extents(box: Reader) -> dict[int, Value]:
    width, height = box.unpack("II", 4)
    return {_WIDTH: width, _HEIGHT: height}


def _rotation(box: Reader) -> dict[int, Value]:
    return {_ROTATION: box.u8(0) & 3}


def _mirroring(box: Reader) -> dict[int, Value]:
    return {_MIRRORING: box.u8(0) & 1}


def _bits(box: Reader) -> dict[int, Value]:
    return {_BITS: tuple(box.bytes(5, box.u8(4)))}


_SAID: dict[bytes, Callable[[Reader], dict[int, Value]]] = {
    b"ispe": _extents,
    b"irot": _rotation,
    b"imir": _mirroring,
    b"pixi": _bits,
}
_FILE: dict[bytes, Callable[[_Picture, Box], None]] = {
    b"ftyp": _Picture._file_type,
    b"meta": _Picture._metadata,
    b"moov": _Picture._movie,
    b"mpvd": _Picture._movie,
    b"uuid": _Picture._uuid,
}
_METADATA: dict[bytes, Callable[[_Picture, Box], None]] = {
    b"pitm": _Picture._primary_item,
    b"iinf": _Picture._items,
    b"iloc": _Picture._locations,
    b"iref": _Picture._references,
    b"iprp": _Picture._property_boxes,
    b"idat": _Picture._item_data,
    b"uuid": _Picture._uuid,
}
_PROPERTY_BOXES: dict[bytes, Callable[[_Picture, Box], None]] = {
    b"ipco": _Picture._property_list,
    b"ipma": _Picture._associations,
}
