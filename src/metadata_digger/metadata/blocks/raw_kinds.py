"""Which camera's raw file a TIFF file is, by its first directory (TIFF/EP, ISO 12234-2; DNG 1.7, "DNGVersion").

Newer releases of the reference go by the name's extension; here what stands in the file tells: a renamed raw file is
one still, and a TIFF picture that was made of one is none.
"""

from __future__ import annotations

from struct import unpack_from

from metadata_digger.metadata.errors import Truncated
from metadata_digger.metadata.source import ByteSource
from metadata_digger.metadata.tags.file_types import ARW, DNG, NEF, PEF, SRW, TIFF, FileType

_REACH = 64 << 10  # bytes in which the directory lies: those that are read of every file
_MAKE, _SUBFILE, _COMPRESSION, _SUB_IFDS, _SONY, _DNG = 0x010F, 0x00FE, 0x0103, 0x014A, 0xC634, 0xC612
_REDUCED, _PENTAX = 1, 65535


def kind(source: ByteSource) -> FileType:
    """The type of a file that begins as TIFF files do."""
    try:
        return _kind(source)
    except Truncated:
        return TIFF


def _kind(source: ByteSource) -> FileType:
    head = source.read_at(0, 8)
    order = "<" if head[:2] == b"II" else ">"
    (start,) = unpack_from(order + "I", head, 4)
    reach = min(source.size, _REACH)
    if head[2:4] not in (b"\x2a\0", b"\0\x2a") or start + 2 > reach:
        return TIFF
    (count,) = unpack_from(order + "H", source.read_at(start, 2))
    count = min(count, (reach - start - 2) // 12)
    data = source.read_at(start + 2, 12 * count)
    entries = {tag: at for at in range(0, len(data), 12) for (tag,) in (unpack_from(order + "H", data, at),)}
    if _DNG in entries:
        return DNG
    if _MAKE not in entries:
        return TIFF
    size, place = unpack_from(order + "II", data, entries[_MAKE] + 4)
    inline = entries[_MAKE] + 8
    make = data[inline : inline + 4] if size <= 4 else source.read_at(place, min(size, 8)) if place < reach - 8 else b""

    def number(tag: int) -> int:
        return int(unpack_from(order + "H", data, entries[tag] + (10 if order == ">" and _long(tag) else 8))[0])

    def _long(tag: int) -> bool:
        return bool(unpack_from(order + "H", data, entries[tag] + 2)[0] == 4)

    reduced = _SUBFILE in entries and number(_SUBFILE) == _REDUCED
    make = make.upper()
    if make.startswith(b"NIKON") and _SUB_IFDS in entries and reduced:
        return NEF
    if make.startswith(b"SONY") and _SONY in entries:
        return ARW
    if make.startswith((b"PENTAX", b"RICOH")) and _COMPRESSION in entries and number(_COMPRESSION) == _PENTAX:
        return PEF
    if make.startswith(b"SAMSUNG") and _SUB_IFDS in entries:
        return SRW
    return TIFF
