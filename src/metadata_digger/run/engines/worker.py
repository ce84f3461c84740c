"""A worker process: takes tasks from a pipe, does them, answers. Light to import: it sets itself up first."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from metadata_digger.errors import DiggerError, StorageError
from metadata_digger.run.engines.process import calm_collector, settle, use_one_thread

if TYPE_CHECKING:
    from metadata_digger.run.tasks import Task
    from metadata_digger.run.work import Work

SECONDS_BETWEEN_WORDS = 0.1
SECONDS_OF_SILENCE = 0.5  # then a thread says what the task waits for


class Ready(NamedTuple):
    """The steps have made their networks."""


class Doing(NamedTuple):
    files: int  # of the task, done so far
    file: str  # URL of the file that something was asked of last, "" before the first
    seconds: float  # for which nothing has happened since


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
    os.environ.update(environment)
    settle(timezone)
    try:
        _serve(connection, job)
    except StorageError:
        raise  # of one file, and a step did not expect it: that is a bug, and no file ends a run
    except DiggerError as error:
        connection.send(error)
    except (EOFError, BrokenPipeError):
        os._exit(1)  # the main process is gone


class _Telling:
    """Says how far a task is, but not too often: the main process hears from all workers. While the task is held up by
    a file a thread says by which."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._busy = False
        self._files = 0
        self._file = ""
        self._happened = self._said = time.monotonic()

    def __call__(self, files: int) -> None:
        self._files = files
        self._happened = now = time.monotonic()
        if now - self._said >= SECONDS_BETWEEN_WORDS:
            self._say()

    def asks(self, url: str) -> None:
        """Something is asked of a file, and may never come."""
        self._file = url
        self._happened = time.monotonic()

    def do(self, task: Task, work: Work) -> None:
        """Does a task and says what came of it."""
        self._files, self._file, self._happened, self._busy = 0, "", time.monotonic(), True
        answer = task.run(work, self)
        with self._lock:
            self._busy = False
            self._connection.send(Done(answer))

    def follow(self) -> None:
        """What the thread does."""
        with suppress(OSError):  # the main process is gone, and so is this one, soon
            while True:
                time.sleep(SECONDS_OF_SILENCE / 2)
                if time.monotonic() - self._said >= SECONDS_OF_SILENCE:
                    self._say()

    def _say(self) -> None:
        with self._lock:
            if self._busy:
                self._said = now = time.monotonic()
                self._connection.send(Doing(self._files, self._file, now - self._happened))


def _serve(connection: Connection[Any, Any], job: bytes) -> None:
    use_one_thread()

    from metadata_digger.run.work import Work

    telling = _Telling(connection)
    given, folder, limits = pickle.loads(job)  # noqa: S301  # from the main process
    work = Work(given, folder, limits, telling.asks)
    work.warm_up()
    threading.Thread(target=telling.follow, daemon=True).start()
    calm_collector()
    connection.send(Ready())
    while True:
        task: Task | None = connection.recv()
        if task is None:
            return
        telling.do(task, work)


def _follow_parent() -> None:
    """A worker whose main process was killed ends at once, also in the middle of a batch."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        sys.stderr.flush()
        os._exit(1)
