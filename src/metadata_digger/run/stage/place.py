"""The stage: where a run's unfinished work lies, beside the output, until the whole output is renamed into its place.

DIR/.NAME.metadata-digger/lock          held while a run works on DIR/NAME, free when that run is gone
DIR/.NAME.metadata-digger/replaced      the old output, between two renames, where `exchange` cannot be had
DIR/.NAME.metadata-digger/HEX/job.json  what is being done (unfinished)
DIR/.NAME.metadata-digger/HEX/listing   the files (listing)
DIR/.NAME.metadata-digger/HEX/hashes    of files that were compared by them (hashes)
DIR/.NAME.metadata-digger/HEX/parts     one Parquet file a batch, named by its stretch of the listing
DIR/.NAME.metadata-digger/HEX/output    becomes DIR/NAME; then the old output is here until it is deleted
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import re
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from metadata_digger.errors import OutputError
from metadata_digger.index import about, rows
from metadata_digger.run.disk import sync, writing
from metadata_digger.run.interrupt import unbroken
from metadata_digger.run.job import Job
from metadata_digger.run.records.record import FOLDER, OURS, RECORD, read_record
from metadata_digger.run.stage import unfinished
from metadata_digger.run.stage.unfinished import HASHES, Unfinished
from metadata_digger.sinks import SINKS
from metadata_digger.storage.own import STAGE_SUFFIX

REPLACED = "replaced"
# Files of a tantivy index.
_SEGMENT = re.compile(r"[0-9a-f]{32}\.\w+(\.\w+)?|(\.managed|meta)\.json|\.tantivy-\w+\.lock")
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # of linux/fcntl.h and linux/fs.h


@dataclass(frozen=True, slots=True)
class Stage:
    """Folders of one run, all of them there."""

    root: Path
    parts: Path
    pieces: Path
    logs: Path
    output: Path
    resumed: Unfinished | None = None  # what this run goes on from
    complete: bool = False  # with --resume: the output is there already
    notes: tuple[str, ...] = ()  # for the user

    @property
    def listing(self) -> Path:
        return self.root / "listing"

    @property
    def changes(self) -> Path:
        """What an update found (Report.changes); there when its comparison is complete."""
        return self.root / "changes.json"

    @property
    def hashes(self) -> Path:
        """What an update by hash has found so far (hashes)."""
        return self.root / HASHES

    @property
    def comparing(self) -> bool:
        """Whether the run that this one goes on from was an update by hash, and interrupted in its comparison."""
        return self.resumed is not None and not self.resumed.done and not self.changes.exists()

    @property
    def removed(self) -> Path:
        """Ids of rows that a server is to forget, one a line; absent when there are none."""
        return self.root / "removed"


@contextmanager
def stage(job: Job) -> Iterator[Stage]:
    """The folders for a run that ends in `job.output` (absolute), or nowhere.

    They are gone afterwards. When the run did not come to its end and files are done, they stay for `--resume`, and the
    error or KeyboardInterrupt gets a note that says so. Raises OutputError, before any work, when the output is there
    already and may not or must not be replaced, when its directory cannot be written, when another run works on it,
    when an interrupted run left work that this run would throw away or cannot go on from.
    """
    output = job.output
    if output is None:
        # A stage by its name: the place of temporary files may be the input.
        with tempfile.TemporaryDirectory(prefix=".", suffix=STAGE_SUFFIX) as folder:
            yield _folders(Path(folder))
        return
    home = home_of(output)
    if not os.path.lexists(home) and not unfinished.complete(job):
        check(job)
    with _parents(output), _locked(home, output):
        left = _recover(home, output)
        begun = unfinished.accept(left, job)
        complete = begun is None and unfinished.complete(job)
        if not complete:
            check(job, begun)
        notes = unfinished.note(left, begun)
        root = home / secrets.token_hex(4)
        try:
            with writing(home):
                if begun is not None:
                    # Under a name of its own: a worker that outlived its main process for a moment writes where nobody
                    # looks.
                    begun.root.rename(root)
                _remove_others(home, root)
                folders = _folders(root, begun, complete, notes)
                unfinished.begin(root, job, begun)
            yield folders
        except BaseException as error:
            with unbroken():
                if not unfinished.leave(root, output, error):
                    shutil.rmtree(root, ignore_errors=True)
            raise
        else:
            with unbroken():
                shutil.rmtree(root, ignore_errors=True)


def home_of(output: Path) -> Path:
    return output.parent / f".{output.name}{STAGE_SUFFIX}"


def publish(folders: Stage, job: Job) -> None:
    """The output into its place. An old one goes into the stage, and with it."""
    output = job.output
    if output is None:
        return
    check(job, folders.resumed)  # hours may have passed
    with unbroken(), writing(output):
        # A power cut after the rename must not leave a directory of empty files.
        inner = (path for name in (FOLDER, about.SEARCH) for path in (folders.output / name).glob("*"))
        for path in (*folders.output.iterdir(), *inner, folders.output):
            sync(path)
        if not output.exists():
            folders.output.rename(output)
        elif not exchange(folders.output, output):
            replaced = folders.root.parent / REPLACED
            output.rename(replaced)
            try:
                folders.output.rename(output)
            except OSError:
                replaced.rename(output)
                raise
            replaced.rename(folders.output)
        sync(output.parent)


def exchange(first: Path, second: Path) -> bool:
    """Each gets the other's name, in one step, so that both are there at any time; False where that cannot be done.

    Linux has renameat2(2) for it; some of its file systems (NFS, FUSE) do not.
    """
    if sys.platform != "linux":
        return False
    try:
        rename = ctypes.CDLL(None).renameat2
    except AttributeError:
        return False
    return bool(rename(AT_FDCWD, os.fsencode(first), AT_FDCWD, os.fsencode(second), RENAME_EXCHANGE) == 0)


def check(job: Job, begun: Unfinished | None = None) -> None:
    """Raises OutputError when the output is there already, unless it may be replaced and is an output.

    An update, and a run whose place nobody chose, replace only what a record says to be an output of this program.
    """
    output = job.output
    if output is None or not os.path.lexists(output):
        return
    overwrite = job.overwrite or (begun is not None and begun.overwrite)
    if not (overwrite or job.replaces or (begun is not None and begun.update)):
        lack = unfinished.lack(output, job) if job.resume else ""
        why = lack and f", and --resume cannot take it for complete: {lack}"
        raise OutputError(
            f"output.directoryPath: {output} exists already{why}; choose another directory, or --overwrite to replace "
            "it, or --update to bring it up to date"
        )
    if output.is_symlink() or not output.is_dir():
        raise OutputError(f"output.directoryPath: {output} is not a directory, even --overwrite leaves it alone")
    with writing(output):
        strangers = sorted(_strangers(output))
        empty = not any(output.iterdir())
    if strangers:
        raise OutputError(
            f"output.directoryPath: {output} holds more than an output of this program ({strangers[0]}), even "
            "--overwrite leaves it alone; choose another directory or remove it yourself"
        )
    if not (overwrite or empty or read_record(output)):
        raise OutputError(
            f"output.directoryPath: {output} has no record of the run that made it ({FOLDER}/{RECORD}): only "
            "--overwrite replaces it"
        )


def _strangers(output: Path) -> Iterator[str]:
    """What no run has made. Raises OSError."""
    # Cameras number from 0001 on, in directories of the same name: DSC/DSC_0001.JPG.
    suffixes = "|".join(re.escape(kind.suffix) for kind in SINKS if kind.suffix.startswith("."))
    ours = re.compile(rf"{re.escape(output.name)}(_(0|[1-9]\d*))?({suffixes})")
    for entry in output.iterdir():
        if entry.name == FOLDER and entry.is_dir() and not entry.is_symlink():
            yield from (f"{FOLDER}/{inner.name}" for inner in entry.iterdir() if inner.name not in OURS)
        elif entry.name == about.SEARCH and entry.is_dir() and not entry.is_symlink():
            yield from (
                f"{about.SEARCH}/{inner.name}" for inner in entry.iterdir() if not _SEGMENT.fullmatch(inner.name)
            )
        elif entry.name not in (about.FILE, rows.FILE) and (not ours.fullmatch(entry.name) or entry.is_dir()):
            yield entry.name


def _folders(root: Path, begun: Unfinished | None = None, complete: bool = False, notes: tuple[str, ...] = ()) -> Stage:
    folders = Stage(root, root / "parts", root / "pieces", root / "logs", root / "output", begun, complete, notes)
    for folder in (folders.parts, folders.pieces, folders.logs, folders.output):
        folder.mkdir(parents=True, exist_ok=True)
    return folders


@contextmanager
def _parents(output: Path) -> Iterator[None]:
    """The directories above the output; those made here and left empty are removed again."""
    missing = [folder for folder in output.parents if not os.path.lexists(folder)]
    with writing(output.parent):
        output.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        with suppress(OSError):  # not empty: they are needed
            for folder in missing:
                folder.rmdir()


@contextmanager
def _locked(home: Path, output: Path) -> Iterator[None]:
    """The system frees the lock when its holder is gone, so a killed run does not lock out the next one."""
    lock: int | None = None
    try:
        with writing(home), unbroken():  # what is made is known below, whenever a signal comes
            lock = _lock(home)
        if lock is None:
            raise OutputError(f"output.directoryPath: another run is writing {output}")
        yield
    finally:
        if lock is not None:
            with unbroken(), suppress(OSError):
                (home / "lock").unlink()
                os.close(lock)
                home.rmdir()  # not when unfinished work is left


def _lock(home: Path) -> int | None:
    while True:
        home.mkdir(exist_ok=True)
        try:
            lock = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except FileNotFoundError:
            continue  # the run before us has just cleaned up
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Locked, but is it still the file that the next run would find?
            if os.path.samestat(os.fstat(lock), (home / "lock").stat()):
                return lock
        except FileNotFoundError:
            pass
        except BlockingIOError:
            os.close(lock)
            return None
        os.close(lock)


def _recover(home: Path, output: Path) -> Unfinished | None:
    """What a killed run left and is of use, None when nothing is. What one left that had come to its end is deleted; an
    old output that was not replaced yet comes back."""
    with writing(home):
        replaced = home / REPLACED
        ended = read_record(output).get("run")
        for root in [entry for entry in home.iterdir() if entry.is_dir() and entry.name == ended]:
            if replaced.exists():
                shutil.rmtree(replaced)
            shutil.rmtree(root)
        if replaced.exists():
            try:
                replaced.rename(output)  # over an empty directory too
            except OSError as error:
                if not os.path.lexists(output):
                    raise
                raise OutputError(
                    f"output.directoryPath: a run was killed while it replaced {output}, and something else is there "
                    f"now; what it was replacing is {replaced}: move one of the two away"
                ) from error
        return unfinished.find(home)


def _remove_others(home: Path, root: Path) -> None:
    for entry in home.iterdir():
        if entry.is_dir() and entry != root:
            shutil.rmtree(entry)
