from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from metadata_digger.sinks.columns import Columns, names, scan
from metadata_digger.steps.filter import Selection

Rows = Callable[..., pa.RecordBatch]

TAGS = [("JPEG", 1, "Image Width", "1"), ("JPEG", 1, "Image Width", None), ("PNG-IHDR", 1, "Image Width", "1")]


def test_scan_sees_what_is_written(rows: Rows) -> None:
    batch = rows(
        {"tags": TAGS, "directories": ["JPEG", "JPEG", "PNG-IHDR", "Error"]},
        {"tags": [("GIF Header", 1, "Image Width", "1")], "status": "failed"},
    )
    found = scan(batch)
    assert found == {
        ("JPEG", "Image Width"),
        ("PNG-IHDR", "Image Width"),
        ("JPEG", ""),
        ("PNG-IHDR", ""),
        ("Error", ""),
    }
    assert names(found) == ["JPEG.Image Width", "PNG-IHDR.Image Width"]
    assert names(found, Selection(("JPEG",))) == ["JPEG.Image Width"]
    columns = Columns.of(batch.schema, found)
    assert columns.tags() == [("JPEG", "Image Width"), ("PNG-IHDR", "Image Width")]
    assert columns.directories() == ["Error", "JPEG", "PNG-IHDR"]
    assert columns.tags(Selection(("JPEG",))) == [("JPEG", "Image Width")]
    assert columns.fields == tuple(batch.schema.names)


def test_scan_of_rows_without_metadata(rows: Rows) -> None:
    assert scan(rows({}, fields="labelled")) == set()
    assert scan(rows()) == set()
