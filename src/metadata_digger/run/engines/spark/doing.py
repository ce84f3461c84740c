"""Do (run.tasks) by executors, for tasks that need nothing but what lies where all reach it; others by the driver."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from metadata_digger.run.engines.doing import here
from metadata_digger.run.engines.spark import executor, pieces
from metadata_digger.run.engines.spark.executor import Given
from metadata_digger.run.engines.spark.jobs import collected, cores
from metadata_digger.run.job import Job
from metadata_digger.run.publish.ranking import Count
from metadata_digger.run.records.sums import Sum
from metadata_digger.run.stage.folders import Stage
from metadata_digger.run.tasks import Do, Hash, Keep, Piece, Task
from metadata_digger.run.work import Work
from metadata_digger.sinks.columns import Columns

if TYPE_CHECKING:
    from pyspark import SparkContext

PER_CORE = 16  # tasks of one job: the driver holds those, and their end is waited for
_NONE = Columns.of(pa.schema([]), ())


def by(context: SparkContext, given: Given, job: Job, folders: Stage, work: Work) -> Do:
    """`work`: the driver's."""
    driver = here(work)

    def do(tasks: Iterable[Task | None]) -> Iterator[tuple[Any, Any]]:
        coming = iter(tasks)
        for first in coming:
            if first is None:
                continue
            if not _is_for_executors(first, job):
                yield from driver(chain([first], coming))
                return
            given_now = [first, *_until_none(coming, PER_CORE * cores(context) - 1)]
            if len(given_now) == 1:
                yield from driver(given_now)
            else:
                yield from _done(context, given, given_now)
                if isinstance(first, Piece):
                    pieces.clear(folders.pieces)

    return do


def _is_for_executors(task: Task, job: Job) -> bool:
    """All tasks that are given together are of one kind."""
    return isinstance(task, Hash | Keep | Sum | Count) or (
        isinstance(task, Piece) and bool(job.sinks[task.sink].suffix)  # others go to a server
    )


def _until_none(coming: Iterator[Task | None], most: int) -> Iterator[Task]:
    for _ in range(most):
        if (task := next(coming, None)) is None:
            return
        yield task


def _done(context: SparkContext, given: Given, tasks: list[Task]) -> Iterator[tuple[Any, Any]]:
    columns = next((task.columns for task in tasks if isinstance(task, Piece)), None)
    packed = [pickle.dumps((number, _lean(task))) for number, task in enumerate(tasks)]
    rdd = context.parallelize(packed, len(packed)).mapPartitions(partial(executor.do, given, columns))
    for one in collected(rdd):
        number, answers = pickle.loads(one)  # noqa: S301  # from our own executors
        for what, answer in answers:
            yield tasks[number] if what is None else what, answer


def _lean(task: Task) -> Task:
    """Pieces without their columns: all have the same, some 100 KB of them."""
    return task._replace(columns=_NONE) if isinstance(task, Piece) else task
