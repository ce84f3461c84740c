"""Files of a client as columns: a listing of a hundred million of them is not made of objects of Python."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pyarrow as pa

from metadata_digger.storage.remote.client import Item

_FIELDS: tuple[tuple[str, pa.DataType], ...] = (
    ("key", pa.string()),
    ("size", pa.int64()),
    ("modified", pa.float64()),
    ("version", pa.string()),
)
ITEMS = pa.schema(_FIELDS)

_item_of: Callable[[Sequence[Any]], Item] = partial(tuple.__new__, Item)  # the class itself takes three times as long


def batch_of(items: Sequence[Item]) -> pa.RecordBatch:
    keys, sizes, modified, versions = zip(*items, strict=True) if items else ((), (), (), ())
    return pa.RecordBatch.from_arrays([pa.array(keys, pa.string()), pa.array(sizes, pa.int64()),
        pa.array(modified, pa.float64()), pa.array(versions, pa.string())], schema=ITEMS)  # fmt: skip


def items_of(batch: pa.RecordBatch) -> Iterator[Item]:
    return map(_item_of, zip(*(column.to_pylist() for column in batch.columns), strict=True))


def before(batch: pa.RecordBatch, stop: str) -> pa.RecordBatch:
    """Of sorted files those whose keys come before a text; "": all of them."""
    if not stop or not batch.num_rows or batch.column(0)[-1].as_py() < stop:
        return batch
    keys: Any = batch.column(0).to_pylist()
    return batch.slice(0, bisect_left(keys, stop))
