"""A batch's nested tags as one flat run: the base of wide columns, of nested objects and of questions about tags.

All work on whole columns: a tag costs a few nanoseconds here, whatever the batch is later turned into.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from metadata_digger.schema import OWN_TAG, Column


@dataclass(frozen=True, slots=True)
class FlatTags:
    """Tags of a batch, row after row, in file order.

    Row i has the tags starts[i] to starts[i + 1]; tag j is called pairs[codes[j]], a (directory, tag) pair, and has the
    value values[j], null where the extractor has no words for it.
    """

    starts: npt.NDArray[np.int64]
    pairs: list[tuple[str, str]]
    codes: npt.NDArray[np.int64]
    values: Column


def flatten(tags: Column) -> FlatTags:
    """The column `tags` (schema.EXTRACTED) of a batch."""
    run = tags.flatten()
    directories = run.field("directory").dictionary_encode()
    names = run.field("name").dictionary_encode()
    # The two dictionaries are small (96 directories, some thousand names), so a table over all their combinations
    # finds the distinct pairs without sorting the tags.
    width = max(len(names.dictionary), 1)
    both = _numbers(directories.indices) * width + _numbers(names.indices)
    seen = np.zeros(len(directories.dictionary) * width, dtype=bool)
    seen[both] = True
    found = np.flatnonzero(seen)
    rank = np.cumsum(seen) - 1
    directory_names, tag_names = directories.dictionary.to_pylist(), names.dictionary.to_pylist()
    pairs = [(directory_names[code // width], tag_names[code % width]) for code in found.tolist()]
    codes = rank[both] if len(both) else both
    return FlatTags(starts(tags), pairs, codes, run.field("value"))


def starts(column: Column) -> npt.NDArray[np.int64]:
    """Where each row of a list column begins in its flattened values, and behind the last one its end."""
    bounds = np.zeros(len(column) + 1, dtype=np.int64)
    if len(column):
        np.cumsum(_numbers(column.value_lengths().fill_null(0)), out=bounds[1:])
    return bounds


def tag_names(tags: Column) -> Column:
    """The names of every row's tags in file order, repeated ones too; without the tags that this tool adds."""
    run = tags.flatten()
    theirs = _numbers(run.field("tag")) > OWN_TAG
    return taken(starts(tags), theirs, run.field("name"))


def taken(bounds: npt.NDArray[np.int64], mask: npt.NDArray[Any], values: Column) -> Column:
    """A list column of the values that the mask lets through."""
    kept = np.zeros(len(mask) + 1, dtype=np.int32)
    np.cumsum(mask, out=kept[1:])
    return listed(kept[bounds], values.filter(pa.array(mask)))


def listed(bounds: npt.NDArray[np.int32], values: Column) -> Column:
    """A list column of `values`: row i has those from bounds[i] to bounds[i + 1]."""
    offsets: Column = pa.array(bounds)
    return pa.ListArray.from_arrays(offsets, values)


def _numbers(array: Column) -> npt.NDArray[np.int64]:
    numbers: npt.NDArray[np.int64] = array.to_numpy(zero_copy_only=False).astype(np.int64)
    return numbers
