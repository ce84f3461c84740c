"""HEIF files for tests: boxes of ISO/IEC 14496-12."""

from __future__ import annotations

from collections.abc import Sequence
from struct import pack

NONE = b"\0\0\0\0"  # version and flags


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


def properties(*boxes: bytes) -> bytes:
    return box(b"iprp", box(b"ipco", *boxes), box(b"ipma", NONE, NONE))


def size(width: int, height: int) -> bytes:
    return box(b"ispe", NONE, pack(">II", width, height))


def rotation(quarters: int) -> bytes:
    return box(b"irot", bytes((quarters,)))


def depth(*bits: int) -> bytes:
    return box(b"pixi", NONE, bytes((len(bits), *bits)))


def colour(kind: bytes, data: bytes) -> bytes:
    return box(b"colr", kind, data)


def item(number: int, kind: bytes, version: int = 2) -> bytes:
    """An item's entry; versions 0 and 1 have no type."""
    if version < 2:
        return box(b"infe", bytes((version, 0, 0, 0)), pack(">HH", number, 0), b"name\0image/x\0\0")
    return box(b"infe", bytes((version, 0, 0, 0)), pack(">IH" if version == 3 else ">HH", number, 0), kind, b"\0")


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
    entries = items(*(item(number, kind) for number, (kind, _) in enumerate(payloads, 1)))
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
