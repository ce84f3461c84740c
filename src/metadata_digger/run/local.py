"""Runs a job on this machine: the main process lists and counts, worker processes do everything else."""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from metadata_digger.errors import DiggerError, OutputError
from metadata_digger.pipeline import compose
from metadata_digger.run.interrupt import stoppable
from metadata_digger.run.job import Job, Progress
from metadata_digger.run.listing import Listing
from metadata_digger.run.memory import share
from metadata_digger.run.pool import Died, Finished, Pool, pool
from metadata_digger.run.publish import plan, write_report
from metadata_digger.run.report import Report
from metadata_digger.run.stage import Stage, publish, stage
from metadata_digger.run.work import Summary
from metadata_digger.run.worker import Extract, Join, Piece, Task
from metadata_digger.schema import FAILED, FILE, OK
from metadata_digger.sinks.columns import Columns
from metadata_digger.storage.model import Fault

# A batch takes about a second: the progress bar moves, a killed worker costs little, and the 5 ms that a batch costs in
# all (sending, a Parquet file) are lost in it. Of small files that are at most this many.
SECONDS = 1.0
FIRST = 8
MOST = 1_024


def run(job: Job, progress: Progress = lambda done, total: None) -> Report:
    """Raises DiggerError for what ends a run, KeyboardInterrupt for SIGINT, SIGTERM, SIGHUP; then nothing is left."""
    with stoppable():
        return _run(job, progress)


def _run(job: Job, progress: Progress) -> Report:
    start = time.monotonic()
    chain = compose(job.steps)
    schema = chain.output(FILE)
    job.storage.check(job.paths)
    if job.output is not None:
        job = replace(job, output=Path.cwd() / job.output)
    workers, limits, note = share(job.cores, job.memory_gb, chain.pixels > 0)
    report = Report(workers=workers, output=job.output, started=datetime.now(UTC).isoformat(timespec="seconds"))
    if note:
        report.notes.append(note)
    with (
        stage(job.output, job.overwrite) as folders,
        pool(workers, (job, folders.parts, limits), job.timezone, folders.logs, job.seconds_per_batch) as processes,
    ):
        skip = [] if job.output is None else [str(job.output)]
        excluded: Counter[str] = Counter()
        walk = job.storage.walk(job.paths, skip, excluded)
        with closing(Listing(walk, folders.root / "listing")) as listing:
            rows = _Extraction(processes, listing, report, progress).run()
        report.leave_out(excluded)
        report.timings["extract"] = time.monotonic() - start
        if job.sink is not None and job.output is not None:
            _publish(job, Columns.of(schema, report.tags), rows, folders, processes, report)
            report.timings["publish"] = time.monotonic() - start - report.timings["extract"]
            report.seconds = time.monotonic() - start
            write_report(job, report, list(rows), folders)
            publish(folders, job.output, job.overwrite)
    report.seconds = time.monotonic() - start
    return report


@dataclass(slots=True)
class _Extraction:
    """All files through the steps. A batch whose worker died is tried again, then file by file."""

    processes: Pool
    listing: Listing
    report: Report
    progress: Progress
    again: deque[Extract] = field(default_factory=deque)
    tries: dict[str, int] = field(default_factory=dict)  # of parts that failed
    rows: dict[str, int] = field(default_factory=dict)  # ok in each part
    number: int = 0
    size: float = FIRST  # files of the next batch
    shown: int = 0  # files done, as last told

    def run(self) -> dict[str, int]:
        while True:
            while self.processes.idle and (task := self._next()):
                self.processes.give(task)
            if not self.processes.busy and self.listing.complete:
                return self.rows
            if not self.listing.complete:
                self.listing.more()
            for event in self.processes.wait(1.0 if self.listing.complete else 0.0):
                if not isinstance(event.task, Extract):
                    continue  # none but these was given
                if isinstance(event, Finished):
                    self._finished(event.task, event.answer, event.seconds)
                else:
                    self._died(event.task, event.reason)
            total = self.listing.total if self.listing.complete else None
            self.shown = max(self.shown, self.report.seen + self.processes.files)  # a batch may begin again
            self.progress(self.shown, total)

    def _next(self) -> Extract | None:
        if self.again:
            return self.again.popleft()
        size = self.size
        if self.listing.complete:  # the last batches become smaller, so that all workers end together
            size = min(size, math.ceil(self.listing.left / (2 * self.processes.size)))
        found = self.listing.take(max(int(size), 1))
        if not found:
            return None
        self.number += 1
        return Extract(f"{self.number:09d}", found)

    def _finished(self, task: Extract, summary: Summary, seconds: float) -> None:
        part, found = task
        self.report.add(summary)
        self.rows[part] = summary.statuses[OK]
        if part not in self.tries and len(found) >= self.size / 2:
            # Half way to what this batch was worth: files differ, and one slow file should not halve all batches.
            due = len(found) / max(seconds, 1e-3) * SECONDS
            self.size = min(max((self.size + due) / 2, 1), self.size * 4, MOST)

    def _died(self, task: Extract, reason: str) -> None:
        part, found = task
        self.tries[part] = self.tries.get(part, 0) + 1
        single = "-" in part
        if self.tries[part] == 1 and not single:
            self.again.append(task)
        elif len(found) > 1:
            self.again.extend(Extract(f"{part}-{number:04d}", [one]) for number, one in enumerate(found))
        else:
            one = found[0]
            if isinstance(one, Fault):
                raise DiggerError(f"{one.url}: {reason}, and again on a row without its file")
            self.again.append(Extract(part, [Fault(one.base, one.url, FAILED, reason)]))


def _publish(job: Job, columns: Columns, rows: dict[str, int], folders: Stage, processes: Pool, report: Report) -> None:
    if job.sink is None or job.output is None:
        return
    job.sink.check(columns)
    files = plan(rows, job.files_number, processes.size, job.output.name, job.sink.suffix, folders)
    processes.patience = math.inf  # a slow disk is no poisonous file
    _all(processes, (Piece(slices, columns, target) for file in files for target, slices in file.pieces))
    _all(processes, (Join([target for target, _ in file.pieces], columns, file.target) for file in files))
    report.files = tuple(file.target.name for file in files)


def _all(processes: Pool, tasks: Iterable[Task]) -> None:
    """Every task done; one whose worker died is tried once more."""
    waiting = deque(tasks)
    failed: list[Task] = []
    while waiting or processes.busy:
        while processes.idle and waiting:
            processes.give(waiting.popleft())
        for event in processes.wait(1.0):
            if isinstance(event, Died):
                if any(task is event.task for task in failed):
                    raise OutputError(f"the output cannot be written: {event.reason}")
                failed.append(event.task)
                waiting.append(event.task)
