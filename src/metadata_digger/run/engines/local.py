"""Runs a job on this machine: the main process lists and counts, worker processes do everything else."""

from __future__ import annotations

import math
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from metadata_digger.errors import DiggerError
from metadata_digger.pipeline import compose
from metadata_digger.run.counts import Summary
from metadata_digger.run.drive import Extraction, Ready, Told, drive
from metadata_digger.run.engines.doing import by
from metadata_digger.run.engines.memory import share
from metadata_digger.run.engines.pool import Died, Finished, Pool, pool
from metadata_digger.run.indexing.parquet import is_current, make, source, target_for
from metadata_digger.run.interrupt import stoppable
from metadata_digger.run.job import Job, Progress, untold
from metadata_digger.run.report import Report
from metadata_digger.run.stage.parts import Stretch, name_of, stretch_of
from metadata_digger.run.stage.place import Stage
from metadata_digger.run.tasks import Do, Extract, Limits, Watch
from metadata_digger.run.verify.differences import Difference, Verified, differences
from metadata_digger.run.verify.whereabouts import Input, Moved
from metadata_digger.schema import FAILED, TIMED_OUT
from metadata_digger.storage import LocalStorage
from metadata_digger.storage.model import Fault

# A batch takes about a second: the progress bar moves, a killed worker costs little, and the 5 ms that a batch costs in
# all (sending, a Parquet file) are lost in it. Of small files that are at most this many.
SECONDS = 1.0
FIRST = 8
MOST = 1_024
STREAMS = Limits(0, 0)  # no file is held


def run(job: Job, progress: Progress = untold) -> Report:
    """Raises DiggerError for what ends a run, KeyboardInterrupt for SIGINT, SIGTERM, SIGHUP; then nothing is left but
    what `Job.resume` goes on from."""
    with stoppable():
        return drive(job, "local", _engine, progress)


@contextmanager
def _engine(job: Job, folders: Stage, watch: Watch) -> Iterator[Ready]:
    workers, limits, note = share(job.cores, job.memory_gb, compose(job.steps).pixels > 0)
    work = (job, folders.parts, limits)
    with pool(workers, work, job.timezone, folders.logs, job.file_timeout) as processes:
        extract = partial(_extract, processes)
        yield Ready(by(processes, watch), extract, limits, workers, [note] if note else [])


def _extract(processes: Pool, work: Extraction) -> None:
    _Batches(processes, work).run()


def verify(
    output: Path,
    cores: int,
    result: Verified,
    progress: Progress = untold,
    given: Input | None = None,
    moves: Sequence[Moved] = (),
) -> Iterator[Difference]:
    """`differences`, by worker processes of this machine. Raises KeyboardInterrupt as `run` does."""
    job = Job(LocalStorage(), (), ())

    @contextmanager
    def doing() -> Iterator[Do]:
        with (
            stoppable(),
            tempfile.TemporaryDirectory(prefix="metadata-digger-") as folder,
            pool(cores, (job, Path(folder), STREAMS), job.timezone, Path(folder), job.file_timeout) as processes,
        ):
            yield by(processes, told.watch)

    told = Told(progress)
    yield from differences(output, doing, cores, result, told, given, moves)


def index(output: Path, cores: int, memory_gb: float, progress: Progress = untold) -> Path:
    """The index of an output in Parquet, which lies beside it, made where it is not there or no longer that output's.

    Raises DiggerError as `run` does; what was done before a KeyboardInterrupt need not be done again.
    """
    given = source(output)
    if is_current(given):
        return target_for(given.output)
    workers, limits, _ = share(cores, memory_gb, pictures=False)

    @contextmanager
    def doing(job: Job, folders: Stage) -> Iterator[Do]:
        work = (job, folders.parts, limits)
        with pool(workers, work, job.timezone, folders.logs, job.file_timeout) as processes:
            yield by(processes)

    with stoppable():
        return make(given, workers, doing, progress)


