"""An output read back: the path and the hashes of each of its rows, whatever its form."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from metadata_digger.errors import ConfigError, OutputError
from metadata_digger.pipeline import row_id
from metadata_digger.schema import HASHES
from metadata_digger.sinks.cells import ESCAPES
from metadata_digger.steps.rename import CONVENTIONS

ROWS = 1024  # read back at once

_PATH, _ID = "File Path", "ID"
_TITLES = {kind: f"Hash {kind}" for kind in HASHES}
_ESCAPED = re.compile("|".join(map(re.escape, ESCAPES.values())))
_PLAIN = {text: chr(code) for code, text in ESCAPES.items()}


class Written(NamedTuple):
    path: str  # URL of the file; "" where the output does not tell it
    told: str  # as the output has it
    hashes: tuple[str, ...]  # of the types that the output has, in their order


class Columns(NamedTuple):
    """Under which names the columns of an output are found."""

    path: str
    id: str
    types: tuple[str, ...]
    hashes: tuple[str, ...]


def data_files(output: Path) -> list[Path]:
    """The files of an output that hold its rows, in their order; raises ConfigError when there are none."""
    name = re.compile(rf"{re.escape(output.name)}(?:_(\d+))?\.(csv|json|parquet)")
    try:
        found = [(match, path) for path in output.iterdir() if (match := name.fullmatch(path.name))]
    except OSError as error:
        raise ConfigError(f"{output} is no output of this program: {error.strerror}") from error
    if not found:
        raise ConfigError(
            f"{output} is no output of this program: it has no {output.name}.csv, .json or .parquet, nor "
            f"{output.name}_0.csv, ..."
        )
    return [path for _, path in sorted(found, key=lambda one: (int(one[0][1] or 0), one[1]))]


def types_of(files: Sequence[Path], dialect: str) -> tuple[str, ...]:
    """The types of hash that an output has, () when it has none or no rows. Raises OutputError."""
    for path in files:
        for columns, _ in _rows(path, dialect):
            return columns.types
    return ()


def written(path: Path, dialect: str) -> Iterator[Written]:
    """The rows of one file, a few in memory at a time. `dialect`: that of a CSV file. Raises OutputError."""
    for columns, rows in _rows(path, dialect):
        for told, identity, hashes in rows:
            yield Written(_restored(told, identity, path.suffix == ".csv"), told, hashes)
        if not columns.types:
            return


_Rows = Iterator[tuple[str, str, tuple[str, ...]]]  # path, id, hashes


def _rows(path: Path, dialect: str) -> Iterator[tuple[Columns, _Rows]]:
    read = {".csv": _csv, ".json": _json, ".parquet": _parquet}[path.suffix]
    try:
        yield from read(path, dialect)
    except (OSError, ValueError, KeyError, TypeError, IndexError, csv.Error, pa.ArrowException) as error:
        raise OutputError(f"{path} cannot be read back: {error}") from error


def _csv(path: Path, dialect: str) -> Iterator[tuple[Columns, _Rows]]:
    csv.field_size_limit(sys.maxsize)  # thumbnails
    options: dict[str, Any] = {"doublequote": False, "escapechar": "\\"} if dialect == "spark" else {}
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, strict=True, **options)
        header = next(lines, [])
        columns = _columns(header)
        places = [header.index(name) for name in (columns.path, columns.id, *columns.hashes)]
        yield columns, ((row[places[0]], row[places[1]], tuple(row[at] for at in places[2:])) for row in lines)


def _json(path: Path, _: str) -> Iterator[tuple[Columns, _Rows]]:
    with path.open(encoding="utf-8") as file:
        first = file.readline()
        if not first:
            return
        columns = _columns(list(json.loads(first)))
        file.seek(0)
        objects = map(json.loads, file)
        yield (
            columns,
            (
                (row[columns.path], row[columns.id], tuple(row[name] or "" for name in columns.hashes))
                for row in objects
            ),
        )


def _parquet(path: Path, _: str) -> Iterator[tuple[Columns, _Rows]]:
    with pq.ParquetFile(path) as file:
        columns = _columns(file.schema_arrow.names)
        names = [columns.path, columns.id, *columns.hashes]
        for batch in file.iter_batches(ROWS, columns=names, use_threads=False):
            paths, identities, *hashes = (batch.column(name).to_pylist() for name in names)
            cells = zip(*hashes, strict=True) if hashes else ((),) * len(batch)
            yield (
                columns,
                (
                    (str(told), str(identity), tuple(cell or "" for cell in row))
                    for told, identity, row in zip(paths, identities, cells, strict=True)
                ),
            )


def _columns(names: Sequence[str]) -> Columns:
    """Raises ValueError when they are not those of an output."""
    for convention in CONVENTIONS.values():
        path, identity = convention(_PATH), convention(_ID)
        if path in names and identity in names:
            found = {kind: convention(title) for kind, title in _TITLES.items() if convention(title) in names}
            return Columns(path, identity, tuple(found), tuple(found.values()))
    raise ValueError("it has no columns for path and ID")


def _restored(told: str, identity: str, is_cell: bool) -> str:
    """The path that has this ID: a cell of CSV has control characters as backslash sequences, and may
    have two single quotes for a quote, as a name itself may."""
    if row_id(told) == identity:
        return told
    if is_cell:
        plain = _ESCAPED.sub(lambda match: _PLAIN[match[0]], told)
        for path in (plain, told.replace("''", '"'), plain.replace("''", '"')):
            if row_id(path) == identity:
                return path
    return ""
