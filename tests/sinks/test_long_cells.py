"""What spreadsheets do not hold: told of, cut where it is to be, and harmless all the same."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from metadata_digger.schema import hashed
from metadata_digger.sinks import long_cells
from metadata_digger.sinks.columns import Columns, scan
from metadata_digger.sinks.csv import CsvSink
from metadata_digger.sinks.remarks import remarks
from metadata_digger.steps.rename import Naming

Rows = Callable[..., pa.RecordBatch]

LONG = "é" * 32_768
FACE = "\N{GRINNING FACE}"
SPARK: dict[str, Any] = {"doublequote": False, "escapechar": "\\"}


def published(sink: CsvSink, folder: Path, batch: pa.RecordBatch) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The rows as a reader has them, and what the sink remarked."""
    columns = Columns.of(batch.schema, scan(batch))
    sink.piece(iter([batch]), columns, folder / "piece")
    sink.join([folder / "piece"], columns, folder / "out.csv")
    csv.field_size_limit(1 << 24)
    with (folder / "out.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, strict=True, **(SPARK if sink.dialect == "spark" else {})))
    return rows, [json.loads(line) for path in remarks(folder) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("a" * 200, 100, "a" * 77 + " [cut: 200 characters]"),
        (FACE * 100, 100, FACE * 39 + " [cut: 200 characters]"),
        (LONG, 32_767, LONG[:32_742] + " [cut: 32,768 characters]"),
    ],
)
def test_cut(text: str, most: int, expected: str) -> None:
    assert long_cells.length(text) > most
    assert most - 1 <= long_cells.length(long_cells.cut(text, most)) <= most
    assert long_cells.cut(text, most).endswith(expected[-22:])
    assert expected.startswith(long_cells.cut(text, most)[:39])


@pytest.mark.parametrize("value", [LONG, FACE * 16_384, '"' * 32_768])
def test_a_long_cell_is_told_of_and_stays(rows: Rows, tmp_path: Path, value: str) -> None:
    batch = rows(
        {"tags": [("XMP", 1, "History", value)], "notes": ["JPEG: cut"]}, {"tags": [("XMP", 1, "History", "x")]}
    )
    (first, second), remarked = published(CsvSink(file=True), tmp_path, batch)
    note = "CSV: more than the 32,767 characters that spreadsheets hold: XMPHistory (32,768)"
    assert first["XMPHistory"] == value
    assert first["Notes"] == f"JPEG: cut | {note}"
    assert (second["XMPHistory"], second["Notes"]) == ("x", "")
    assert remarked == [{"file": "file:/in/0.jpg", "status": "ok", "reason": note}]


def test_a_cell_that_just_fits_is_not_told_of(rows: Rows, tmp_path: Path) -> None:
    tags = [("XMP", 1, "A", LONG[1:]), ("XMP", 2, "B", '"' * 32_767), ("XMP", 2, "C", FACE * 16_383)]
    ((row,), remarked) = published(CsvSink(file=True, most=32_767), tmp_path, rows({"tags": tags}))
    assert (row["XMPA"], row["XMPB"], row["XMPC"]) == (tags[0][3], tags[1][3], tags[2][3])
    assert (row["Notes"], remarked) == ("", [])


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("dialect", ["rfc4180", "spark"])
def test_cells_are_cut(rows: Rows, tmp_path: Path, dialect: str, raw: bool) -> None:
    """Well quoted, and no formula although what is cut is no number any more."""
    tags = [
        ("A", 1, "Quotes", '\\"' * 100),
        ("A", 2, "Numbers", "-1," * 100 + "1"),
        ("A", 3, "Formula", "=" * 200),
        ("B", 4, "Several", "v" * 90),
        ("B", 4, "Several", "w" * 90),
        ("C", 5, "Short", "s"),
    ]
    sha = hashed(("sha512",))
    batch = rows({"tags": tags, "file_path": f"file:/in/{'n' * 200}", "hash_sha512": "a" * 128}, added=sha)
    sink = CsvSink(dialect=dialect, raw=raw, most=100, file=True)
    ((row,), (remarked,)) = published(sink, tmp_path, batch)
    for name in ("AQuotes", "ANumbers", "AFormula", "BSeveral", "FileName"):
        assert 98 <= len(row[name]) <= 100, name
        assert row[name].endswith(" characters]"), name
        assert f"{name} (" in remarked["reason"]
    assert row["ANumbers"].startswith("-1,-1," if raw else "'-1,-1,")
    assert row["AFormula"].startswith("==" if raw else "'==")
    assert row["BSeveral"].endswith("v [cut: 183 characters]")
    assert (row["CShort"], row["FilePath"], row["HashSha512"]) == ("s", f"file:/in/{'n' * 200}", "a" * 128)
    assert remarked["reason"].startswith("CSV: cut at 100 characters: AFormula (")


def test_what_no_cell_can_hold_of_a_thumbnail_is_cut_too(rows: Rows, tmp_path: Path) -> None:
    batch = rows({"small_thumb": bytes(30_000)}, added=[pa.field("small_thumb", pa.binary())])
    ((row,), _) = published(CsvSink(most=1_000), tmp_path, batch)
    assert row["SmallThumb"].endswith(" [cut: 40,000 characters]")


def test_without_metadata(rows: Rows, tmp_path: Path) -> None:
    batch = rows({"labels": ["a" * 60, "b" * 60]}, fields="labelled")
    ((row,), _) = published(CsvSink(Naming("snakeCase"), most=100), tmp_path, batch)
    assert len(row["labels"]) == 99


def test_what_an_earlier_try_remarked_is_gone(rows: Rows, tmp_path: Path) -> None:
    assert published(CsvSink(most=100), tmp_path, rows({"tags": [("A", 1, "B", "c" * 101)]}))[1]
    assert not published(CsvSink(), tmp_path, rows({"tags": [("A", 1, "B", "c" * 101)]}))[1]


def test_more_columns_than_spreadsheets_show(rows: Rows) -> None:
    found = [("XMP", f"p{number}") for number in range(16_384 - 5)]
    sink = CsvSink()
    assert list(sink.advice(Columns.of(rows().schema, found[:-1]))) == []
    (sentence,) = sink.advice(Columns.of(rows().schema, found))
    assert sentence.startswith("the CSV has 16,385 columns, and spreadsheets show 16,384: choose among the tags with ")
