"""The embedded index: a folder that `serve` opens (metadata_digger.index)."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

import pyarrow as pa

from metadata_digger.errors import OutputError
from metadata_digger.index import about
from metadata_digger.schema import SIMILAR
from metadata_digger.sinks.columns import Columns, written
from metadata_digger.sinks.index_documents import Documents, form
from metadata_digger.sinks.solr_values import instant
from metadata_digger.steps.filter import EVERYTHING, Selection
from metadata_digger.steps.rename import Naming

if TYPE_CHECKING:
    from metadata_digger.config import Config
    from metadata_digger.index.writing import Document
    from metadata_digger.sinks.growth import Growth


@dataclass(frozen=True, slots=True)
class IndexSink:
    """A piece is a folder, a small index of its own; the join moves what is in it."""

    name: ClassVar[str] = "index"
    suffix: ClassVar[str] = about.FILE

    selection: Selection = EVERYTHING
    every: bool = True  # value of a tag that repeats; else the last one alone
    moment: str = "1970-01-01T00:00:00Z"  # when the run began
    first: int = 0  # number of a piece's first row

    @classmethod
    def of(cls, config: Config, naming: Naming, selection: Selection) -> Self:
        every = config["output.columns.repeatedTags"] == "all"
        return cls(selection, every, instant(datetime.now(UTC).replace(microsecond=0)))

    def check(self, columns: Columns) -> None:
        """Whatever the tags are called, there is a place for them."""
        form(self.selection, self.every, self.moment).maker(columns)

    def numbered(self, first: int) -> Self:
        return replace(self, first=first)

    def piece(self, batches: Iterator[pa.RecordBatch], columns: Columns, target: Path) -> int:
        from metadata_digger.index.writing import piece

        documents = Documents(form(self.selection, self.every, self.moment), columns, self.selection)
        with _faults():
            return piece(target, self._documents(batches, documents), documents.known)

    def _documents(self, batches: Iterator[pa.RecordBatch], documents: Documents) -> Iterator[Document]:
        first = self.first
        for batch in batches:
            rows = written(batch)
            yield from documents.of(rows, first)
            first += len(rows)

    def join(self, pieces: Sequence[Path], columns: Columns, target: Path) -> None:
        from metadata_digger.index.writing import join

        with _faults():
            join(pieces, target.parent, self.first, in_order=SIMILAR[0].name not in columns.fields)

    def grows(self, old: Path) -> int | None:
        try:
            return about.read(old).next_row if (old / about.SEARCH).is_dir() else None
        except OutputError:
            return None

    def grow(self, growth: Growth, pieces: Sequence[Path], target: Path) -> None:
        from metadata_digger.index.writing import update

        def removed() -> Iterator[str]:
            with growth.removed.open(encoding="ascii") as ids:
                yield from (line.rstrip("\n") for line in ids)

        with _faults():
            update(growth.old, target.parent, pieces, removed)

    def files(self, folder: Path) -> list[Path]:
        from metadata_digger.index.writing import files

        return files(folder)


@contextmanager
def _faults() -> Iterator[None]:
    """What SQLite and tantivy say of a disk that is full, or cannot be written, as the system would."""
    try:
        yield
    except (sqlite3.Error, ValueError) as error:
        words = str(error)
        number = errno.ENOSPC if "full" in words or "No space" in words else 0
        raise OSError(number, os.strerror(number)) if number else OSError(words)  # noqa: B904
