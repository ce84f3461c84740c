"""Parquet: one row a file, tags nested as they are.

Nothing depends on which tags a run finds: a row's tags are a list, in the file's order, repeated ones too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from metadata_digger import __version__
from metadata_digger.schema import EXTRACTED, TAG, Column
from metadata_digger.sinks import row_groups
from metadata_digger.sinks.arrow_files import opened
from metadata_digger.sinks.columns import Columns, written
from metadata_digger.sinks.nested import Keys, content, nested, on_one_line
from metadata_digger.sinks.wide import CONTENT
from metadata_digger.steps.filter import EVERYTHING, Selection
from metadata_digger.steps.flatten import flatten, listed, starts, tag_names, taken
from metadata_digger.steps.rename import DEFAULT, Naming

if TYPE_CHECKING:
    from metadata_digger.config import Config

# Fields of a row that are no columns here: every written row is ok, and updates read the rows of the stage.
_WITHOUT = ("status", "reason", "again")
# Titles that are other words than the field's name.
_TITLES = {"id": "ID", "directories": "Directory Names"}
_LAST = tuple(field.name for field in EXTRACTED)
_NAMES, _NOTES = "Tag Names", "notes"
_STRINGS = pa.list_(pa.string())

# Bytes of rows in memory that make a row group: some 5,000 rows of photographs, 500,000 tags. Larger ones make files of
# photographs smaller by less than a hundredth, and every process that writes holds one.
GROUP = 32 << 20
# zstd's level 1 is as quick as lz4 on these columns, and level 3, for the same time, 3 % smaller still.
_LEVEL = 3


@dataclass(frozen=True, slots=True)
class ParquetSink:
    name: ClassVar[str] = "parquet"
    suffix: ClassVar[str] = ".parquet"

    naming: Naming = DEFAULT
    selection: Selection = EVERYTHING
    content: bool = False  # the column Metadata Content
    every: bool = True  # value of a tag that repeats is in that column

    @classmethod
    def of(cls, config: Config, naming: Naming, selection: Selection) -> Self:
        every = config["output.columns.repeatedTags"] == "all"
        return cls(naming, selection, content=config["output.columns.includeMetadataContent"], every=every)

    def check(self, columns: Columns) -> None:
        """Whatever the tags are called, a list can hold them."""

    def piece(self, batches: Iterator[pa.RecordBatch], columns: Columns, target: Path) -> int:
        schema = self._schema(columns.schema)
        rows = size = 0
        held: list[pa.RecordBatch] = []
        with opened(target, "wb") as file, _writer(file, schema) as writer:
            for batch in batches:
                held.append(self._rows(written(batch), schema))
                rows += len(held[-1])
                size += held[-1].nbytes
                if size >= GROUP:
                    writer.write_table(pa.Table.from_batches(held, schema))
                    held, size = [], 0
            if any(map(len, held)):
                writer.write_table(pa.Table.from_batches(held, schema))
        return rows

    def join(self, pieces: Sequence[Path], columns: Columns, target: Path) -> None:
        if pieces:
            row_groups.join(pieces, target)
        else:
            with opened(target, "wb") as file:
                _writer(file, self._schema(columns.schema)).close()

    def _schema(self, row: pa.Schema) -> pa.Schema:
        """Of the file: the row's fields by their titles, a step's new ones too; the long ones, and notes, last."""
        fields: list[pa.Field[Any]] = []
        for field in sorted(row, key=lambda field: field.name in _LAST):
            if field.name not in (*_WITHOUT, _NOTES):
                if field.name == "tags":
                    fields.append(pa.field(self.naming.title(_NAMES), _STRINGS, nullable=False))
                fields.append(field.with_name(self._title(field.name)))
        if self.content and "tags" in row.names:
            fields.append(pa.field(self.naming.title(CONTENT), pa.string(), nullable=False))
        fields.append(row.field(_NOTES).with_name(self._title(_NOTES)))
        return pa.schema(fields, {"metadata-digger.version": __version__})

    def _title(self, field: str) -> str:
        return title_of(self.naming, field)

    def _rows(self, rows: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
        columns: dict[str, Column] = {}
        for name in rows.schema.names:
            if name == "tags":
                columns[self.naming.title(_NAMES)] = tag_names(rows.column(name))
                columns[self._title(name)] = self._tags(rows.column(name))
            elif name not in _WITHOUT:
                columns[self._title(name)] = rows.column(name)
        if self.content and "tags" in rows.schema.names:
            keys = Keys(self.naming, alike=False)
            texts = [content(metadata) for metadata in nested(rows, keys, self.selection, self.every)]
            columns[self.naming.title(CONTENT)] = pa.array(texts, pa.string())
        return pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)

    def _tags(self, tags: Column) -> Column:
        """Those of the selection."""
        run, bounds = tags.flatten(), starts(tags)
        fields = [run.field(field.name) for field in TAG]
        run = pa.StructArray.from_arrays([*fields[:-1], on_one_line(fields[-1])], fields=list(TAG))
        if self.selection == EVERYTHING:
            return listed(bounds.astype(np.int32), run)
        flat = flatten(tags)
        wanted = np.array([self.selection.has(*pair) for pair in flat.pairs], dtype=bool)
        mask = wanted[flat.codes] if len(flat.codes) else np.zeros(0, dtype=bool)
        return taken(bounds, mask, run)


def title_of(naming: Naming, field: str) -> str:
    """The column of a row's field."""
    return naming.title(_TITLES.get(field, field.replace("_", " ").capitalize()))


def _writer(file: pa.NativeFile, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(file, schema, compression="zstd", compression_level=_LEVEL)
