"""photos.sqlite: what a page shows of each row, found by its number or its id.

A detail is JSON in zlib, with a dictionary of the first rows of its piece: tags are alike from picture to picture, and
so a detail takes a third of what it would.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

FILE = "photos.sqlite"
SAMPLE = 40  # rows that a dictionary is made of
_WINDOW = 16 << 10  # bytes of a dictionary: with twice as many a detail is 4 % smaller, and takes a third longer

# Number, id, summary, detail and thumbnails of a row; the summary and the detail are JSON values.
Row: TypeAlias = tuple[int, str, dict[str, Any], dict[str, Any], bytes | None]

_TABLES = """
CREATE TABLE photos (row INTEGER PRIMARY KEY, id TEXT NOT NULL, summary TEXT NOT NULL, dictionary INTEGER NOT NULL,
    detail BLOB NOT NULL);
CREATE TABLE thumbnails (row INTEGER PRIMARY KEY, picture BLOB NOT NULL);
CREATE TABLE dictionaries (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE fields (name TEXT PRIMARY KEY, title TEXT NOT NULL, rows INTEGER NOT NULL) WITHOUT ROWID;
"""
_ADD = "INSERT INTO fields VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET rows = rows + excluded.rows"
_ADD_ALL = (
    "INSERT INTO fields SELECT name, title, rows FROM piece.fields WHERE true "
    "ON CONFLICT DO UPDATE SET rows = rows + excluded.rows"
)
_INDEX = "CREATE INDEX IF NOT EXISTS by_id ON photos (id)"


def write(file: Path, rows: Iterable[Row], known: Mapping[str, tuple[int, str]]) -> int:
    """A new file of some rows; how many they are. `known`: of each field of a tag how many of them have it, and its
    title; looked at when all rows are there."""
    database = _new(file)
    try:
        count, sample, dictionary = 0, list[Row](), b""
        for one in rows:
            if not dictionary:
                sample.append(one)
                if len(sample) < SAMPLE:
                    continue
                dictionary = _start(database, sample)
                count += _insert(database, sample, dictionary)
                sample = []
            else:
                count += _insert(database, [one], dictionary)
        if sample:
            count += _insert(database, sample, dictionary or _start(database, sample))
        database.executemany(_ADD, ((name, title, number) for name, (number, title) in known.items()))
        database.execute("COMMIT")
        return count
    finally:
        database.close()


def join(pieces: Sequence[Path], file: Path) -> None:
    """A new file of the rows of several."""
    if pieces:
        shutil.copyfile(pieces[0], file)
    else:
        database = _new(file)
        database.execute("COMMIT")
        database.close()
    append(pieces[1:], file)


def append(pieces: Sequence[Path], file: Path) -> None:
    """The rows of several files into one that nobody else looks at; their numbers are others than those in it."""
    database = _open(file)
    try:
        for piece in pieces:
            database.execute("ATTACH ? AS piece", (str(piece),))
            database.execute("BEGIN")
            (base,) = database.execute("SELECT coalesce(max(number), 0) FROM dictionaries").fetchone()
            database.execute("INSERT INTO dictionaries SELECT number + ?, bytes FROM piece.dictionaries", (base,))
            database.execute(
                "INSERT INTO photos SELECT row, id, summary, dictionary + ?, detail FROM piece.photos", (base,)
            )
            database.execute("INSERT INTO thumbnails SELECT * FROM piece.thumbnails")
            database.execute(_ADD_ALL)
            database.execute("COMMIT")
            database.execute("DETACH piece")
        database.execute(_INDEX)
    finally:
        database.close()


def remove(file: Path, ids: Iterable[str]) -> None:
    database = _open(file)
    reader = Rows(file, database)  # SQLite writes before the end, when it has much to write
    fields, titles = Counter[str](), dict[str, str]()
    try:
        database.execute("BEGIN")
        for id in ids:
            row = reader.row(id)
            if row is not None and (found := reader.detail(row)) is not None:
                _count(found[1], fields, titles)
            database.execute("DELETE FROM thumbnails WHERE row IN (SELECT row FROM photos WHERE id = ?)", (id,))
            database.execute("DELETE FROM photos WHERE id = ?", (id,))
        database.executemany(_ADD, ((name, titles[name], -number) for name, number in fields.items()))
        database.execute("DELETE FROM fields WHERE rows <= 0")
        database.execute("COMMIT")
    finally:
        database.close()


def _count(detail: dict[str, Any], fields: Counter[str], titles: dict[str, str]) -> None:
    """Which fields of tags a row has, once each."""
    directories = detail.get("directories", ())
    names = set[str]().union(*(own for _, _, _, own in directories))
    fields.update(names)
    if names - titles.keys():
        for directory, tags, _, own in directories:
            for name, title in zip(own, tags, strict=True):
                titles.setdefault(name, f"{directory} {title}")


def _new(file: Path) -> sqlite3.Connection:
    file.unlink(missing_ok=True)
    database = _open(file)
    database.executescript(_TABLES)
    database.execute("BEGIN")
    return database


def _open(file: Path) -> sqlite3.Connection:
    """For one who writes a file that nobody else sees yet: whole or not is decided by its folder."""
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("PRAGMA synchronous = OFF")
    database.execute("PRAGMA cache_size = -16384")  # KiB
    return database


def _start(database: sqlite3.Connection, sample: Sequence[Row]) -> bytes:
    text = "".join(_text(detail) for _, _, _, detail, _ in sample)
    dictionary = text.encode("utf-8", "surrogatepass")[-_WINDOW:]
    database.execute("INSERT INTO dictionaries VALUES (1, ?)", (dictionary,))
    return dictionary


def _insert(database: sqlite3.Connection, rows: Sequence[Row], dictionary: bytes) -> int:
    for row, id, summary, detail, picture in rows:
        packer = _packer(dictionary).copy()  # half the time of making one
        packed = packer.compress(_text(detail).encode("utf-8", "surrogatepass")) + packer.flush()
        database.execute("INSERT INTO photos VALUES (?, ?, ?, 1, ?)", (row, id, _text(summary), packed))
        if picture:
            database.execute("INSERT INTO thumbnails VALUES (?, ?)", (row, picture))
    return len(rows)


@lru_cache(1)
def _packer(dictionary: bytes) -> zlib._Compress:
    return zlib.compressobj(5, zlib.DEFLATED, -15, 8, zdict=dictionary)


_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Rows:
    """The file, to be read: one for each thread. Raises sqlite3.Error where it is damaged."""

    def __init__(self, file: Path, database: sqlite3.Connection | None = None) -> None:
        """`database`: of who changes the file."""
        # immutable: no lock and no journal, so that a read-only disk will do; the file is never changed in its place
        where = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
        self._database = sqlite3.connect(where, uri=True) if database is None else database
        self._dictionaries: dict[int, bytes] = {}

    def summaries(self, rows: Sequence[int]) -> list[dict[str, Any]]:
        """Those of some rows, each with its id, in their order."""
        found: dict[int, dict[str, Any]] = {}
        for at in range(0, len(rows), 500):
            some = rows[at : at + 500]
            marks = ",".join("?" * len(some))
            answer = self._database.execute(f"SELECT row, id, summary FROM photos WHERE row IN ({marks})", some)  # noqa: S608
            found |= {row: json.loads(summary) | {"id": id} for row, id, summary in answer}
        return [found[row] for row in rows if row in found]

    def row(self, id: str) -> int | None:
        found = self._database.execute("SELECT row FROM photos WHERE id = ?", (id,)).fetchone()
        return None if found is None else int(found[0])

    def detail(self, row: int) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Summary and detail."""
        query = "SELECT id, summary, dictionary, detail FROM photos WHERE row = ?"
        found = self._database.execute(query, (row,)).fetchone()
        if found is None:
            return None
        id, summary, number, packed = found
        unpacker = zlib.decompressobj(-15, zdict=self._dictionary(number))
        text = unpacker.decompress(packed).decode("utf-8", "surrogatepass")
        return json.loads(summary) | {"id": id}, json.loads(text)

    def thumbnail(self, row: int) -> bytes | None:
        found = self._database.execute("SELECT picture FROM thumbnails WHERE row = ?", (row,)).fetchone()
        return None if found is None else bytes(found[0])

    def ids(self) -> Iterator[str]:
        return (id for (id,) in self._database.execute("SELECT id FROM photos ORDER BY row"))

    def files(self) -> Iterator[tuple[str, str, dict[str, str]]]:
        """Of every row the file's URL, the id, and its hashes by their types."""
        for row, id in self._database.execute("SELECT row, id FROM photos ORDER BY row"):
            found = self.detail(row)
            if found is not None:
                yield found[0]["path"], id, found[1].get("hashes", {})

    def fields(self) -> dict[str, tuple[int, str]]:
        """Of each field of a tag how many rows have it, and its title."""
        found = self._database.execute("SELECT name, rows, title FROM fields")
        return {name: (number, title) for name, number, title in found}

    def last(self) -> int:
        """The highest number of a row, -1 where there is none."""
        return int(self._database.execute("SELECT coalesce(max(row), -1) FROM photos").fetchone()[0])

    def close(self) -> None:
        self._database.close()

    def _dictionary(self, number: int) -> bytes:
        if number not in self._dictionaries:
            query = "SELECT bytes FROM dictionaries WHERE number = ?"
            self._dictionaries[number] = bytes(self._database.execute(query, (number,)).fetchone()[0])
        return self._dictionaries[number]
