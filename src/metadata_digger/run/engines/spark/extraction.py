"""All files of the listing through the steps: a job for the parts, and one for what their footers count."""

from __future__ import annotations

import math
import pickle
from functools import partial
from typing import TYPE_CHECKING

from metadata_digger.pipeline import compose
from metadata_digger.run.counts import Summary
from metadata_digger.run.disk import writing
from metadata_digger.run.drive import Extraction
from metadata_digger.run.engines.spark import executor, slices
from metadata_digger.run.engines.spark.executor import Given
from metadata_digger.run.engines.spark.jobs import collected, cores
from metadata_digger.run.engines.spark.session import translated
from metadata_digger.run.job import Job
from metadata_digger.storage.remote.place import Folder

if TYPE_CHECKING:
    from pyspark import SparkContext

FOOTERS = 256  # a task


def extract(context: SparkContext, given: Given, job: Job, keys: Folder, work: Extraction) -> None:
    """Raises DiggerError."""
    listing, report = work.listing, work.report
    listing.finish()
    seen, left = report.seen, listing.left
    work.progress(seen, seen + left, report.failed)
    pictures = compose(job.steps).pixels > 0
    files = slices.files_of(listing, cores(context), job.partitions, pictures)
    count = 0
    with writing(keys):
        keys.mkdir(parents=True, exist_ok=True)
        most = slices.BYTES if job.partitions <= 0 else math.inf
        for count, runs in enumerate(slices.slices(listing, files, most), 1):
            slices.write(keys, count - 1, runs)
    if not count:
        return
    batch = slices.BATCH_OF_PICTURES if pictures else slices.BATCH
    rdd = context.parallelize(range(count), count).mapPartitionsWithIndex(partial(executor.extract, given, keys, batch))
    made: list[str] = []
    for one in collected(rdd, lambda done: work.progress(seen + left * done // count, seen + left, report.failed)):
        told: slices.Told = pickle.loads(one)  # noqa: S301  # from our own executors
        report.statuses.update(told.statuses)
        for part, rows in slices.unpacked(told.parts):
            work.rows[part] = rows
            made.append(part)
    with translated():
        footers = context.parallelize(made, -(-len(made) // FOOTERS)).mapPartitions(partial(executor.counted, given))
        reasons, labels, tags = footers.treeReduce(executor.together)
    report.add(Summary("", reasons=reasons, labels=labels, tags=tags))
    work.progress(report.seen, report.seen, report.failed)
