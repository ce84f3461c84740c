"""The embedded index: a folder that `serve` opens (metadata_digger.index)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

import pyarrow as pa

from metadata_digger.sinks.columns import Columns, written
from metadata_digger.sinks.index_documents import Documents, form
from metadata_digger.sinks.solr_values import instant
from metadata_digger.steps.filter import EVERYTHING, Selection
from metadata_digger.steps.rename import Naming

if TYPE_CHECKING:
    from metadata_digger.config import Config
    from metadata_digger.index.writing import Document


@dataclass(frozen=True, slots=True)
class IndexSink:
    """A piece is a folder, a small index of its own; the join moves what is in it."""

    name: ClassVar[str] = "index"
    suffix: ClassVar[str] = ""

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

        return piece(target, self._documents(batches, columns))

    def _documents(self, batches: Iterator[pa.RecordBatch], columns: Columns) -> Iterator[Document]:
        documents = Documents(form(self.selection, self.every, self.moment), columns, self.selection)
        first = self.first
        for batch in batches:
            rows = written(batch)
            yield from documents.of(rows, first)
            first += len(rows)

    def join(self, pieces: Sequence[Path], columns: Columns, target: Path) -> None:
        from metadata_digger.index.writing import join

        join(pieces, target, self.first)
        for one in pieces:
            shutil.rmtree(one, ignore_errors=True)
