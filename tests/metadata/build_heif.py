"""HEIF files for tests: boxes of ISO/IEC 14496-12."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from struct import pack

NONE = b"\0\0\0\0"  # version and flags
RDF = b"application/rdf+xml"


def box(kind: bytes, *content: bytes, wide: bool = False) -> bytes:
    """A box; `wide` writes its size in 64 bits, as Apple does for picture data."""
    data = b"".join(content)
    return (pack(">I4sQ", 1, kind, len(data) + 16) if wide else pack(">I4s", len(data) + 8, kind)) + data


def file_type(major: bytes = b"heic", *brands: bytes) -> bytes:
    return box(b"ftyp", major, pack(">I", 0), *(brands or (b"mif1", b"heic")))


def handler(kind: bytes = b"pict") -> bytes:
    return box(b"hdlr", NONE, NONE, kind, bytes(12), b"\0")


def meta(*boxes: bytes, kind: bytes = b"pict") -> bytes:
    return box(b"meta", NONE, handler(kind), *boxes)


def properties(*boxes: bytes, owned: Mapping[int, Sequence[int]] | None = None, wide: bool = False) -> bytes:
    """`owned`: which of the boxes, counted from 1, each item has; `wide` writes both in their longer form."""
    entries = b""
    for number, indexes in (owned or {}).items():
        entries += pack(">IB" if wide else ">HB", number, len(indexes))
        entries += b"".join(pack(">H" if wide else ">B", index) for index in indexes)
    flags = b"\1\0\0\1" if wide else NONE
    return box(b"iprp", box(b"ipco", *boxes), box(b"ipma", flags, pack(">I", len(owned or {})), entries))


def primary(number: int, version: int = 0) -> bytes:
    return box(b"pitm", bytes((version, 0, 0, 0)), pack(">I" if version else ">H", number))


def size(width: int, height: int) -> bytes:
    return box(b"ispe", NONE, pack(">II", width, height))


def rotation(quarters: int) -> bytes:
    return box(b"irot", bytes((quarters,)))


def mirroring(mode: int) -> bytes:
    return box(b"imir", bytes((mode,)))


def depth(*bits: int) -> bytes:
    return box(b"pixi", NONE, bytes((len(bits), *bits)))


def colour(kind: bytes, data: bytes) -> bytes:
    return box(b"colr", kind, data)


def item(number: int, kind: bytes, version: int = 2, content_type: bytes = b"", encoding: bytes = b"") -> bytes:
    """An item's entry; versions 0 and 1 have no type, and the type of content instead."""
    if version < 2:
        shown = content_type or b"image/x"
        return box(b"infe", bytes((version, 0, 0, 0)), pack(">HH", number, 0), b"name\0", shown, b"\0\0")
    said = b"\0".join((content_type, encoding)) + b"\0" if content_type else b""
    start = pack(">IH" if version == 3 else ">HH", number, 0)
    return box(b"infe", bytes((version, 0, 0, 0)), start, kind, b"\0", said)


def items(*entries: bytes, version: int = 0) -> bytes:
    return box(b"iinf", bytes((version, 0, 0, 0)), pack(">I" if version else ">H", len(entries)), *entries)


def locations(*extents: tuple[int, int, int], version: int = 1, base: int = 0) -> bytes:
    """Items of one extent each: id, offset, length. Offsets of 4 bytes, and a base of 4 when it is not 0."""
    data = bytes((version, 0, 0, 0, 0x44, 0x40 if base else 0))
    data += pack(">I" if version == 2 else ">H", len(extents))
    for number, offset, length in extents:
        data += pack(">I" if version == 2 else ">H", number) + (b"\0\0" if version else b"") + b"\0\0"
        data += (pack(">I", base) if base else b"") + pack(">HII", 1, offset - base, length)
    return box(b"iloc", data)


def places(*items: tuple[int, int, Sequence[tuple[int, ...]]], version: int = 1, sizes: bytes = b"\x44\x00") -> bytes:
    """The box "iloc": of each item its id, its construction method, and its extents as numbers of the sizes' bytes."""
    wide = ">I" if version == 2 else ">H"
    data = bytes((version, 0, 0, 0)) + sizes + pack(wide, len(items))
    widths = [size for size in ((sizes[1] & 15) * (version > 0), sizes[0] >> 4, sizes[0] & 15) if size]
    for number, method, extents in items:
        data += pack(wide, number) + (pack(">H", method) if version else b"") + bytes(2 + (sizes[1] >> 4))
        data += pack(">H", len(extents))
        for extent in extents:
            data += b"".join(value.to_bytes(width, "big") for value, width in zip(extent, widths, strict=True))
    return box(b"iloc", data)


def exif_item(tiff: bytes, preamble: bytes = b"") -> bytes:
    return pack(">I", len(preamble)) + preamble + tiff


def picture(
    payloads: Sequence[tuple[bytes, bytes]],
    *more: bytes,
    before: bytes = b"",
    first: bool = False,
    wide: bool = False,
    version: int = 1,
    base: int = 0,
) -> bytes:
    """A file with items of these types and contents, `more` boxes in "meta".

    `before` comes between "ftyp" and "meta"; `first` puts the picture data there too.
    """
    entries = items(
        *(item(number, kind, 2, RDF if kind == b"mime" else b"") for number, (kind, _) in enumerate(payloads, 1))
    )
    data = b"".join(content for _, content in payloads)
    start = 0
    for _ in range(2):  # the offsets depend on the length of what states them, not on themselves
        extents, position = [], max(start, base)
        for number, (_kind, content) in enumerate(payloads, 1):
            extents.append((number, position, len(content)))
            position += len(content)
        head = meta(entries, locations(*extents, version=version, base=base), *more)
        media = box(b"mdat", data, wide=wide)
        front = file_type() + before + (b"" if first else head)
        start = len(front) + len(media) - len(data)
    return front + media + (head if first else b"")
