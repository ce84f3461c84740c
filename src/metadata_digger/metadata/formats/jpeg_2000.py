"""JPEG 2000 (ISO/IEC 15444): a codestream (part 1, annex A), alone or in boxes (annex I; part 2, annex M; part 6).

The reference does not know it. Picture data is not read: of a codestream the main header tells the size, and its
comments the program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from metadata_digger.metadata.blocks import uuid_box
from metadata_digger.metadata.blocks.limits import COLLECTED, END, called
from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.errors import Malformed, MetadataError, Truncated
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import decimal, text
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.jpeg_2000 import COLOR_SPACES, COMMENT, COMPRESSIONS, JPEG_2000

_HEIGHT, _WIDTH, _COMPONENTS, _BITS, _COMPRESSION, _COLOR_SPACE = range(1, 7)
_CAPTURE_X, _CAPTURE_Y, _DISPLAY_X, _DISPLAY_Y, _LABEL, _URL, _PAGES = range(7, 14)
_CODESTREAM = b"\xff\x4f\xff\x51"
_SIZ, _COM, _SOT, _SOD, _EOC = 0xFF51, 0xFF64, 0xFF90, 0xFF93, 0xFFD9
_SUPERBOXES = frozenset((b"jp2h", b"res ", b"uinf", b"asoc", b"jpch", b"jplh", b"page", b"lobj", b"objc", b"ftbl"))
_BOXES, _DEPTH, _BLOCKS, _MARKERS = 20_000, 8, 256, 2000
_CODESTREAMS = 16  # of one file whose comments are read
_LONGEST = 4096  # bytes of a label or an address
_SHOWN = 16_384  # bytes of one comment
_GEO = bytes.fromhex("b14bf8bd083d4b43a5ae8cd7d5a6ce03")
# What a GeoJP2 box (a TIFF file of one grey point) says of that point, which is not the picture.
_OF_THE_POINT = (0x00FE, 0x0100, 0x0101, 0x0102, 0x0103, 0x0106, 0x0111, 0x0115, 0x0116, 0x0117, 0x011C)


def _per_metre(_: Directory, value: Value) -> str:
    return f"{decimal(value, 2)} pixels per metre"


TABLE = TagTable(
    JPEG_2000,
    dict.fromkeys((_HEIGHT, _WIDTH), lambda _, value: f"{text(value)} pixels")
    | dict.fromkeys((_CAPTURE_X, _CAPTURE_Y, _DISPLAY_X, _DISPLAY_Y), _per_metre)
    | {
        _COMPRESSION: lambda _, value: COMPRESSIONS.get(value) or f"Unknown ({value})",
        _COLOR_SPACE: lambda _, value: COLOR_SPACES.get(value) or f"Unknown ({value})",
        _BITS: lambda _, value: value if isinstance(value, str) else str(value),
    },
)
COMMENT_TABLE = TagTable(COMMENT)


@dataclass(slots=True)
class _File:
    """What was found: the picture's own directory, then blocks in file order; and how much more may be."""

    directory: Directory
    found: list[Directory] = field(default_factory=list)
    boxes: int = 0
    collected: int = 0
    codestreams: int = 0

    def set(self, tag: int, value: Value) -> None:
        """The first that says something of the picture is believed: what comes later is of its parts."""
        self.directory.values.setdefault(tag, value)

    def fault(self, words: str) -> None:
        if len(self.directory.errors) < _BLOCKS:
            self.directory.errors.append(words)


def read(reader: Reader) -> Iterator[Directory]:
    """The picture's own directory, then the blocks and comments in file order."""
    file = _File(Directory("JPEG 2000", TABLE))
    try:
        if reader.bytes(0, min(4, reader.size)) == _CODESTREAM:
            _codestream(file, reader)
        else:
            _boxes(file, reader, 0)
    except MetadataError as error:
        file.fault(_told(error))
    yield file.directory
    yield from file.found


def _told(error: MetadataError) -> str:
    return END if isinstance(error, Truncated) else str(error)


def _boxes(file: _File, reader: Reader, depth: int) -> None:
    """The boxes of one level. One that is longer than what it lies in is read as far as that goes."""
    position = 0
    while position + 8 <= reader.size:
        file.boxes += 1
        size, start, kind = reader.u32(position), position + 8, reader.bytes(position + 4, 4)
        if size == 1:
            size, start = reader.u64(start), position + 16
        end = position + size if size else reader.size
        if end < start or file.boxes > _BOXES or len(file.found) > _BLOCKS:
            raise Malformed(f"Box '{called(kind)}' is stated to have {size} bytes, or is one of too many")
        content = reader.within(start, max(0, min(end, reader.size) - start))
        if end > reader.size:
            left = reader.size - position
            file.fault(f"Box '{called(kind)}' is stated to have {size:,} bytes, of which {left:,} are there")
        try:
            if kind in _SUPERBOXES:
                if depth >= _DEPTH:
                    raise Malformed("Boxes nest too deep")
                _boxes(file, content, depth + 1)
            elif kind in _READERS:
                _READERS[kind](file, content)
        except MetadataError as error:
            file.fault(f"Box '{called(kind)}': {_told(error)}")
        position = end
    if position < reader.size:
        file.fault(END)


def _header(file: _File, box: Reader) -> None:
    height, width, components, bits, compression = box.unpack("IIHBB", 0)
    values: dict[int, Value] = {_HEIGHT: height, _WIDTH: width, _COMPONENTS: components}
    if bits != 0xFF:  # else they are different, and in a box of their own
        values[_BITS] = _depth(bits)
    for tag, value in {**values, _COMPRESSION: compression}.items():
        file.set(tag, value)


def _depth(code: int) -> str:
    return f"{1 + (code & 0x7F)}{' signed' if code & 0x80 else ''}"


