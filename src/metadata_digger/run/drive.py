"""A run from its start to its record, whatever does the work: what the engines do alike stands here, once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa

from metadata_digger.pipeline import compose
from metadata_digger.run.begin import begin, complete
from metadata_digger.run.counts import Summary
from metadata_digger.run.job import Job, Progress, Waiting, Writing
from metadata_digger.run.publish.output import write_output
from metadata_digger.run.publish.run_records import write_records
from metadata_digger.run.publish.streaming import put
from metadata_digger.run.records.record import now
from metadata_digger.run.report import Report
from metadata_digger.run.stage import elsewhere
from metadata_digger.run.stage.folders import Stage
from metadata_digger.run.stage.listing import Listing
from metadata_digger.run.stage.place import publish, stage
from metadata_digger.run.tasks import Do, Limits, Watch
from metadata_digger.run.update.allowed import check, rows_of
from metadata_digger.run.update.changes import strongest
from metadata_digger.run.update.moved import moved
from metadata_digger.schema import FILE, HASHES, OK
from metadata_digger.sinks.columns import Columns
from metadata_digger.storage.remote.place import Folder, Place


@dataclass(slots=True)
class Extraction:
    """All files of the listing through the steps, but those of the parts in `rows`: what is to be done, and what came
    of it."""

    listing: Listing
    parts: Folder  # the folder that they go to
    report: Report
    progress: Progress
    rows: dict[str, int]  # of each part those that are ok
    streams: bool

    def done(self, summary: Summary) -> None:
        """A part is there. Raises as `streaming.put` does."""
        self.report.add(summary)
        self.rows[summary.part] = summary.statuses[OK]
        if self.streams and isinstance(self.parts, Path):
            put(self.parts, self.report, summary.part)


@dataclass(frozen=True, slots=True)
class Ready:
    """An engine that stands ready for a job: its tasks are done by `do`, and its files by `extract`."""

    do: Do
    extract: Callable[[Extraction], None]
    limits: Limits
    workers: int
    notes: list[str] = field(default_factory=list)  # for the user


@dataclass(slots=True)
class Told:
    """A Progress that can say what is waited for between two steps forward too."""

    progress: Progress
    last: tuple[int, int | None, int] = (0, None, 0)

    def __call__(self, done: int, total: int | None, failed: int = 0, waiting: Sequence[Waiting] = (), /) -> None:
        self.last = done, total, failed
        self.progress(done, total, failed, waiting)

    def writing(self, form: str, done: int, total: int) -> None:
        if isinstance(self.progress, Writing):
            self.progress.writing(form, done, total)

    def watch(self, waiting: Sequence[Waiting]) -> None:
        if waiting:
            self.progress(*self.last, waiting)


# Entered when the stage is there, left when the output is in its place, or the run has ended otherwise.
Engine: TypeAlias = Callable[[Job, Stage, Watch], AbstractContextManager[Ready]]


def drive(job: Job, name: str, engine: Engine, progress: Progress) -> Report:
    """`name`: of the engine, for the record. Raises DiggerError for what ends a run."""
    start = time.monotonic()
    job, schema = prepared(job)
    with stage(job) as folders:
        if folders.complete:
            return complete(job)
        report = Report(output=job.output, started=now())
        told = Told(progress)
        with engine(job, folders, told.watch) as ready:
            report.workers = ready.workers
            report.notes += ready.notes
            _run(job, name, schema, folders, ready, report, told, start)
    report.seconds = time.monotonic() - start
    return report


def prepared(job: Job) -> tuple[Job, pa.Schema]:
    """The job with the place of its output, and what its steps make. Raises DiggerError for what can be known to go
    wrong before anything is written."""
    check(job)
    schema = compose(job.steps).output(FILE)
    job.storage.check(job.paths)
    for sink in job.sinks:
        sink.check(Columns.of(schema, ()))  # what needs no file to be known; what the files have is checked later
    if isinstance(job.output, Path):
        job = replace(job, output=Path.cwd() / job.output)
    elif isinstance(job.output, Place):
        elsewhere.reach(job.output)
    return job, schema


def _run(
    job: Job,
    name: str,
    schema: pa.Schema,
    folders: Stage,
    ready: Ready,
    report: Report,
    progress: Told,
    start: float,
) -> None:
    with begin(job, folders, schema, ready.limits, report, ready.do, progress) as (listing, rows):
        ready.extract(Extraction(listing, folders.parts, report, progress, rows, job.streams))
        report.leave_out(listing.excluded)
        report.entries = dict(listing.listed)
        report.timings["extract"] = time.monotonic() - start
        if job.output is None:
            return
        report.changes |= _moved(job.output, schema, folders, report, rows)
        write_output(job, schema, rows, folders, ready.do, report, progress.writing)
        report.timings["publish"] = time.monotonic() - start - report.timings["extract"]
        report.seconds = time.monotonic() - start
        write_records(job, report, rows, name, folders, ready.do)
        publish(folders, job)


def _moved(output: Folder, schema: pa.Schema, folders: Stage, report: Report, rows: Iterable[str]) -> dict[str, int]:
    """What of an update's changes is another one when files are known by their hashes; nothing where there are none."""
    types = [kind for kind in HASHES if f"hash_{kind}" in schema.names]
    if not report.changes or not types:
        return {}
    new, gone, old = report.changes["new"], report.changes["gone"], rows_of(output)
    count = moved(old, folders.parts, rows, strongest(types)) if new and gone and old.is_dir() else 0
    return {"new": new - count, "gone": gone - count, "moved": count}
