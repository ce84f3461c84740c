"""Whether a run could begin, found out without writing: what `place.stage` would say."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from metadata_digger.errors import OutputError
from metadata_digger.run.disk import writing
from metadata_digger.run.job import Job
from metadata_digger.run.stage import elsewhere, unfinished
from metadata_digger.run.stage.folders import check, home_of, is_there
from metadata_digger.run.stage.place import REPLACED
from metadata_digger.storage.remote.place import Folder, Place


def look(job: Job) -> tuple[bool, list[str]]:
    """Whether the output is complete already (with --resume), and notes for the user. `job.output` is absolute.

    Raises OutputError as `stage` does.
    """
    output = job.output
    if output is None:
        return False, []
    left, notes = None, list[str]()
    if isinstance(output, Place):
        home: Folder = home_of(output)
        if (home / elsewhere.LOCK).exists():
            notes.append(f"{home / elsewhere.LOCK} is there: another run may be writing {output}")
    else:
        home = home_of(output)
        _unlocked(home, output)
    if home.is_dir():
        with writing(home):
            left = unfinished.find(home)
        if (home / REPLACED).exists() and not is_there(output):
            notes.append(f"a run was killed while it replaced the output: {home / REPLACED} is put back first")
    begun = unfinished.accept(left, job)
    if begun is None and unfinished.complete(job):
        return True, [*notes, "the output is complete; there is nothing left to do"]
    check(job, begun)
    if isinstance(output, Path):
        _writable(output)
    if begun is not None:
        notes.append(f"goes on with a run of {begun.started}, {begun.progress}")
    elif left is not None:
        notes.append(f"throws an interrupted run's work away ({left.progress}); --resume goes on with it")
    return False, notes


def _unlocked(home: Path, output: Path) -> None:
    with suppress(OSError):  # none, or none of ours
        lock = os.open(home / "lock", os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(f"output.directoryPath: another run is writing {output}") from None
        finally:
            os.close(lock)


def _writable(output: Path) -> None:
    """The directory that the output is to be made in, or the nearest one above it that is there."""
    place = next(folder for folder in output.parents if os.path.lexists(folder))
    with writing(output.parent):
        os.scandir(place).close()  # a file, or no directory that we may look into
    if not os.access(place, os.W_OK | os.X_OK):
        raise OutputError(f"cannot write {output.parent}: {place} may not be written to")
