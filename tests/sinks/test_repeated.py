from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.sinks.repeated import SEPARATOR, cell, repeated, together


@pytest.mark.parametrize(
    ("values", "written"),
    [
        (["a", "b", "a"], ["a", "b", "a"]),
        (["a", "a"], ["a"]),
        (["", "a", ""], ["a"]),
        (["", ""], [""]),
    ],
)
def test_together(values: list[str], written: list[str]) -> None:
    assert together(values) == written


def test_repeated() -> None:
    assert repeated([3, 1], ["a", "b"]) == {}
    assert repeated([3, 1, 3], ["a", "b", "c"]) == {3: ["a", "c"]}


@given(st.lists(st.text(alphabet="| ab", min_size=1), min_size=2))
def test_a_cell_splits_into_its_values(values: list[str]) -> None:
    parts = cell(values).split(SEPARATOR)
    assert [part.replace(r"\x7c", "|") for part in parts] == values
    assert re.sub(r"\\\\x7c", "|", cell(values, "\\\\")) == cell(values).replace(r"\x7c", "|")
