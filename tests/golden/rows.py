"""Output files as rows that can be held against each other, cell by cell in the text that stands in the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from metadata_digger.steps.rename import camel_case

# What stands between two quotes, escapes and all.
_CELL = re.compile(r'"((?:[^"\\]|\\.)*)"(,|\n|$)', re.DOTALL)


class Table(NamedTuple):
    """`order`: the columns as they stand in the header, or the keys of the objects; `rows` by the file's path."""

    order: list[str]
    rows: dict[str, dict[str, Any]]


def table(files: dict[str, str]) -> Table:
    """Of all files of an output together."""
    order: list[str] = []
    rows: dict[str, dict[str, Any]] = {}
    for name, text in files.items():
        keys, found = _json(text) if name.endswith(".json") else _csv(text)
        order += [key for key in keys if key not in order]
        for row in found:
            path = row.get("FilePath") or row["file_path"]
            assert path not in rows, f"two rows of {path}"
            rows[path] = row
    return Table(order, rows)


def _csv(text: str) -> tuple[list[str], list[dict[str, Any]]]:
    records: list[list[str]] = [[]]
    end = 0
    while end < len(text):
        cell = _CELL.match(text, end)
        assert cell is not None, f"no quoted cell: {text[end : end + 80]!r}"
        records[-1].append(cell[1])
        end = cell.end()
        if cell[2] == "\n":
            records.append([])
    assert not records.pop(), "no line end"
    header, *rows = records or [[]]
    return header, [dict(zip(header, row, strict=True)) for row in rows]


def _json(text: str) -> tuple[list[str], list[dict[str, Any]]]:
    order: list[str] = []
    rows = []
    for line in text.splitlines(keepends=True):
        row = json.loads(line)
        # The form: no blanks, text as it is. Equal values are then equal text.
        assert line == json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"
        order += [key for key in row if key not in order]
        rows.append(dict(_flat(row)))
    return order, rows


def _flat(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """`Metadata` as columns, called as those of CSV in camelCase; a directory alone as its name and a dot."""
    for key, value in row.items():
        if key.lower() == "metadata":
            for directory, tags in value.items():
                yield f"{directory}.", {}
                for tag, text in tags.items():
                    yield directory + camel_case(tag), text
        else:
            yield key, value