@dataclass(slots=True)
class _Batches:
    """All files through the steps. A batch whose worker died is tried again, then file by file; a file that its worker
    made no progress at is put off to the end."""

    processes: Pool
    work: Extraction
    again: deque[Extract] = field(default_factory=deque)
    last: deque[Extract] = field(default_factory=deque)  # when nothing else is to be done
    stalled: set[str] = field(default_factory=set)  # parts of these
    tries: dict[str, int] = field(default_factory=dict)  # of parts that failed
    singles: set[str] = field(default_factory=set)  # parts of one file, of a batch that failed
    size: float = FIRST  # files of the next batch
    shown: int = 0  # files done, as last told
    kept: int = 0  # rows that are there and not of the listing, by an update

    def run(self) -> None:
        listing, report = self.work.listing, self.work.report
        self.kept = report.seen - (listing.total - listing.left)
        while True:
            while self.processes.idle and (task := self._next()):
                self.processes.give(task)
            if not self.processes.busy and listing.complete:
                return
            if not listing.complete:
                listing.more()
            for event in self.processes.wait(1.0 if listing.complete else 0.0):
                if not isinstance(event.task, Extract):
                    continue  # none but these was given
                if isinstance(event, Finished):
                    self._finished(event.task, event.answer, event.seconds)
                else:
                    self._died(event.task, event)
            total = self.kept + listing.total if listing.complete else None
            self.shown = max(self.shown, report.seen + self.processes.files)  # a batch may begin again
            self.work.progress(self.shown, total, report.failed, self.processes.waiting)

    def _next(self) -> Extract | None:
        if self.again:
            return self.again.popleft()
        listing, size = self.work.listing, self.size
        if listing.complete:  # the last batches become smaller, so that all workers end together
            size = min(size, math.ceil(listing.left / (2 * self.processes.size)))
        stretch, found = listing.take(max(int(size), 1))
        if found:
            return Extract(name_of(stretch), found)
        return self.last.popleft() if self.last and listing.complete else None

    def _finished(self, task: Extract, summary: Summary, seconds: float) -> None:
        part, found = task
        self.work.done(summary)
        if part not in self.tries and len(found) >= self.size / 2:
            # Half way to what this batch was worth: files differ, and one slow file should not halve all batches.
            due = len(found) / max(seconds, 1e-3) * SECONDS
            self.size = min(max((self.size + due) / 2, 1), self.size * 4, MOST)

    def _died(self, task: Extract, died: Died) -> None:
        part, found = task
        if died.stalled and self._put_off(task, died.file):
            return
        self.tries[part] = self.tries.get(part, 0) + 1
        if self.tries[part] == 1 and part not in self.singles and part not in self.stalled:
            self.again.append(task)
        elif len(found) > 1 and (stretch := stretch_of(part)) is not None:
            alone = [Extract(name_of(Stretch(stretch.start + at, 1)), [one]) for at, one in enumerate(found)]
            self.singles.update(one.part for one in alone)
            self.again.extend(alone)
        else:
            one = found[0]
            if isinstance(one, Fault):
                raise DiggerError(f"{one.url}: {died.reason}, and again on a row without its file")
            status = TIMED_OUT if died.stalled else FAILED
            self.again.append(Extract(part, [Fault(one.base, one.url, status, died.reason, one.size, one.modified)]))

    def _put_off(self, task: Extract, file: str) -> bool:
        """Whether it is known which file of the task is to blame, and it may have a second chance."""
        part, found = task
        at = next((number for number, one in enumerate(found) if one.url == file), None)
        stretch = stretch_of(part)
        if at is None or stretch is None or part in self.stalled:
            return False
        for first, some in ((0, found[:at]), (at + 1, found[at + 1 :])):
            if some:
                self.again.append(Extract(name_of(Stretch(stretch.start + first, len(some))), some))
        alone = Extract(name_of(Stretch(stretch.start + at, 1)), [found[at]])
        self.stalled.add(alone.part)
        self.last.append(alone)
        return True
