"""What workers do: rows compared with what an index has, and those that it lacks into pieces of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from metadata_digger.run.disk import sync, writing
from metadata_digger.run.indexing import contents, rows
from metadata_digger.run.tasks import Worker
from metadata_digger.sinks.arrow_files import opened
from metadata_digger.sinks.columns import Columns, scan
from metadata_digger.sinks.index import IndexSink

_TAGS = b"metadata-digger.tags"
_FIELDS: list[pa.Field[Any]] = [
    pa.field("id", pa.string()),
    pa.field("content", pa.binary()),
    pa.field("new", pa.bool_()),
]
_SCHEMA = pa.schema(_FIELDS)


class Chunk(NamedTuple):
    """Row groups of one file: rows [first, first + rows) of the output."""

    path: Path
    groups: tuple[int, ...]
    first: int
    rows: int


class Compared(NamedTuple):
    """What was told of a chunk: how many rows the index lacks, and which tags all of them have."""

    new: int
    tags: frozenset[tuple[str, str]]


class Compare(NamedTuple):
    """Writes `target`: of each row its id, its digest, and whether the index lacks it. `known`: of that index."""

    chunk: Chunk
    known: Path | None
    target: Path

    def run(self, work: Worker, progress: Callable[[int], None]) -> object:
        tags = set[tuple[str, str]]()
        found: dict[str, list[Any]] = {name: [] for name in _SCHEMA.names}
        with closing(contents.Known(self.known)) as known:
            for batch in rows.read(self.chunk.path, self.chunk.groups):
                ids, told = [*map(str, batch.column("id").to_pylist())], contents.digests(batch)
                for name, values in (
                    ("id", ids),
                    ("content", told),
                    ("new", [not one for one in known.has(ids, told)]),
                ):
                    found[name] += values
                tags |= scan(batch)
                progress(len(found["id"]))
        half = self.target.with_suffix(".half")
        with writing(half):
            table = pa.table(found, _SCHEMA)
            with opened(half, "wb") as file, pq.ParquetWriter(file, _SCHEMA) as writer:
                writer.write_table(table)
                writer.add_key_value_metadata({_TAGS.decode(): json.dumps(sorted(tags))})
            sync(half)
            half.replace(self.target)
        return Compared(sum(found["new"]), frozenset(tags))


def compared(path: Path) -> Compared | None:
    """What an earlier try at it told; None where there is none."""
    try:
        with opened(path) as source, pq.ParquetFile(source) as file:
            tags = json.loads((file.metadata.metadata or {})[_TAGS])
            new: list[Any] = file.read(["new"]).column("new").to_pylist()
    except (OSError, pa.ArrowException, LookupError, ValueError):
        return None
    return Compared(sum(new), frozenset(map(tuple, tags)))


class Build(NamedTuple):
    """The new rows of a chunk into a piece. `first`: number of the first of them."""

    chunk: Chunk
    told: Path
    sink: IndexSink
    columns: Columns
    first: int
    target: Path

    def run(self, work: Worker, progress: Callable[[int], None]) -> object:
        half = self.target.with_suffix(".half")
        with writing(half):
            count = self.sink.numbered(self.first).piece(self._rows(progress), self.columns, half)
            for path in half.rglob("*"):
                sync(path)
            shutil.rmtree(self.target, ignore_errors=True)
            half.rename(self.target)
        return count

    def _rows(self, progress: Callable[[int], None]) -> Iterator[pa.RecordBatch]:
        with opened(self.told) as source, pq.ParquetFile(source) as file:
            new = file.read(["new"]).column("new").combine_chunks()
        at = done = 0
        for batch in rows.read(self.chunk.path, self.chunk.groups):
            some = batch.filter(new.slice(at, len(batch)))
            at += len(batch)
            if len(some):
                yield some
            done += len(some)
            progress(done)


def chunks(files: Sequence[Path], size: int) -> Iterator[Chunk]:
    """All rows, about `size` at a time."""
    first = 0
    for path in files:
        groups: list[int] = []
        count = 0
        for number, found in enumerate(rows.groups_of(path)):
            groups.append(number)
            count += found
            if count >= size:
                yield Chunk(path, tuple(groups), first, count)
                first, groups, count = first + count, [], 0
        if count:
            yield Chunk(path, tuple(groups), first, count)
            first += count
