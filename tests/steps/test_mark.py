from __future__ import annotations

from collections.abc import Callable

from metadata_digger.pipeline import Batch
from metadata_digger.steps.mark import mark, note, standing, strings, valid


def test_mark_and_note(files: Callable[..., Batch]) -> None:
    rows = files("a", "b", "c").rows
    marked = note(mark(rows, {1: ("failed", "broken")}), {0: ["first"], 2: ["second", "third"]})
    marked = note(marked, {2: ["fourth"]})
    assert marked.schema == rows.schema
    assert marked.column("status").to_pylist() == ["ok", "failed", "ok"]
    assert marked.column("reason").to_pylist() == [None, "broken", None]
    assert marked.column("notes").to_pylist() == [["first"], [], ["second", "third", "fourth"]]
    assert standing(marked) == [0, 2]


def test_nothing_to_say_changes_nothing(files: Callable[..., Batch]) -> None:
    rows = files("a").rows
    assert mark(rows, {}) is rows
    assert note(rows, {}) is rows


def test_invalid_text() -> None:
    assert valid("plain") == "plain"
    assert valid("é\ud83d\ude00\ud83d") == "é😀\ufffd"
    assert strings(["a", None, "\udc00"]).to_pylist() == ["a", None, "\ufffd"]
