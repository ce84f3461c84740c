"""JFIF extension, JPEG segment APP0 with the identifier JFXX (ITU-T T.871, annex B)."""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks.limits import beyond
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.jpeg import JFXX, JFXX_CODES

PREAMBLE = b"JFXX"
TABLE = TagTable(JFXX, {5: lambda _, value: JFXX_CODES.get(value) or f"Unknown extension code {value}"})


def read(reader: Reader) -> Iterator[Directory]:
    """The segment from its identifier on."""
    directory = Directory("JFXX", TABLE)
    if reader.size > 5:
        directory.values[5] = reader.u8(5)
    else:
        directory.errors.append(beyond(5, 1, reader.size))
    yield directory
