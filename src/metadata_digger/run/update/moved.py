"""--update: which of the new files are old ones under another path: the same hash, and the old path is gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

from metadata_digger.errors import OutputError
from metadata_digger.run.stage import parts
from metadata_digger.storage.remote.place import Folder

_CREATE = """
    CREATE TABLE gone (path TEXT PRIMARY KEY, hash TEXT) WITHOUT ROWID;
    CREATE TABLE new (hash TEXT);
"""
# Of files with the same content as many are moved as there are on both sides.
_COUNT = """
    SELECT coalesce(sum(min(before, now)), 0)
    FROM (SELECT hash, count(*) AS before FROM gone WHERE hash IS NOT NULL GROUP BY hash)
    JOIN (SELECT hash, count(*) AS now FROM new GROUP BY hash) USING (hash)
"""


def moved(old: Folder, new: Folder, names: Iterable[str], column: str) -> int:
    """How many files of the parts `names` in the folder `new` were in those of the folder `old` under another path,
    that no file has now. `column`: of the hash. Raises OutputError."""
    try:
        with closing(sqlite3.connect("", isolation_level=None)) as table:  # a temporary file, which SQLite removes
            table.execute("PRAGMA journal_mode = OFF")
            table.executescript(_CREATE)
            table.execute("BEGIN")
            for part in parts.names(old):
                for rows in _rows(old, part, column):
                    table.executemany("INSERT OR REPLACE INTO gone VALUES (?, ?)", rows)
            for part in names:
                for rows in _rows(new, part, column):
                    for path, found in rows:
                        was_there = table.execute("DELETE FROM gone WHERE path = ?", (path,)).rowcount
                        if not was_there and found is not None:
                            table.execute("INSERT INTO new VALUES (?)", (found,))
            return int(table.execute(_COUNT).fetchone()[0])
    except sqlite3.Error as error:
        raise OutputError(f"files that moved cannot be counted: {error}") from error


def _rows(folder: Folder, part: str, column: str) -> Iterator[list[tuple[str, str | None]]]:
    for batch in parts.every_row(parts.path_of(folder, part), ("file_path", column)):
        paths: list[str] = list(map(str, batch.column("file_path").to_pylist()))
        hashes: list[Any] = batch.column(column).to_pylist()
        yield list(zip(paths, hashes, strict=True))
