"""WebP (RFC 9649): a RIFF file of chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from metadata_digger.metadata.blocks.limits import COLLECTED, called
from metadata_digger.metadata.blocks.riff import chunks
from metadata_digger.metadata.errors import Malformed, MetadataError
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.webp import WEBP

_HEIGHT, _WIDTH, _ALPHA, _ANIMATION = WEBP
_EXIF_PREAMBLE = b"Exif\0\0"
_SEGMENT = 4  # bytes of a JPEG segment's marker and length
_WANTED = 256  # no file of the corpus has more than five chunks that say something

TABLE = TagTable(WEBP, dict.fromkeys((_ALPHA, _ANIMATION), lambda _, value: "true" if value else "false"))


def read(reader: Reader) -> Iterator[Directory]:
    """Every chunk that says something, in file order; picture data is not read.

    Faults in the chain of chunks are the texts of a last directory. Raises Truncated for a file without a header.
    """
    errors: list[str] = []
    collected = 0
    found = chunks(reader, b"WEBP", lambda _: False, _READERS.__contains__, errors)
    try:
        for seen, (kind, chunk) in enumerate(found, 1):
            collected += 0 if kind in _PICTURES else chunk.size
            if seen > _WANTED or collected > COLLECTED:
                raise Malformed(f"More than {_WANTED} chunks or {COLLECTED >> 20} MiB of metadata")
            try:
                yield from _READERS[kind](chunk)
            except MetadataError as error:
                errors.append(f"Chunk '{called(kind)}': {error}")
    except Malformed as error:
        errors.append(str(error))
    if errors:
        yield Directory("WebP", TABLE, errors=errors)


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
    if chunk.size > _SEGMENT and chunk.bytes(0, 2) == b"\xff\xe1":  # a whole segment of JPEG, its marker included
        chunk = chunk.within(_SEGMENT, chunk.size - _SEGMENT)
    if chunk.size >= length and chunk.bytes(0, length) == _EXIF_PREAMBLE:
        return exif.read(chunk.within(length, chunk.size - length), length)
    return exif.read(chunk)


def _profile(chunk: Reader) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import icc

    return icc.read(chunk.ordered(">"))


def _c2pa(chunk: Reader) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import c2pa

    return c2pa.read(chunk)


def _xmp(chunk: Reader) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import xmp

    return xmp.read(chunk)


_PICTURES: dict[bytes, Callable[[Reader], Iterator[Directory]]] = {
    b"VP8X": _extended,
    b"VP8L": _lossless,
    b"VP8 ": _lossy,
}
_READERS = _PICTURES | {b"EXIF": _exif, b"ICCP": _profile, b"XMP ": _xmp, b"C2PA": _c2pa}
