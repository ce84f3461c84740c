"""What runs on executors, in the Python workers of Spark. Light to import: the process sets itself up first."""

from __future__ import annotations

import faulthandler
import pickle
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from metadata_digger.errors import OutputError
from metadata_digger.run.engines.process import calm_collector, settle, use_one_thread

if TYPE_CHECKING:
    from metadata_digger.run.counts import Summary
    from metadata_digger.run.engines.pool import Pool
    from metadata_digger.run.job import Job
    from metadata_digger.run.tasks import Extract, Limits, Task
    from metadata_digger.run.work import Work
    from metadata_digger.sinks.columns import Columns
    from metadata_digger.storage.model import Found
    from metadata_digger.storage.remote.place import Folder


class Given(NamedTuple):
    """What travels to an executor once a job of Spark."""

    timezone: str
    patience: float  # seconds without progress, when files of the input are read
    work: bytes  # pickled arguments of Work


class Guard:
    """Ends this process when a task makes no progress: the task is tried again then, and not here.

    faulthandler does it, which needs no lock of the interpreter: a library that hangs may hold that.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._armed = False
        self._since = 0.0

    def __call__(self, progress: object) -> None:
        """The URL of a file that something is asked of, or how many are done."""
        now = time.monotonic()
        if self._armed and now - self._since > 1.0:  # it starts a thread, and there are thousands of files a second
            self._arm(now)

    def _arm(self, now: float) -> None:
        self._since = now
        faulthandler.dump_traceback_later(self._patience + 1.0, exit=True, file=sys.stderr)

    @contextmanager
    def over(self, task: Task) -> Iterator[None]:
        from metadata_digger.run.tasks import reads_input

        if not reads_input(task):
            yield
            return
        self._armed = True
        self._arm(time.monotonic())
        try:
            yield
        finally:
            self._armed = False
            faulthandler.cancel_dump_traceback_later()


@dataclass(frozen=True, slots=True)
class Here:
    """A Python worker of Spark that is set up for a job."""

    given: Given
    job: Job
    folder: Folder
    limits: Limits
    work: Work
    guard: Guard

    def do(self, task: Task) -> Any:
        with self.guard.over(task):
            return task.run(self.work, self.guard)

    @contextmanager
    def process(self) -> Iterator[Pool]:
        """One of its own: whatever a file does to that one, this one goes on."""
        from metadata_digger.run.engines.pool import pool

        job = self.job
        with (
            tempfile.TemporaryDirectory(prefix="metadata-digger-") as logs,
            pool(1, (job, self.folder, self.limits), job.timezone, Path(logs), job.file_timeout) as processes,
        ):
            yield processes


@lru_cache(maxsize=1)  # a Python worker of Spark lives for many tasks, and a network takes its time to load
def _here(given: Given) -> Here:
    settle(given.timezone)
    use_one_thread()
    from metadata_digger.run.work import Work

    job, folder, limits = pickle.loads(given.work)  # noqa: S301  # from our own driver
    guard = Guard(given.patience)
    work = Work(job, folder, limits, guard)
    work.warm_up()
    calm_collector()
    return Here(given, job, folder, limits, work, guard)


def is_tried_again() -> bool:
    """Whether this is a later attempt at a task: the first one may have ended with its process."""
    from pyspark import TaskContext

    context = TaskContext.get()
    return context is not None and context.attemptNumber() > 0


def extract(given: Given, keys: Folder, batch: int, number: int, nothing: Iterator[object]) -> Iterator[bytes]:
    """A slice of the listing into parts; slices.Told. `batch`: files of a part."""
    start = time.monotonic()
    here = _here(given)
    from metadata_digger.run.engines.spark import slices
    from metadata_digger.run.stage import parts

    made, missing = slices.Made(), list[Any]()
    for task in slices.batches(keys, number, batch):
        if (first := parts.standing(here.folder, task.part, len(task.found))) is not None:
            made.add(first)
        else:
            missing.append(task)
    if is_tried_again() and missing:
        for summary in _apart(here, missing):
            made.add(_kept(here, summary))
    else:
        for task in missing:
            made.add(_kept(here, here.do(task)))
    yield pickle.dumps(made.told(time.monotonic() - start))


def _apart(here: Here, tasks: list[Extract]) -> list[Summary]:
    """As on one machine: a file that its worker dies of, or hangs at, becomes a row that says so."""
    from collections import deque

    from metadata_digger.run.engines.batches import Batches

    done: list[Summary] = []
    with here.process() as processes:
        for _ in Batches(processes, _Nothing(), done.append, deque(tasks)).run():
            pass
    return done


class _Nothing:
    """No files but those of the tasks that are there."""

    complete, left = True, 0

    def more(self) -> None: ...

    def take(self, count: int) -> tuple[Any, list[Found]]:
        from metadata_digger.run.stage.parts import Stretch

        return Stretch(0, 0), []


def _kept(here: Here, summary: Summary) -> Summary:
    """Where the counts are all that is wanted they are in a part without rows."""
    if here.job.sinks:
        return summary
    from metadata_digger.pipeline import compose
    from metadata_digger.run.stage import parts
    from metadata_digger.schema import FILE

    return parts.write(here.folder, summary.part, compose(here.job.steps).output(FILE), [], lambda: summary)


def do(given: Given, columns: Columns | None, packed: Iterator[bytes]) -> Iterator[bytes]:
    """Tasks of run.tasks with their numbers; with each of these what was done and its answer, which of a task that
    files were taken out of are several. None in place of a task that is as it was given.

    `columns`: of all pieces.
    """
    here = _here(given)
    from metadata_digger.run.engines.doing import by
    from metadata_digger.run.engines.spark import pieces
    from metadata_digger.run.tasks import Piece

    for one in packed:
        number, task = pickle.loads(one)  # noqa: S301  # from our own driver
        if isinstance(task, Piece) and columns is not None:
            task = task._replace(columns=columns)
        with pieces.aside(task) as mine:
            if is_tried_again():
                with here.process() as processes:
                    done = list(by(processes)([mine]))
            else:
                done = [(mine, here.do(mine))]
        answers = [(None if what is mine else what, answer) for what, answer in done]
        yield pickle.dumps((number, answers))


def counted(given: Given, names: Iterator[str]) -> Iterator[tuple[Any, Any, Any]]:
    """What the footers of parts count but statuses, together: reasons, labels and tags."""
    here = _here(given)
    from metadata_digger.run.report import Report
    from metadata_digger.run.stage import parts

    found = Report()
    for name in names:
        if (summary := parts.summary(here.folder, name)) is None:
            raise OutputError(f"{parts.path_of(here.folder, name)} is gone or damaged: give the command with --resume")
        found.add(summary)
    yield found.reasons, found.labels, found.tags


def together(one: tuple[Any, Any, Any], other: tuple[Any, Any, Any]) -> tuple[Any, Any, Any]:
    from metadata_digger.run.counts import Summary
    from metadata_digger.run.report import Report

    found = Report()
    for reasons, labels, tags in (one, other):
        found.add(Summary("", reasons=reasons, labels=labels, tags=tags))
    return found.reasons, found.labels, found.tags
