from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from metadata_digger.schema import OWN_TAG, TAG
from metadata_digger.steps.flatten import flatten, tag_names

Row = list[tuple[str, int, str, str | None]]


def column(rows: list[Row]) -> Any:
    keys = ("directory", "tag", "name", "value")
    return pa.array([[dict(zip(keys, tag, strict=True)) for tag in row] for row in rows], pa.list_(TAG))


ROWS: list[Row] = [
    [("JPEG", 1, "Image Width", "1"), ("JPEG", 3, "Image Height", None), ("GIF Image", 1, "Left", "0")],
    [],
    [("GIF Image", 1, "Left", "5"), ("GPS", OWN_TAG - 1, "MD Location", "1.0,2.0"), ("GIF Image", 1, "Left", "7")],
]


def unflattened(tags: Any) -> list[list[tuple[str, str, str | None]]]:
    flat = flatten(tags)
    pairs = [(*flat.pairs[code], value) for code, value in zip(flat.codes, flat.values.to_pylist(), strict=True)]
    return [pairs[start:end] for start, end in zip(flat.starts, flat.starts[1:], strict=False)]


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], [[]], [], [*ROWS, *ROWS]])
def test_flatten_keeps_every_tag_in_order(rows: list[Any]) -> None:
    assert unflattened(column(rows)) == [[(tag[0], tag[2], tag[3]) for tag in row] for row in rows]


@pytest.mark.parametrize(("start", "length"), [(1, 2), (2, 1), (0, 0), (3, 0)])
def test_flatten_of_a_slice(start: int, length: int) -> None:
    assert unflattened(column(ROWS).slice(start, length)) == unflattened(column(ROWS[start : start + length]))


def test_pairs_are_distinct() -> None:
    assert len(set(flatten(column(ROWS)).pairs)) == len(flatten(column(ROWS)).pairs) == 4


@pytest.mark.parametrize("slice_", [slice(0, 3), slice(2, 3), slice(0, 0)])
def test_tag_names_repeat_and_leave_out_own_tags(slice_: slice) -> None:
    expected = [["Image Width", "Image Height", "Left"], [], ["Left", "Left"]]
    rows = column(ROWS).slice(slice_.start, slice_.stop - slice_.start)
    assert tag_names(rows).to_pylist() == expected[slice_]
