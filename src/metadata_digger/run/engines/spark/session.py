"""A Spark session of its own for a run, and what goes wrong in it, in our words."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, wait
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from metadata_digger import __version__, errors
from metadata_digger.errors import ConfigError, DiggerError
from metadata_digger.run.engines.spark.cluster import python_of_nodes, ships
from metadata_digger.run.job import Waiting
from metadata_digger.run.stage.place import Stage
from metadata_digger.run.tasks import Watch

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PATIENCE = 5.0  # seconds; then the user is told what is waited for


@contextmanager
def session(
    master: str, folders: Stage, settings: Mapping[str, str], watch: Watch = lambda waiting: None
) -> Iterator[SparkSession]:
    """A quiet Spark session of its own, whose nodes have shown that they run this program. `watch` is told how long
    they are waited for."""
    from pyspark.sql import SparkSession

    properties = {
        "spark.sql.execution.arrow.maxRecordsPerBatch": "1",  # a row is a batch of files
        "spark.sql.adaptive.enabled": "false",  # it would merge small partitions, and all of these are small
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        **settings,
    }
    builder = SparkSession.builder.master(master).appName("Metadata Digger")
    for name, value in properties.items():
        builder = builder.config(name, value)
    with _environment(master, settings):
        log = folders.logs / "spark.log"
        with translated(log), _errors_to(log):
            spark = builder.getOrCreate()
        try:
            if ships(master):
                prove(spark, master, watch)
            yield spark
        finally:
            spark.stop()


@contextmanager
def _environment(master: str, settings: Mapping[str, str]) -> Iterator[None]:
    """What pyspark reads there and nowhere else. On this machine workers are this very Python with this package."""
    wanted = {"PYSPARK_PYTHON": settings.get("spark.pyspark.python", ""), "PYSPARK_DRIVER_PYTHON": sys.executable}
    if not ships(master):
        wanted["PYSPARK_PYTHON"] = os.environ.get("PYSPARK_PYTHON", sys.executable)
        # Without it the driver binds the host's name, which need not resolve on a laptop.
        wanted["SPARK_LOCAL_IP"] = os.environ.get("SPARK_LOCAL_IP", "127.0.0.1")
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update({name: value for name, value in wanted.items() if value})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def prove(spark: SparkSession, master: str, watch: Watch) -> None:
    """Two tasks, which tell nothing but that a node has the right Python, and this program. Raises DiggerError.

    Java asks for the version: pyspark, which compares it too, is not even imported by a Python that is too old for it.
    """
    context, start = spark.sparkContext, time.monotonic()
    asked = [context.pythonExec, "-E", "-s", "-c", "import sys; print(*sys.version_info[:2])"]

    def version() -> list[str]:
        return list(context._jsc.parallelize([0], 1).pipe(asked).collect())

    def program() -> list[str]:
        return context.parallelize([0], 1).map(version_there).collect()

    def waited(ask: Callable[[], list[str]]) -> list[str]:
        answer: Future[list[str]] = Future()
        # Not a pool's, which would be waited for when the user has had enough.
        threading.Thread(target=_answer, args=(answer, ask), daemon=True).start()
        while not wait([answer], 1.0).done:
            if (seconds := time.monotonic() - start) > PATIENCE:
                watch([Waiting(f"an executor of {master}", seconds)])
        with translated():
            return answer.result()

    found = ".".join(waited(version)[-1].split())
    if f"python{found}" != python_of_nodes():
        raise ConfigError(f"Python on the nodes is {found} and here {_here()}: {_advice()}")
    if (there := waited(program)) != [__version__]:
        raise DiggerError(f"the nodes have another metadata_digger ({there[0]}) than this machine ({__version__})")


def _answer(answer: Future[list[str]], ask: Callable[[], list[str]]) -> None:
    try:
        answer.set_result(ask())
    except BaseException as error:  # noqa: BLE001  # raised where it is waited for
        answer.set_exception(error)


def version_there(number: int) -> str:
    """Runs on an executor."""
    return __version__


@contextmanager
def _errors_to(log: Path) -> Iterator[None]:
    """Java started in here complains into a file: it tells at length what it does, and what goes wrong is raised."""
    sys.stderr.flush()
    before = os.dup(2)
    with log.open("ab", buffering=0) as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)


@contextmanager
def translated(log: Path | None = None) -> Iterator[None]:
    """Spark's exceptions as DiggerError: our own as they were raised on the executor, others by their first line. Of a
    Spark that did not come up `log` has the words."""
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]  # it has no types
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as error:
        text = str(error)
        if words := of_nodes(text):
            raise ConfigError(words) from error
        # Python tells what an error came from before it.
        ours = re.findall(r"metadata_digger\.(?:\w+\.)*errors\.(\w+): (.+)", text)
        if not ours:
            said = log.read_text("utf-8", "replace") if log is not None and "JAVA_GATEWAY_EXITED" in text else ""
            raise DiggerError("Spark: " + (of_java(said) or of_java(text))) from error
        name, message = ours[-1]
        raise getattr(errors, name, DiggerError)(message.strip()) from error


def of_nodes(text: str) -> str:
    """What is wrong with the nodes' Python, "" if nothing is."""
    missing = re.search(r'Cannot run program "([^"]+)".*No such file', text)
    return f"the nodes have no {missing[1]}: {_advice()}" if missing else ""


def _advice() -> str:
    return f"install Python {_here()} on the nodes, or name theirs: PYSPARK_PYTHON"


def _here() -> str:
    return python_of_nodes().removeprefix("python")


def of_java(text: str) -> str:
    """The line that says most: the first of an exception, else the first."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if re.match(r'(Exception in thread "\w+" |Error: |Caused by: )\S+ .', line)]
    return (told or lines or [""])[0]
