"""Files that only a disk of this machine can hold while they are made or read: databases, and what sinks write. They
come from S3 or HDFS, and go there, whole."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from metadata_digger.run.disk import writing
from metadata_digger.storage.remote.place import Folder, Place, at_once

PREFIX = "metadata-digger-"  # of temporary folders


@contextmanager
def made_here(target: Folder) -> Iterator[Path]:
    """Where a file or a folder is to be made. In the end it is at its target, with what was made beside it. Raises
    OutputError."""
    if not isinstance(target, Place):
        yield target
        return
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        yield Path(folder, target.name)
        with writing(target):
            target.parent.upload(Path(folder))


@contextmanager
def brought_here(pieces: Sequence[Folder]) -> Iterator[Sequence[Path]]:
    """Where files or folders can be read, in their order. Raises OutputError."""
    there = [piece for piece in pieces if isinstance(piece, Place)]
    if not there:
        yield [piece for piece in pieces if isinstance(piece, Path)]
        return
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        here = {piece: Path(folder, str(number), piece.name) for number, piece in enumerate(there)}
        for path in here.values():
            path.parent.mkdir()
        with writing(Path(folder)):
            at_once(lambda piece: piece.download(here[piece]), there)
        yield [here[piece] if isinstance(piece, Place) else piece for piece in pieces]


def kept_here(file: Folder) -> Path:
    """A file that many tasks read, as it is now; absent when it is. Raises OSError."""
    if not isinstance(file, Place):
        return file
    item = file.item()
    return Path("/nonexistent") if item is None else _kept(file, item.version)


@lru_cache(maxsize=4)
def _kept(file: Place, version: str) -> Path:
    folder = tempfile.mkdtemp(prefix=PREFIX)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    target = Path(folder, file.name)
    file.download(target)
    return target
