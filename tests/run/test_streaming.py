"""Rows to standard output, while the run goes on."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest
from acting_steps import ActingStep

from metadata_digger.errors import ConfigError, OutputError
from metadata_digger.run.engines.local import run
from metadata_digger.run.engines.spark import engine as spark
from metadata_digger.run.job import Job
from metadata_digger.run.publish import streaming
from metadata_digger.sinks import JsonSink
from metadata_digger.storage import LocalStorage


def job(folder: Path, *names: str, cores: int = 2) -> Job:
    (folder / "in").mkdir()
    for name in names:
        (folder / "in" / name).write_bytes(name.encode())
    storage = LocalStorage()
    return Job(storage, (str(folder / "in"),), (ActingStep(),), (JsonSink(),), streams=True, cores=cores)


def streamed(capfd: pytest.CaptureFixture[str]) -> list[str]:
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    return [line["Metadata"]["Test"]["Head"] for line in lines]


def test_rows_are_out_before_the_last_file_is_read(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out: list[tuple[int, int]] = []  # files done, bytes at standard output (here a file)
    names = [f"slow-{number:03d}.jpg" for number in range(100)]
    report = run(job(tmp_path, *names), lambda done, total, *_: out.append((done, os.fstat(1).st_size)))
    assert any(size > 0 and done < 50 for done, size in out)
    assert sorted(streamed(capfd)) == [name[:16] for name in names]
    assert (report.written, report.output, report.files) == (100, None, ())
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_one_worker_keeps_the_order_of_the_listing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    names = [f"{number:04d}.jpg" for number in range(1_000)]
    run(job(tmp_path, *names, cores=1))
    assert streamed(capfd) == names


def test_a_worker_that_dies_doubles_no_rows(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    names = [*(f"a{number:02d}.jpg" for number in range(20)), "kill.jpg"]
    report = run(job(tmp_path, *names))
    assert sorted(streamed(capfd)) == names[:-1]
    ((file, reason),) = report.lost
    assert file == f"file:{tmp_path}/in/kill.jpg"
    assert "SIGKILL" in reason


def test_failed_files_are_held_by_name_up_to_a_number(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    work = job(tmp_path, "a.jpg")
    for number in range(5):
        (tmp_path / "in" / f"gone-{number}.jpg").symlink_to("nowhere")
    os.mkfifo(tmp_path / "in" / "fifo")
    monkeypatch.setattr(streaming, "NAMED", 3)
    report = run(work)
    assert (report.written, report.filtered, report.failed) == (1, 1, 5)
    names = [f"file:{tmp_path}/in/gone-{number}.jpg" for number in range(3)]
    assert report.lost == [(name, "symbolic link to nothing") for name in names]


def test_a_step_that_lets_an_oserror_out_is_no_fault_of_the_output() -> None:
    from metadata_digger.run.publish.streaming import _watched

    def broken():  # type: ignore[no-untyped-def]  # a generator that gives nothing
        raise OSError(5, "Input/output error")
        yield

    with pytest.raises(RuntimeError, match="a step raised OSError"):
        list(_watched(broken(), io.StringIO()))


def test_a_full_disk_behind_standard_output_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "1.rows").write_bytes(b"{}\n")
    with open("/dev/full", "w") as full:  # noqa: PTH123  # a device
        monkeypatch.setattr("sys.stdout", full)
        with pytest.raises(OutputError, match="rows cannot be written to standard output: No space left on device"):
            streaming.put(tmp_path, report=None, part="1")  # type: ignore[arg-type]  # not come to


def test_spark_has_no_standard_output(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"output\.directoryPath=- is for one machine"):
        spark.run(job(tmp_path), "local[1]")
