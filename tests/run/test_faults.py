"""Faults: processes that die or hang, full disks, Ctrl-C, and what is left afterwards."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from acting_steps import ActingStep, Unreadable
from acting_storage import StallingStorage
from test_local import contents, files, job, left_out, names

from metadata_digger.errors import DiggerError, OutputError
from metadata_digger.run.engines import pool
from metadata_digger.run.engines.doing import by
from metadata_digger.run.engines.local import run
from metadata_digger.run.engines.memory import share
from metadata_digger.run.job import Job, Waiting
from metadata_digger.run.tasks import Hash
from metadata_digger.run.work import Work
from metadata_digger.steps.hash import HashStep
from metadata_digger.storage import LocalStorage
from metadata_digger.storage.model import Entry


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ("exit", "the worker process died (exit code 7)"),
        ("kill", "the worker process died (SIGKILL)"),
        ("abort", "the worker process died (SIGABRT): Fatal Python error: Aborted"),
        ("memory", "the worker process died (exit code 1): MemoryError (acting_steps.py, line "),
        ("storage", "the worker process died (exit code 1): metadata_digger.errors.StorageError: an unexpected fault "),
    ],
)
def test_a_poisonous_file_is_named_and_the_rest_goes_on(tmp_path: Path, act: str, reason: str) -> None:
    good = [f"{number:02d}.jpg" for number in range(30)]
    files(tmp_path / "in", *good, f"{act}.jpg")
    report = run(job(tmp_path))
    assert (report.written, report.failed) == (30, 1)
    assert sorted(names(tmp_path / "out" / "out.csv")) == good
    (name, (status, why)) = left_out(tmp_path / "out").popitem()
    assert (name, status) == (f"{act}.jpg", "failed")
    assert why.startswith(reason)


def test_two_poisonous_files_in_one_batch_and_a_batch_of_one(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg", "exit-1.jpg", "exit-2.jpg", "z.jpg")
    report = run(job(tmp_path))
    assert (report.written, report.failed) == (2, 2)
    assert names(tmp_path / "out" / "out.csv") == ["a.jpg", "z.jpg"]
    files(tmp_path / "one", "exit.jpg")
    report = run(job(tmp_path, paths=(str(tmp_path / "one"),), output=tmp_path / "out one"))
    assert (report.written, report.failed) == (0, 1)


def test_a_worker_that_dies_once_costs_nothing(tmp_path: Path) -> None:
    files(tmp_path / "in", *(f"{number:02d}.jpg" for number in range(30)), "kill.jpg")
    report = run(job(tmp_path, steps=(ActingStep(once=str(tmp_path)),)))
    assert (report.written, report.failed) == (31, 0)


class Torn(NamedTuple):
    """A task whose process is killed in the middle of its answer."""

    def run(self, work: Work, progress: Any) -> object:
        os.write(progress._connection.fileno(), struct.pack("!i", 3_000_000) + bytes(1_000))
        os.kill(os.getpid(), signal.SIGKILL)
        return None


def test_a_worker_that_dies_in_the_middle_of_a_message_has_died(tmp_path: Path) -> None:
    import test_faults  # the name that worker processes know this module by

    _, limits, _ = share(1, 2, False)
    with pool.pool(1, (Job(LocalStorage(), (), ()), tmp_path, limits), "UTC", tmp_path, 30) as processes:
        processes.give(test_faults.Torn())
        while not (events := processes.wait(1)):
            pass
    (event,) = events
    assert isinstance(event, pool.Died)
    assert event.reason == "the worker process died (SIGKILL)"


def test_a_hanging_file_is_given_up(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg", "b.jpg", "hang.jpg")
    report = run(job(tmp_path, file_timeout=0.5))
    assert (report.written, report.failed) == (2, 1)
    reason = "no progress for 0.5 s (processing.fileTimeout)"
    assert left_out(tmp_path / "out") == {"hang.jpg": ("timed_out", reason)}


def test_a_file_that_stalls_is_tried_once_more_behind_all_others(tmp_path: Path) -> None:
    good = [f"{number:02d}.jpg" for number in range(40)]
    files(tmp_path / "in", *good, "stall-1.jpg", "stall-2.jpg")
    report = run(job(tmp_path, storage=StallingStorage(), cores=1, file_timeout=1))
    assert (report.written, report.statuses["timed_out"], report.seen) == (40, 2, 42)
    assert sorted(names(tmp_path / "out" / "out.csv")) == good
    lines = (tmp_path / "opened").read_text().splitlines()
    assert sorted(lines[-2:]) == ["stall-1.jpg", "stall-2.jpg"]  # the last attempts are theirs alone


def test_what_is_waited_for_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "SECONDS_UNTIL_TOLD", 0.5)
    files(tmp_path / "in", "a.jpg", "stall.jpg")
    _, limits, _ = share(1, 2, False)
    found = [Entry("", f"file:{tmp_path}/in/{name}", 9, None) for name in ("a.jpg", "stall.jpg")]
    work = (job(tmp_path, storage=StallingStorage()), tmp_path, limits)
    with pool.pool(1, work, "UTC", tmp_path, 2) as processes:
        assert processes.waiting == []
        processes.give(Hash(found, ("md5",), found))
        events, waited = [], list[Waiting]()
        while not events:
            events = processes.wait(0.1)
            waited += processes.waiting
    assert {file for file, _ in waited} == {found[1].url}
    assert 1 < max(seconds for _, seconds in waited) < 60
    (event,) = events
    assert isinstance(event, pool.Died)
    assert (event.stalled, event.file) == (True, found[1].url)


def test_a_run_tells_what_it_waits_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "SECONDS_UNTIL_TOLD", 0.5)
    files(tmp_path / "in", "a.jpg", "stall.jpg")
    told: set[str] = set()

    def progress(done: int, total: int | None, failed: int = 0, waiting: Sequence[Waiting] = (), /) -> None:
        told.update(one.url for one in waiting)

    assert run(job(tmp_path, storage=StallingStorage(), file_timeout=2), progress).failed == 1
    assert told == {f"file:{tmp_path}/in/stall.jpg"}
    output = tmp_path / "hashed"
    run(job(tmp_path, steps=(HashStep(("md5",)),), output=output))
    told.clear()
    work = job(tmp_path, steps=(HashStep(("md5",)),), output=output, storage=StallingStorage(), file_timeout=2)
    report = run(replace(work, update="hash"), progress)
    assert told == {f"file:{tmp_path}/in/stall.jpg"}
    assert report.statuses == {"ok": 1, "timed_out": 1}


def test_hashes_of_files_beside_one_that_stalls(tmp_path: Path) -> None:
    """As an update by hash and verify ask for them: in pieces that follow each other, however many may wait."""
    urls = [f"file:{files(tmp_path / 'in', name)}/{name}" for name in ("a", "b", "stall", "d", "e")]
    found = [Entry("", url, 9, None) for url in urls]
    _, limits, _ = share(1, 2, False)
    work = (job(tmp_path, storage=StallingStorage()), tmp_path, limits)

    def tasks() -> Iterator[Hash | None]:
        yield Hash(found, ("md5",), found, 7)
        while len(done) < 5:
            yield None  # nothing more until all of these are done

    done: dict[int, str] = {}
    with pool.pool(1, work, "UTC", tmp_path, 1) as processes:
        for task, answers in by(processes)(tasks()):
            done |= {number: one.status for number, one in enumerate(answers, task.first)}
    assert done == {7: "ok", 8: "ok", 9: "timed_out", 10: "ok", 11: "ok"}


def children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def workers(pid: int) -> list[int]:
    """The workers of a run: children of the process that they are forked from."""
    return [worker for child in children(pid) if b"forkserver" in _command(child) for worker in children(child)]


def _command(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def test_workers_killed_from_outside_lose_nothing(tmp_path: Path) -> None:
    files(tmp_path / "in", *(f"slow-{number:03d}.jpg" for number in range(60)))
    due = [40, 20, 1]

    def kill(done: int, total: int | None, *_: object) -> None:
        if due and done >= due[-1]:
            due.pop()
            os.kill(workers(os.getpid())[0], signal.SIGKILL)

    report = run(job(tmp_path), kill)
    assert due == []
    assert (report.written, report.failed) == (60, 0)
    assert names(tmp_path / "out" / "out.csv") == [f"slow-{number:03d}.jpg" for number in range(60)]


def test_a_worker_that_cannot_start_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg")
    with pytest.raises(DiggerError, match=r"could not start: .*half an installation"):
        run(job(tmp_path, steps=(Unreadable(),)))
    assert contents(tmp_path) == ["in"]


@contextlib.contextmanager
def small_disk(path: Path, size: str) -> Iterator[None]:
    path.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)], capture_output=True)
    if mount.returncode:
        pytest.skip("only root may mount a small file system")
    try:
        yield
    finally:
        subprocess.run(["umount", str(path)], check=True)


@pytest.mark.parametrize("size", ["16k", "64k", "400k"])
def test_a_full_disk_is_an_error_that_names_the_place(tmp_path: Path, size: str) -> None:
    files(tmp_path / "in", *(f"{number:05d}.jpg" for number in range(4_000)))
    with small_disk(tmp_path / "disk", size):
        with pytest.raises(OutputError, match=r"cannot write .*/disk.*: No space left on device"):
            run(job(tmp_path, output=tmp_path / "disk" / "out"))
        assert contents(tmp_path / "disk") in ([], [".out.metadata-digger"])  # what is done stays for --resume


def test_a_file_larger_than_allowed_is_an_error(tmp_path: Path) -> None:
    """For machines where nobody may mount."""
    files(tmp_path / "in", *(f"{number:05d}.jpg" for number in range(2_000)))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(OutputError, match=r"cannot write .*: File too large"):
            run(job(tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    # Small parts that were done before a file became too large stay for --resume.
    assert contents(tmp_path) in (["in"], [".out.metadata-digger", "in"])


SCRIPT = """
import sys
from pathlib import Path
from acting_steps import ActingStep
from metadata_digger.run.job import Job
from metadata_digger.run.engines.local import run
from metadata_digger.sinks import CsvSink
from metadata_digger.storage import LocalStorage

