"""What find_similar adds to the output, in every form of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from metadata_digger.schema import SIMILAR
from metadata_digger.sinks import CsvSink, JsonSink
from metadata_digger.sinks.columns import Columns, scan
from metadata_digger.steps.mark import appended
from metadata_digger.steps.rename import Naming

Rows = Callable[..., pa.RecordBatch]


@pytest.fixture
def similar(rows: Rows) -> pa.RecordBatch:
    batch = rows({"tags": [("Exif IFD0", 1, "Model", "X")]}, {})
    scores = pa.array([97, 40], SIMILAR[0].type)
    reasons = pa.array([["Exif IFD0.Model: X, the same", "B"], []], SIMILAR[1].type)
    return appended(batch, SIMILAR, [scores, reasons])


def published(sink: CsvSink | JsonSink, batch: pa.RecordBatch, folder: Path) -> str:
    columns = Columns.of(batch.schema, scan(batch))
    sink.check(columns)
    assert sink.piece(iter([batch]), columns, folder / "piece") == len(batch)
    sink.join([folder / "piece"], columns, folder / "out")
    return (folder / "out").read_text("utf-8")


@pytest.mark.parametrize("dialect", ["rfc4180", "spark"])
def test_csv_has_them_behind_the_columns_of_the_original(similar: pa.RecordBatch, tmp_path: Path, dialect: str) -> None:
    header, *rows = csv.reader(published(CsvSink(dialect=dialect), similar, tmp_path).splitlines())
    assert header[3:] == ["FileType", "DirectoryNames", "TagNames", "SimilarScore", "SimilarReasons", "ExifIFD0Model"]
    assert [row[6:8] for row in rows] == [["97", "Exif IFD0.Model: X, the same; B"], ["40", ""]]


@pytest.mark.parametrize("convention", ["camelCase", "snakeCase"])
def test_json_has_a_number_and_a_list(similar: pa.RecordBatch, tmp_path: Path, convention: str) -> None:
    naming = Naming(convention)
    rows = [json.loads(line) for line in published(JsonSink(naming), similar, tmp_path).splitlines()]
    score, reasons = naming.title("Similar Score"), naming.title("Similar Reasons")
    assert (score, reasons) in (("SimilarScore", "SimilarReasons"), ("similar_score", "similar_reasons"))
    assert [(row[score], row[reasons]) for row in rows] == [(97, ["Exif IFD0.Model: X, the same", "B"]), (40, [])]
