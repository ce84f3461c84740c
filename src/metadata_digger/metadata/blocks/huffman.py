"""Huffman tables, JPEG segment DHT (ITU-T T.81, B.2.4.2): how many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metadata_digger.metadata.blocks.limits import END
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.jpeg import HUFFMAN, MARKERS

TABLE = TagTable(HUFFMAN, {1: lambda _, value: "1 Huffman table" if value == 1 else f"{value} Huffman tables"})


def read(reader: Reader) -> Iterator[Directory]:
    return read_segments([reader.bytes(0, reader.size)])


def read_segments(segments: Sequence[bytes]) -> Iterator[Directory]:
    """All DHT segments of a picture make one directory."""
    directory = Directory("Huffman", TABLE)
    tables = 0
    for data in segments:
        count, error = _count(data)
        tables += count
        if error is not None:
            directory.errors.append(error)
    directory.values[1] = tables
    yield directory


def _count(data: bytes) -> tuple[int, str | None]:
    """Tables in one segment, and what is wrong behind the last of them.

    The reference takes 0xFF in a table for stuffing that a zero must follow, though T.81 stuffs entropy-coded data
    alone: 0xFF is neither a code count nor a value in any sensible table.
    """
    position, tables, size = 0, 0, len(data)
    stuffed = 0xFF in data
    while position < size:
        if stuffed:
            lengths, position, error = _unstuffed(data, position + 1, 16)
            if error is None:
                _, position, error = _unstuffed(data, position, sum(lengths))
            if error is not None:
                return tables, error
        else:
            position += 17 + sum(data[position + 1 : position + 17])
            if position > size:
                return tables, END
        tables += 1
    return tables, None


def _unstuffed(data: bytes, position: int, count: int) -> tuple[bytes, int, str | None]:
    taken = bytearray()
    while len(taken) < count:
        if position >= len(data):
            return bytes(taken), position, END
        value = data[position]
        position += 1
        if value == 0xFF:
            if position >= len(data):
                return bytes(taken), position, END
            marker = data[position]
            position += 1
            if marker:
                return bytes(taken), position, f"Marker {MARKERS.get(marker, 'null')} found inside DHT segment"
        taken.append(value)
    return bytes(taken), position, None