if __name__ == "__main__":
    told = []
    def tell(done, total, *_):
        if done > 16 and not told:  # of the first batches, of 8 files, one is in its place
            told.append(1)
            print("working", flush=True)
    try:
        run(Job(LocalStorage(), (sys.argv[1],), (ActingStep(),), (CsvSink(),), Path(sys.argv[2]), cores=2), tell)
    except KeyboardInterrupt:
        sys.exit(130)
"""


def start(tmp_path: Path) -> subprocess.Popen[str]:
    """A run in a session of its own, in the middle of its work."""
    files(tmp_path / "in", *(f"slow-{number:04d}.jpg" for number in range(2_000)), "hang.jpg")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    process = subprocess.Popen(
        [sys.executable, script, tmp_path / "in", tmp_path / "new" / "out"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n"
    return process


def gone(pids: list[int], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(b"forkserver" in _command(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("how", ["ctrl-c", "kill", "twice"])
def test_a_run_that_is_stopped_ends_soon_and_leaves_at_most_what_is_done(tmp_path: Path, how: str) -> None:
    process = start(tmp_path)
    pids = workers(process.pid)
    if how == "kill":
        process.send_signal(signal.SIGTERM)
    else:
        os.killpg(process.pid, signal.SIGINT)
        if how == "twice":
            time.sleep(0.01)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=8)  # 0.2 on a quiet machine; its files take 50 s more
    assert process.returncode == (130 if how != "twice" else process.returncode)
    assert len(pids) == 2
    assert gone(pids, 5)
    if (tmp_path / "new").exists():  # a first batch was done
        assert contents(tmp_path / "new") == [".out.metadata-digger"]
        assert list((tmp_path / "new").glob(".out.metadata-digger/*/parts/*.part"))
    files(tmp_path / "few", "a.jpg")
    few = job(tmp_path, paths=(str(tmp_path / "few"),), output=tmp_path / "new" / "out")
    assert run(replace(few, overwrite=True)).written == 1
    assert contents(tmp_path / "new") == ["out"]
    if how != "twice":
        assert errors == ""


PREPARING = """
import multiprocessing, os, signal, time
from pathlib import Path
from metadata_digger.run.engines import pool
from metadata_digger.run.job import Job

