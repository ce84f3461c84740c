"""Whatever dies of a run on a cluster: rows are there exactly once, and no part that is there is made again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from acting_steps import ActingStep, SlowSink
from test_kills import found
from test_local import contents, files, job, left_out

from metadata_digger.run.engines import local
from metadata_digger.run.engines.spark import engine as spark
from metadata_digger.run.engines.spark import slices
from metadata_digger.run.publish import output
from servers.process import HOST
from servers.spark_cluster import LIGHT, SparkCluster, spark_is_there

pytestmark = [
    pytest.mark.spark,
    pytest.mark.slow,
    pytest.mark.skipif(not spark_is_there(), reason="needs pyspark and Java 17 or newer"),
]

# The nodes' Python is this one: what a bare one is sent is no matter here.
SETTINGS = {
    "spark.driver.host": HOST,
    "spark.driver.bindAddress": HOST,
    "spark.executor.memory": "512m",
    "spark.executor.cores": "1",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.pyspark.python": sys.executable,
    "spark.executorEnv.PYTHONPATH": str(Path(__file__).parent),
}
SPECULATION = {
    "spark.speculation": "true",
    "spark.speculation.interval": "100ms",
    "spark.speculation.minTaskRuntime": "500ms",
    "spark.speculation.quantile": "0.1",
    "spark.speculation.multiplier": "1.1",
}
SCRIPT = """
import sys
from test_spark_kills import driven

if __name__ == "__main__":
    driven(*sys.argv[1:])
"""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several slices, several parts of each, several pieces."""
    _small(monkeypatch.setattr)
    for name, value in LIGHT.items():
        monkeypatch.setenv(name, value)


def _small(put: Callable[[object, str, int], object]) -> None:
    put(slices, "LEAST", 32)
    put(slices, "BATCH", 8)
    put(output, "ROWS_PER_PIECE", 32)


def driven(master: str, folder: str) -> None:
    """The driver in a process of its own."""
    _small(setattr)
    spark.run(job(Path(folder)), master, settings=SETTINGS)


def source(folder: Path, *names: str) -> None:
    files(folder / "in", *(f"{number % 4}/slow-{number:03d}.jpg" for number in range(128)), *names)


def made(folder: Path) -> dict[str, tuple[int, int]]:
    """The parts of an unfinished run, and what a part that is made again would have anew."""
    states = {}
    for path in folder.glob(".out.metadata-digger/*/parts/*.part"):
        with suppress(OSError):
            state = path.stat()
            states[path.name] = (state.st_ino, state.st_mtime_ns)
    return states


def kept(folder: Path) -> dict[str, tuple[int, int]]:
    """The parts among the records: links to those that the output was made of."""
    paths = (folder / "out" / "_run" / "rows").iterdir()
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in paths}


def until(true: Callable[[], object], process: subprocess.Popen[str] | None = None, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.01)


class Strike:
    """`when` something is so, one of the processes that `whom` gives is killed. `there`: the parts at that moment."""

    def __init__(self, folder: Path, when: Callable[[], object], whom: Callable[[], Sequence[int]]) -> None:
        self._folder, self._when, self._whom = folder, when, whom
        self.there: dict[str, tuple[int, int]] = {}

    def __call__(self) -> None:
        until(self._when)
        until(self._whom)
        os.kill(self._whom()[0], signal.SIGKILL)
        self.there = made(self._folder)


@contextmanager
def striking(*strikes: Strike) -> Iterator[None]:
    """One after the other, beside what is done in the meantime."""
    thread = threading.Thread(target=lambda: [strike() for strike in strikes], daemon=True)
    thread.start()
    yield
    thread.join(1)
    assert not thread.is_alive()


def unbroken(folder: Path) -> Path:
    local.run(job(folder, output=folder / "unbroken" / "out", steps=(ActingStep(quick=True),), file_timeout=2))
    return folder / "unbroken" / "out"


