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
from metadata_digger.errors import DiggerError
from metadata_digger.run.stage.place import Stage

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TRIES = 4  # what spark.task.maxFailures is on clusters

_CALL = "An error occurred while calling "  # of a method of Java; what it was is in the next line
_CLASS = re.compile(r"^: (?:\w+\.)*\w+: ")


@contextmanager
def session(master: str, folders: Stage, settings: Mapping[str, str]) -> Iterator[SparkSession]:
    """A quiet Spark session of its own."""
    from pyspark.sql import SparkSession

    # Executors have to run this very Python, with this very package; on a cluster the environment says which one.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    if master.startswith("local"):
        # Without it the driver binds the host's name, which need not resolve on a laptop.
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master(retrying(master)).appName("Metadata Digger")
    properties = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        **settings,
    }
    for name, value in properties.items():
        builder = builder.config(name, value)
    with translated(), _errors_to(folders.logs / "spark.log"):
        spark = builder.getOrCreate()
    try:
        yield spark
    finally:
        spark.stop()


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
def translated() -> Iterator[None]:
    """Spark's exceptions as DiggerError: our own as they were raised on the executor, others by their first line."""
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]  # it has no types
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as error:
        text = str(error)
        # Python tells what an error came from before it.
        ours = re.findall(r"metadata_digger\.(?:\w+\.)*errors\.(\w+): (.+)", text)
        if not ours:
            lines = [line for line in text.splitlines() if line and not line.startswith(_CALL)]
            raise DiggerError("Spark: " + _CLASS.sub("", lines[0] if lines else "")) from error
        name, message = ours[-1]
        raise getattr(errors, name, DiggerError)(message.strip()) from error
