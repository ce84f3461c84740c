"""Runs that make an index, alone and beside other forms: what holds for every output holds for it too."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from acting_steps import ActingStep
from forms import details
from serving import FolderSink
from test_faults import small_disk
from test_local import contents, files, job, left_out, rows
from test_update import FACTS

from metadata_digger.errors import OutputError
from metadata_digger.run.engines.doing import here
from metadata_digger.run.engines.local import run
from metadata_digger.run.engines.memory import share
from metadata_digger.run.job import Job
from metadata_digger.run.records.record import read_record, report_of
from metadata_digger.run.verify.differences import Verified, differences
from metadata_digger.run.work import Work
from metadata_digger.sinks import CsvSink, JsonSink
from metadata_digger.sinks.index import IndexSink
from metadata_digger.steps.hash import HashStep
from metadata_digger.storage import LocalStorage


def indexed(tmp_path: Path, **changes: Any) -> Job:
    steps = (ActingStep(), HashStep(("sha256",)))
    return job(tmp_path, **{"steps": steps, "sinks": (IndexSink(),), "facts": FACTS, **changes})


def shown(output: Path) -> dict[str, Any]:
    """What an index says of each file, by its path."""
    return {one.photo.path: one for one in details(output)}


def paths(output: Path) -> list[str]:
    """As the index has them, by name."""
    return [path.rsplit("/", 1)[1] for path in shown(output)]


def verified(output: Path) -> list[tuple[str, str]]:
    """Kind and file of each difference."""
    with_here = Work(Job(LocalStorage(), (), ()), output, share(1, 2, False).limits)

    class Doing:
        def __enter__(self) -> Any:
            return here(with_here)

        def __exit__(self, *error: object) -> None: ...

    found = differences(output, Doing, 1, Verified(output), lambda *told: None)
    return [(one.kind, one.file) for one in found]


@pytest.fixture
def many(tmp_path: Path) -> Path:
    return files(tmp_path / "in", *(f"{number % 7}/{number:04d}.jpg" for number in range(1_200)))


def test_an_index_has_every_row_in_order(tmp_path: Path, many: Path) -> None:
    report = run(indexed(tmp_path))
    output = tmp_path / "out"
    assert (report.written, report.files) == (1_200, ("index.json",))
    assert contents(output) == ["_run", "index.json", "photos.sqlite", "search"]
    assert contents(tmp_path) == ["in", "out"]
    assert paths(output) == sorted(paths(output), key=lambda name: (int(name[:4]) % 7, name))
    recorded = read_record(output)["files"]
    assert {name for name in recorded if not name.startswith("_run")} == {
        path.relative_to(output).as_posix()
        for path in output.rglob("*")
        if path.is_file() and "_run" not in path.parts and not path.name.startswith(".tantivy")
    }
    assert report_of(output).files == report.files
    assert verified(output) == []


def test_it_is_told_how_far_the_writing_is(tmp_path: Path, many: Path) -> None:
    class Told:
        def __init__(self) -> None:
            self.found: list[tuple[str, int, int]] = []

        def __call__(self, *done: object) -> None: ...

        def writing(self, form: str, done: int, total: int) -> None:
            self.found.append((form, done, total))

    told = Told()
    run(indexed(tmp_path, sinks=(CsvSink(), IndexSink())), told)
    assert told.found == [(form, done, 2) for form in ("csv", "index") for done in range(3)]


def test_no_rows_are_an_index_too(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    run(indexed(tmp_path))
    assert shown(tmp_path / "out") == {}
    assert verified(tmp_path / "out") == []


def test_several_forms_are_made_of_the_same_rows(tmp_path: Path, many: Path) -> None:
    sinks = (CsvSink(), JsonSink(), IndexSink())
    report = run(indexed(tmp_path, sinks=sinks, files_number=2))
    output = tmp_path / "out"
    assert report.files == ("out_0.csv", "out_1.csv", "out_0.json", "out_1.json", "index.json")
    assert report_of(output).files == report.files
    csv = [row["FilePath"] for number in range(2) for row in rows(output / f"out_{number}.csv")]
    lines = [line for number in range(2) for line in (output / f"out_{number}.json").read_text().splitlines()]
    assert csv == [json.loads(line)["FilePath"] for line in lines] == list(shown(output))
    assert verified(output) == []
    for sink, kind in zip(sinks, ("csv", "json", "index"), strict=True):
        alone = indexed(tmp_path, sinks=(sink,), files_number=2, output=tmp_path / kind / "out")
        run(alone)
        for file in (tmp_path / kind / "out").glob("out_*"):
            assert file.read_bytes() == (output / file.name).read_bytes()


@pytest.mark.parametrize("damage", ["search", "photos.sqlite", "index.json", "csv", "gone", "more", "segment"])
def test_verify_tells_what_of_several_forms_was_altered(tmp_path: Path, damage: str) -> None:
    files(tmp_path / "in", *(f"{number}.jpg" for number in range(9)))
    run(indexed(tmp_path, sinks=(CsvSink(), IndexSink())))
    output = tmp_path / "out"
    segment = next(path for path in sorted((output / "search").iterdir()) if path.suffix == ".store")
    others = {"csv": output / "out.csv", "more": output / "x.json", "segment": output / "search" / "0.store"}
    target = segment if damage in ("search", "gone") else others.get(damage, output / damage)
    if damage == "gone":
        target.unlink()
    elif damage == "photos.sqlite":
        with closing(sqlite3.connect(target)) as database:
            database.execute("DELETE FROM thumbnails")
            database.execute("UPDATE photos SET summary = replace(summary, '5.jpg', '6.jpg')")
            database.commit()
    elif damage == "index.json":
        target.write_text(target.read_text().replace("{", "{ ", 1))
    else:
        with target.open("ab") as file:
            file.write(b"\n")
    assert ("altered", str(target)) in verified(output)


def changed(root: Path) -> None:
    """Some files of a thousand are new, others, gone."""
    files(root, *(f"new/{number}.jpg" for number in range(30)))
    for number in range(0, 100, 5):
        (root / f"{number % 7}" / f"{number:04d}.jpg").write_bytes(b"<another one>")
        (root / f"{(number + 1) % 7}" / f"{number + 1:04d}.jpg").unlink()


@pytest.mark.parametrize("by", ["time", "hash"])
@pytest.mark.parametrize("forms", ["index", "csv,index"])
def test_an_update_is_what_a_fresh_run_is(tmp_path: Path, many: Path, by: str, forms: str) -> None:
    sinks = (IndexSink(),) if forms == "index" else (CsvSink(), IndexSink())
    run(indexed(tmp_path, sinks=sinks))
    output = tmp_path / "out"
    old = {path.name: path.stat().st_ino for path in (output / "search").iterdir() if path.suffix == ".store"}
    marks = tmp_path / "out-marks.sqlite"
    marks.write_bytes(b"marks")
    changed(many)
    touched = many / "3" / "0010.jpg"
    os.utime(touched, (1, 1))
    report = run(indexed(tmp_path, sinks=sinks, update=by))
    assert (report.changes["new"], report.changes["gone"]) == (30, 20)
    fresh = tmp_path / "fresh" / "out"
    run(indexed(tmp_path, sinks=sinks, output=fresh))
    assert report.seen == read_record(fresh)["seen"] == 1_210
    assert like(shown(output)) == like(shown(fresh))
    assert verified(output) == []
    new = {path.name: path.stat().st_ino for path in (output / "search").iterdir()}
    assert old.items() <= new.items()  # only what is new was written
    assert marks.read_bytes() == b"marks"
    assert [path for path in contents(tmp_path) if path not in ("fresh", "in")] == ["out", "out-marks.sqlite"]


def like(found: dict[str, Any]) -> dict[str, Any]:
    """Less what depends on when a run was."""
    return {path: repr(replace(one, processed=None)) for path, one in sorted(found.items())}


def test_many_updates_stay_one_index(tmp_path: Path, many: Path) -> None:
    run(indexed(tmp_path))
    for turn in range(25):
        files(many, f"turn-{turn}.jpg")
        (many / f"{turn % 7}" / f"{turn:04d}.jpg").unlink()
        report = run(indexed(tmp_path, update="time"))
        assert (report.changes["new"], report.changes["gone"]) == (1, 1)
    assert len(shown(tmp_path / "out")) == 1_200
    assert len(json.loads((tmp_path / "out" / "search" / "meta.json").read_text())["segments"]) <= 17
    assert verified(tmp_path / "out") == []


def break_segment(output: Path) -> None:
    next(path for path in sorted((output / "search").iterdir()) if path.suffix == ".store").write_bytes(b"no")


def break_list(output: Path) -> None:
    (output / "index.json").write_text("{}")


def break_rows(output: Path) -> None:
    (output / "photos.sqlite").unlink()


def break_search(output: Path) -> None:
    shutil.rmtree(output / "search")


@pytest.mark.parametrize("damage", [break_segment, break_list, break_rows, break_search])
def test_nothing_is_built_upon_a_damaged_index(tmp_path: Path, many: Path, damage: Callable[[Path], None]) -> None:
    run(indexed(tmp_path))
    damage(tmp_path / "out")
    files(many, "new.jpg")
    run(indexed(tmp_path, update="time"))
    assert len(shown(tmp_path / "out")) == 1_201
    assert verified(tmp_path / "out") == []


def test_other_keys_of_the_output_make_an_index_anew(tmp_path: Path, many: Path) -> None:
    run(indexed(tmp_path))
    files(many, "new.jpg")
    run(indexed(tmp_path, update="time", facts={**FACTS, "config": {"filter.allowedTags": "JPEG.Other"}}))
    output = tmp_path / "out"
    assert json.loads((output / "index.json").read_text())["sorted"]
    assert len(shown(output)) == 1_201


def test_an_update_may_add_a_form_and_drop_one(tmp_path: Path, many: Path) -> None:
    run(indexed(tmp_path, sinks=(CsvSink(),)))
    for sinks, made in (
        ((CsvSink(), IndexSink()), ["_run", "index.json", "out.csv", "photos.sqlite", "search"]),
        ((IndexSink(),), ["_run", "index.json", "photos.sqlite", "search"]),
        ((JsonSink(),), ["_run", "out.json"]),
    ):
        report = run(indexed(tmp_path, sinks=sinks, update="time"))
        assert report.changes["unchanged"] == 1_200
        assert contents(tmp_path / "out") == made
        assert verified(tmp_path / "out") == []


def test_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    files(tmp_path / "in", *(f"slow-{number:03d}.jpg" for number in range(60)))

    def interrupt(done: int, total: int | None, *_: object) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    sinks = (CsvSink(), IndexSink())
    with pytest.raises(KeyboardInterrupt):
        run(indexed(tmp_path, sinks=sinks), interrupt)
    report = run(indexed(tmp_path, sinks=sinks, resume=True))
    assert (report.written, len(report.resumed)) == (60, 1)
    assert len(shown(tmp_path / "out")) == 60
    again = run(indexed(tmp_path, sinks=sinks, resume=True))
    assert again.notes == ["the output is complete; there was nothing left to do"]
    assert again.files == ("out.csv", "index.json")
    shutil.rmtree(tmp_path / "out" / "search")
    with pytest.raises(OutputError, match=r"search/.+ is gone from it"):
        run(indexed(tmp_path, sinks=sinks, resume=True))
    run(indexed(tmp_path, sinks=sinks, overwrite=True))
    assert len(shown(tmp_path / "out")) == 60


def test_what_a_server_refuses_is_in_no_file(tmp_path: Path) -> None:
    files(tmp_path / "in", *(f"{number}.jpg" for number in range(9)), "bad-1.jpg")
    (tmp_path / "server").mkdir()
    sinks = (CsvSink(), IndexSink(), FolderSink(str(tmp_path / "server")))
    report = run(indexed(tmp_path, sinks=sinks))
    output = tmp_path / "out"
    assert (report.written, report.failed, report.files) == (9, 1, ("out.csv", "index.json"))
    assert set(left_out(output)) == {"bad-1.jpg"}
    assert [row["FilePath"] for row in rows(output / "out.csv")] == list(shown(output))
    assert len(shown(output)) == 9
    assert len(contents(tmp_path / "server")) == 10
    assert verified(output) == []


def test_forms_and_a_server_are_brought_up_to_date_together(tmp_path: Path, many: Path) -> None:
    (tmp_path / "server").mkdir()
    files(many, "bad-1.jpg")
    sinks = (CsvSink(), FolderSink(str(tmp_path / "server")), IndexSink())
    run(indexed(tmp_path, sinks=sinks))
    changed(many)
    files(many, "bad-2.jpg")
    report = run(indexed(tmp_path, sinks=sinks, update="time"))
    assert (report.seen, report.written, report.failed, report.notes) == (1_212, 1_210, 2, [])
    output = tmp_path / "out"
    there = {row["FilePath"] for row in rows(output / "out.csv")}
    assert there == set(shown(output))
    ids = {one.photo.id for one in shown(output).values()}
    assert {*contents(tmp_path / "server")} == {*ids, "commits"}
    assert verified(output) == []


def test_what_equals_another_file_is_told_once(tmp_path: Path) -> None:
    files(tmp_path / "in", *(f"{number}.jpg" for number in range(9)))
    (tmp_path / "in" / "copy.jpg").write_bytes((tmp_path / "in" / "3.jpg").read_bytes())
    (tmp_path / "server").mkdir()
    sinks = (CsvSink(), IndexSink(), FolderSink(str(tmp_path / "server")))
    report = run(indexed(tmp_path, sinks=sinks, distinct=("hash_sha256",)))
    assert (report.seen, report.written, report.filtered) == (10, 9, 1)
    assert set(left_out(tmp_path / "out")) == {"copy.jpg"}
    assert len(rows(tmp_path / "out" / "out.csv")) == len(shown(tmp_path / "out")) == 9
    assert verified(tmp_path / "out") == []


@pytest.mark.parametrize("size", ["900k", "1600k", "2m"])
def test_a_full_disk_is_an_error_that_names_the_place(tmp_path: Path, size: str) -> None:
    files(tmp_path / "in", *(f"{number:05d}.jpg" for number in range(3_000)))
    with small_disk(tmp_path / "disk", size):
        with pytest.raises(OutputError, match=r"cannot write .*/disk.*: No space left on device"):
            run(job(tmp_path, sinks=(IndexSink(),), output=tmp_path / "disk" / "out"))
        assert contents(tmp_path / "disk") == [".out.metadata-digger"]  # what is done stays for --resume


def test_an_index_within_the_input_is_no_input(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg", "b.jpg")
    run(indexed(tmp_path, output=tmp_path / "in" / "out"))
    (tmp_path / "in" / "out-marks.sqlite").write_bytes(b"marks")
    (tmp_path / "in" / "own-marks.sqlite").write_bytes(b"no marks")
    for name in ("in/out", "in/other"):
        report = run(indexed(tmp_path, output=tmp_path / name, overwrite=True))
        assert report.written == 3
        assert report.filtered == (name == "in/other")
    assert not any("out-marks" in path for path in shown(tmp_path / "in" / "out"))
