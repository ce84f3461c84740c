"""A standalone Spark cluster: a master and two workers of one core, whose Python has no packages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from checkout import ROOT, run
from metadata_digger.errors import DiggerError
from metadata_digger.run.engines.spark.java import check_spark
from servers.build import SECONDS, made
from servers.process import HOST, Process, children, command_of, free_port

ENVIRONMENT = {
    "SPARK_LOCAL_IP": HOST,
    "SPARK_DAEMON_MEMORY": "256m",
    "SPARK_DAEMON_JAVA_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
# Of the drivers: Java starts in half the time.
LIGHT = {"SPARK_SUBMIT_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
OLDER = "3.5.7"
CORES, MEMORY = 1, "1500m"
SCRIPT = "run-distributed-metadata-digger.sh"


def spark_is_there() -> bool:
    try:
        check_spark()
    except DiggerError:
        return False
    return True


def start(*words: str | Path, timeout: float = 300, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "metadata_digger", *words]
    return run(*command, cwd=ROOT, env=environment, timeout=timeout)


def home() -> Path:
    """SPARK_HOME of the wheel."""
    found = find_spec("pyspark")
    assert found is not None and found.origin is not None
    return Path(found.origin).parent


def older() -> Path:
    """SPARK_HOME of a Spark 3.5, fetched at the first call: some 320 MB."""

    def fetch(folder: Path) -> None:
        words = ("--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps", "--target", folder)
        subprocess.run(
            [sys.executable, "-m", "pip", "install", *words, f"pyspark=={OLDER}"], check=True, timeout=SECONDS
        )

    return made("spark", OLDER.encode(), fetch) / "pyspark"


def bare(folder: Path) -> Path:
    """The Python of a node: this one, without packages."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return folder / "bin" / "python"


def another(folder: Path) -> tuple[Path, str]:
    """A Python of another minor version, and which; where this machine has none, one that says so of itself."""
    for found in sorted(Path(sys.base_prefix).parent.glob("*/bin/python3")):  # as pyenv has them
        version = run(found, "-c", "import sys; print('%d.%d' % sys.version_info[:2])", cwd=ROOT).stdout.strip()
        if version and version != f"{sys.version_info.major}.{sys.version_info.minor}":
            return found, version
    python = bare(folder)
    (site,) = (folder / "lib").glob("python*/site-packages")
    (site / "own.pth").write_text("import sys; sys.version_info = (3, 99, *sys.version_info[2:])\n")
    return python, "3.99"


class SparkCluster:
    """`master`: its URL. `environment`: what run-distributed-metadata-digger.sh needs to use it."""

    def __init__(self, folder: Path, spark: Path, workers: int = 2) -> None:
        port = free_port()
        self.folder = folder
        self.master = f"spark://{HOST}:{port}"
        self.python = bare(folder / "bare")
        self.environment = {
            "SPARK_MASTER": self.master,
            "SPARK_LOCAL_IP": HOST,
            "PYSPARK_PYTHON": str(self.python),
            "EXECUTOR_MEMORY": "600m",
            "NUM_EXECUTORS": str(workers),
            **LIGHT,
        }
        start = (spark / "bin" / "spark-class", "org.apache.spark.deploy.master.Master")
        place = ("--host", HOST, "--webui-port", str(free_port()))
        self._master = Process(
            [*start, "--port", str(port), *place],
            folder / "master.log",
            "New state: ALIVE",
            {**ENVIRONMENT, "SPARK_HOME": str(spark)},
        )
        self._workers = [self._worker(spark, number) for number in range(workers)]

    def _worker(self, spark: Path, number: int) -> Process:
        words = ("--cores", str(CORES), "--memory", MEMORY, "--work-dir", self.work_of(number), "--webui-port", "0")
        start = (spark / "bin" / "spark-class", "org.apache.spark.deploy.worker.Worker", "--host", HOST)
        log = self.folder / f"worker-{number}.log"
        ready = "Successfully registered"
        return Process([*start, *words, self.master], log, ready, {**ENVIRONMENT, "SPARK_HOME": str(spark)})

    def work_of(self, number: int) -> Path:
        """Where a worker keeps what its executors say: app-*/N/stderr."""
        return self.folder / f"work-{number}"

    def executors(self) -> list[int]:
        """Process IDs, one for each worker that has one."""
        found = [child for worker in self._workers for child in children(worker.pid)]
        return [child for child in found if b"ExecutorBackend" in command_of(child)]

    def python_workers(self) -> list[int]:
        """Below an executor is pyspark's daemon, and below that are those that run tasks."""
        daemons = [daemon for executor in self.executors() for daemon in children(executor)]
        return [worker for daemon in daemons for worker in children(daemon)]

    def start(self) -> None:
        self._master.start()
        self._master.wait()
        for worker in self._workers:
            worker.start()
        for worker in self._workers:
            worker.wait()

    def stop(self) -> None:
        for process in (*self._workers, self._master):
            process.kill()


@contextmanager
def running(folder: Path, spark: Path | None = None, workers: int = 2) -> Iterator[SparkCluster]:
    """`spark`: a SPARK_HOME, that of the wheel where it is None."""
    cluster = SparkCluster(folder, spark or home(), workers)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
