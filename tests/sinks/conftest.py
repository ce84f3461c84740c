"""Rows for the sinks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pytest

from metadata_digger.schema import BOXED, EXTRACTED, FILE, LABELLED

KEYS = ("directory", "tag", "name", "value")


@pytest.fixture
def rows() -> Callable[..., pa.RecordBatch]:
    """A batch of rows given as dictionaries: `tags` as (directory, id, name, value); what is absent has a plain value.

    `fields` says which of the steps ran, `added` what they added because the configuration asked for it.
    """

    def make(*given: dict[str, Any], fields: str = "extracted", added: Sequence[pa.Field[Any]] = ()) -> pa.RecordBatch:
        schema = pa.schema(
            [
                *FILE,
                *(EXTRACTED if fields in ("extracted", "full") else []),
                *(LABELLED if fields in ("labelled", "boxed", "full") else []),
                *(BOXED if fields == "boxed" else []),
                *added,
            ]
        )
        complete = [_complete(number, row) for number, row in enumerate(given)]
        arrays = [pa.array([row[field.name] for row in complete], field.type) for field in schema]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)

    return make


def _complete(number: int, row: dict[str, Any]) -> dict[str, Any]:
    tags = row.get("tags", [])
    plain = {
        "id": f"{number:032X}",
        "base_path": "file:///in",
        "file_path": f"file:/in/{number}.jpg",
        "size": 1,
        "modified": None,
        "status": "ok",
        "reason": None,
        "notes": [],
        "again": None,
        "file_type": "JPEG",
        "directories": list(dict.fromkeys(tag[0] for tag in tags)),
        "labels": None,
        "scores": None,
        "boxes": None,
        "models": [{"name": "net", "sha256": "ab" * 32}],
    }
    return plain | row | {"tags": [dict(zip(KEYS, tag, strict=True)) for tag in tags]}
