"""Files of the input that an output says nothing of: they came later, or were hidden from the run."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from metadata_digger.errors import OutputError
from metadata_digger.pipeline import row_id
from metadata_digger.run.records.record import FAILED, FOLDER, LEFT_OUT
from metadata_digger.run.verify.read_back import Written
from metadata_digger.run.verify.whereabouts import Input, Moved, before, entries
from metadata_digger.storage.model import Entry


class Told:
    """The ids (`pipeline.row_id`) of all files that an output tells of, on disk: memory does not grow with them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def watch(self, rows: Iterator[Written]) -> Iterator[Written]:
        """The same rows; they are told of from here on."""
        for row in rows:
            self.add(row.id)
            yield row

    def add(self, identity: str) -> None:
        with suppress(ValueError):  # somebody has edited it
            self._connection.execute("INSERT OR IGNORE INTO told VALUES (?)", (bytes.fromhex(identity),))

    def has(self, url: str) -> bool:
        content = bytes.fromhex(row_id(url))
        return self._connection.execute("SELECT 1 FROM told WHERE id = ?", (content,)).fetchone() is not None


@contextmanager
def told(folder: Path) -> Iterator[Told]:
    """`folder`: of temporary files. Raises OutputError when it is full."""
    path = folder / "told.sqlite"
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-32768"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("CREATE TABLE told (id BLOB PRIMARY KEY) WITHOUT ROWID")
            connection.execute("BEGIN")
            yield Told(connection)
    except sqlite3.Error as error:
        raise OutputError(f"cannot write {path}: {error}") from error


def new_files(output: Path, files: Told, given: Input, moves: Sequence[Moved]) -> Iterator[str]:
    """URLs. `files`: with all rows of the output; the records' lists of those left out are read here."""
    for name in (FAILED, LEFT_OUT):
        with suppress(FileNotFoundError), (output / FOLDER / name).open(encoding="utf-8") as lines:
            for line in lines:
                with suppress(ValueError, LookupError, TypeError):  # edited: its sha256 tells that
                    files.add(row_id(json.loads(line)["file"]))
    for one in given.storage.walk(entries(given, moves), [str(output)]):
        if isinstance(one, Entry) and not files.has(before(one.url, moves)):
            yield one.url
