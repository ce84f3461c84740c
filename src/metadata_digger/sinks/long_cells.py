"""What spreadsheets do not hold: cells and tables that are too long for them.

Excel's specifications and limits: 32,767 characters a cell, 16,384 columns; LibreOffice Calc has the same. Characters
are units of UTF-16. What is longer is cut by the one and spills into the next rows in the other.
"""

from __future__ import annotations

from collections.abc import Sequence

LONGEST = 32_767
COLUMNS = 16_384
_NAMED = 10  # columns in a remark


def length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, most: int) -> str:
    """The beginning of a text of more than `most` characters, and a mark that says how many it had."""
    mark = f" [cut: {length(text):,} characters]"
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * max(most - len(mark), 0)]
    return (kept.decode("utf-16-le", "ignore") + mark)[:most]


def remark(found: Sequence[tuple[str, int]], most: int, cut: bool) -> str:
    """About the cells of a row that are too long: (column, characters) of each."""
    columns = ", ".join(f"{column} ({count:,})" for column, count in found[:_NAMED])
    more = f" and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
    what = f"cut at {most:,} characters" if cut else f"more than the {most:,} characters that spreadsheets hold"
    return f"CSV: {what}: {columns}{more}"


def advice(columns: int) -> str:
    return (
        f"the CSV has {columns:,} columns, and spreadsheets show {COLUMNS:,}: choose among the tags with "
        "filter.allowedTags or filter.allowedMetadataDirectories, or take output.format=parquet or json"
    )
