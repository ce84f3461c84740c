"""The folders of a run, and whether its output may be where it is to be."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar, cast

from metadata_digger.errors import OutputError
from metadata_digger.index import about, rows
from metadata_digger.run.disk import writing
from metadata_digger.run.job import Job
from metadata_digger.run.records.record import FOLDER, OURS, RECORD, read_record
from metadata_digger.run.stage import unfinished
from metadata_digger.run.stage.unfinished import CHANGES, HASHES, LISTING, REMOVED, Unfinished
from metadata_digger.sinks import SINKS
from metadata_digger.storage.own import STAGE_SUFFIX
from metadata_digger.storage.remote.place import Folder, Place

F = TypeVar("F", bound=Folder)

# Files of a tantivy index.
_SEGMENT = re.compile(r"[0-9a-f]{32}\.\w+(\.\w+)?|(\.managed|meta)\.json|\.tantivy-\w+\.lock")


@dataclass(frozen=True, slots=True)
class Stage:
    """Folders of one run, all of them there."""

    root: Folder
    parts: Folder
    pieces: Folder
    output: Folder
    scratch: Path  # on a disk of this machine, as what follows: the root, where that is one
    logs: Path
    resumed: Unfinished | None = None  # what this run goes on from
    complete: bool = False  # with --resume: the output is there already
    notes: tuple[str, ...] = ()  # for the user

    @property
    def listing(self) -> Path:
        return self.scratch / LISTING

    @property
    def changes(self) -> Path:
        """What an update found (Report.changes); there when its comparison is complete."""
        return self.scratch / CHANGES

    @property
    def hashes(self) -> Path:
        """What an update by hash has found so far (hashes)."""
        return self.scratch / HASHES

    @property
    def comparing(self) -> bool:
        """Whether the run that this one goes on from was an update by hash, and interrupted in its comparison."""
        return self.resumed is not None and not self.resumed.done and not self.changes.exists()

    @property
    def removed(self) -> Path:
        """Ids of rows that a server is to forget, one a line; absent when there are none."""
        return self.scratch / REMOVED

    def save(self, path: Path) -> None:
        """What changed in the scratch folder, to where a run on another machine would go on from it. Raises
        OutputError."""
        if isinstance(self.root, Place):
            with writing(there := self.root / path.name):
                there.upload(path)

    def saved(self, path: Path) -> Callable[[], None]:
        return partial(self.save, path)


def home_of(output: F) -> F:
    """Where unfinished work on an output is."""
    return cast(F, output.parent / f".{output.name}{STAGE_SUFFIX}")


def check(job: Job, begun: Unfinished | None = None) -> None:
    """Raises OutputError when the output is there already, unless it may be replaced and is an output.

    An update, and a run whose place nobody chose, replace only what a record says to be an output of this program.
    """
    output = job.output
    if output is None or not is_there(output):
        return
    overwrite = job.overwrite or (begun is not None and begun.overwrite)
    broken_off = begun is not None and begun.publishing
    if not (overwrite or broken_off or job.replaces or (begun is not None and begun.update)):
        lack = unfinished.lack(output, job) if job.resume else ""
        why = lack and f", and --resume cannot take it for complete: {lack}"
        raise OutputError(
            f"output.directoryPath: {output} exists already{why}; choose another directory, or --overwrite to replace "
            "it, or --update to bring it up to date"
        )
    if not _is_own_folder(output):
        raise OutputError(f"output.directoryPath: {output} is not a directory, even --overwrite leaves it alone")
    with writing(output):
        strangers = sorted(_strangers(output))
        empty = not any(output.iterdir())
    if strangers:
        raise OutputError(
            f"output.directoryPath: {output} holds more than an output of this program ({strangers[0]}), even "
            "--overwrite leaves it alone; choose another directory or remove it yourself"
        )
    if not (overwrite or broken_off or empty or read_record(output)):
        raise OutputError(
            f"output.directoryPath: {output} has no record of the run that made it ({FOLDER}/{RECORD}): only "
            "--overwrite replaces it"
        )


def is_there(place: Folder) -> bool:
    """Whatever it is."""
    return place.exists() if isinstance(place, Place) else os.path.lexists(place)


def _is_own_folder(place: Folder) -> bool:
    """And no link to one."""
    return place.is_dir() and not (isinstance(place, Path) and place.is_symlink())


def _strangers(output: Folder) -> Iterator[str]:
    """What no run has made. Raises OSError."""
    # Cameras number from 0001 on, in directories of the same name: DSC/DSC_0001.JPG.
    suffixes = "|".join(re.escape(kind.suffix) for kind in SINKS if kind.suffix.startswith("."))
    ours = re.compile(rf"{re.escape(output.name)}(_(0|[1-9]\d*))?({suffixes})")
    for entry in output.iterdir():
        if entry.name == FOLDER and _is_own_folder(entry):
            yield from (f"{FOLDER}/{inner.name}" for inner in entry.iterdir() if inner.name not in OURS)
        elif entry.name == about.SEARCH and _is_own_folder(entry):
            yield from (
                f"{about.SEARCH}/{inner.name}" for inner in entry.iterdir() if not _SEGMENT.fullmatch(inner.name)
            )
        elif entry.name not in (about.FILE, rows.FILE) and (not ours.fullmatch(entry.name) or entry.is_dir()):
            yield entry.name
