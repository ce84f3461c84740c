"""Exif (CIPA DC-008) and the TIFF files and raw formats around it: from a TIFF header to directories.

Order, names and faults follow the reference extractor: a directory appears where its IFD is met, an IFD is read once,
and what is wrong with a tag is a text on its directory.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from

from metadata_digger.metadata.blocks import exif_strips, nested
from metadata_digger.metadata.blocks.exif_budget import BLOCKS, ENTRIES, Budget, Spent, spending
from metadata_digger.metadata.blocks.exif_kinds import (
    CHAINED,
    ERROR,
    HELD,
    IFD0,
    IMAGE_IFD,
    IPTC,
    MAKERNOTE,
    SUB_IFD,
    THUMBNAIL_IFD,
    Kind,
    kind_of,
    note_kind,
)
from metadata_digger.metadata.blocks.exif_text import decode_text, guessed
from metadata_digger.metadata.blocks.gps import GPS, faults
from metadata_digger.metadata.blocks.ifd import BIG_SIZES, Entry, Window, decode, entries
from metadata_digger.metadata.blocks.makernotes import HEAD, Split, match, moved
from metadata_digger.metadata.errors import Malformed, MetadataError
from metadata_digger.metadata.model import Directory, Value
from metadata_digger.metadata.source import Reader

_SUB_IFDS = 0x014A
_PAGE_NUMBER = 0x0129
_MAKE, _MODEL = 0x010F, 0x0110
_THUMBNAIL_OFFSET = 0x0201
_NEW_SUBFILE, _REDUCED = 0x00FE, 1  # TIFF 6.0, section 8: bit 0 is a smaller form of another picture
_OLD_SUBFILE, _OLD_REDUCED = 0x00FF, 2
# What an offset may be: TIFF's and Exif's LONG, the supplement's IFD, BigTIFF's forms of both, and what programs write.
_OFFSETS = {3: "H", 4: "I", 9: "I", 13: "I", 16: "Q", 18: "Q"}

# No file of the corpus nests deeper than 4 or has more than 20 directories; a hostile one has thousands.
_DEPTH = 16
_DIRECTORIES = 256
_HEAD_ENTRIES = 256  # of an IFD, that tell what it is; no IFD of the corpus has more
_SOUND = 32  # entries that show whether there is an IFD at all
_BAD_TYPES = 5  # in one directory: more, and it is none


def read(reader: Reader, preamble: int = 0, root: Kind | None = None) -> Iterator[Directory]:
    """The directories of an Exif block; `reader` starts at the TIFF header. Faults are texts on directories.

    `preamble` is how many bytes the container has before the header, 6 in a JPEG segment: the reference adds them to
    the thumbnail's offset. `root` is what the first IFD is where it is not the usual one.
    """
    found: list[Directory] = []
    try:
        _walk(reader, found, root)
    except MetadataError as error:
        if not found:
            found.append(Directory("Error", ERROR))
        found[-1].errors.append(f"Exception processing TIFF data: {error}")
    _check(found)
    if preamble:
        for directory in found:
            if directory.table is THUMBNAIL_IFD.table and isinstance(
                offset := directory.values.get(_THUMBNAIL_OFFSET), int
            ):
                directory.values[_THUMBNAIL_OFFSET] = offset + preamble
    return iter(found)


def read_file(reader: Reader) -> Iterator[Directory]:
    """The same for a whole file; raises Malformed when it has no TIFF header."""
    found: list[Directory] = []
    try:
        _walk(reader, found, is_file=True)
    except MetadataError as error:
        if not found:
            raise
        found[-1].errors.append(str(error))
    _check(found)
    for directory in found:
        exif_strips.check(directory, reader.size)
    return iter(found)


def _check(found: list[Directory]) -> None:
    for directory in found:
        if directory.table is GPS:  # blocks within this one were checked when they were read
            directory.errors.extend(fault for fault in faults(directory) if fault not in directory.errors)


def _walk(reader: Reader, found: list[Directory], root: Kind | None = None, *, is_file: bool = False) -> None:
    with spending(reader.size) as budget:
        _Walk(reader, found, budget, is_file=is_file).header(root)


class _Walk:
    """One way through the IFDs of a block: what was visited, what was found."""

    __slots__ = ("big", "budget", "found", "is_file", "visited", "window")

    def __init__(self, reader: Reader, found: list[Directory], budget: Budget, *, is_file: bool) -> None:
        self.window = Window(reader)
        self.found = found
        self.visited: set[int] = set()
        self.big = False
        self.is_file = is_file
        self.budget = budget

    def header(self, root: Kind | None = None) -> None:
        head = self.window.bytes(0, 8)
        order = {b"II": "<", b"MM": ">"}.get(head[:2])
        if order is None:
            number = int.from_bytes(head[:2], "big", signed=True)
            raise Malformed(f"Unclear distinction between Motorola/Intel byte ordering: {number}")
        marker, offset = unpack_from(order + "HI", head, 2)
        kind = root or kind_of(marker)
        directory = self.enter(kind)
        if marker == 0x2B:
            self.big = True
            if unpack_from(order + "H", head, 4)[0] != 8:
                directory.errors.append(f"Unsupported offset byte size: {unpack_from(order + 'H', head, 4)[0]}")
                return
            offset = unpack_from(order + "Q", self.window.bytes(8, 8))[0]
        elif self.window.size - 1 <= offset < 0x80000000:
            directory.errors.append(
                "First IFD offset is beyond the end of the TIFF data segment -- trying default offset"
            )
            offset = 8
        while offset:  # each further one is the next page, or the thumbnail
            offset = self.ifd(kind, directory, offset, order, 0)
            if not offset or kind not in CHAINED or offset in self.visited:
                break
            kind = self.following(directory, offset, order)
            directory = self.enter(kind)

    def following(self, before: Directory, offset: int, order: str) -> Kind:
        """What the next IFD of the chain is.

        In an Exif block the second is the thumbnail (CIPA DC-008, 4.5.8), unless the first is a page. In a file it is a
        page, unless it says that it is a smaller form of another picture, or is a JPEG in the way of Exif's thumbnails.
        """
        if not self.is_file and before.name == IFD0.name:
            return IMAGE_IFD if _PAGE_NUMBER in before.values else THUMBNAIL_IFD
        try:
            found = self.head(offset, order)
        except MetadataError:
            return IMAGE_IFD
        inline = 8 if self.big else 4
        fields = {
            tag: field >> 8 * (inline - BIG_SIZES[form]) if order == ">" else field
            for tag, form, number, field in found
            if number == 1 and BIG_SIZES.get(form, 9) <= inline
        }
        if any(tag == _PAGE_NUMBER for tag, *_ in found):
            return IMAGE_IFD
        if _NEW_SUBFILE in fields:
            return THUMBNAIL_IFD if fields[_NEW_SUBFILE] & _REDUCED else IMAGE_IFD
        if _OLD_SUBFILE in fields:
            return THUMBNAIL_IFD if fields[_OLD_SUBFILE] == _OLD_REDUCED else IMAGE_IFD
        return THUMBNAIL_IFD if _THUMBNAIL_OFFSET in fields else IMAGE_IFD

    def head(self, offset: int, order: str, most: int = _HEAD_ENTRIES) -> list[Entry]:
        """The first entries of the IFD at an offset, as many as are there; raises MetadataError."""
        window, big = self.window, self.big
        count = unpack_from(order + ("Q" if big else "H"), window.bytes(offset, 8 if big else 2))[0]
        first, size = (offset + 8, 20) if big else (offset + 2, 12)
        count = max(0, min(count, (window.size - first) // size, most))
        return list(entries(window, first, count, order, big))

    def sound(self, offset: int, order: str) -> bool:
        """Whether an IFD may be at a place that is odd: where it begins before the one that leads to it, or is cut."""
        try:
            found = self.head(offset, order, _SOUND)
        except MetadataError:
            return False
        return offset >= 8 and bool(found) and all(form in BIG_SIZES for _, form, _, _ in found)

    def enter(self, kind: Kind) -> Directory:
        if len(self.found) >= _DIRECTORIES:
            raise Spent(f"More than {_DIRECTORIES} directories")
        directory = Directory(kind.name, kind.table)
        self.found.append(directory)
        return directory

    def ifd(self, kind: Kind, directory: Directory, offset: int, order: str, depth: int, base: int = 0) -> int:
        """Fills `directory` with the IFD at `offset`; the offset of the one that follows, 0 when none does.

        `base` is what the offsets in the IFD count from.
        """
        window, big = self.window, self.big
        if offset in self.visited or depth > _DEPTH:
            return 0
        self.visited.add(offset)
        if offset < 0 or offset >= window.size:
            directory.errors.append("Ignored IFD marked to start outside data segment")
            return 0
        if big:
            count = unpack_from(order + "Q", window.bytes(offset, 8))[0]
            first, size, link, inline = offset + 8, 20, 8, 8
        else:
            count = unpack_from(order + "H", window.bytes(offset, 2))[0]
            first, size, link, inline = offset + 2, 12, 4, 4
            # Some software turns a file's byte order and misses an IFD: no IFD of the corpus has over 255 entries.
            if count > 0xFF and not count & 0xFF:
                count >>= 8
                order = "<" if order == ">" else ">"
        end = first + count * size
        if end + link > window.size:
            directory.errors.append("Illegally sized IFD")
            if not self.sound(offset, order):
                return 0
            count = min(count, (window.size - first) // size)  # the file is cut: what is there counts
            link = 0

        budget = self.budget
        affordable = min(count, budget.entries)
        budget.entries -= affordable
        sizes = BIG_SIZES  # LONG8 is met in plain TIFF files too
        values, blocks, leads = directory.values, kind.blocks, {*kind.pointers, _SUB_IFDS}
        arrays, octets = kind.arrays, kind.octets
        texts = kind.texts
        directory.order = order
        short = 16 if order == ">" else 0
        bad = 0
        position = first - inline  # of the value field of the entry before
        for tag, form, number, field in entries(window, first, affordable, order, big):
            position += size
            # Nine of ten entries are one plain number or a short string; they take the shortest way.
            if form == 3 and number == 1 and not big and tag not in leads:
                plain = field >> short & 0xFFFF
                if tag in values and tag:
                    directory.keep(tag, plain)
                values[tag] = plain
                continue
            unit = sizes.get(form)
            if unit is None:
                if form == 0:  # no length that could be checked; the reference reads on in silence
                    unit = 0
                else:
                    directory.errors.append(f"Invalid TIFF tag format code {form} for tag 0x{tag:04X}")
                    bad += 1
                    if bad > _BAD_TYPES:
                        directory.errors.append("Stopping processing as too many errors seen in TIFF IFD")
                        return 0
                    continue
            length = unit * number
            if length > inline:
                start = base + field
                if start < 0 or start + length > window.size:
                    directory.errors.append(
                        "Illegal TIFF tag pointer offset"
                        if field + length > window.size or start > window.size
                        else f"Illegal number of bytes for TIFF tag data: {length}"
                    )
                    continue
                budget.bytes -= length
                if budget.bytes < 0:
                    raise Spent("The values together are larger than the file")
            else:
                start = position
            if tag in leads or tag in blocks:
                before = len(self.found)
                try:
                    if tag in leads and self.lead(kind, tag, form, number, start, base, order, depth):
                        continue
                    if tag in blocks and self.block(kind, directory, tag, start, length, order, depth):
                        continue
                except Spent:
                    raise
                except MetadataError as error:
                    (self.found[-1] if len(self.found) > before else directory).errors.append(str(error))
                    continue
            if tag == 0 and not length and 0 not in values:
                continue
            value = (decode_text if tag in texts else decode)(window, form, number, start, order, tag)
            if tag in arrays and form in (3, 9) and number != 1:
                self.spread(values, value, arrays[tag])
            elif tag in octets and type(value) is bytes:
                self.spread(values, value, octets[tag])
            elif value is not None:
                if tag in values and tag:  # Canon fills directories up with entries of zeros
                    directory.keep(tag, value)
                values[tag] = value
            elif form not in (5, 10):
                directory.errors.append(f"Invalid TIFF tag format code {form} for tag 0x{tag:04X}")

        directory.errors += guessed(directory, texts)
        if affordable < count:
            raise Spent(f"More than {ENTRIES} tags")
        if not link:
            return 0
        following: int = unpack_from(order + ("Q" if big else "I"), window.bytes(end, link))[0]
        if not 0 < following < window.size:
            if following and self.is_file and kind in CHAINED:
                directory.errors.append(f"The next directory is said to begin at {following}, outside the file")
            return 0
        return following if offset <= following or self.sound(following, order) else 0

    def lead(self, kind: Kind, tag: int, form: int, number: int, start: int, base: int, order: str, depth: int) -> bool:
        """Follows a tag that points to IFDs; False when it does not and is to be kept as it is."""
        child = SUB_IFD if tag == _SUB_IFDS else kind.pointers[tag]
        if form in (1, 7) and number == 4 and not kind.inline:  # four bytes, typed as such
            form, number = (
                (4, 1) if self.sound(unpack_from(order + "I", self.window.bytes(start, 4))[0], order) else (0, 0)
            )
        code = _OFFSETS.get(form)
        if code is not None and number and not (kind.inline and form == 3):
            unit = BIG_SIZES[form]
            for index in range(number):
                target = unpack_from(order + code, self.window.bytes(start + unit * index, unit))[0]
                if base and unit == 4 and target >= 0x80000000:  # in a makernote it may count backwards
                    target -= 1 << 32
                if form == 3 and not self.sound(target, order):  # it is a number after all
                    return False
                self.ifd(child, self.enter(child), base + target, order, depth + 1, base)
            return tag not in kind.kept
        if kind.inline and tag in kind.pointers:
            self.ifd(child, self.enter(child), start, order, depth + 1, base)
            return True
        return False

    def spread(self, values: dict[int, Value], members: Value, split: Split) -> None:
        """Makes tags of an array's members."""
        self.budget.entries -= len(members)
        if self.budget.entries < 0:
            raise Spent(f"More than {ENTRIES} tags")
        split(values, members)

    def block(
        self, kind: Kind, directory: Directory, tag: int, start: int, length: int, order: str, depth: int
    ) -> bool:
        """Reads what a tag holds as a block of its own; False when the tag is to be kept as it is."""
        self.budget.blocks -= 1
        if self.budget.blocks < 0:
            raise Spent(f"More than {BLOCKS} embedded blocks")
        reader = self.window.reader(start, length).ordered(order)
        if tag == MAKERNOTE:
            return self.makernote(directory, start, length, order, depth)
        part = kind.parts.get(tag)
        if part is not None:
            found = part(directory, reader)
            if found is None:
                return False
            self.found.extend(found)
            return True
        if tag == IPTC and self.window.bytes(start, 1) != b"\x1c":
            return False
        try:
            self.found.extend(nested.reader(HELD[tag])(reader))
        except MetadataError as error:
            directory.errors.append(str(error))
        return True

    def makernote(self, directory: Directory, start: int, length: int, order: str, depth: int) -> bool:
        first = next((one for one in self.found if one.name == IFD0.name), None)
        make = first.values.get(_MAKE) if first is not None else None
        rest = self.window.reader(start, self.window.size - start)
        head = rest.bytes(0, min(HEAD, rest.size))
        row = match(make if isinstance(make, str) else "", head)
        if row is None:
            return False
        if row.error:
            directory.errors.append(row.error)
        order = row.order or order
        if row.read is not None:
            self.found.extend(row.read(rest.ordered(order)))
        elif row.table is not None or row.note is not None:
            offset = start + (row.start if isinstance(row.start, int) else row.start(head))
            note = note_kind(row)
            base: int | None = None if row.base is None else start + row.base
            fault = ""
            if base is None:
                base, fault = moved.shift(self.window, start, length, offset, order)
            found = self.enter(note)
            # Behind the end there is no value.
            self.ifd(note, found, offset, order, depth + 1, self.window.size if base is None else base)
            if note.finish is not None:
                model = first.values.get(_MODEL) if first is not None else None
                note.finish(found, model.strip() if isinstance(model, str) else "")
            if fault:
                found.errors = [fault, *(found.errors if base is not None else ())]
        return not row.keep
