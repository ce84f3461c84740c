"""Marks beside an output: one a picture, kept whatever becomes of the index, safe for several at once."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from checkout import ROOT
from metadata_digger.errors import OutputError
from metadata_digger.index.marks import FORM, NUMBERS, Marks


def test_nothing_is_made_before_the_first_mark(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "out-marks.sqlite")
    assert [(one.mark, one.title, one.count) for one in marks.all()] == [(number, number, 0) for number in NUMBERS]
    assert marks.ids("1") == [] and marks.of(["a"]) == {} and marks.searches() == [] and marks.writable
    assert [*tmp_path.iterdir()] == []


def test_a_picture_has_one_mark(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "m.sqlite")
    assert marks.set("1", ["a", "b"]) == 2
    assert marks.set("2", ["b", "c"]) == 2
    assert marks.set("2", ["b"]) == 0
    assert marks.of(["a", "b", "c", "d"]) == {"a": "1", "b": "2", "c": "2"}
    assert {one.mark: one.count for one in marks.all() if one.count} == {"1": 1, "2": 2}
    assert marks.set(None, ["b", "unknown"]) == 1 and sorted(marks.ids("*")) == ["a", "c"]
    many = [f"{number}" for number in range(2_000)]
    assert marks.set("9", iter(many)) == 2_000 and len(marks.of(many)) == 2_000


def test_titles_are_names_too(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "m.sqlite")
    marks.set("3", ["a"])
    marks.rename("3", "Suspect")
    assert marks.ids("suspect") == marks.ids("3") == ["a"] and marks.ids("other") == []
    again = Marks(tmp_path / "m.sqlite")
    assert again.all()[2].title == "Suspect"


def test_searches(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "m.sqlite")
    marks.save("b", "q=1")
    marks.save("a", "q=2")
    marks.save("b", "q=3")
    assert [(one.name, one.address) for one in marks.searches()] == [("a", "q=2"), ("b", "q=3")]
    assert marks.forget("a") and not marks.forget("a")


def test_several_threads(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "m.sqlite")
    threads = [threading.Thread(target=_mark, args=(marks, number)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.count for one in marks.all()) == 8 * 50


def test_several_processes(tmp_path: Path) -> None:
    file = tmp_path / "m.sqlite"
    code = (
        "import sys; from pathlib import Path; from metadata_digger.index.marks import Marks\n"
        "for one in range(50): Marks(Path(sys.argv[1])).set(sys.argv[2], [f'{sys.argv[2]}-{one}'])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    given = [sys.executable, "-P", "-c", code, file]
    processes = [subprocess.Popen([*given, mark], env=environment) for mark in "123"]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert sum(one.count for one in Marks(file).all()) == 3 * 50


def _mark(marks: Marks, number: int) -> None:
    for one in range(50):
        marks.set(NUMBERS[number % 9], [f"{number}-{one}"])


def test_a_newer_form_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "m.sqlite"
    Marks(file).set("1", ["a"])
    with sqlite3.connect(file) as database:
        database.execute(f"PRAGMA user_version = {FORM + 1}")
    for ask in (lambda: Marks(file).all(), lambda: Marks(file).set("1", ["b"])):
        with pytest.raises(OutputError, match="newer version"):
            ask()


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "m.sqlite"
    file.write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with pytest.raises(OutputError, match=r"m\.sqlite"):
        Marks(file).all()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    marks = Marks(tmp_path / "file" / "m.sqlite")  # as no folder lets nobody write, root neither
    assert marks.ids("1") == []
    with pytest.raises(OutputError, match="cannot be written"):
        marks.set("1", ["a"])
