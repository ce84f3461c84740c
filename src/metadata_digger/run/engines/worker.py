"""A worker process: takes tasks from a pipe, does them, answers. Light to import: it sets itself up first."""

from __future__ import annotations

import faulthandler
import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from metadata_digger.errors import DiggerError, StorageError

if TYPE_CHECKING:
    from metadata_digger.run.tasks import Task

# One thread a process: the processes are the parallelism, and every idle thread pool costs memory.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ARROW_NUM_THREADS"), "1")
SECONDS_BETWEEN_WORDS = 0.1


class Ready(NamedTuple):
    """The steps have made their networks."""


class Doing(NamedTuple):
    """Files of the task done so far."""

    files: int


class Done(NamedTuple):
    answer: Any


def main(
    connection: Connection[Any, Any], job: bytes, environment: Mapping[str, str], timezone: str, log: Path
) -> None:
    """`job`: the pickled arguments of Work, unpacked only after this process is set up.

    A DiggerError is the end of the run and goes back as it is. Anything else ends this process: its last words are in
    the log, the main process reads them and tries the batch again.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the main process decides
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    threading.Thread(target=_follow_parent, daemon=True).start()
    with log.open("ab", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    faulthandler.enable()
    os.environ.clear()
    os.environ.update({**environment, **ONE_THREAD})
    os.environ["TZ"] = timezone
    time.tzset()
    try:
        _serve(connection, job)
    except StorageError:
        raise  # of one file, and a step did not expect it: that is a bug, and no file ends a run
    except DiggerError as error:
        connection.send(error)
    except (EOFError, BrokenPipeError):
        os._exit(1)  # the main process is gone


class _Telling:
    """Says how far a task is, but not too often: the main process hears from all workers."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self._connection = connection
        self._last = time.monotonic()

    def __call__(self, files: int) -> None:
        now = time.monotonic()
        if now - self._last >= SECONDS_BETWEEN_WORDS:
            self._last = now
            self._connection.send(Doing(files))


class WithoutPandas:
    """pyarrow imports pandas, if it is there, to know its types: 0.6 s and 45 MB in every process for nothing."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("no pandas in worker processes", name=fullname)


def _serve(connection: Connection[Any, Any], job: bytes) -> None:
    sys.meta_path.insert(0, WithoutPandas())
    import pyarrow

    from metadata_digger.run.work import Work

    pyarrow.set_cpu_count(1)
    pyarrow.set_io_thread_count(1)
    work = Work(*pickle.loads(job))  # noqa: S301  # from the main process
    work.warm_up()
    # The collector of cycles looks at what was imported again and again, and runs after every 700 objects: 5 % of the
    # time of extraction, which makes no cycles to speak of.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    connection.send(Ready())
    while True:
        task: Task | None = connection.recv()
        if task is None:
            return
        connection.send(Done(task.run(work, _Telling(connection))))


def _follow_parent() -> None:
    """A worker whose main process was killed ends at once, also in the middle of a batch."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        sys.stderr.flush()
        os._exit(1)