def test_workers_and_executors_killed_lose_nothing_and_repeat_nothing(
    spark_cluster: SparkCluster, tmp_path: Path
) -> None:
    """A Python worker and an executor in the extraction, another executor while pieces are made."""
    source(tmp_path)

    def parts_are_there(count: int) -> Callable[[], bool]:
        return lambda: len(made(tmp_path)) >= count

    def piece_is_begun() -> list[Path]:
        return list(tmp_path.glob(".out.metadata-digger/*/pieces/*.half-*"))

    strikes = (
        Strike(tmp_path, parts_are_there(2), spark_cluster.python_workers),
        Strike(tmp_path, parts_are_there(6), spark_cluster.executors),
        Strike(tmp_path, piece_is_begun, spark_cluster.executors),
    )
    with striking(*strikes):
        report = spark.run(job(tmp_path, sinks=(SlowSink(),)), spark_cluster.master, settings=SETTINGS)
    assert report.written == 128
    assert found(tmp_path / "out") == found(unbroken(tmp_path))
    after = kept(tmp_path)
    assert [strike.there.items() <= after.items() for strike in strikes] == [True] * 3
    assert (2 <= len(strikes[0].there) < len(strikes[1].there) < 16) and len(strikes[2].there) == 16
    assert contents(tmp_path) == ["in", "out", "unbroken"]


def test_a_driver_killed_is_gone_on_from(spark_cluster: SparkCluster, tmp_path: Path) -> None:
    source(tmp_path)
    (tmp_path / "script.py").write_text(SCRIPT)
    before = {*spark_cluster.executors()}
    driver = subprocess.Popen(
        [sys.executable, tmp_path / "script.py", spark_cluster.master, tmp_path],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        until(lambda: len(made(tmp_path)) >= 4, driver)
    finally:
        os.killpg(driver.pid, signal.SIGKILL)
        driver.wait()
    until(lambda: before.issuperset(spark_cluster.executors()))
    there = made(tmp_path)
    report = spark.run(job(tmp_path, resume=True), spark_cluster.master, settings=SETTINGS)
    assert (report.written, len(report.resumed)) == (128, 1)
    assert 4 <= len(there) < 16
    assert there.items() <= kept(tmp_path).items()
    assert found(tmp_path / "out") == found(unbroken(tmp_path))
    assert contents(tmp_path) == ["in", "out", "script.py", "unbroken"]


def test_a_slow_task_is_done_twice_and_its_rows_are_there_once(spark_cluster: SparkCluster, tmp_path: Path) -> None:
    source(tmp_path, "0/meet.jpg")
    for name in ("once", "told"):
        (tmp_path / name).mkdir()
    step = ActingStep(once=str(tmp_path / "once"), told=str(tmp_path / "told"), quick=True)
    report = spark.run(job(tmp_path, steps=(step,)), spark_cluster.master, settings={**SETTINGS, **SPECULATION})
    told = Counter(url for path in (tmp_path / "told").iterdir() for url in path.read_text().splitlines())
    assert report.written == len(told) == 129
    assert told[f"file:{tmp_path}/in/0/meet.jpg"] == 2
    assert found(tmp_path / "out") == found(unbroken(tmp_path))


def test_files_that_kill_and_hang_are_rows_that_say_so(spark_cluster: SparkCluster, tmp_path: Path) -> None:
    source(tmp_path, "1/kill.jpg", "3/hang.jpg")
    given = job(tmp_path, steps=(ActingStep(quick=True),), file_timeout=2)
    report = spark.run(given, spark_cluster.master, settings=SETTINGS)
    assert dict(report.statuses) == {"ok": 128, "failed": 1, "timed_out": 1}
    assert {name: status for name, (status, _) in left_out(tmp_path / "out").items()} == {
        "kill.jpg": "failed",
        "hang.jpg": "timed_out",
    }
    assert found(tmp_path / "out") == found(unbroken(tmp_path))
