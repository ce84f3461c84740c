"""Runs a job on this machine: the main process lists and counts, worker processes do everything else."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from metadata_digger.errors import DiggerError
from metadata_digger.pipeline import compose
from metadata_digger.run.begin import begin, complete
from metadata_digger.run.counts import Summary
from metadata_digger.run.interrupt import stoppable
from metadata_digger.run.job import Job, Progress
from metadata_digger.run.listing import Listing
from metadata_digger.run.memory import share
from metadata_digger.run.parts import Stretch, name_of, stretch_of
from metadata_digger.run.pool import Finished, Pool, pool
from metadata_digger.run.publish import write_output, write_records
from metadata_digger.run.records import now
from metadata_digger.run.report import Report
from metadata_digger.run.stage import publish, stage
from metadata_digger.run.streaming import put
from metadata_digger.run.tasks import by
from metadata_digger.run.update import check
from metadata_digger.run.worker import Extract
from metadata_digger.schema import FAILED, FILE, OK
from metadata_digger.sinks.columns import Columns
from metadata_digger.storage.model import Fault

# A batch takes about a second: the progress bar moves, a killed worker costs little, and the 5 ms that a batch costs in
# all (sending, a Parquet file) are lost in it. Of small files that are at most this many.
SECONDS = 1.0
FIRST = 8
MOST = 1_024


def run(job: Job, progress: Progress = lambda done, total: None) -> Report:
    """Raises DiggerError for what ends a run, KeyboardInterrupt for SIGINT, SIGTERM, SIGHUP; then nothing is left but
    what `Job.resume` goes on from."""
    with stoppable():
        return _run(job, progress)


def _run(job: Job, progress: Progress) -> Report:
    start = time.monotonic()
    check(job)
    chain = compose(job.steps)
    schema = chain.output(FILE)
    job.storage.check(job.paths)
    if job.sink is not None:
        job.sink.check(Columns.of(schema, ()))  # what needs no file to be known; what the files have is checked later
    if job.output is not None:
        job = replace(job, output=Path.cwd() / job.output)
    workers, limits, note = share(job.cores, job.memory_gb, chain.pixels > 0)
    with stage(job) as folders:
        if folders.complete:
            return complete(job)
        report = Report(workers=workers, output=job.output, started=now(), notes=[note] if note else [])
        deliver = partial(put, folders.parts, report) if job.streams else _nowhere
        with (
            pool(workers, (job, folders.parts, limits), job.timezone, folders.logs, job.seconds_per_batch) as processes,
            begin(job, folders, schema, limits, report, by(processes), progress) as (listing, rows),
        ):
            _Extraction(processes, listing, report, progress, deliver, rows).run()
            report.leave_out(listing.excluded)
            report.timings["extract"] = time.monotonic() - start
            if job.output is not None:
                processes.patience = math.inf  # a slow disk is no poisonous file
                write_output(job, schema, rows, folders, by(processes), report)
                report.timings["publish"] = time.monotonic() - start - report.timings["extract"]
                report.seconds = time.monotonic() - start
                write_records(job, report, rows, "local", folders, by(processes))
                publish(folders, job)
    report.seconds = time.monotonic() - start
    return report


def _nowhere(part: str) -> None:
    """It stays in the stage until all are there."""


@dataclass(slots=True)
class _Extraction:
    """All files through the steps. A batch whose worker died is tried again, then file by file."""

    processes: Pool
    listing: Listing
    report: Report
    progress: Progress
    deliver: Callable[[str], None]  # a part that is done
    rows: dict[str, int]  # ok in each part
    again: deque[Extract] = field(default_factory=deque)
    tries: dict[str, int] = field(default_factory=dict)  # of parts that failed
    singles: set[str] = field(default_factory=set)  # parts of one file, of a batch that failed
    size: float = FIRST  # files of the next batch
    shown: int = 0  # files done, as last told
    kept: int = 0  # rows that are there and not of the listing, by an update

    def run(self) -> None:
        self.kept = self.report.seen - (self.listing.total - self.listing.left)
        while True:
            while self.processes.idle and (task := self._next()):
                self.processes.give(task)
            if not self.processes.busy and self.listing.complete:
                return
            if not self.listing.complete:
                self.listing.more()
            for event in self.processes.wait(1.0 if self.listing.complete else 0.0):
                if not isinstance(event.task, Extract):
                    continue  # none but these was given
                if isinstance(event, Finished):
                    self._finished(event.task, event.answer, event.seconds)
                else:
                    self._died(event.task, event.reason)
            total = self.kept + self.listing.total if self.listing.complete else None
            self.shown = max(self.shown, self.report.seen + self.processes.files)  # a batch may begin again
            self.progress(self.shown, total)

    def _next(self) -> Extract | None:
        if self.again:
            return self.again.popleft()
        size = self.size
        if self.listing.complete:  # the last batches become smaller, so that all workers end together
            size = min(size, math.ceil(self.listing.left / (2 * self.processes.size)))
        stretch, found = self.listing.take(max(int(size), 1))
        return Extract(name_of(stretch), found) if found else None

    def _finished(self, task: Extract, summary: Summary, seconds: float) -> None:
        part, found = task
        self.report.add(summary)
        self.rows[part] = summary.statuses[OK]
        self.deliver(part)
        if part not in self.tries and len(found) >= self.size / 2:
            # Half way to what this batch was worth: files differ, and one slow file should not halve all batches.
            due = len(found) / max(seconds, 1e-3) * SECONDS
            self.size = min(max((self.size + due) / 2, 1), self.size * 4, MOST)

    def _died(self, task: Extract, reason: str) -> None:
        part, found = task
        self.tries[part] = self.tries.get(part, 0) + 1
        if self.tries[part] == 1 and part not in self.singles:
            self.again.append(task)
        elif len(found) > 1 and (stretch := stretch_of(part)) is not None:
            alone = [Extract(name_of(Stretch(stretch.start + at, 1)), [one]) for at, one in enumerate(found)]
            self.singles.update(one.part for one in alone)
            self.again.extend(alone)
        else:
            one = found[0]
            if isinstance(one, Fault):
                raise DiggerError(f"{one.url}: {reason}, and again on a row without its file")
            self.again.append(Extract(part, [Fault(one.base, one.url, FAILED, reason, one.size, one.modified)]))
