"""Files that are in the output although something went wrong with them: forms such as CSV have no place for notes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from metadata_digger.run import parts, untaken
from metadata_digger.run.report import Report
from metadata_digger.schema import Column
from metadata_digger.sinks.columns import written

_COLUMNS = ("file_path", "status", "notes")


def noted(rows: pa.RecordBatch) -> pa.RecordBatch:
    """The rows that are ok and have notes."""
    rows = written(rows)
    some: Column = pc.greater(pc.list_value_length(rows.column("notes")), pa.scalar(0))
    return rows.filter(some)


def write(folder: Path, names: Iterable[str], refused: sqlite3.Connection, target: Path, report: Report) -> None:
    """Every such file of the parts, one object a line; the report counts them. Raises OSError.

    `refused`: untaken.database of the rows that were not written after all.
    """
    with target.open("w", encoding="utf-8") as file:
        for path in (parts.path_of(folder, name) for name in names):
            for name, notes in _rows(path, refused):
                report.remark(notes)
                file.write(json.dumps({"file": name, "notes": notes}, ensure_ascii=False) + "\n")


def _rows(path: Path, refused: sqlite3.Connection) -> Iterator[tuple[str, list[str]]]:
    for batch in parts.every_row(path, _COLUMNS):
        if len(rows := noted(batch)):
            others = untaken.reasons(refused, rows)
            for name, notes in zip(rows.column("file_path").to_pylist(), rows.column("notes").to_pylist(), strict=True):
                if name not in others:
                    yield str(name), [str(text) for text in notes or ()]
