"""A Spark session of its own for a run, and what goes wrong in it, in our words."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from metadata_digger import errors
from metadata_digger.errors import ConfigError, DiggerError
from metadata_digger.run.engines.spark.cluster import advice, ships
from metadata_digger.run.stage.folders import Stage

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TRIES = 4  # what spark.task.maxFailures is on clusters

_CALL = "An error occurred while calling "  # of a method of Java; what it was is in the next line
_CLASS = re.compile(r"^: (?:\w+\.)*\w+: ")


@contextmanager
def session(master: str, folders: Stage, settings: Mapping[str, str]) -> Iterator[SparkSession]:
    """A quiet Spark session of its own."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(retrying(master)).appName("Metadata Digger")
    properties = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        **settings,
    }
    for name, value in properties.items():
        builder = builder.config(name, value)
    with _environment(master, settings):
        log = folders.logs / "spark.log"
        with translated(log), _errors_to(log):
            spark = builder.getOrCreate()
        try:
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


def retrying(master: str) -> str:
    """On one machine Spark tries a task only once, unless told: local[2] is local[2, 4] then."""
    local = re.fullmatch(r"local(?:\[(\d+|\*)\])?", master)
    return f"local[{local[1] or 1},{TRIES}]" if local else master


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
    return f"the nodes have no {missing[1]}: {advice()}" if missing else ""


def of_java(text: str) -> str:
    """The line that says most: the first of an exception, else the first."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith(_CALL)]
    told = [line for line in lines if re.match(r'(Exception in thread "\w+" |Error: |Caused by: )\S+ .', line)]
    return _CLASS.sub("", (told or lines or [""])[0])
