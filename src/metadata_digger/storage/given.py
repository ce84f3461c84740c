"""Files that are named one by one, so that none comes twice. On disk: a list may name millions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from metadata_digger.errors import StorageError

if TYPE_CHECKING:
    import sqlite3


class Given:
    """A set of (directory, name), directories by their real paths. Raises StorageError when there is no place for it on
    disk."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}  # of the directories
        self._table: sqlite3.Connection | None = None

    def add(self, directory: str, name: str) -> bool:
        """Whether it is new."""
        import sqlite3

        number = self._numbers.setdefault(directory, len(self._numbers))
        try:
            if self._table is None:
                self._table = _made()
            done = self._table.execute("INSERT OR IGNORE INTO given VALUES (?, ?)", (number, os.fsencode(name)))
        except sqlite3.Error as error:
            raise StorageError(f"the files named one by one cannot be remembered: {error}") from error
        return done.rowcount > 0

    def knows(self, directory: str) -> bool:
        """Whether any file of a directory was named."""
        return directory in self._numbers

    def has(self, directory: str, name: str) -> bool:
        if self._table is None or directory not in self._numbers:
            return False
        key = (self._numbers[directory], os.fsencode(name))
        found = self._table.execute("SELECT 1 FROM given WHERE directory = ? AND name = ?", key)
        return found.fetchone() is not None


def _made() -> sqlite3.Connection:
    import sqlite3

    table = sqlite3.connect("", isolation_level=None)  # a temporary file, which SQLite removes
    table.execute("PRAGMA journal_mode = OFF")
    table.execute("PRAGMA cache_size = -8192")  # KiB
    table.execute("CREATE TABLE given (directory INTEGER, name BLOB, PRIMARY KEY (directory, name)) WITHOUT ROWID")
    table.execute("BEGIN")
    return table
