"""Whether the nodes run this program: asked before any work. Light to import: an executor does it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING

from metadata_digger import __version__
from metadata_digger.errors import ConfigError, DiggerError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from metadata_digger.run.tasks import Watch

PATIENCE = 5.0  # seconds; then the user is told what is waited for


def prove(spark: SparkSession, master: str, watch: Watch) -> None:
    """Two tasks, which tell nothing but that a node has the right Python, and this program. Raises DiggerError.

    Java asks for the version: pyspark, which compares it too, is not even imported by a Python that is too old for it.
    """
    from metadata_digger.run.engines.spark.cluster import advice, python_of_nodes
    from metadata_digger.run.engines.spark.session import translated
    from metadata_digger.run.job import Waiting

    context, start = spark.sparkContext, time.monotonic()
    asked = [context.pythonExec, "-E", "-s", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]

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

    found = waited(version)[-1]
    if f"python{found}" != python_of_nodes():
        raise ConfigError(f"Python on the nodes is {found} and here {python_of_nodes()[6:]}: {advice()}")
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
