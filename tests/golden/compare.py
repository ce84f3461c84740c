"""A case's output beside ours: every difference, row by row and cell by cell."""

from __future__ import annotations

import base64
import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from golden.cases import Case, Ran, here
from golden.known import Difference, Known
from golden.rows import Table, table
from metadata_digger.steps.rename import Naming

# Columns of every row, in the original's order, without what the naming convention does to them.
FIXED = (
    *("id", "basepath", "filepath", "labels"),
    *("hashcrc32", "hashmd5", "hashsha1", "hashsha224", "hashsha256", "hashsha384", "hashsha512"),
    *("smallthumb", "mediumthumb", "metadata", "filetype", "directorynames", "tagnames"),
)


def compare(case: Case, ran: Ran, known: Known) -> Iterator[Difference]:
    """What is not equal in the output files and the exit code."""
    if ran.code != case.code:
        yield Difference(case.name, "", "(exit code)", case.code, ran.code)
    if ran.code not in (0, 3) or not case.files:
        return
    if set(ran.files) != set(case.files):
        yield Difference(case.name, "", "(files)", sorted(case.files), sorted(ran.files))
    theirs, ours = table(case.files), table(ran.files)
    if fixed(theirs.order) != fixed(ours.order):
        yield Difference(case.name, "", "(order of columns)", fixed(theirs.order), fixed(ours.order))
    for column in sorted(_empty(theirs) ^ _empty(ours)) if theirs.rows else ():
        if column not in (theirs if column in ours.order else ours).order:
            yield Difference(
                case.name, "", column, *("" if column in table.order else None for table in (theirs, ours))
            )
    expected = {here(path): row for path, row in theirs.rows.items()}
    for path in sorted(expected.keys() | ours.rows.keys()):
        name = Path(path).name
        if path not in expected or path not in ours.rows:
            yield Difference(case.name, name, "(row)", expected.get(path), ours.rows.get(path))
            continue
        repeated = tuple(_repeated(expected[path]))
        for column, old, new in _cells(expected[path], ours.rows[path], known):
            yield Difference(case.name, name, column, old, new, column.startswith(repeated) if repeated else False)


def fixed(order: list[str]) -> list[str]:
    return [column for column in order if _plain(column) in FIXED]


def _plain(column: str) -> str:
    return column.replace("_", "").lower()


def _cells(theirs: dict[str, Any], ours: dict[str, Any], known: Known) -> Iterator[tuple[str, Any, Any]]:
    renamed: dict[str, Any] = {}
    for column, value in theirs.items():
        name = column if column in ours else known.new_name(column)
        renamed[name if name in ours else column] = value
    paths = _of(theirs, "filepath"), _of(ours, "filepath")
    for column in sorted(renamed.keys() | ours.keys()):
        old, new = renamed.get(column), ours.get(column)
        plain = _plain(column)
        if old is None or new is None or plain not in (*SPECIAL, "tagnames"):
            # A column of CSV without a value is none of this file's.
            old, new = (None if value == "" else value for value in (old, new))
            equal = old == new
        elif plain == "tagnames":
            equal = _same_names(_listed(old), _listed(new), known)
        else:
            equal = SPECIAL[plain](old, new, paths)
        if not equal:
            yield column, old, new


def _empty(found: Table) -> set[str]:
    """Columns without a value in any row."""
    return {column for column in found.order if all(row.get(column) in (None, "") for row in found.rows.values())}


def _of(row: dict[str, Any], name: str) -> Any:
    return next((value for column, value in row.items() if _plain(column) == name), None)


def _listed(value: str | list[str]) -> list[str]:
    return value.split(",") if isinstance(value, str) else value


def _repeated(row: dict[str, Any]) -> Iterator[str]:
    """How the columns begin of directories that a file has several times."""
    for name, count in Counter(_listed(_of(row, "directorynames") or [])).items():
        if count > 1:
            yield Naming().title(name)


def _same_names(theirs: list[str], ours: list[str], known: Known) -> bool:
    """But for the properties of XMP, whose names have a colon and which the original has no tags for."""
    ours = [name for name in ours if ":" not in name]
    return len(theirs) == len(ours) and all(map(known.same_tag, theirs, ours))


def _same_id(theirs: str, ours: str, paths: tuple[str, str]) -> bool:
    """Each that of its own path."""
    return (theirs, ours) == tuple(hashlib.md5(path.encode()).hexdigest().upper() for path in paths)  # noqa: S324


def _same_path(theirs: str, ours: str, paths: tuple[str, str]) -> bool:
    return here(theirs) == ours


def _same_words(theirs: str, ours: str, paths: tuple[str, str]) -> bool:
    """In the original's own order values are in that of a hash table."""
    return sorted(theirs.split()) == sorted(ours.split())


def _same_picture(theirs: str, ours: str, paths: tuple[str, str]) -> bool:
    """The file itself, or of the same form and size and to the eye the same picture."""
    old, new = (base64.b64decode(text, validate=True) for text in (theirs, ours))
    if old == new:
        return True
    first, second = (Image.open(io.BytesIO(data)) for data in (old, new))
    if (first.format, first.size, first.mode) != (second.format, second.size, second.mode):
        return False
    # By the interpolation: the original takes areas, we Lanczos.
    differences = np.asarray(first, np.float64) - np.asarray(second, np.float64)
    return bool(abs(differences.mean()) < 1 and np.abs(differences).mean() < 10)


SPECIAL = {
    "id": _same_id,
    "basepath": _same_path,
    "filepath": _same_path,
    "metadatacontent": _same_words,
    "smallthumb": _same_picture,
    "mediumthumb": _same_picture,
}
