"""Files that are in the output although something went wrong with them: forms such as CSV have no place for notes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from metadata_digger.run.publish import refused_rows
from metadata_digger.run.report import Report
from metadata_digger.run.stage import parts
from metadata_digger.schema import OK, Column
from metadata_digger.storage.remote.place import Folder

_COLUMNS = ("file_path", "status", "notes")


def noted(rows: pa.RecordBatch) -> dict[int, list[str]]:
    """The notes of the rows that are ok and have some, by index."""
    column: Column = rows.column("notes")
    if not len(column.flatten()):  # nearly always
        return {}
    statuses = rows.column("status").to_pylist()
    notes: list[list[str] | None] = column.to_pylist()
    return {row: found for row, found in enumerate(notes) if found and statuses[row] == OK}


def write(
    folder: Folder,
    names: Iterable[str],
    refused: sqlite3.Connection,
    remarked: sqlite3.Connection | None,
    target: Path,
    report: Report,
) -> None:
    """Every such file of the parts, one object a line; the report counts them. Raises OSError.

    `refused`: refused_rows.database of the rows that were not written after all; `remarked`: one of what the sink
    remarked, if it did.
    """
    with target.open("w", encoding="utf-8") as file:
        for path in (parts.path_of(folder, name) for name in names):
            for name, notes in _rows(path, refused, remarked):
                report.remark(notes)
                file.write(json.dumps({"file": name, "notes": notes}, ensure_ascii=False) + "\n")


def _rows(
    path: Folder, refused: sqlite3.Connection, remarked: sqlite3.Connection | None
) -> Iterator[tuple[str, list[str]]]:
    for batch in parts.every_row(path, _COLUMNS):
        found = noted(batch)
        files = batch.column("file_path").to_pylist()
        if remarked is not None and (remarks := refused_rows.reasons(remarked, batch)):
            found = {
                row: [*found.get(row, ()), *([remarks[file]] if file in remarks else ())]
                for row, file in enumerate(files)
                if row in found or file in remarks
            }
        if found:
            others = refused_rows.reasons(refused, batch)
            yield from ((str(files[row]), notes) for row, notes in found.items() if files[row] not in others)
