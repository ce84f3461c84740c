"""The stage: where a run's unfinished work lies, beside the output, until the whole output is renamed into its place.

DIR/.NAME.metadata-digger/lock         held while a run works on DIR/NAME, free when that run is gone
DIR/.NAME.metadata-digger/replaced     the old output, between two renames of --overwrite
DIR/.NAME.metadata-digger/HEX/parts    one Parquet file a batch, named by its number
DIR/.NAME.metadata-digger/HEX/output   becomes DIR/NAME
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from metadata_digger.errors import OutputError
from metadata_digger.run.interrupt import unbroken
from metadata_digger.run.parts import writing
from metadata_digger.storage.walk import STAGE_SUFFIX

REPORT = "_report.json"


@dataclass(frozen=True, slots=True)
class Stage:
    """Folders of one run, all of them there."""

    root: Path
    parts: Path
    pieces: Path
    logs: Path
    output: Path


@contextmanager
def stage(output: Path | None, overwrite: bool) -> Iterator[Stage]:
    """The folders for a run that ends in `output` (absolute), or nowhere; gone afterwards, however it ends.

    Raises OutputError, before any work, when the output is there already and may not or must not be replaced, when its
    directory cannot be written, when another run works on it.
    """
    if output is None:
        with tempfile.TemporaryDirectory(prefix="metadata-digger-") as folder:
            yield _folders(Path(folder))
        return
    check(output, overwrite)
    home = output.parent / f".{output.name}{STAGE_SUFFIX}"
    with _parents(output), _locked(home, output):
        _recover(home, output)
        check(output, overwrite)
        folder_of_run = home / secrets.token_hex(4)
        try:
            with writing(home):
                folders = _folders(folder_of_run)
            yield folders
        finally:
            with unbroken():
                shutil.rmtree(folder_of_run, ignore_errors=True)


def publish(folders: Stage, output: Path, overwrite: bool) -> None:
    """The output into its place, in one step. The old one is deleted only when the new one is there."""
    check(output, overwrite)  # again: the run may have taken hours
    replaced = folders.root.parent / "replaced"
    with unbroken(), writing(output):
        # A power cut after the rename must not leave a directory of empty files.
        for file in folders.output.iterdir():
            _sync(file)
        _sync(folders.output)
        if output.exists():
            output.rename(replaced)
        try:
            folders.output.rename(output)
        except OSError:
            if replaced.exists():
                replaced.rename(output)
            raise
        _sync(output.parent)
        shutil.rmtree(replaced, ignore_errors=True)


def check(output: Path, overwrite: bool) -> None:
    """Raises OutputError when the output is there already, unless it may be replaced and is an output."""
    if not os.path.lexists(output):
        return
    if not overwrite:
        raise OutputError(
            f"output.directoryPath: {output} exists already; choose another directory, or --overwrite to replace it"
        )
    if output.is_symlink() or not output.is_dir():
        raise OutputError(f"output.directoryPath: {output} is not a directory, --overwrite leaves it alone")
    ours = re.compile(rf"{re.escape(output.name)}(_\d+)?\.\w+|{re.escape(REPORT)}")
    with writing(output):
        strangers = sorted(entry.name for entry in output.iterdir() if not ours.fullmatch(entry.name) or entry.is_dir())
    if strangers:
        raise OutputError(
            f"output.directoryPath: {output} holds more than an output of this program ({strangers[0]}), --overwrite "
            "leaves it alone; choose another directory or remove it yourself"
        )


def _folders(root: Path) -> Stage:
    folders = Stage(root, root / "parts", root / "pieces", root / "logs", root / "output")
    for folder in (folders.parts, folders.pieces, folders.logs, folders.output):
        folder.mkdir(parents=True)
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
    with writing(home):
        lock = _lock(home)
    if lock is None:
        raise OutputError(f"output.directoryPath: another run is writing {output}")
    try:
        yield
    finally:
        with unbroken(), suppress(OSError):
            (home / "lock").unlink()
            os.close(lock)
            home.rmdir()


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


def _recover(home: Path, output: Path) -> None:
    """What a killed run left behind: its parts are nobody's, an old output that it was replacing comes back."""
    with writing(home):
        replaced = home / "replaced"
        if replaced.exists() and not os.path.lexists(output):
            replaced.rename(output)
        for entry in home.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
