"""An output read back: the path and the hashes of each of its rows, whatever its form."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import chain, product
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from metadata_digger.errors import ConfigError, OutputError
from metadata_digger.index import about, rows
from metadata_digger.pipeline import row_id
from metadata_digger.schema import HASHES
from metadata_digger.sinks.arrow_files import opened
from metadata_digger.sinks.cells import ESCAPES
from metadata_digger.steps.rename import CONVENTIONS
from metadata_digger.storage.own import LOCKS

ROWS = 1024  # read back at once

_BYTES = "surrogateescape"  # what is not UTF-8 costs the row that has it, and not all rows of a buffer
_PATH, _ID = "File Path", "ID"
_TITLES = {kind: f"Hash {kind}" for kind in HASHES}
_ESCAPED = re.compile("|".join(map(re.escape, ESCAPES.values())))
_PLAIN = {text: chr(code) for code, text in ESCAPES.items()}
_MIXED = 8  # sequences in a name of which each may be a control character or stand for itself: 256 spellings
_TAILS = (*(chr(code) for code in range(1, 33) if chr(code) != "\n"), *(" " * number for number in range(2, 9)))
# The first cell of a header, and what output.csv.delimiter put behind it.
_FIRST = re.compile(r'"[^"]*"(.)')
# output.csv.dialect: rfc4180, spark. They differ only where a line has a backslash; the ID tells which it is.
_DIALECTS: tuple[dict[str, Any], ...] = ({}, {"doublequote": False, "escapechar": "\\"})


_LIBRARIES = (csv.Error, sqlite3.Error, pa.ArrowException)


class Written(NamedTuple):
    path: str  # URL of the file; "" where the output does not tell it
    told: str  # as the output has it
    hashes: tuple[str, ...]  # of the types that the output has, in their order
    id: str = ""  # as the output has it


class Columns(NamedTuple):
    """Under which names the columns of an output are found."""

    path: str
    id: str
    types: tuple[str, ...]
    hashes: tuple[str, ...]


def data_files(output: Path, recorded: Iterable[str]) -> list[Path]:
    """The files of an output that hold its rows, in their order: those that its run recorded, or if there is no record
    those of its name. Raises ConfigError when there are none."""
    names = [name for name in recorded if "/" not in name and Path(name).suffix in _READERS]
    if not names:
        ours = re.compile(rf"{re.escape(output.name)}(?:_\d+)?\.(csv|json|parquet)|{re.escape(rows.FILE)}")
        names = [path.name for path in _entries(output) if ours.fullmatch(path.name)]
    # Of several forms, all of which have the same rows, the one that is read fastest.
    form = next((form for form in _READERS if any(Path(name).suffix == form for name in names)), "")
    names = [name for name in names if Path(name).suffix == form]
    if not names:
        raise ConfigError(
            f"{output} is no output of this program: it has no {output.name}.csv, .json or .parquet, nor "
            f"{output.name}_0.csv, ..., nor index.json"
        )
    return [output / name for name in sorted(names, key=_number)]


def _number(name: str) -> tuple[int, str]:
    found = re.search(r"_(\d+)\.\w+$", name)
    return int(found[1]) if found else 0, name


def others(output: Path, recorded: Collection[str]) -> list[Path]:
    """What is in the folder besides, and readers of whole folders would take for rows."""
    known = {name.partition("/")[0] for name in recorded}
    strangers = [
        path
        for path in _entries(output)
        if (path.suffix in _READERS or path.is_dir()) and path.name not in known and path.name[0] not in "._"
    ]
    if about.SEARCH in known and (search := output / about.SEARCH).is_dir():  # but locks of who searches
        inner = (path for path in _entries(search) if not path.name.startswith(LOCKS))
        strangers += [path for path in inner if f"{about.SEARCH}/{path.name}" not in recorded]
    return strangers


def _entries(output: Path) -> list[Path]:
    try:
        return sorted(output.iterdir())
    except OSError as error:
        raise ConfigError(f"{output} is no output of this program: {error.strerror}") from error


def types_of(files: Sequence[Path], faults: list[OutputError]) -> tuple[str, ...]:
    """The types of hash that an output has, () when it has none or no rows. Files that cannot be read back go into
    `faults`."""
    for path in files:
        try:
            with _reading(path):
                for columns, _ in _READERS[path.suffix](path):
                    return columns.types
        except OutputError as error:
            faults.append(error)
    return ()


def written(path: Path, types: tuple[str, ...]) -> Iterator[Written]:
    """The rows of one file, a few in memory at a time. Raises OutputError, also when it has other types of hash."""
    with _reading(path):
        for columns, rows in _READERS[path.suffix](path):
            if columns.types != types:
                raise ValueError(f"its hashes are {columns.types}, and not {types}")
            yield from rows


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Whatever an edited file makes of its reader is an OutputError that names the file."""
    try:
        yield
    except (OSError, ValueError, LookupError, TypeError, RecursionError, *_LIBRARIES) as error:
        raise OutputError(f"{path} cannot be read back: {error}") from error


