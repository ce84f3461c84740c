"""Whole runs on this machine."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from acting_steps import ActingStep

from metadata_digger.errors import ConfigError, ModelError, OutputError
from metadata_digger.run.engines.local import run
from metadata_digger.run.job import Job
from metadata_digger.run.report import Report
from metadata_digger.sinks import CsvSink, JsonSink
from metadata_digger.storage import LocalStorage


def files(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(f"<{name}>".encode())
    return root


def job(tmp_path: Path, **changes: object) -> Job:
    made = Job(
        LocalStorage(),
        (str(tmp_path / "in"),),
        (ActingStep(),),
        (CsvSink(),),
        tmp_path / "out",
        cores=2,
        file_timeout=30,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # a test's own word


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def names(path: Path) -> list[str]:
    return [row["FilePath"].rsplit("/", 1)[1] for row in rows(path)]


def left_out(output: Path) -> dict[str, tuple[str, str]]:
    record = json.loads((output / "_run" / "run.json").read_text("utf-8"))
    assert record["seen"] == record["written"] + record["filtered"] + record["failed"]
    found = {}
    for kind in ("failed", "filtered"):
        lines = (output / "_run" / f"{kind}.jsonl").read_text("utf-8").splitlines()
        assert len(lines) == record[kind]
        found |= {one["file"].rsplit("/", 1)[1]: (one["status"], one["reason"]) for one in map(json.loads, lines)}
    return found


def contents(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_thousand_files_come_out_in_order_and_are_told_of(tmp_path: Path) -> None:
    files(tmp_path / "in", *(f"{number % 7}/{number:04d}.jpg" for number in range(1_000)))
    told: list[tuple[int, int | None]] = []
    report = run(job(tmp_path), lambda done, total, *_: told.append((done, total)))
    expected = sorted(f"{number % 7}/{number:04d}.jpg" for number in range(1_000))
    found = rows(tmp_path / "out" / "out.csv")
    assert [row["FilePath"] for row in found] == [f"file:{tmp_path}/in/{name}" for name in expected]
    assert [row["TestHead"] for row in found] == [f"<{name}>"[:16] for name in expected]
    assert {row["BasePath"] for row in found} == {f"file://{tmp_path}/in"}
    assert (report.seen, report.written, report.filtered, report.failed) == (1_000, 1_000, 0, 0)
    assert ("Test", "Head") in report.tags
    assert told[-1] == (1_000, 1_000)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert contents(tmp_path) == ["in", "out"]
    assert contents(tmp_path / "out") == ["_run", "out.csv"]


def test_several_files_share_the_rows(tmp_path: Path) -> None:
    files(tmp_path / "in", *(f"{number}.jpg" for number in range(7)))
    report = run(job(tmp_path, files_number=3, sinks=(JsonSink(),)))
    assert report.files == ("out_0.json", "out_1.json", "out_2.json")
    counts = [len((tmp_path / "out" / name).read_text().splitlines()) for name in report.files]
    assert counts == [2, 2, 3]


def test_an_empty_input_gives_a_header(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    report = run(job(tmp_path))
    assert (report.seen, report.files) == (0, ("out.csv",))
    assert (tmp_path / "out" / "out.csv").read_text().startswith('"ID","BasePath","FilePath"')
    assert rows(tmp_path / "out" / "out.csv") == []


def test_a_job_without_an_output_counts(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg", "b.jpg")
    report = run(job(tmp_path, sinks=(), output=None))
    assert (report.written, report.output, report.files) == (2, None, ())
    assert ("Test", "Head") in report.tags
    assert contents(tmp_path) == ["in"]


def test_faults_of_storage_are_rows_of_their_own(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg")
    os.mkfifo(tmp_path / "in" / "fifo.jpg")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "nowhere.jpg").symlink_to("missing")
    report = run(job(tmp_path))
    assert (report.seen, report.written, report.filtered, report.failed) == (4, 1, 2, 1)
    assert left_out(tmp_path / "out") == {
        "fifo.jpg": ("filtered", "not a file: a FIFO"),
        "loop": ("filtered", "symbolic link to a directory that is listed already"),
        "nowhere.jpg": ("not_found", "symbolic link to nothing"),
    }


class Vanishing(LocalStorage):
    """Lists a file that is gone when it is opened."""

    def walk(self, paths, skip=(), excluded=None, listed=None):  # type: ignore[no-untyped-def]  # as the original
        for found in super().walk(paths, skip, excluded, listed):
            if found.url.endswith("gone.jpg"):
                Path(found.url.removeprefix("file:")).unlink()
            yield found


def test_a_file_that_vanishes_after_it_was_listed(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg", "gone.jpg")
    report = run(job(tmp_path, storage=vanishing()))
    assert (report.written, report.failed) == (1, 1)
    assert left_out(tmp_path / "out") == {"gone.jpg": ("not_found", "No such file or directory")}


def vanishing() -> LocalStorage:
    import test_local  # the name that worker processes know this module by

    return test_local.Vanishing()  # type: ignore[no-any-return]  # this very module


def test_names_of_all_kinds_come_through(tmp_path: Path) -> None:
    kinds = ["zażółć gęślą.jpg", "日本.jpg", '"quoted", %41.jpg', "tab\t.jpg"]
    files(tmp_path / "in", *kinds)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/in/\xff\xfe.jpg")).write_bytes(b"raw")
    report = run(job(tmp_path))
    assert (report.written, report.failed) == (5, 0)
    assert sorted(names(tmp_path / "out" / "out.csv")) == sorted([*kinds, "%FF%FE.jpg"])
    assert {row["TestHead"] for row in rows(tmp_path / "out" / "out.csv")} >= {"raw"}


@pytest.mark.parametrize("entry", ["in", "in/*", "in/**", "in/**/*.*", "i*/**/*"])
def test_an_output_within_the_input_is_not_read(tmp_path: Path, entry: str) -> None:
    files(tmp_path / "in", "a.jpg", "b.jpg")
    output = tmp_path / "in" / "out"
    paths = (f"{tmp_path}/{entry}",)
    report = run(job(tmp_path, paths=paths, output=output))
    assert (report.seen, report.written) == (2, 2)
    report = run(job(tmp_path, paths=paths, output=output, overwrite=True))
    assert (report.seen, report.written) == (2, 2)
    assert contents(tmp_path / "in") == ["a.jpg", "b.jpg", "out"]


def test_an_output_that_exists_stops_the_run_before_any_work(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg")
    files(tmp_path / "out", "photo.jpg")
    for overwrite in (False, True):
        with pytest.raises(OutputError, match="--overwrite"):
            run(job(tmp_path, overwrite=overwrite))
    assert contents(tmp_path / "out") == ["photo.jpg"]
    assert contents(tmp_path) == ["in", "out"]


def test_a_missing_input_stops_the_run_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"input\.paths: .*/in does not exist"):
        run(job(tmp_path))
    assert contents(tmp_path) == []


class Demanding(ActingStep):
    def output(self, schema):  # type: ignore[no-untyped-def]  # as the original
        raise ConfigError("needs what is not there")


def test_steps_that_do_not_fit_stop_the_run_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="needs what is not there"):
        run(job(tmp_path, steps=(Demanding(),)))


def test_an_error_of_the_whole_run_in_a_worker_ends_it(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg", "model.jpg")
    with pytest.raises(ModelError, match="the model is broken"):
        run(job(tmp_path))
    assert contents(tmp_path) == ["in"]


def test_a_step_that_changes_the_rows_in_number_is_an_error(tmp_path: Path) -> None:
    import test_local

    files(tmp_path / "in", "a.jpg")
    with pytest.raises(Exception, match="the steps made 0 rows"):
        run(job(tmp_path, steps=(test_local.Dropping(),)))


class Dropping(ActingStep):
    def run(self, batches):  # type: ignore[no-untyped-def]  # as the original
        for batch in super().run(batches):
            batch.rows = batch.rows.slice(0, 0)
            yield batch


def test_fewer_workers_than_memory_allows_are_told_of(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg")
    report: Report = run(job(tmp_path, cores=8, memory_gb=0.3))
    assert report.workers == 1
    assert report.notes == ["processing.maxMemoryGB=0.3 allows 1 of processing.cores=8 worker processes"]
