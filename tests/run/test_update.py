"""--update: what is read again, and that the output is that of a fresh run."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from acting_steps import ActingStep
from serving import FolderSink
from test_kills import found
from test_local import contents, files, job, names

from metadata_digger.errors import ConfigError, OutputError
from metadata_digger.run import held, parts, spark
from metadata_digger.run.job import Job
from metadata_digger.run.local import run
from metadata_digger.run.records import read_record
from metadata_digger.run.report import Report
from metadata_digger.sinks import CsvSink
from metadata_digger.steps.hash import HashStep
from metadata_digger.storage import LocalStorage
from metadata_digger.storage.local import LocalFile

LOG = "TEST_UPDATE_LOG"


class Counting(LocalStorage):
    """Writes the name of every file that is opened, in whichever process, into a file."""

    def open(self, url: str) -> LocalFile:
        if LOG in os.environ:
            with Path(os.environ[LOG]).open("a") as log:
                log.write(url.rsplit("/", 1)[1] + "\n")
        return super().open(url)


@pytest.fixture
def opened(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """The names of the files opened since the last call."""
    log = tmp_path_factory.mktemp("log") / "opened"
    monkeypatch.setenv(LOG, str(log))

    def read() -> list[str]:
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return sorted(lines)

    return read


def counted(tmp_path: Path, **changes: Any) -> Job:
    import test_update  # the name that worker processes know this module by

    return job(tmp_path, storage=test_update.Counting(), **changes)


def grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"!")


def same_as_fresh(tmp_path: Path, work: Job) -> None:
    """The output is that of a run from nothing, rows in an order of their own."""
    fresh = replace(work, update=None, overwrite=True, output=tmp_path / "fresh" / "out")
    run(fresh)
    assert work.output is not None
    assert fresh.output is not None
    assert found(work.output) == found(fresh.output)
    assert contents(tmp_path / "fresh") == ["out"]


def test_of_a_thousand_files_only_those_are_read_that_are_new_or_changed(
    tmp_path: Path, opened: Callable[[], list[str]]
) -> None:
    root = files(tmp_path / "in", *(f"{number % 7}/{number:04d}.jpg" for number in range(1_000)))
    (root / "nowhere.jpg").symlink_to("missing")
    run(counted(tmp_path))
    assert len(opened()) == 1_000
    changed = [root / f"{number % 7}/{number:04d}.jpg" for number in range(50, 1_000, 100)]
    for path in changed[:5]:
        grow(path)
    for path in changed[5:]:
        os.utime(path, (1, 1))
    files(root, *(f"new/{number}.jpg" for number in range(5)))
    for number in (0, 400, 999):
        (root / f"{number % 7}/{number:04d}.jpg").unlink()
    work = counted(tmp_path, update="time")
    report = run(work)
    assert opened() == sorted([*(path.name for path in changed), *(f"{number}.jpg" for number in range(5))])
    assert report.changes == {"unchanged": 988, "new": 5, "changed": 10, "gone": 3}
    assert (report.seen, report.written, report.failed) == (1_003, 1_002, 1)
    assert read_record(tmp_path / "out")["changes"] == report.changes
    same_as_fresh(tmp_path, work)
    opened()

    report = run(work)
    assert opened() == []
    assert report.changes == {"unchanged": 1_003, "new": 0, "changed": 0, "gone": 0}
    (root / "new" / "3.jpg").unlink()
    grow(root / "1" / "0001.jpg")
    run(work)
    assert opened() == ["0001.jpg"]
    same_as_fresh(tmp_path, work)


def test_everything_may_be_gone(tmp_path: Path) -> None:
    root = files(tmp_path / "in", "a.jpg", "b.jpg")
    run(job(tmp_path))
    for path in root.iterdir():
        path.unlink()
    report = run(job(tmp_path, update="time"))
    assert report.changes == {"unchanged": 0, "new": 0, "changed": 0, "gone": 2}
    same_as_fresh(tmp_path, job(tmp_path, update="time"))


def test_the_same_file_by_another_entry_of_the_input_is_another_row(tmp_path: Path) -> None:
    files(tmp_path / "in", "sub/a.jpg", "b.jpg")
    run(job(tmp_path))
    work = job(tmp_path, update="time", paths=(str(tmp_path / "in" / "sub"), str(tmp_path / "in")))
    assert run(work).changes == {"unchanged": 1, "new": 0, "changed": 1, "gone": 0}
    same_as_fresh(tmp_path, work)


def test_faults_of_the_storage_are_tried_again_and_others_are_not(
    tmp_path: Path, opened: Callable[[], list[str]]
) -> None:
    files(tmp_path / "in", "a.jpg", "exit.jpg", "gone.jpg")
    import test_local

    run(job(tmp_path, storage=test_local.Vanishing()))
    files(tmp_path / "in", "gone.jpg")
    work = counted(tmp_path, update="time")
    report = run(work)
    assert opened() == ["gone.jpg"]
    assert report.changes == {"unchanged": 2, "new": 0, "changed": 1, "gone": 0}
    assert (report.written, report.failed) == (2, 1)


FACTS = {"version": "1", "action": "extract", "config": {"processing.timezone": "UTC", "output.format": "csv"}}
OTHER = FACTS | {"config": {"processing.timezone": "Europe/Warsaw", "output.format": "json", "processing.cores": "1"}}


@pytest.mark.parametrize(
    ("before", "now", "why"),
    [
        ({}, {"facts": OTHER}, "other than in the last run: processing.timezone (was UTC, is Europe/Warsaw)"),
        ({}, {"facts": FACTS | {"version": "2"}}, "other than in the last run: version (was 1, is 2)"),
        ({"keep_rows": False}, {}, "the last run did not keep its rows (output.keepRows)"),
        ({"steps": ()}, {"steps": (ActingStep(),)}, "the last run's rows have other columns"),
    ],
)
def test_rows_of_no_use_are_made_anew_and_the_user_is_told_why(
    tmp_path: Path, opened: Callable[[], list[str]], before: dict[str, Any], now: dict[str, Any], why: str
) -> None:
    files(tmp_path / "in", "a.jpg", "b.jpg")
    run(counted(tmp_path, **{"facts": FACTS} | before))
    opened()
    report = run(counted(tmp_path, **{"facts": FACTS, "update": "time"} | now))
    assert report.notes == [f"--update: all files are read anew: {why}"]
    assert opened() == ["a.jpg", "b.jpg"]


def test_rows_that_are_damaged_are_made_anew(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg")
    run(job(tmp_path))
    rows = tmp_path / "out" / "_run" / "rows"
    damaged = parts.path_of(rows, parts.names(rows)[0])
    damaged.write_bytes(damaged.read_bytes()[:-1])
    report = run(job(tmp_path, update="time"))
    assert report.notes == [f"--update: all files are read anew: {damaged} is damaged"]
    assert names(tmp_path / "out" / "out.csv") == ["a.jpg"]


def test_an_update_of_nothing_is_a_run(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg")
    report = run(job(tmp_path, update="time"))
    assert (report.written, report.changes, report.notes) == (1, {}, [])


def test_an_update_writes_in_another_form(tmp_path: Path) -> None:
    from metadata_digger.sinks import JsonSink

    root = files(tmp_path / "in", "a.jpg", "b.jpg")
    run(job(tmp_path, facts=FACTS))
    grow(root / "b.jpg")
    other = FACTS | {"config": {"processing.timezone": "UTC", "output.format": "json"}}
    work = job(tmp_path, facts=other, sink=JsonSink(), update="time")
    assert run(work).changes["unchanged"] == 1
    same_as_fresh(tmp_path, work)


@pytest.mark.parametrize("engine", [run, lambda work: spark.run(work, "local[2]")], ids=["local", "spark"])
@pytest.mark.parametrize("there", [False, True])
def test_files_that_are_left_out_because_of_others_are_not_for_an_update(
    tmp_path: Path, engine: Callable[[Job], Report], there: bool
) -> None:
    files(tmp_path / "in", "a.jpg")
    if there:
        run(job(tmp_path))
    before = contents(tmp_path)
    with pytest.raises(ConfigError, match=r"--update and processing\.hash\.comparator=true do not go together"):
        engine(hashed(tmp_path, distinct=("hash_sha256",), update="time"))
    assert contents(tmp_path) == before


def hashed(tmp_path: Path, **changes: Any) -> Job:
    return counted(tmp_path, steps=(ActingStep(), HashStep(("crc32", "sha256"))), **changes)


def test_by_hash(tmp_path: Path) -> None:
    root = files(tmp_path / "in", *(f"{number:03d}.jpg" for number in range(300)))
    run(hashed(tmp_path))
    stamp = (root / "007.jpg").stat()
    (root / "007.jpg").write_bytes(b"<007.JPG>")
    os.utime(root / "007.jpg", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    os.utime(root / "008.jpg", (5, 5))
    grow(root / "009.jpg")
    files(root, "new.jpg")
    assert run(hashed(tmp_path, update="time", output=tmp_path / "by time" / "out")).changes == {}
    report = run(hashed(tmp_path, update="hash"))
    assert report.changes == {"unchanged": 298, "new": 1, "changed": 2, "gone": 0}
    same_as_fresh(tmp_path, hashed(tmp_path, update="hash"))
    rows = tmp_path / "out" / "_run" / "rows"
    times = {
        row["file_path"].rsplit("/", 1)[1]: row["modified"].timestamp()
        for part in parts.names(rows)
        for batch in parts.every_row(parts.path_of(rows, part), ("file_path", "modified"))
        for row in batch.to_pylist()
    }
    assert times["008.jpg"] == 5
    assert times["010.jpg"] == pytest.approx((root / "010.jpg").stat().st_mtime, abs=1e-6)


def test_by_hash_needs_hashes(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg")
    run(job(tmp_path))
    with pytest.raises(ConfigError, match=r"--update-by hash needs processing\.hash\.types"):
        run(job(tmp_path, update="hash"))
    assert contents(tmp_path) == ["in", "out"]


@pytest.mark.parametrize("again", [{"resume": True}, {"resume": True, "update": "time"}])
def test_an_update_that_was_interrupted_goes_on(
    tmp_path: Path, opened: Callable[[], list[str]], again: dict[str, Any]
) -> None:
    root = files(tmp_path / "in", *(f"{number:03d}.jpg" for number in range(100)))
    run(counted(tmp_path))
    files(root, *(f"slow-{number:03d}.jpg" for number in range(60)))
    grow(root / "000.jpg")
    opened()

    def interrupt(done: int, total: int | None) -> None:
        if done > 130:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        run(counted(tmp_path, update="time"), interrupt)
    assert "to go on, give the same command with --resume" in caught.value.__notes__[0]
    before = opened()
    assert names(tmp_path / "out" / "out.csv") == [f"{number:03d}.jpg" for number in range(100)]
    report = run(counted(tmp_path, **again))
    assert report.changes == {"unchanged": 99, "new": 60, "changed": 1, "gone": 0}
    assert len(report.resumed) == 1
    after = opened()
    assert set(before) | set(after) == {"000.jpg", *(f"slow-{number:03d}.jpg" for number in range(60))}
    assert len(after) < 61
    same_as_fresh(tmp_path, counted(tmp_path, update="time"))


def test_a_server_forgets_what_is_gone(tmp_path: Path) -> None:
    root = files(tmp_path / "in", "a.jpg", "b.jpg", "c.jpg", "d.jpg")
    (tmp_path / "server").mkdir()
    sink = FolderSink(str(tmp_path / "server"))
    run(job(tmp_path, sink=sink, facts=FACTS))
    stamps = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "server").iterdir()}
    (root / "a.jpg").unlink()
    grow(root / "b.jpg")
    files(root, "e.jpg")
    run(job(tmp_path, sink=sink, facts=FACTS, update="time"))
    now = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "server").iterdir()}
    assert len(now) == 5  # b, c, d, e and the commits
    assert len([name for name, stamp in stamps.items() if now.get(name) == stamp]) == 2  # c and d are not sent again
    (root / "c.jpg").unlink()
    run(job(tmp_path, sink=sink, facts=OTHER, update="time"))
    assert len(contents(tmp_path / "server")) == 4


ONE = {"input.paths": "/a,/b", "input.include": "*.jpg"}


@pytest.mark.parametrize(
    ("before", "now", "differing"),
    [
        (ONE, ONE | {"input.paths": "/b"}, "input.paths (was /a,/b, is /b)"),
        (ONE, ONE | {"input.paths": "/c"}, "input.paths (was /a,/b, is /c)"),
        (ONE, ONE | {"input.include": "*.png"}, "input.include (was *.jpg, is *.png)"),
        (ONE, ONE | {"input.exclude": "x"}, "input.exclude (was not set, is x)"),
        (ONE, ONE | {"filter.allowedFileTypes": "PNG"}, "filter.allowedFileTypes (was not set, is PNG)"),
        (ONE, ONE, ""),
        (ONE, ONE | {"input.paths": "/c, /b,/a"}, ""),
        (ONE, ONE | {"processing.hash.types": "md5", "output.keepRows": "false"}, ""),
    ],
)
def test_runs_over_different_files_do_not_delete_each_others_rows(
    tmp_path: Path, before: dict[str, str], now: dict[str, str], differing: str
) -> None:
    root = files(tmp_path / "in", "a.jpg", "b.jpg")
    (tmp_path / "server").mkdir()
    sink = FolderSink(str(tmp_path / "server"))
    last = job(tmp_path, sink=sink, gives_way=True, facts={"config": before})
    run(last)
    (root / "a.jpg").unlink()
    work = replace(last, facts={"config": now}, update="time")
    if differing:
        with pytest.raises(OutputError, match=re.escape(f"a run over other files: {differing}; their documents")):
            run(work)
        assert len(contents(tmp_path / "server")) == 3
        assert contents(tmp_path) == ["in", "out", "server"]
        work = replace(work, gives_way=False)  # its place is chosen
    run(work)
    assert len(contents(tmp_path / "server")) == 2


def test_who_asks_a_server_and_where_records_lie_make_no_row_another_one(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg")
    (tmp_path / "server").mkdir()
    work = job(tmp_path, sink=FolderSink(str(tmp_path / "server")), facts={"config": {"output.collection": "c"}})
    run(work)
    other = {"output.collection": "c", "output.solr.caFile": "/ca.pem", "output.directoryPath": "out"}
    assert run(replace(work, facts={"config": other}, update="time")).changes["unchanged"] == 1
    elsewhere = run(replace(work, facts={"config": {"output.collection": "d"}}, update="time"))
    assert elsewhere.notes == [
        "--update: all files are read anew: other than in the last run: output.collection (was c, is d)"
    ]


@pytest.mark.parametrize("most", [1, 1_000])
@pytest.mark.parametrize("gone", ["all", "some", "nothing"])
def test_what_a_server_has_lost_is_sent_again(
    tmp_path: Path, gone: str, most: int, monkeypatch: pytest.MonkeyPatch, opened: Callable[[], list[str]]
) -> None:
    monkeypatch.setattr(held, "ROWS", most)
    root = files(tmp_path / "in", *(f"{number:03d}.jpg" for number in range(60)), "bad.jpg")
    server = tmp_path / "server"
    server.mkdir()
    work = counted(tmp_path, sink=FolderSink(str(server)))
    run(work)
    opened()
    sent = sorted(path for path in server.iterdir() if path.name != "commits")
    stamps = {path: path.stat().st_mtime_ns for path in sent}
    for path in {"all": sent, "some": sent[7:8], "nothing": []}[gone]:
        path.unlink()
    files(root, "new.jpg")
    report = run(replace(work, update="time"))
    assert opened() == ["bad.jpg", "new.jpg"]
    assert (report.seen, report.written, report.failed) == (62, 61, 1)
    assert report.changes == {"unchanged": 60, "new": 1, "changed": 1, "gone": 0}
    assert len(contents(server)) == 62
    again = sum(path.stat().st_mtime_ns != stamp for path, stamp in stamps.items())
    assert again == 60 if gone == "all" else again == 0 if gone == "nothing" else 1 <= again <= 60
    assert most > 1 or again < 60 or gone == "all"
    note = f"--update: not all that earlier runs sent was there: {again:,} rows were sent again"
    assert report.notes == ([note] if again else [])


def test_what_a_server_refused_is_tried_again(tmp_path: Path) -> None:
    root = files(tmp_path / "in", *(f"{number:03d}.jpg" for number in range(300)), "bad-1.jpg", "bad-2.jpg")
    (tmp_path / "server").mkdir()
    sink = FolderSink(str(tmp_path / "server"))
    report = run(job(tmp_path, sink=sink, facts=FACTS))
    assert (report.written, report.failed) == (300, 2)
    files(root, "new.jpg")
    for written in (301, 301):
        report = run(job(tmp_path, sink=sink, facts=FACTS, update="time"))
        assert (report.seen, report.written, report.failed) == (303, written, 2)
    milder = replace(sink, refuses="worse")
    report = run(job(tmp_path, sink=milder, facts=FACTS, update="time"))
    assert (report.seen, report.written, report.failed) == (303, 303, 0)
    assert len(contents(tmp_path / "server")) == 304


def test_a_csv_of_kept_rows_has_the_columns_of_its_rows(tmp_path: Path) -> None:
    """Of a file that is gone no column is left."""
    from metadata_digger.steps.extract import ExtractStep

    photos = Path(__file__).parents[2] / "demo" / "photos"
    (tmp_path / "in").mkdir()
    for path in sorted(photos.iterdir())[:6]:
        (tmp_path / "in" / path.name).write_bytes(path.read_bytes()[:65_536])
    (tmp_path / "in" / "a.gif").write_bytes(b"GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;")
    work = job(tmp_path, steps=(ExtractStep(),), sink=CsvSink())
    run(work)
    assert "GIF" in (tmp_path / "out" / "out.csv").read_text("utf-8").splitlines()[0]
    (tmp_path / "in" / "a.gif").unlink()
    run(replace(work, update="time"))
    assert "GIF" not in (tmp_path / "out" / "out.csv").read_text("utf-8").splitlines()[0]
    same_as_fresh(tmp_path, replace(work, update="time"))
