"""Jobs of Spark: what is collected, and how far they are."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from metadata_digger.run.engines.spark.session import translated

if TYPE_CHECKING:
    from pyspark import RDD, SparkContext

SECONDS = 0.5  # between two looks at how many tasks are done


def cores(context: SparkContext) -> int:
    """That tasks run on, as far as is known: executors register one by one."""
    asked = int(context.getConf().get("spark.executor.instances", "0") or 0)
    each = int(context.getConf().get("spark.executor.cores", "1") or 1)
    return max(context.defaultParallelism, asked * each, 1)


def collected(rdd: RDD[Any], tell: Callable[[int], None] = lambda done: None) -> list[Any]:
    """`tell`: how many tasks are done. Raises DiggerError; a KeyboardInterrupt ends the job."""
    from pyspark import InheritableThread

    context, group = rdd.context, secrets.token_hex(8)
    found: list[Any] = []
    failed: list[BaseException] = []

    def collect() -> None:
        context.setJobGroup(group, "Metadata Digger")
        try:
            with translated():
                found.extend(rdd.collect())
        except BaseException as error:  # noqa: BLE001  # it is raised again, by who waits
            failed.append(error)

    thread = InheritableThread(target=collect, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(SECONDS)
            if thread.is_alive():
                tell(_done(context, group))
    except BaseException:
        context.cancelJobGroup(group)
        raise
    if failed:
        raise failed[0]
    return found


def _done(context: SparkContext, group: str) -> int:
    tracker = context.statusTracker()
    jobs = [tracker.getJobInfo(job) for job in tracker.getJobIdsForGroup(group)]
    stages = [tracker.getStageInfo(stage) for job in jobs if job is not None for stage in job.stageIds]
    return sum(stage.numCompletedTasks for stage in stages if stage is not None)