def _csv(path: Path) -> Iterator[tuple[Columns, Iterator[Written]]]:
    csv.field_size_limit(sys.maxsize)  # thumbnails
    # output.csv.bom: a byte order mark is no part of the first column's name.
    with path.open(encoding="utf-8-sig", errors=_BYTES, newline="") as lines:
        first = next(lines, "")
        delimiter = found[1] if (found := _FIRST.match(first)) else ","
        header = next(csv.reader([first], strict=True, delimiter=delimiter), [])
        columns = _columns(header)
        places = [header.index(name) for name in (columns.path, columns.id, *columns.hashes)]

        def rows() -> Iterator[Written]:
            for number, line in enumerate(lines, 2):  # a line is a row in either dialect
                told: list[list[str]] = []
                for dialect in _DIALECTS if "\\" in line else _DIALECTS[:1]:
                    with suppress(csv.Error):
                        (cells,) = csv.reader([line], strict=True, delimiter=delimiter, **dialect)
                        if len(cells) == len(header):
                            told.append([cells[place] for place in places])
                    if told and _has_id(told[-1][0], told[-1][1]):
                        break
                if not told:
                    raise ValueError(f"line {number} is no row of {len(header)} cells")
                yield _of_cells(told)

        yield columns, rows()


def _json(path: Path) -> Iterator[tuple[Columns, Iterator[Written]]]:
    with path.open(encoding="utf-8", errors=_BYTES) as file:
        first = file.readline()
        if not first:
            return
        columns = _columns(list(json.loads(first)))
        file.seek(0)

        def rows() -> Iterator[Written]:
            for number, line in enumerate(file, 1):
                try:
                    row = json.loads(line)
                    told, identity, *hashes = (row[name] for name in (columns.path, columns.id, *columns.hashes))
                except (ValueError, LookupError, TypeError, RecursionError) as error:
                    raise ValueError(f"line {number} is no row: {error}") from error
                yield _as_told(str(told), str(identity), hashes)

        yield columns, rows()


def _parquet(path: Path) -> Iterator[tuple[Columns, Iterator[Written]]]:
    with opened(path) as source, pq.ParquetFile(source) as file:
        columns = _columns(file.schema_arrow.names)
        names = [columns.path, columns.id, *columns.hashes]
        for batch in file.iter_batches(ROWS, columns=names, use_threads=False):
            cells = zip(*(batch.column(name).to_pylist() for name in names), strict=True)
            yield columns, (_as_told(str(told), str(identity), hashes) for told, identity, *hashes in cells)


def _index(path: Path) -> Iterator[tuple[Columns, Iterator[Written]]]:
    with closing(rows.Rows(path)) as reader:
        found = reader.files()
        first = next(found, None)
        if first is None:
            return
        types = tuple(kind for kind in HASHES if kind in first[2])

        def told() -> Iterator[Written]:
            for url, identity, hashes in chain([first], found):
                yield _as_told(url, identity, [hashes.get(kind, "") for kind in types])

        yield Columns("", "", types, types), told()


_READERS = {".parquet": _parquet, ".sqlite": _index, ".json": _json, ".csv": _csv}


def _columns(names: Sequence[str]) -> Columns:
    """Raises ValueError when they are not those of an output."""
    for convention in CONVENTIONS.values():
        path, identity = convention(_PATH), convention(_ID)
        if path in names and identity in names:
            found = {kind: convention(title) for kind, title in _TITLES.items() if convention(title) in names}
            return Columns(path, identity, tuple(found), tuple(found.values()))
    raise ValueError("it has no columns for path and ID")


def _as_told(told: str, identity: str, hashes: Sequence[Any]) -> Written:
    return Written(told if _has_id(told, identity) else "", told, tuple(str(one or "") for one in hashes), identity)


def _of_cells(told: Sequence[Sequence[str]]) -> Written:
    """`told`: path, ID and hashes, as each dialect that the line could be of has them."""
    for path, identity, *hashes in told:
        for spelling in _spellings(path):
            if _has_id(spelling, identity):
                return Written(spelling, path, tuple(hashes), identity)
    path, identity, *hashes = told[0]
    return Written("", path, tuple(hashes), identity)


def _spellings(cell: str) -> Iterator[str]:
    """What a path may have been before it was a cell. Spark's dialect may have two single quotes for a quote."""
    yield from _unescaped(cell)
    if "''" in cell:
        yield from (one.replace("''", '"') for one in _unescaped(cell))


def _unescaped(cell: str) -> Iterator[str]:
    """Control characters have become backslash sequences, as a name may have them itself; Spark's dialect has cut off
    blanks at its end."""
    plain = _ESCAPED.sub(lambda match: _PLAIN[match[0]], cell)
    yield cell
    yield plain
    found = [*_ESCAPED.finditer(cell)]
    if 1 < len(found) <= _MIXED:
        ends = [0, *(match.end() for match in found)]
        between = [cell[end : match.start()] for end, match in zip(ends, found, strict=False)]
        for chosen in product(*((match[0], _PLAIN[match[0]]) for match in found)):
            yield "".join(chain.from_iterable(zip(between, chosen, strict=True))) + cell[ends[-1] :]
    for tail in _TAILS:
        yield cell + tail
        yield plain + tail


def _has_id(path: str, identity: str) -> bool:
    try:
        return row_id(path) == identity
    except UnicodeEncodeError:  # no row has such a path
        return False
