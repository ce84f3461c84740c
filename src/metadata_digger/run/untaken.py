"""Rows that were ok until they were to be written, and then a server refused them, or they were twins of others.

The rows that are kept for --update say so: it is to try such files again, and to count none of them as written. Those
in the stage do not.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from metadata_digger.errors import OutputError
from metadata_digger.run import parts
from metadata_digger.run.counts import Summary
from metadata_digger.steps.mark import mark

STATUS = "not_taken"  # none of update.SETTLED


def note(folder: Path, names: Iterable[str], lines: Iterable[Path], database: Path, target: Path) -> None:
    """Puts those parts that have such rows into `target`, these rows with STATUS.

    `lines`: files of sinks.refused; `database`: made and used here alone.

    Raises OutputError.
    """
    database.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=OFF")
            connection.execute("CREATE TABLE untaken (file TEXT PRIMARY KEY, reason TEXT) WITHOUT ROWID")
            connection.execute("BEGIN")
            for path in lines:
                with path.open(encoding="utf-8") as source:
                    found = map(json.loads, source)
                    rows = ((line["file"], line["reason"]) for line in found)
                    connection.executemany("INSERT OR REPLACE INTO untaken VALUES (?, ?)", rows)
            connection.execute("COMMIT")
            for name in names:
                path = parts.path_of(folder, name)
                if any(_reasons(connection, batch) for batch in parts.every_row(path, ("file_path",))):
                    _rewrite(connection, path, name, target)
    except sqlite3.Error as error:
        raise OutputError(f"cannot write {database}: {error}") from error


def _rewrite(connection: sqlite3.Connection, source: Path, name: str, target: Path) -> None:
    summary = Summary(name)

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in parts.every_row(source):
            reasons = _reasons(connection, batch)
            files = enumerate(batch.column("file_path").to_pylist())
            marked = mark(batch, {row: (STATUS, reasons[str(file)]) for row, file in files if file in reasons})
            summary.count(marked)
            yield marked

    schema = next(parts.every_row(source)).schema
    parts.write(target, name, schema, batches(), lambda: summary)


def _reasons(connection: sqlite3.Connection, batch: pa.RecordBatch) -> dict[str, str]:
    files = batch.column("file_path").to_pylist()
    marks = ",".join("?" * len(files))
    found = connection.execute(f"SELECT file, reason FROM untaken WHERE file IN ({marks})", files)  # noqa: S608
    return dict(found)
