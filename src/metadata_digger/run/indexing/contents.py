"""What each row of an index was made of: a digest by its id, in `_run/sources.sqlite` of the index.

By it the next index finds what is new. Where an id has several rows it proves nothing, and all are indexed anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from metadata_digger.errors import OutputError
from metadata_digger.schema import Column
from metadata_digger.sinks.arrow_files import opened
from metadata_digger.steps.flatten import listed

_joined: Any = pc.binary_join_element_wise  # pyarrow's stubs know no binary
_REPEATED = 1  # user_version of a file in which an id has several rows


def digests(rows: pa.RecordBatch) -> list[bytes]:
    """Of each row one of all that it has: 16 bytes. Equal rows have equal ones, wherever in a batch they are."""
    texts: list[bytes] = _texts(pa.StructArray.from_arrays(rows.columns, rows.schema.names)).to_pylist()
    return [blake2b(text, digest_size=16).digest() for text in texts]


def _texts(column: Column) -> Column:
    """Of each value a text that no other one has: its length, a colon, and what it is made of; N for null.

    Arrow's own serialization of equal rows differs with what stands beside them.
    """
    kind = column.type
    if pa.types.is_struct(kind):
        texts = _joined(*map(_texts, column.flatten()), b"")
    elif pa.types.is_list(kind):
        lengths: Column = pc.list_value_length(column)
        bounds = np.concatenate([[0], np.cumsum(lengths.fill_null(0))])
        texts = pc.binary_join(listed(bounds.astype(np.int32), _texts(column.flatten())), b"")
    elif pa.types.is_binary(kind) or pa.types.is_string(kind):
        texts = column.cast(pa.binary())
    else:
        number = column.cast(pa.int64()) if pa.types.is_timestamp(kind) else column
        texts = number.cast(pa.string()).cast(pa.binary())
    sizes: Column = pc.binary_length(texts)
    told = _joined(sizes.cast(pa.string()).cast(pa.binary()), texts, b":")
    return pc.if_else(column.is_null(), pa.scalar(b"N", pa.binary()), told)


class Known:
    """The rows that an index has; none where `file` does not tell."""

    def __init__(self, file: Path | None) -> None:
        self._database = None if file is None else _opened(file)

    def has(self, ids: Sequence[str], contents: Sequence[bytes]) -> list[bool]:
        if self._database is None:
            return [False] * len(ids)
        marks = ",".join("?" * len(ids))
        found = dict(self._database.execute(f"SELECT id, content FROM source WHERE id IN ({marks})", ids))  # noqa: S608
        return [found.get(id) == content for id, content in zip(ids, contents, strict=True)]

    def close(self) -> None:
        if self._database is not None:
            self._database.close()


def is_of_use(file: Path) -> bool:
    try:
        with closing(_opened(file)) as database:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            return bool(version != _REPEATED)
    except sqlite3.Error:
        return False


def write(file: Path, compared: Iterable[Path]) -> None:
    """Of the rows in files of columns `id` and `content`. Raises OutputError."""
    with _writing(file) as database:
        database.execute("CREATE TABLE source (id TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID")
        database.execute("BEGIN")
        rows = 0
        for path in compared:
            with opened(path) as source, pq.ParquetFile(source) as told:
                for batch in told.iter_batches(columns=["id", "content"], use_threads=False):
                    found = zip(*(column.to_pylist() for column in batch.columns), strict=True)
                    database.executemany("INSERT OR IGNORE INTO source VALUES (?, ?)", found)
                    rows += len(batch)
        (kept,) = database.execute("SELECT count(*) FROM source").fetchone()
        database.execute("COMMIT")
        if kept != rows:
            database.execute(f"PRAGMA user_version = {_REPEATED}")


def removed(old: Path, new: Path, target: Path) -> int:
    """The ids of rows that only the old one has, or that are others now, one a line; how many. Raises OutputError."""
    query = (
        "SELECT before.id FROM old.source AS before LEFT JOIN main.source AS after USING (id) "
        "WHERE after.id IS NULL OR after.content != before.content"
    )
    count = 0
    with _writing(new) as database, target.open("w", encoding="ascii") as lines:
        database.execute("ATTACH ? AS old", (f"{old.absolute().as_uri()}?mode=ro",))
        for (id,) in database.execute(query):
            lines.write(f"{id}\n")
            count += 1
    return count


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


@contextmanager
def _writing(file: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(file.absolute().as_uri(), uri=True, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA synchronous = OFF")
            yield database
    except sqlite3.Error as error:
        raise OutputError(f"cannot write {file}: {error}") from error
