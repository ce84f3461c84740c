"""What is written lies on the disk, and what cannot be written is told by its name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from metadata_digger.errors import OutputError
from metadata_digger.storage.remote.place import Folder


@contextmanager
def writing(target: Folder) -> Iterator[None]:
    """An OSError in here is an OutputError that names the target."""
    try:
        yield
    except OSError as error:
        # Arrow puts words of its own where the system's are in other errors.
        why = os.strerror(error.errno) if error.errno else error
        raise OutputError(f"cannot write {target}: {why}") from error


def sync(path: Folder) -> None:
    """What was written to a file or directory is on the disk; elsewhere it is when it is written. Raises OSError."""
    if not isinstance(path, Path):
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
