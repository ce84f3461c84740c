"""Parquet files of one schema, one behind the other as a single file: row groups are copied as they are, and only the
footer, which says where they lie, is made anew.

pyarrow can but read and write again: 9 us a row in one process, as much as 16 workers need to extract it. The footer's
fields are those of https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from metadata_digger.sinks.pieces import copy
from metadata_digger.sinks.thrift import I16, Struct, pack, unpack

MAGIC = b"PAR1"
# FileMetaData, RowGroup, ColumnChunk, ColumnMetaData: numbers of the fields that change.
_ROWS, _GROUPS = 3, 4
_COLUMNS, _GROUP_OFFSET, _ORDINAL = 1, 5, 7
_CHUNK_OFFSET, _META, _PAGE_INDEX = 2, 3, (4, 5, 6, 7)
_DATA_PAGE, _INDEX_PAGE, _DICTIONARY_PAGE, _BLOOM_FILTER = 9, 10, 11, 14


def join(pieces: Sequence[Path], target: Path) -> None:
    """Raises OSError. The pieces (at least one) have equal schemas; what the footer says of itself is the first's."""
    whole: Struct = {}
    with target.open("wb", buffering=0) as file:
        file.write(MAGIC)
        for piece in pieces:
            with piece.open("rb", buffering=0) as source:
                footer, end = _footer(source)
                moved = file.tell() - len(MAGIC)
                source.seek(len(MAGIC))
                copy(source, file, end - len(MAGIC))
            _move(footer, moved)
            if whole:
                whole[_ROWS] = (whole[_ROWS][0], whole[_ROWS][1] + footer[_ROWS][1])
                whole[_GROUPS][1][1].extend(footer[_GROUPS][1][1])
            else:
                whole = footer
        for number, group in enumerate(whole[_GROUPS][1][1]):
            group.pop(_ORDINAL, None)  # it may be absent, and has 16 bits
            if number < 1 << 15:
                group[_ORDINAL] = (I16, number)
        packed = pack(whole)
        file.write(packed + len(packed).to_bytes(4, "little") + MAGIC)


def _footer(source: BinaryIO) -> tuple[Struct, int]:
    """The footer of a file, and where it begins."""
    tail = source.seek(-8, os.SEEK_END)
    length, magic = int.from_bytes(source.read(4), "little"), source.read(4)
    if magic != MAGIC:
        raise OSError(f"a piece does not end with {MAGIC.decode()}")
    begin = source.seek(tail - length)
    return unpack(source.read(length)), begin


def _move(footer: Struct, by: int) -> None:
    """All places in the file that the footer names lie further behind."""
    for group in footer[_GROUPS][1][1]:
        _add(group, by, _GROUP_OFFSET)
        for chunk in group[_COLUMNS][1][1]:
            _add(chunk, by, _CHUNK_OFFSET)
            for number in _PAGE_INDEX:  # it has places in it, and may be absent; ours has none
                chunk.pop(number, None)
            _add(chunk[_META][1], by, _DATA_PAGE, _INDEX_PAGE, _DICTIONARY_PAGE, _BLOOM_FILTER)


def _add(struct: Struct, by: int, *numbers: int) -> None:
    for number in numbers:
        kind, place = struct.get(number, (0, 0))
        if place:  # 0 is for "not told": the magic number stands there
            struct[number] = (kind, place + by)
