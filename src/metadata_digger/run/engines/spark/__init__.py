"""Runs a job on Spark 4: the very same steps and sinks, batches of paths (not of contents) by `mapInArrow`.

The driver lists; each task writes its parts into the stage, which lies beside the output in a file system that driver
and executors share; part names follow the batch, so that a repeated task replaces what it wrote. Executors make the
pieces of files too; the driver joins them, and sends what goes to a server.
"""

from __future__ import annotations

import functools
import os
import pickle
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from metadata_digger.pipeline import compose
from metadata_digger.run.drive import Extraction, Ready, drive
from metadata_digger.run.engines.doing import here
from metadata_digger.run.engines.memory import share
from metadata_digger.run.engines.spark.java import check
from metadata_digger.run.engines.spark.session import session, translated
from metadata_digger.run.job import Job, Progress, untold
from metadata_digger.run.report import Report
from metadata_digger.run.stage.listing import Listing
from metadata_digger.run.stage.parts import name_of
from metadata_digger.run.stage.place import Stage
from metadata_digger.run.tasks import Do, Limits, Piece, Task, Watch
from metadata_digger.run.work import Work
from metadata_digger.storage.model import Entry, Fault, Found

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

BATCH = 256  # files: a task costs 70 to 120 ms before it reads the first one

_FOUND = pa.struct(
    [
        pa.field("base", pa.string()),
        pa.field("url", pa.string()),
        pa.field("size", pa.int64()),
        pa.field("modified", pa.float64()),
        pa.field("status", pa.string()),  # null: a file; else a fault of the listing
        pa.field("reason", pa.string()),
        pa.field("note", pa.string()),
    ]
)
_TASKS = pa.schema([pa.field("part", pa.string()), pa.field("found", pa.list_(_FOUND))])
_SUMMARIES = pa.schema([pa.field("summary", pa.binary())])
_NUMBER: pa.Field[Any] = pa.field("number", pa.int64())
_PIECES = pa.schema([_NUMBER, pa.field("piece", pa.binary())])
_MADE = pa.schema([_NUMBER, pa.field("answer", pa.binary())])


def run(
    job: Job,
    master: str,
    progress: Progress = untold,
    settings: Mapping[str, str] | None = None,
) -> Report:
    """`master` as Spark has it (`local[2]`, `spark://host:port`, `yarn`); `settings`: further Spark properties.

    Raises DiggerError for what ends a run, also where Spark or Java is missing.
    """
    check(job)
    return drive(job, "spark", functools.partial(_engine, master, settings or {}), progress)


@contextmanager
def _engine(master: str, settings: Mapping[str, str], job: Job, folders: Stage, watch: Watch) -> Iterator[Ready]:
    limits = share(job.cores, job.memory_gb, compose(job.steps).pixels > 0).limits
    with session(master, folders, settings) as spark:
        extract = functools.partial(_extract, spark, job, limits)
        do = _doing(spark, job, folders, limits)
        yield Ready(do, extract, limits, spark.sparkContext.defaultParallelism)


def _doing(spark: SparkSession, job: Job, folders: Stage, limits: Limits) -> Do:
    """Pieces of files by executors, where there are several; all else by the driver."""
    driver = here(Work(job, folders.parts, limits))
    payload = pickle.dumps((job, folders.parts, limits))

    def do(tasks: Iterable[Task | None]) -> Iterator[tuple[Any, Any]]:
        coming = iter(tasks)
        first = next(coming, None)
        if not isinstance(first, Piece) or not job.sinks[first.sink].suffix:
            yield from driver(chain([first], coming))
            return
        pieces = [first, *coming]
        if len(pieces) == 1:
            yield from driver(pieces)
            return
        numbers, packed = list(range(len(pieces))), [pickle.dumps(piece) for piece in pieces]
        table = pa.Table.from_pydict({"number": numbers, "piece": packed}, schema=_PIECES)
        given = spark.createDataFrame(table).repartitionByRange(len(pieces), "number")
        with translated():
            made = given.mapInArrow(functools.partial(make_pieces, payload), "number bigint, answer binary").collect()
        for number, answer in made:
            yield pieces[number], pickle.loads(answer)  # noqa: S301  # from our own executors

    return do


def _extract(spark: SparkSession, job: Job, limits: Limits, work: Extraction) -> None:
    listing, report = work.listing, work.report
    listing.finish()
    work.progress(report.seen, listing.total, report.failed)
    # The driver holds the listing: 150 bytes a file.
    table = _tasks(listing, job.partitions)
    tasks = spark.createDataFrame(table).repartitionByRange(max(len(table), 1), "part")
    payload = pickle.dumps((job, work.parts, limits))
    with translated():
        done = tasks.mapInArrow(functools.partial(extract_batches, payload), "summary binary").collect()
    for (packed,) in done:
        work.done(pickle.loads(packed))  # noqa: S301  # from our own executors
    work.progress(report.seen, listing.total, report.failed)


def _tasks(listing: Listing, partitions: int) -> pa.Table:
    """One row a batch."""
    size = max(-(-listing.left // partitions) if partitions > 0 else BATCH, 1)
    parts: list[str] = []
    batches: list[list[dict[str, Any]]] = []
    while listing.left:
        stretch, found = listing.take(size)
        parts.append(name_of(stretch))
        batches.append([_struct(one) for one in found])
    return pa.Table.from_pydict({"part": parts, "found": batches}, schema=_TASKS)


def _struct(one: Found) -> dict[str, Any]:
    if isinstance(one, Entry):
        return {"base": one.base, "url": one.url, "size": one.size, "modified": one.modified, "note": one.note}
    return {"base": one.base, "url": one.url, "status": one.status, "reason": one.reason}


def _quiet(files: int) -> None:
    """Progress that is not told."""


def extract_batches(payload: bytes, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Runs on an executor: rows of _TASKS to rows of _SUMMARIES."""
    work = _work(payload)
    for batch in batches:
        for task in batch.to_pylist():
            found: list[Found] = [
                Entry(one["base"], one["url"], one["size"], one["modified"], one["note"])
                if one["status"] is None
                else Fault(one["base"], one["url"], one["status"], one["reason"])
                for one in task["found"]
            ]
            summary = work.extract(task["part"], found, _quiet)
            yield pa.RecordBatch.from_pydict({"summary": [pickle.dumps(summary)]}, schema=_SUMMARIES)


def make_pieces(payload: bytes, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Runs on an executor: rows of _PIECES to rows of _MADE."""
    work = _work(payload)
    for batch in batches:
        for one in batch.to_pylist():
            answer = work.piece(pickle.loads(one["piece"]))  # noqa: S301  # from our own driver
            yield pa.RecordBatch.from_pydict(
                {"number": [one["number"]], "answer": [pickle.dumps(answer)]}, schema=_MADE
            )


@functools.lru_cache(maxsize=1)  # a Python worker of Spark lives for many tasks, and a network takes its time to load
def _work(payload: bytes) -> Work:
    job, parts, limits = pickle.loads(payload)  # noqa: S301  # from our own driver
    os.environ["TZ"] = job.timezone
    time.tzset()
    return Work(job, parts, limits)
