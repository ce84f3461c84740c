"""WebP (RFC 9649): a RIFF file of chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from metadata_digger.metadata.blocks.limits import BUFFER, COLLECTED, END
from metadata_digger.metadata.errors import Malformed, Truncated
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.webp import WEBP

_HEIGHT, _WIDTH, _ALPHA, _ANIMATION = WEBP
_EXIF_PREAMBLE = b"Exif\0\0"
# An animation of the corpus has a hundred chunks, no file has more than five that say something.
_CHUNKS, _WANTED = 100_000, 256

TABLE = TagTable(WEBP, dict.fromkeys((_ALPHA, _ANIMATION), lambda _, value: "true" if value else "false"))


def read(reader: Reader) -> Iterator[Directory]:
    """Every chunk that says something, in file order. Raises MetadataError when the chain of chunks is broken."""
    for kind, chunk in _chunks(reader.ordered("<")):
        yield from _READERS[kind](chunk)


def _chunks(reader: Reader) -> list[tuple[bytes, Reader]]:
    """Type and data of the chunks that have a reader. Nothing is read but the heads.

    The whole chain comes first, as in the reference: a file with a broken one gives nothing but its reason.
    """
    size = reader.size
    if size < 12:
        raise Truncated(END)
    head = reader.bytes(0, 12)
    if head[:4] != b"RIFF":
        raise Malformed(f"Invalid RIFF header: {head[:4].decode('latin-1')}")
    if head[8:] != b"WEBP":
        return []
    # Taken for a position, as in the reference, this ends 12 bytes before the last chunk does: no chunk that says
    # something is that short.
    end = int.from_bytes(head[4:8], "little", signed=True) - 4
    chunks: list[tuple[bytes, Reader]] = []
    position, seen, collected = 12, 0, 0
    while position < end:
        if position + 8 > size:
            raise Truncated(END)
        head = reader.bytes(position, 8)
        kind, length = head[:4], int.from_bytes(head[4:], "little")
        position += 8
        seen += 1
        if length > 0x7FFFFFFF or (kind in _LISTS and length < 4):
            raise Malformed("Invalid RIFF chunk size")
        if seen > _CHUNKS or len(chunks) > _WANTED:
            raise Malformed(f"More than {_CHUNKS if seen > _CHUNKS else _WANTED} chunks")
        if kind in _READERS:
            if position + length > size:
                raise Truncated(END)
            collected += length if kind not in _PICTURES else 0
            if collected > COLLECTED:
                raise Malformed(f"More than {COLLECTED >> 20} MiB of metadata")
            chunks.append((kind, reader.within(position, length)))
            position += length
        else:
            position = _skip(position, length, size)
        if length & 1 and kind not in _LISTS:
            position = _skip(position, 1, size)
    return chunks


def _skip(position: int, count: int, size: int) -> int:
    """Where `count` bytes on is. Beyond the end of a short file the reference notices."""
    left = max(size - position, 0)
    if count > left and size <= BUFFER:
        raise Truncated(f"Unable to skip. Requested {count} bytes but only {left} remained.")
    return position + count


def _extended(chunk: Reader) -> Iterator[Directory]:
    if chunk.size != 10:
        return
    data = chunk.bytes(0, 10)
    width, height = int.from_bytes(data[4:7], "little") + 1, int.from_bytes(data[7:], "little") + 1
    flags = {_ALPHA: data[0] & 0x10, _ANIMATION: data[0] & 2}
    yield Directory("WebP", TABLE, {_WIDTH: width, _HEIGHT: height} | flags)


def _lossless(chunk: Reader) -> Iterator[Directory]:
    if chunk.size < 5 or chunk.u8(0) != 0x2F:
        return
    bits = chunk.u32(1)  # 14 of width - 1, 14 of height - 1, alpha, version
    yield Directory("WebP", TABLE, {_WIDTH: (bits & 0x3FFF) + 1, _HEIGHT: (bits >> 14 & 0x3FFF) + 1})


def _lossy(chunk: Reader) -> Iterator[Directory]:
    """A key frame's header (RFC 6386, 9.1). Width and height are shown with their two bits of scaling."""
    if chunk.size < 10 or chunk.bytes(3, 3) != b"\x9d\x01\x2a":
        return
    yield Directory("WebP", TABLE, {_WIDTH: chunk.u16(6), _HEIGHT: chunk.u16(8)})


def _exif(chunk: Reader) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import exif

    # The chunk has no preamble of its own; some writers leave that of a JPEG segment there.
    length = len(_EXIF_PREAMBLE)
    if chunk.size >= length and chunk.bytes(0, length) == _EXIF_PREAMBLE:
        return exif.read(chunk.within(length, chunk.size - length), length)
    return exif.read(chunk)


def _profile(chunk: Reader) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import icc

    return icc.read(chunk.ordered(">"))


def _xmp(chunk: Reader) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import xmp

    return xmp.read(chunk)


_LISTS = (b"LIST", b"RIFF")
_PICTURES: dict[bytes, Callable[[Reader], Iterator[Directory]]] = {
    b"VP8X": _extended,
    b"VP8L": _lossless,
    b"VP8 ": _lossy,
}
_READERS = _PICTURES | {b"EXIF": _exif, b"ICCP": _profile, b"XMP ": _xmp}
