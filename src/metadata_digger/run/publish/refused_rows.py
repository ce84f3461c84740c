"""Rows that were ok until they were to be written, and then a server refused them, or equal to others.

The rows that are kept for --update say so: it is to try such files again, and to count none of them as written. Those
in the stage do not.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pyarrow as pa

from metadata_digger.errors import OutputError
from metadata_digger.run.counts import Summary
from metadata_digger.run.stage import parts
from metadata_digger.steps.mark import mark
from metadata_digger.storage.remote.place import Folder

STATUS = "refused"  # none of update.changes.SETTLED


def unsent(pieces: Folder) -> Folder:
    """Where those that a server refused are told, beside the pieces of the run: the files have none of them either."""
    return pieces / "unsent.sqlite"


def without(rows: Iterator[pa.RecordBatch], found: Path) -> Iterator[pa.RecordBatch]:
    """The rows less those of a database."""
    with closing(sqlite3.connect(f"{found.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        for batch in rows:
            if why := reasons(connection, batch):
                files = batch.column("file_path").to_pylist()
                batch = batch.filter(pa.array([file not in why for file in files]))
            yield batch


@contextmanager
def database(lines: Iterable[Folder], target: Path) -> Iterator[sqlite3.Connection]:
    """Such rows, by `file_path`: there may be more than memory should hold. `lines`: files of sinks.refused, or of
    sinks.remarks, which are like them.

    Raises OutputError.
    """
    target.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(target, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=OFF")
            connection.execute("CREATE TABLE why (file TEXT PRIMARY KEY, reason TEXT) WITHOUT ROWID")
            connection.execute("BEGIN")
            for path in lines:
                with path.open("rb") as source:
                    found = map(json.loads, source)
                    rows = ((line["file"], line["reason"]) for line in found)
                    connection.executemany("INSERT OR REPLACE INTO why VALUES (?, ?)", rows)
            connection.execute("COMMIT")
            yield connection
    except sqlite3.Error as error:
        raise OutputError(f"cannot write {target}: {error}") from error


def note(folder: Folder, names: Iterable[str], found: sqlite3.Connection, target: Folder) -> None:
    """Puts those parts that have rows of the database into `target`, these rows with STATUS. Raises OutputError."""
    for name in names:
        path = parts.path_of(folder, name)
        if any(reasons(found, batch) for batch in parts.every_row(path, ("file_path",))):
            _rewrite(found, path, name, target)


def _rewrite(connection: sqlite3.Connection, source: Folder, name: str, target: Folder) -> None:
    summary = Summary(name)

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in parts.every_row(source):
            found = reasons(connection, batch)
            files = enumerate(batch.column("file_path").to_pylist())
            marked = mark(batch, {row: (STATUS, found[str(file)]) for row, file in files if file in found})
            summary.count(marked)
            yield marked

    schema = next(parts.every_row(source)).schema
    parts.write(target, name, schema, batches(), lambda: summary)


def reasons(connection: sqlite3.Connection, batch: pa.RecordBatch) -> dict[str, str]:
    """By `file_path`, of the rows that are in the database."""
    files = batch.column("file_path").to_pylist()
    marks = ",".join("?" * len(files))
    found = connection.execute(f"SELECT file, reason FROM why WHERE file IN ({marks})", files)  # noqa: S608
    return dict(found)
