"""What obstore lists, as the columns of a client."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from metadata_digger.storage.remote.columns import ITEMS


def columns(page: Any) -> pa.RecordBatch:
    """Of an Arrow batch of obstore; its times are whole microseconds."""
    found = pa.record_batch(page)
    modified = found.column("last_modified").cast(pa.int64()).to_numpy() / 1e6
    arrays: list[pa.Array[Any]] = [
        found.column("path"),
        found.column("size").cast(pa.int64()),
        pa.array(modified, pa.float64()),
        found.column("e_tag").fill_null(""),
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=ITEMS)
