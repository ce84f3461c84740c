"""Rows and files for the steps, without storage or extractor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pytest

from metadata_digger.pipeline import Batch
from metadata_digger.schema import EXTRACTED, FILE

Tags = Sequence[tuple[str, str, str | None]]


@pytest.fixture
def files() -> Callable[..., Batch]:
    """A batch of the given fake files; `statuses` says which rows are no longer ok."""

    def make(*files: Any, statuses: Sequence[str] = ()) -> Batch:
        count = len(files)
        columns: dict[str, list[Any]] = {
            "id": [f"{row:032X}" for row in range(count)],
            "base_path": ["file:///in"] * count,
            "file_path": [f"file:/in/{row}" for row in range(count)],
            "size": [0] * count,
            "modified": [None] * count,
            "status": [*statuses, *["ok"] * (count - len(statuses))],
            "reason": [None] * count,
            "notes": [[] for _ in range(count)],
            "again": [None] * count,
        }
        arrays = [pa.array(columns[field.name], field.type) for field in FILE]
        return Batch(pa.RecordBatch.from_arrays(arrays, schema=FILE), files)

    return make


@pytest.fixture
def tagged(files: Callable[..., Batch]) -> Callable[..., Batch]:
    """A batch whose rows have the given (directory, tag, value) tags."""

    def make(*rows: Tags, statuses: Sequence[str] = ()) -> Batch:
        batch = files(*rows, statuses=statuses)
        tags = [
            [{"directory": directory, "tag": 1, "name": name, "value": value} for directory, name, value in row]
            for row in rows
        ]
        columns: list[list[Any]] = [
            [None] * len(rows),
            [list(dict.fromkeys(tag[0] for tag in row)) for row in rows],
            tags,
        ]
        arrays = [pa.array(values, field.type) for values, field in zip(columns, EXTRACTED, strict=True)]
        schema = pa.schema([*FILE, *EXTRACTED])
        return Batch(pa.RecordBatch.from_arrays([*batch.rows.columns, *arrays], schema=schema), batch.files)

    return make
