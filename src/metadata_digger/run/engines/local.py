"""Runs a job on this machine: the main process lists and counts, worker processes do everything else."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from metadata_digger.pipeline import compose
from metadata_digger.run.drive import Extraction, Ready, Told, drive
from metadata_digger.run.engines.batches import Batches
from metadata_digger.run.engines.doing import by
from metadata_digger.run.engines.memory import share
from metadata_digger.run.engines.pool import Pool, pool
from metadata_digger.run.indexing.parquet import is_current, make, source, target_for
from metadata_digger.run.interrupt import stoppable
from metadata_digger.run.job import Job, Progress, untold
from metadata_digger.run.report import Report
from metadata_digger.run.stage.folders import Stage
from metadata_digger.run.tasks import Do, Limits, Watch
from metadata_digger.run.verify.differences import Difference, Verified, differences
from metadata_digger.run.verify.whereabouts import Input, Moved
from metadata_digger.storage import LocalStorage, Storage

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
    listing, report = work.listing, work.report
    kept = report.seen - (listing.total - listing.left)  # rows that are there and not of the listing, by an update
    shown = 0
    for _ in Batches(processes, listing, work.done).run():
        shown = max(shown, report.seen + processes.files)  # a batch may begin again
        total = kept + listing.total if listing.complete else None
        work.progress(shown, total, report.failed, processes.waiting)


def verify(
    output: Path,
    cores: int,
    result: Verified,
    progress: Progress = untold,
    given: Input | None = None,
    moves: Sequence[Moved] = (),
    storage: Storage | None = None,
) -> Iterator[Difference]:
    """`differences`, by worker processes of this machine. `storage`: that the input is in, None for this machine's
    files. Raises KeyboardInterrupt as `run` does."""
    job = Job(storage or LocalStorage(), (), ())

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
