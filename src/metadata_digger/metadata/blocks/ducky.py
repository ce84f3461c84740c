"""Photoshop's "Ducky" segment, APP12 of JPEGs from Save for Web."""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks.limits import END
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.jpeg import DUCKY

PREAMBLE = b"Ducky"
TABLE = TagTable(DUCKY)
_QUALITY, _COMMENT, _COPYRIGHT = 1, 2, 3


def read(reader: Reader) -> Iterator[Directory]:
    """The segment after its identifier: tag, length, data, until a tag of zero."""
    directory = Directory("Ducky", TABLE)
    fault = _read_fields(reader.bytes(0, reader.size), directory)
    if fault is not None:
        directory.errors.append(fault)
    yield directory


def _read_fields(data: bytes, directory: Directory) -> str | None:
    position = 0
    while True:
        tag = int.from_bytes(data[position : position + 2], "big")
        if position + 2 > len(data):
            return END
        if tag == 0:
            return None
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        start, position = position + 4, position + 4 + length
        if tag == _QUALITY and length != 4:
            return "Unexpected length for the quality tag"
        if start > len(data) or position > len(data):
            return END
        value = data[start:position]
        if tag == _QUALITY:
            directory.values[tag] = int.from_bytes(value, "big", signed=True)
        elif tag in (_COMMENT, _COPYRIGHT):  # a count of characters comes first
            directory.values[tag] = value[4:].decode("utf-16-be", "backslashreplace")
        else:
            directory.values[tag] = value
