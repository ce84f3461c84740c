"""JPEG XL (ISO/IEC 18181): a codestream, alone or in a container of boxes. The reference does not know it.

Picture data is not read, and boxes that are compressed ("brob") are not opened: the standard library has no Brotli.
"""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks import exif_item
from metadata_digger.metadata.blocks.limits import COLLECTED, END
from metadata_digger.metadata.errors import Malformed, MetadataError, Truncated
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import text
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.exif import WORDS
from metadata_digger.metadata.tags.jpeg_xl import JPEG_XL

_HEIGHT, _WIDTH, _BITS, _ORIENTATION, _ANIMATION = JPEG_XL
_METADATA = (b"Exif", b"xml ", b"jumb")
_CODESTREAM = b"\xff\x0a"
_HEADER = 64  # bytes that hold the fields read here: they have 40 at most
_BOXES, _BLOCKS = 20_000, 256
_WIDTHS = (9, 13, 18, 30)  # bits of a side, less 1
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
# Bits per sample by a selector of two bits, of whole numbers and of floating point; the fourth is six bits, less 1.
_DEPTHS = ((8, 10, 12), (32, 16, 24))

TABLE = TagTable(
    JPEG_XL,
    dict.fromkeys((_HEIGHT, _WIDTH), lambda _, value: f"{text(value)} pixels")
    | {
        _ORIENTATION: lambda _, value: WORDS[0x0112].get(value),
        _ANIMATION: lambda _, value: "true" if value else "false",
    },
)


class _Bits:
    """Fields of some bits each, the lowest bit of a byte first."""

    __slots__ = ("_left", "_value")

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise Truncated(END)
        value = self._value & (1 << count) - 1
        self._value >>= count
        return value


def read(reader: Reader) -> Iterator[Directory]:
    """The picture's own directory, then the blocks in file order."""
    directory = Directory("JPEG XL", TABLE)
    found = [directory]
    header = bytearray(reader.bytes(0, min(_HEADER, reader.size)))
    try:
        if not header.startswith(_CODESTREAM):
            header.clear()
            _container(found, header, reader.ordered(">"))
    except (Malformed, Truncated) as error:
        directory.errors.append(_fault(error))
    try:
        _codestream(directory.values, bytes(header))
    except (Malformed, Truncated) as error:
        directory.errors.append(_fault(error))
    return iter(found)


def _fault(error: MetadataError) -> str:
    return END if isinstance(error, Truncated) else str(error)


def _container(found: list[Directory], header: bytearray, reader: Reader) -> None:
    """Boxes of ISO/IEC 14496-12 at one level. The codestream may come in parts, of which libjxl makes the first six
    bytes long when it writes metadata behind it."""
    directory = found[0]
    position = boxes = collected = 0
    while position < reader.size:
        boxes += 1
        size, start = reader.u32(position), position + 8
        kind = reader.bytes(position + 4, 4)
        if size == 1:
            size, start = reader.u64(start), position + 16
        end = position + size if size else reader.size
        if end < start or boxes > _BOXES or len(found) > _BLOCKS:
            raise Malformed(f"Box '{kind.decode('latin-1')}' is stated to have {size} bytes, or is one of too many")
        content = reader.within(start, min(end, reader.size) - start)
        if kind in (b"jxlc", b"jxlp"):
            skipped = 0 if kind == b"jxlc" else 4  # the part's number
            header += content.bytes(skipped, max(min(_HEADER - len(header), content.size - skipped), 0))
        elif kind == b"brob" and (inner := content.bytes(0, 4)) in _METADATA:
            message = f"Box '{inner.decode()}' is compressed with Brotli and not read"
            if message not in directory.errors:
                directory.errors.append(message)
        elif kind in _METADATA:
            collected += content.size
            if collected > COLLECTED:
                raise Malformed(f"More than {COLLECTED >> 20} MiB of metadata")
            try:
                found += _READERS[kind](content, directory.errors)
            except MetadataError as error:
                directory.errors.append(f"Box '{kind.decode()}': {error}")
            if end > reader.size:
                raise Truncated(END)
        position = end


def _codestream(values: dict[int, Value], data: bytes) -> None:
    """Size and the start of the image metadata (18181-1, annex D)."""
    if not data.startswith(_CODESTREAM):
        raise Malformed("No codestream")
    bits = _Bits(data[2:])
    values[_WIDTH], values[_HEIGHT] = _size(bits)
    values[_BITS], values[_ORIENTATION], values[_ANIMATION] = 8, 1, 0
    if bits.take(1):  # all is as usual
        return
    preview = 0
    if bits.take(1):
        values[_ORIENTATION] = 1 + bits.take(3)
        if bits.take(1):
            _size(bits)  # as it is meant to be shown
        preview = bits.take(1)
        if preview:  # the depth stands behind its size, which has a form of its own: not seen so far
            del values[_BITS], values[_ANIMATION]
            return
        values[_ANIMATION] = bits.take(1)
        if values[_ANIMATION]:
            bits.take((0, 0, 10, 30)[bits.take(2)])  # ticks a second
            bits.take((0, 0, 8, 10)[bits.take(2)])
            bits.take((0, 3, 16, 32)[bits.take(2)] + 1)  # loops, and whether there are time codes
    depths, select = _DEPTHS[bits.take(1)], bits.take(2)
    values[_BITS] = depths[select] if select < 3 else 1 + bits.take(6)


def _size(bits: _Bits) -> tuple[int, int]:
    """Width and height: multiples of 8 up to 256 are short, and the width may be told by its ratio."""
    short = bits.take(1)
    height = _side(bits, short)
    ratio = bits.take(3)
    if not ratio:
        return _side(bits, short), height
    numerator, denominator = _RATIOS[ratio - 1]
    return height * numerator // denominator, height


def _side(bits: _Bits, short: int) -> int:
    return 8 * (1 + bits.take(5)) if short else 1 + bits.take(_WIDTHS[bits.take(2)])


def _exif(box: Reader, errors: list[str]) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import exif

    block, note = exif_item.tiff(box)
    # pillow-jxl-plugin 1.3 leaves out the four bytes that tell where the TIFF header is: nothing to speak of.
    if note is not None and block.size != box.size:
        errors.append(note)
    return exif.read(block)


def _xmp(box: Reader, _: list[str]) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import xmp

    return xmp.read(box)


def _c2pa(box: Reader, _: list[str]) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import c2pa

    # The box is a superbox itself: its header is put in front again.
    data = box.bytes(0, box.size)
    return c2pa.read(Reader.over((len(data) + 8).to_bytes(4, "big") + b"jumb" + data))


_READERS = {b"Exif": _exif, b"xml ": _xmp, b"jumb": _c2pa}
