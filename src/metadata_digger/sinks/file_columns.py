"""What flat forms tell of the file itself, behind all that the original tells: name, extension, size, time, notes."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from metadata_digger.schema import Column

NOTES = "Notes"
TITLES = ("File Name", "File Extension", "File Size", "File Modified", NOTES)


def file_columns(rows: pa.RecordBatch) -> dict[str, list[Any]]:
    """By title, in the order of TITLES: text, text, whole number of bytes, ISO 8601 in UTC or None, list of text."""
    names = [name(str(path)) for path in rows.column("file_path").to_pylist()]
    moments = iso(rows.column("modified")).to_pylist()
    sizes, notes = rows.column("size").to_pylist(), rows.column("notes").to_pylist()
    return dict(zip(TITLES, (names, list(map(extension, names)), sizes, moments, notes), strict=True))


def name(path: str) -> str:
    """The name in a file's path."""
    return path.rpartition("/")[2]


def extension(name: str) -> str:
    """What stands behind the last dot, in lower case, as the tag Expected File Name Extension has it; "" for none."""
    stem, _, found = name.rpartition(".")
    return found.lower() if stem else ""


def iso(moments: Column) -> Column:
    """To the microsecond always: texts of one width sort as the times do. Arrow knows years before the first, too."""
    texts = pc.replace_substring(moments.cast(pa.timestamp("us")).cast(pa.string()), " ", "T")
    return pc.binary_join_element_wise(texts, "Z", "")
