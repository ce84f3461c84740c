"""Rows of an output in Parquet, as the steps made them (schema): the way back from sinks.parquet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from metadata_digger.errors import OutputError
from metadata_digger.schema import (
    BOXED,
    EXTRACTED,
    FILE,
    HASHES,
    LABELLED,
    OK,
    SIMILAR,
    THUMBNAILS,
    hashed,
    thumbnailed,
)
from metadata_digger.sinks.arrow_files import opened
from metadata_digger.sinks.parquet import title_of
from metadata_digger.sinks.wide import CONTENT
from metadata_digger.steps.rename import CONVENTIONS, Naming

ROWS = 256  # read at once
_FIELDS = {
    field.name: field
    for field in (*FILE, *EXTRACTED, *LABELLED, *BOXED, *hashed(HASHES), *thumbnailed(THUMBNAILS), *SIMILAR)
}
_MADE = ("Tag Names", CONTENT)  # columns that are no fields of rows
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    """Raises OutputError, also for what goes wrong in here."""
    try:
        with opened(path) as source, pq.ParquetFile(source) as file:
            yield file
    except (OSError, ValueError, pa.ArrowException) as error:
        raise OutputError(f"{path} cannot be read: {error}") from error


def schema_of(path: Path) -> pa.Schema:
    """Of the rows of a file. Raises OutputError, as all here."""
    with _opened(path) as file:
        return pa.schema([field for _, field in _fields(file.schema_arrow)])


def groups_of(path: Path) -> list[int]:
    """Rows of each row group."""
    with _opened(path) as file:
        return [file.metadata.row_group(number).num_rows for number in range(file.metadata.num_row_groups)]


def read(path: Path, groups: Sequence[int]) -> Iterator[pa.RecordBatch]:
    """The rows of some row groups, all of which are ok."""
    with _opened(path) as file:
        fields = _fields(file.schema_arrow)
        schema = pa.schema([field for _, field in fields])
        names = [column for column, _ in fields if column]
        for batch in file.iter_batches(ROWS, row_groups=list(groups), columns=names, use_threads=False):
            columns = [
                batch.column(column)
                if column
                else pa.array([OK if field.name == "status" else None] * len(batch), field.type)
                for column, field in fields
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _fields(schema: pa.Schema) -> list[tuple[str, pa.Field[Any]]]:
    """Of each field of a row the column, "" where there is none: such rows are ok."""
    names = set(schema.names)
    for convention in CONVENTIONS:
        if {title_of(Naming(convention), name) for name in ("id", "file_path")} <= names:
            return [*_found(schema, Naming(convention))]
    raise ValueError("it has no columns for path and ID")


def _found(schema: pa.Schema, naming: Naming) -> Iterator[tuple[str, pa.Field[Any]]]:
    titles = {title_of(naming, name): field for name, field in _FIELDS.items()}
    made = [naming.title(words) for words in _MADE]
    for name in ("status", "reason", "again"):
        yield "", _FIELDS[name]
    for field in schema:
        if field.name in titles:
            known = titles[field.name]
            if not field.type.equals(known.type):
                raise ValueError(f"its column {field.name} is {field.type}: no run of this version wrote it")
            yield field.name, field.with_name(known.name)
        elif field.name not in made:  # of a later step
            yield field.name, field.with_name(_WORD.sub("_", field.name).lower())
