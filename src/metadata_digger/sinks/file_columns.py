"""What flat forms tell of the file itself, behind all that the original tells: name, extension, size, time, notes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa

NOTES = "Notes"
TITLES = ("File Name", "File Extension", "File Size", "File Modified", NOTES)


def file_columns(rows: pa.RecordBatch) -> dict[str, list[Any]]:
    """By title: text, text, whole number of bytes, ISO 8601 in UTC or None, list of text."""
    names = [name(str(path)) for path in rows.column("file_path").to_pylist()]
    moments = [None if moment is None else iso(moment) for moment in rows.column("modified").to_pylist()]
    sizes, notes = rows.column("size").to_pylist(), rows.column("notes").to_pylist()
    return dict(zip(TITLES, (names, list(map(extension, names)), sizes, moments, notes), strict=True))


def name(path: str) -> str:
    """The name in a file's path."""
    return path.rpartition("/")[2]


def extension(name: str) -> str:
    """What stands behind the last dot, in lower case, as the tag Expected File Name Extension has it; "" for none."""
    stem, _, found = name.rpartition(".")
    return found.lower() if stem else ""


def iso(moment: datetime) -> str:
    """To the microsecond always: texts of one width sort as the times do."""
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
