"""Multi-Picture Format, JPEG segment APP2 (CIPA DC-007): which further pictures the file has, such as previews.

The reference does not read it. The pictures' own directories are not read either; the attributes that follow the index
are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import iter_unpack

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.blocks.exif_kinds import Kind
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.render import text
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.mpf import ENTRIES, FIRST, MPF, TYPES

PREAMBLE = b"MPF\0"
_LENGTH = 16  # bytes of an entry
_PICTURES = 256  # cameras write two or three; a panorama has some dozens
_FLAGS = ((31, "dependent parent"), (30, "dependent child"), (29, "representative"))


def _version(_: Directory, value: object) -> str:
    """Four digits, "0100"."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(text(value))


TABLE = TagTable(MPF, {0xB000: _version})
KIND = Kind("MPF", TABLE, {}, frozenset())


def read(reader: Reader) -> Iterator[Directory]:
    """The segment behind its identifier: a TIFF header, and the index."""
    order = "<" if reader.bytes(0, min(2, reader.size)) == b"II" else ">"
    for directory in exif.read(reader, 0, KIND):
        entries = directory.values.get(ENTRIES)
        if isinstance(entries, bytes) and len(entries) % _LENGTH == 0 and len(entries) <= _LENGTH * _PICTURES:
            del directory.values[ENTRIES]
            pictures = [_described(*entry) for entry in iter_unpack(order + "3I4x", entries)]
            names = {FIRST + number: f"Image {number + 1}" for number in range(len(pictures))}
            directory.table = TagTable({**MPF, **names}, TABLE.render)
            directory.values |= dict(zip(names, pictures, strict=True))
        yield directory


def _described(attributes: int, size: int, offset: int) -> str:
    """Offsets count from the TIFF header; the first picture has none."""
    kind = TYPES.get(attributes & 0xFFFFFF, f"Unknown type (0x{attributes & 0xFFFFFF:06x})")
    flags = [name for bit, name in _FLAGS if attributes >> bit & 1]
    coding = attributes >> 24 & 7
    words = [kind, "JPEG" if coding == 0 else f"Unknown format ({coding})", f"{size} bytes at {offset}", *flags]
    return ", ".join(words)
