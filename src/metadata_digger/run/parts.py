"""Parts of the stage: rows as Parquet, each file there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from metadata_digger.errors import OutputError
from metadata_digger.sinks.columns import written

GROUP = 32 << 20  # bytes of rows in memory before they are written
ROWS = 256  # rows read back at once, and bytes of them: thumbnails make long rows
BYTES = 8 << 20


class Slice(NamedTuple):
    """Rows [start, stop) among those of a part that are ok."""

    part: str
    start: int
    stop: int


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """An OSError in here is an OutputError that names the target."""
    try:
        yield
    except OSError as error:
        # Arrow puts words of its own where the system's are in other errors.
        why = os.strerror(error.errno) if error.errno else error
        raise OutputError(f"cannot write {target}: {why}") from error


def path_of(folder: Path, part: str) -> Path:
    return folder / f"{part}.parquet"


def write(folder: Path, part: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Raises OutputError. A part of the same name is replaced."""
    target = path_of(folder, part)
    temporary = folder / f"{part}.{os.getpid()}.tmp"
    with writing(temporary):
        writer = pq.ParquetWriter(temporary, schema, compression="lz4")
    held: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        held.append(batch)
        size += batch.nbytes
        if size > GROUP:
            with writing(temporary):
                writer.write_table(pa.Table.from_batches(held, schema))
            held, size = [], 0
    with writing(temporary):
        writer.write_table(pa.Table.from_batches(held, schema))
        writer.close()
        temporary.replace(target)


def read(folder: Path, slices: Sequence[Slice]) -> Iterator[pa.RecordBatch]:
    """The rows that are ok, a few at a time, in order."""
    for part, start, stop in slices:
        at = 0
        with pq.ParquetFile(path_of(folder, part)) as file:
            for batch in file.iter_batches(batch_size=_rows(file.metadata), use_threads=False):
                good = written(batch)
                first, last = max(start - at, 0), min(stop - at, len(good))
                if first < last:
                    yield good.slice(first, last - first)
                at += len(good)
                if at >= stop:
                    break


def _rows(metadata: pq.FileMetaData) -> int:
    groups = (metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    return max(min(ROWS, BYTES * metadata.num_rows // max(sum(groups), 1)), 1)
