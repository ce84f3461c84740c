"""Pieces under names of their own until they are whole: two attempts at a task may write at once, and one of them may
be killed."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from metadata_digger.run.disk import writing
from metadata_digger.run.tasks import Piece, Task
from metadata_digger.storage.remote.place import Folder, Place

HALF = ".half-"


@contextmanager
def aside(task: Task) -> Iterator[Task]:
    """The task as it is to be done. Raises OutputError."""
    if not isinstance(task, Piece):
        yield task
        return
    target = task.target
    if isinstance(target, Place):  # whole when it is there
        yield task
        return
    half = target.with_name(f"{target.name}{HALF}{secrets.token_hex(8)}")
    yield task._replace(target=half)
    with writing(target):
        # What lies beside the piece comes first: a piece that is there has all that belongs to it.
        for path in sorted(_of(half), key=lambda path: path == half):
            to = path.with_name(path.name.replace(half.name, target.name, 1))
            if to.exists():  # by another attempt, and the same
                _remove(path)
            else:
                path.rename(to)


def clear(folder: Folder) -> None:
    """Takes away what attempts left that did not come to their end. Raises OutputError."""
    if isinstance(folder, Place):
        return
    with writing(folder):
        for path in folder.iterdir():
            if HALF in path.name:
                _remove(path)


def _of(half: Path) -> list[Path]:
    return [path for path in half.parent.iterdir() if path.name.startswith(half.name)]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