def _depths(file: _File, box: Reader) -> None:
    file.set(_BITS, " ".join(map(_depth, box.bytes(0, min(box.size, 64)))))


def _color(file: _File, box: Reader) -> None:
    method = box.u8(0)
    if method == 1:
        file.set(_COLOR_SPACE, box.u32(3))
    elif method in (2, 3):
        from metadata_digger.metadata.blocks import icc

        file.found += icc.read(Reader.over(_content(file, box, 3)))


def _content(file: _File, box: Reader, start: int = 0) -> bytes:
    file.collected += box.size
    if file.collected > COLLECTED:
        raise Malformed(f"More than {COLLECTED >> 20} MiB of metadata")
    return box.bytes(start, box.size - start)


def _resolution(x: int, y: int) -> Callable[[_File, Reader], None]:
    """Points a metre: a fraction and a power of ten, first of the vertical one (I.5.3.7)."""

    def read_box(file: _File, box: Reader) -> None:
        up, below, across, beside, power, other = box.unpack("HHHHbb", 0)
        for tag, number, part, exponent in ((y, up, below, power), (x, across, beside, other)):
            if part:
                file.set(tag, float(number) / part * 10.0**exponent)

    return read_box


def _page(file: _File, box: Reader) -> None:
    _, height, width = box.unpack("HII", 0)
    file.set(_HEIGHT, height)
    file.set(_WIDTH, width)
    file.directory.values[_PAGES] = file.directory.values.get(_PAGES, 0) + 1


def _text_of(tag: int, start: int = 0) -> Callable[[_File, Reader], None]:
    def read_box(file: _File, box: Reader) -> None:
        if box.size > start:
            value = decoded(box.bytes(start, min(box.size - start, _LONGEST)).partition(b"\0")[0])
            file.directory.keep(tag, value)
            file.directory.values[tag] = value

    return read_box


def _uuid(file: _File, box: Reader) -> None:
    file.collected += box.size
    if file.collected > COLLECTED:
        raise Malformed(f"More than {COLLECTED >> 20} MiB of metadata")
    if box.size >= 16 and box.bytes(0, 16) == _GEO:
        from metadata_digger.metadata.blocks import exif

        for directory in exif.read(box.within(16, box.size - 16)):
            directory.name = "GeoJP2" if directory.name == "Exif IFD0" else directory.name
            for tag in _OF_THE_POINT:
                directory.values.pop(tag, None)
            file.found.append(directory)
    else:
        file.found += uuid_box.read(box)


def _xml(file: _File, box: Reader) -> None:
    from metadata_digger.metadata.blocks import xml

    file.found += xml.read(Reader.over(_content(file, box)))


def _exif(file: _File, box: Reader) -> None:
    from metadata_digger.metadata.blocks import exif, exif_item

    block, _ = exif_item.tiff(box)
    file.found += exif.read(block)


def _codestream(file: _File, stream: Reader) -> None:
    """The markers of the main header (annex A.4): they end where the first tile begins."""
    file.codestreams += 1
    if file.codestreams > _CODESTREAMS:
        return
    if stream.bytes(0, min(4, stream.size)) != _CODESTREAM:
        raise Malformed("No codestream")
    position = 2
    for _ in range(_MARKERS):
        marker = stream.u16(position)
        if marker in (_SOT, _SOD, _EOC):
            return
        length = stream.u16(position + 2)
        if marker < 0xFF00 or length < 2:
            raise Malformed(f"No marker at byte {position:,} of the codestream")
        segment = stream.within(position + 4, min(length - 2, max(0, stream.size - position - 4)))
        if marker == _SIZ:
            _size(file, segment)
        elif marker == _COM:
            _comment(file, segment)
        position += 2 + length
    raise Malformed(f"More than {_MARKERS:,} markers in the codestream's header")


def _size(file: _File, segment: Reader) -> None:
    width, height, left, top = segment.unpack("IIII", 2)
    count = segment.u16(34)
    known = file.directory.values
    size = {_HEIGHT: height - top, _WIDTH: width - left}
    other = any(known.get(tag, value) != value for tag, value in size.items())
    if other and file.codestreams == 1 and _PAGES not in known:
        file.fault(f"The codestream has {size[_WIDTH]} by {size[_HEIGHT]} pixels")
    for tag, value in (*size.items(), (_COMPONENTS, count)):
        file.set(tag, value)
    depths = [_depth(segment.u8(36 + 3 * number)) for number in range(min(count, 64, (segment.size - 36) // 3))]
    if depths:
        file.set(_BITS, depths[0] if len(set(depths)) == 1 else " ".join(depths))


def _comment(file: _File, segment: Reader) -> None:
    """Text where it is said to be one (A.9.2); of the others, bytes in hexadecimal."""
    kind, data = segment.u16(0), segment.bytes(2, min(segment.size - 2, _SHOWN))
    words = decoded(data.rstrip(b"\0")) if kind == 1 else data.hex()
    if len(file.found) <= _BLOCKS:
        file.found.append(Directory("JPEG 2000 Comment", COMMENT_TABLE, {1: words}))


_READERS: dict[bytes, Callable[[_File, Reader], None]] = {
    b"ihdr": _header,
    b"bpcc": _depths,
    b"colr": _color,
    b"resc": _resolution(_CAPTURE_X, _CAPTURE_Y),
    b"resd": _resolution(_DISPLAY_X, _DISPLAY_Y),
    b"phdr": _page,
    b"lbl ": _text_of(_LABEL),
    b"url ": _text_of(_URL, 4),
    b"uuid": _uuid,
    b"xml ": _xml,
    b"Exif": _exif,
    b"jp2c": _codestream,
}
