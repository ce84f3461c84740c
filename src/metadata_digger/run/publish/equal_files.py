"""Files of equal content in one run, of which only the first of the listing is written (processing.hash.comparator).

All hashes of a run go through a database file in the stage, in the order of the parts: the same file is the first one
on every try, with any number of workers, and memory stays flat.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from hashlib import blake2b
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from metadata_digger.errors import OutputError
from metadata_digger.run.stage.parts import path_of
from metadata_digger.schema import FILTERED, OK
from metadata_digger.sinks.arrow_files import opened
from metadata_digger.storage.remote.place import Folder

REASON = "the same content as another file of this run"
_ROWS = 4_096  # read at once: they have a few short columns
_CACHE = 64 << 10  # KiB of the database in memory


def database(pieces: Folder) -> Folder:
    """Where they are told, beside the pieces of the run."""
    return pieces / "equal-files.sqlite"


def find(parts: Folder, names: Sequence[str], columns: Sequence[str], target: Path) -> None:
    """Looks for rows that are ok and equal in all of `columns`; one with a null in them equals none.

    `names`: of the parts. Raises OutputError.
    """
    target.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(target, isolation_level=None)) as connection:
            # Nothing is lost with this file: the next try makes it anew.
            for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{_CACHE}"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("CREATE TABLE seen (content BLOB PRIMARY KEY, file TEXT) WITHOUT ROWID")
            connection.execute("CREATE TABLE equal (id TEXT PRIMARY KEY, first TEXT) WITHOUT ROWID")
            connection.execute("BEGIN")
            for name in sorted(names):
                for one, file, content in _contents(path_of(parts, name), columns):
                    _see(connection, one, file, content)
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise OutputError(f"cannot write {target}: {error}") from error


def _see(connection: sqlite3.Connection, one: str, file: str, content: bytes) -> None:
    if connection.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (content, file)).rowcount:
        return
    (first,) = connection.execute("SELECT file FROM seen WHERE content = ?", (content,)).fetchone()
    if first != file:  # a file that is listed twice does not equal itself
        connection.execute("INSERT OR IGNORE INTO equal VALUES (?, ?)", (one, first))


def _contents(path: Folder, columns: Sequence[str]) -> Iterator[tuple[str, str, bytes]]:
    """Id, file and a digest of its hashes."""
    with opened(path) as source, pq.ParquetFile(source) as file:
        batches = file.iter_batches(_ROWS, columns=["id", "file_path", "status", *columns], use_threads=False)
        for batch in batches:
            for one, name, status, *hashes in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                if status == OK and None not in hashes:
                    yield one, name, blake2b("/".join(hashes).encode(), digest_size=16).digest()


def without(rows: Iterator[pa.RecordBatch], found: Path, refuse: Callable[..., None]) -> Iterator[pa.RecordBatch]:
    """The rows less those of files that equal an earlier one; these are told to `refuse` (sinks.refused)."""
    with closing(sqlite3.connect(f"{found.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        for batch in rows:
            ids = batch.column("id").to_pylist()
            marks = ",".join("?" * len(ids))
            equal = dict(connection.execute(f"SELECT id, first FROM equal WHERE id IN ({marks})", ids))  # noqa: S608
            if equal:
                for one, file in zip(ids, batch.column("file_path").to_pylist(), strict=True):
                    if one in equal:
                        refuse(file, REASON, FILTERED, equal[one])
                batch = batch.filter(pa.array([one not in equal for one in ids]))
            yield batch
