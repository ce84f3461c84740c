"""`--dry-run`: all that a run does before its first file, and the listing. No file of the input is opened, and nothing
is written but what an update compares with, into a directory for temporary files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace

import pyarrow as pa

from metadata_digger.pipeline import compose
from metadata_digger.run.drive import prepared
from metadata_digger.run.engines.doing import here
from metadata_digger.run.engines.memory import share
from metadata_digger.run.job import Job, Progress
from metadata_digger.run.stage.look import look
from metadata_digger.run.stage.place import stage
from metadata_digger.run.tasks import Do
from metadata_digger.run.update.allowed import check_owner, why_anew
from metadata_digger.run.update.changes import Update
from metadata_digger.run.update.gone import Unlisted, check_gone
from metadata_digger.run.work import Work
from metadata_digger.storage.model import Entry, Found
from metadata_digger.storage.remote.place import Folder

CHUNK = 512  # files between two words to who waits
LONGEST = 12  # characters of an extension; what is longer is the end of a name with a dot in it
BY_HASH = "--update-by hash reads all files to tell which have changed"
KINDS = 1_000  # extensions that are told apart: names may be anything


@dataclass(slots=True)
class Expected:
    """What a run would read: the whole listing, and of an update, in `changes`, how many of its files."""

    output: Folder | None
    complete: bool = False  # there is nothing left to do
    files: Counter[str] = field(default_factory=Counter)  # by extension, with its dot; "" for none
    sizes: Counter[str] = field(default_factory=Counter)  # bytes of these
    entries: Counter[str] = field(default_factory=Counter)  # files by the entry of input.paths, as rows call it
    left_out: Counter[tuple[str, str]] = field(
        default_factory=Counter
    )  # (status, reason) of what is listed and not read
    excluded: Counter[str] = field(default_factory=Counter)  # Storage.walk's
    changes: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, one: Found) -> None:
        if not isinstance(one, Entry):
            self.left_out[one.status, one.reason] += 1
            return
        kind = extension(one.url)
        if kind not in self.files and len(self.files) >= KINDS:
            kind = ""
        self.files[kind] += 1
        self.sizes[kind] += one.size
        self.entries[one.base] += 1


def rehearse(job: Job, progress: Progress) -> Expected:
    """Raises DiggerError as the run would."""
    job, schema = prepared(job)
    complete, notes = look(job)
    expected = Expected(job.output, complete, notes=notes)
    limits = share(job.cores, job.memory_gb, compose(job.steps).pixels > 0).limits
    if complete:
        return expected
    with stage(replace(job, output=None)) as folders:
        work = Work(job, folders.parts, limits)
        work.warm_up()  # the networks are made
        mine, listed = [] if job.output is None else [str(job.output)], Counter[str]()
        walk = job.storage.walk(job.paths, mine, expected.excluded, listed)
        unlisted = Unlisted(job)
        counted = _counted(unlisted.watch(walk), expected, progress)
        anew = _update(job, schema, expected, here(work)) if job.update is not None else "not asked for"
        if anew:
            for _ in counted:
                pass
        else:
            with closing(Update(job, folders, schema, "time", limits.whole, progress)) as update:
                for _ in update.todo(counted, here(work), listed):
                    pass
                expected.changes = update.changes
        if job.update is not None:
            if anew not in ("", BY_HASH):
                unlisted.check(folders.scratch / "known.db")
            check_gone(job, listed)
    return expected


def _update(job: Job, schema: pa.Schema, expected: Expected, do: Do) -> str:
    """Why an update reads all files, or which ones cannot be told without reading them; "" when it can."""
    if job.output is None or not job.output.exists():
        return "there is no output yet"
    check_owner(job)
    if why := why_anew(job, schema, do):
        expected.notes.append(f"--update: all files are read anew: {why}")
    elif job.update == "hash":
        why = BY_HASH
        expected.notes.append(why)
    return why


def _counted(walk: Iterator[Found], expected: Expected, progress: Progress) -> Iterator[Found]:
    for number, one in enumerate(walk):
        expected.add(one)
        if number % CHUNK == 0:
            progress(number, None)
        yield one


def extension(url: str) -> str:
    """Of a file's name, in small letters; "" for none. `.jpg` is a name without one."""
    stem, dot, kind = url.rpartition("/")[2].rpartition(".")
    return f".{kind.lower()}" if stem.strip(".") and dot and 0 < len(kind) <= LONGEST else ""
