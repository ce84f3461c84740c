"""Marks and saved searches: `OUTPUT-marks.sqlite` beside an output, which itself is never changed.

A picture has one mark or none, "1" to "9", by its id: marks outlive an index that is made anew.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from metadata_digger.errors import OutputError

NUMBERS = tuple("123456789")
FORM = 1
LONGEST = 100  # characters of a title or name
_TABLES = """
CREATE TABLE IF NOT EXISTS marks (id TEXT PRIMARY KEY, mark TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_mark ON marks (mark);
CREATE TABLE IF NOT EXISTS titles (mark TEXT PRIMARY KEY, title TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS searches (name TEXT PRIMARY KEY, address TEXT NOT NULL, created TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Mark:
    mark: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Search:
    name: str
    address: str  # the page's, behind its question mark
    created: str


class Marks:
    """Safe to use from several threads and processes. Made by the first mark; until then there are none. Methods raise
    OutputError where the file is no such file, or cannot be written."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._local = threading.local()

    @property
    def writable(self) -> bool:
        place = self.file
        while not place.exists():
            place = place.parent
        return os.access(place, os.W_OK)

    def all(self) -> list[Mark]:
        """The nine marks, each with how many pictures bear it."""
        with self._reading() as database:
            titles = dict(database.execute("SELECT mark, title FROM titles")) if database else {}
            counts = dict(database.execute("SELECT mark, count(*) FROM marks GROUP BY mark")) if database else {}
        return [Mark(mark, titles.get(mark, mark), counts.get(mark, 0)) for mark in NUMBERS]

    def of(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Mark by id."""
        found: dict[str, str] = {}
        with self._reading() as database:
            for some in _some(ids):
                if database is None:
                    break
                places = ",".join("?" * len(some))
                found |= dict(database.execute(f"SELECT id, mark FROM marks WHERE id IN ({places})", some))  # noqa: S608
        return found

    def ids(self, mark: str) -> list[str]:
        """Of the pictures that bear a mark, by its number or its title; "*": any mark."""
        number = self.number(mark) if mark != "*" else None
        if mark != "*" and number is None:
            return []
        with self._reading() as database:
            if not database:
                return []
            rows = database.execute("SELECT id FROM marks WHERE mark = ? OR ? IS NULL", (number, number))
            return [id for (id,) in rows]

    def number(self, mark: str) -> str | None:
        """Of a mark by its number or title, whose case does not count."""
        wanted = mark.casefold()
        return next((one.mark for one in self.all() if wanted in (one.mark, one.title.casefold())), None)

    def set(self, mark: str | None, ids: Iterable[str]) -> int:
        """Gives pictures a mark, or takes theirs (None); how many had another one before."""
        changed = 0
        with self._writing() as database:
            for some in _some(ids):
                if mark is None:
                    rows = ((id,) for id in some)
                    changed += database.executemany("DELETE FROM marks WHERE id = ?", rows).rowcount
                else:
                    query = "INSERT INTO marks VALUES (?, ?) ON CONFLICT DO UPDATE SET mark = excluded.mark "
                    given = ((id, mark) for id in some)
                    changed += database.executemany(f"{query} WHERE mark <> excluded.mark", given).rowcount
        return changed

    def rename(self, mark: str, title: str) -> None:
        with self._writing() as database:
            database.execute("INSERT OR REPLACE INTO titles VALUES (?, ?)", (mark, title))

    def searches(self) -> list[Search]:
        with self._reading() as database:
            rows = database.execute("SELECT name, address, created FROM searches ORDER BY name") if database else ()
            return [Search(*row) for row in rows]

    def save(self, name: str, address: str) -> None:
        moment = datetime.now(UTC).replace(microsecond=0).isoformat()
        with self._writing() as database:
            database.execute("INSERT OR REPLACE INTO searches VALUES (?, ?, ?)", (name, address, moment))

    def forget(self, name: str) -> bool:
        with self._writing() as database:
            return database.execute("DELETE FROM searches WHERE name = ?", (name,)).rowcount > 0

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        with self._told():
            yield self._database() if self.file.exists() else None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._told():
            with suppress(OSError):  # of a Solr collection whose records are elsewhere
                self.file.parent.mkdir(parents=True, exist_ok=True)
            database = self._database()
            if not self._made(database):
                database.executescript(_TABLES)
                database.execute(f"PRAGMA user_version = {FORM}")
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                database.execute("COMMIT")
            except BaseException:
                database.execute("ROLLBACK")
                raise

    def _database(self) -> sqlite3.Connection:
        if not hasattr(self._local, "database"):
            database = sqlite3.connect(self.file, isolation_level=None, timeout=10)
            if database.execute("PRAGMA user_version").fetchone()[0] > FORM:
                raise OutputError(f"{self.file}: made by a newer version: use that, or move the file away")
            self._local.database = database
        found: sqlite3.Connection = self._local.database
        return found

    def _made(self, database: sqlite3.Connection) -> bool:
        return bool(database.execute("PRAGMA user_version").fetchone()[0] == FORM)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            words = str(error)
            if "readonly" in words or "unable to open" in words:
                raise OutputError(f"{self.file} cannot be written: marks need a place beside the output") from error
            raise OutputError(f"{self.file}: {words}: move it away to begin with new marks") from error


def _some(ids: Iterable[str]) -> Iterator[tuple[str, ...]]:
    left = iter(ids)
    while some := tuple(islice(left, 500)):
        yield some