def parent():
    print(os.getppid())

if __name__ == "__main__":
    signal.signal(signal.SIGINT, lambda *_: None)
    pool.prepare()
    print(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()[-1], flush=True)
    for _ in range(30):
        os.killpg(0, signal.SIGINT)
        time.sleep(0.01)
    process = multiprocessing.get_context("forkserver").Process(target=parent)
    process.start()
    process.join()
"""


def test_ctrl_c_does_not_strike_the_process_that_workers_are_forked_from_before_it_is_ready(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(PREPARING)
    process = subprocess.run(
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    assert (process.returncode, process.stderr) == (0, "")
    prepared, parent = process.stdout.split()
    assert parent == prepared


def test_workers_follow_a_main_process_that_was_killed_and_the_next_run_cleans_up(tmp_path: Path) -> None:
    process = start(tmp_path)
    pids = workers(process.pid)
    process.kill()
    process.communicate(timeout=20)
    assert len(pids) == 2
    assert gone(pids, 2)
    assert contents(tmp_path / "new") == [".out.metadata-digger"]
    files(tmp_path / "few", "a.jpg")
    few = job(tmp_path, paths=(str(tmp_path / "few"),), output=tmp_path / "new" / "out")
    with pytest.raises(
        OutputError, match=r"a run on .*/new/out was interrupted, [\d,]+ of 2,001 files done: go on with"
    ):
        run(few)
    report = run(replace(few, overwrite=True))
    assert report.written == 1
    assert "threw an interrupted run's work away" in report.notes[0]
    assert contents(tmp_path / "new") == ["out"]


def test_the_last_words_of_a_process(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for text, expected in [
        ("", ""),
        ("a\n\nb\n", "b"),
        ("what():  std::bad_alloc\nFatal Python error: Aborted\n\nThread 0x1:\n  File x\n", "what():  std::bad_alloc"),
        ('Traceback:\n  File "/a/b.py", line 7, in f\n    x()\nKeyError: 1\n', "KeyError: 1 (b.py, line 7)"),
    ]:
        log.write_text(text)
        assert pool.last_words(log) == expected
    assert pool.last_words(tmp_path / "none") == ""
    assert [pool.manner(code) for code in (3, -9, -200)] == ["exit code 3", "SIGKILL", "signal 200"]
