"""Verdicts and notes on rows: who is left out and why, and what went wrong with those who stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from metadata_digger.schema import FILE, OK, Column


def standing(rows: pa.RecordBatch) -> list[int]:
    """Indexes of the rows that are still to be written."""
    return [row for row, status in enumerate(rows.column("status").to_pylist()) if status == OK]


def mark(rows: pa.RecordBatch, verdicts: Mapping[int, tuple[str, str]]) -> pa.RecordBatch:
    """The rows with a new (status, reason) for some of them, by index."""
    if not verdicts:
        return rows
    status = rows.column("status").to_pylist()
    reason = rows.column("reason").to_pylist()
    for row, verdict in verdicts.items():
        status[row], reason[row] = verdict
    return replaced(rows, {"status": status, "reason": [text and valid(text) for text in reason]})


def note(rows: pa.RecordBatch, notes: Mapping[int, Sequence[str]]) -> pa.RecordBatch:
    """The rows with further notes for some of them, by index; none twice: two steps may say the same of a picture."""
    if not notes:
        return rows
    column = rows.column("notes").to_pylist()
    for row, texts in notes.items():
        before = column[row] or []
        column[row] = [*before, *(text for text in map(valid, texts) if text not in before)]
    return replaced(rows, {"notes": column})


def replaced(rows: pa.RecordBatch, columns: Mapping[str, Sequence[object]]) -> pa.RecordBatch:
    """The rows with other values in some of the columns that every row has."""
    arrays = list(rows.columns)
    for name, values in columns.items():
        arrays[rows.schema.get_field_index(name)] = pa.array(values, FILE.field(name).type)
    return pa.RecordBatch.from_arrays(arrays, schema=rows.schema)


def appended(rows: pa.RecordBatch, fields: Sequence[pa.Field[Any]], arrays: Sequence[Column]) -> pa.RecordBatch:
    """The rows with further columns behind those that they have."""
    return pa.RecordBatch.from_arrays([*rows.columns, *arrays], schema=pa.schema([*rows.schema, *fields]))


def strings(values: Sequence[str | None]) -> Column:
    """Text as Arrow takes it: whole code points only.

    A file may hold half of a surrogate pair (UTF-16 text cut short); it becomes U+FFFD, as in Java's own UTF-8.
    """
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array([None if value is None else valid(value) for value in values], pa.string())


def valid(text: str) -> str:
    """The text with surrogate pairs joined and lone halves replaced by U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
