"""JFIF header, JPEG segment APP0 (ITU-T T.871)."""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from

from metadata_digger.metadata.blocks.limits import beyond
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.jpeg import JFIF, JFIF_UNITS

PREAMBLE = b"JFIF"


def _dots(_: Directory, value: Value) -> str:
    return "1 dot" if value == 1 else f"{value} dots"


TABLE = TagTable(
    JFIF,
    {
        5: lambda _, value: f"{value >> 8}.{value & 0xFF}",
        7: lambda _, value: JFIF_UNITS.get(value, "unit"),
        8: _dots,
        10: _dots,
    },
)
_FIELDS = ((5, ">H"), (7, ">B"), (8, ">H"), (10, ">H"), (12, ">B"), (13, ">B"))


def read(reader: Reader) -> Iterator[Directory]:
    """The segment from its identifier on."""
    data = reader.bytes(0, min(reader.size, 14))
    directory = Directory("JFIF", TABLE)
    if len(data) == 14:
        directory.values = dict(zip(JFIF, unpack_from(">HBHHBB", data, 5), strict=True))
    else:
        for tag, layout in _FIELDS:
            length = 2 if layout == ">H" else 1
            if tag + length > len(data):
                directory.errors.append(beyond(tag, length, len(data)))
                break
            directory.values[tag] = unpack_from(layout, data, tag)[0]
    yield directory
