"""The stage: where a run's unfinished work lies, beside the output, until the whole output is renamed into its place.
Of an output in S3 or HDFS it is in `elsewhere`.

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
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from metadata_digger.errors import OutputError
from metadata_digger.index import about
from metadata_digger.run.disk import sync, writing
from metadata_digger.run.interrupt import unbroken
from metadata_digger.run.job import Job
from metadata_digger.run.records.record import FOLDER, read_record
from metadata_digger.run.stage import elsewhere, unfinished
from metadata_digger.run.stage.folders import Stage, check, home_of
from metadata_digger.run.stage.unfinished import Unfinished
from metadata_digger.storage.own import STAGE_SUFFIX
from metadata_digger.storage.remote.place import Place, on_disk

REPLACED = "replaced"
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # of linux/fcntl.h and linux/fs.h


@contextmanager
def stage(job: Job) -> Iterator[Stage]:
    """The folders for a run that ends in `job.output` (absolute), or nowhere.

    They are gone afterwards. When the run did not come to its end and files are done, they stay for `--resume`, and the
    error or KeyboardInterrupt gets a note that says so. Raises OutputError, before any work, when the output is there
    already and may not or must not be replaced, when its directory cannot be written, when another run works on it,
    when an interrupted run left work that this run would throw away or cannot go on from.
    """
    output = job.output
    if isinstance(output, Place):
        with elsewhere.stage(job, output) as folders:
            yield folders
        return
    if output is None:
        if isinstance(job.shared, Place):
            with elsewhere.loose(job.shared) as folders:
                yield folders
            return
        if job.shared is not None:
            with writing(job.shared):
                job.shared.mkdir(parents=True, exist_ok=True)
        # A stage by its name: the place of temporary files may be the input.
        with tempfile.TemporaryDirectory(prefix=".", suffix=STAGE_SUFFIX, dir=job.shared) as folder:
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
                if begun is not None and isinstance(begun.root, Path):
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


def publish(folders: Stage, job: Job) -> None:
    """The output into its place. An old one goes into the stage, and with it."""
    output = job.output
    if output is None:
        return
    check(job, folders.resumed)  # hours may have passed
    if isinstance(output, Place):
        elsewhere.publish(folders, output)
        return
    _publish(folders, output)


def _publish(folders: Stage, output: Path) -> None:
    made, root = on_disk(folders.output), on_disk(folders.root)
    with unbroken(), writing(output):
        # A power cut after the rename must not leave a directory of empty files.
        inner = (path for name in (FOLDER, about.SEARCH) for path in (made / name).glob("*"))
        for path in (*made.iterdir(), *inner, made):
            sync(path)
        if not output.exists():
            made.rename(output)
        elif not exchange(made, output):
            replaced = root.parent / REPLACED
            output.rename(replaced)
            try:
                made.rename(output)
            except OSError:
                replaced.rename(output)
                raise
            replaced.rename(made)
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


def _folders(root: Path, begun: Unfinished | None = None, complete: bool = False, notes: tuple[str, ...] = ()) -> Stage:
    parts, pieces, logs, output = (root / name for name in ("parts", "pieces", "logs", "output"))
    for folder in (parts, pieces, logs, output):
        folder.mkdir(parents=True, exist_ok=True)
    return Stage(root, parts, pieces, output, root, logs, begun, complete, notes)


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
