"""The driver lists, and writes the keys of each slice into the stage, which lies beside the output where driver and
executors reach it; tasks write parts there. Executors make the pieces of files too; the driver joins them, and sends
what goes to a server."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from metadata_digger.pipeline import compose
from metadata_digger.run.drive import Ready, drive
from metadata_digger.run.engines.memory import share
from metadata_digger.run.engines.spark.cluster import ships
from metadata_digger.run.engines.spark.doing import by
from metadata_digger.run.engines.spark.executor import Given
from metadata_digger.run.engines.spark.extraction import extract
from metadata_digger.run.engines.spark.java import check
from metadata_digger.run.engines.spark.jobs import cores
from metadata_digger.run.engines.spark.proof import prove
from metadata_digger.run.engines.spark.session import session
from metadata_digger.run.engines.spark.ship.networks import for_nodes
from metadata_digger.run.interrupt import stoppable
from metadata_digger.run.job import Job, Progress, untold
from metadata_digger.run.report import Report
from metadata_digger.run.stage.folders import Stage
from metadata_digger.run.tasks import Watch
from metadata_digger.run.work import Work


def run(
    job: Job,
    master: str,
    progress: Progress = untold,
    settings: Mapping[str, str] | None = None,
) -> Report:
    """`master`: as Spark has it (`local[2]`, `spark://host:port`, `yarn`); `settings`: further Spark properties.

    Raises as `local.run` does, also where Spark or Java is missing.
    """
    check(job)
    with stoppable():
        return drive(replace(job, spread=True), "spark", partial(_engine, master, settings or {}), progress)


@contextmanager
def _engine(master: str, settings: Mapping[str, str], job: Job, folders: Stage, watch: Watch) -> Iterator[Ready]:
    limits = share(job.cores, job.memory_gb, compose(job.steps).pixels > 0).limits
    there = for_nodes(job) if ships(master) else job
    given = Given(job.timezone, job.file_timeout, pickle.dumps((there, folders.parts, limits)))
    with session(master, folders, settings) as spark:
        if ships(master):
            prove(spark, master, watch)
        context = spark.sparkContext
        do = by(context, given, job, folders, Work(job, folders.parts, limits))
        yield Ready(do, partial(extract, context, given, job, folders.root / "keys"), limits, cores(context))
