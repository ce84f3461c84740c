"""A storage that changes a file, by its name, just before or after it opens it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from metadata_digger.storage import Entry, LocalStorage
from metadata_digger.storage.local import LocalFile
from metadata_digger.storage.urls import path_of

BEFORE: dict[str, Callable[[Path], object]] = {
    "pipe": lambda path: (path.unlink(), os.mkfifo(path)),
    "device": lambda path: (path.unlink(), path.symlink_to("/dev/zero")),
    "folder": lambda path: (path.unlink(), path.mkdir()),
    "gone": lambda path: path.unlink(),
}
AFTER: dict[str, Callable[[Path], object]] = {
    "shrink": lambda path: os.truncate(path, 20),
    "grow": lambda path: path.write_bytes(path.read_bytes() + bytes(100_000)),
}


class ChangingStorage(LocalStorage):
    def open(self, one: Entry) -> LocalFile:
        path = Path(path_of(one.url))
        BEFORE.get(path.stem, Path.exists)(path)
        file = super().open(one)
        AFTER.get(path.stem, Path.exists)(path)
        return file


class StallingStorage(LocalStorage):
    """Of a file called `stall` no read ever comes back; each opening adds a line to the file `opened` beside it."""

    def open(self, one: Entry) -> LocalFile:
        path = Path(path_of(one.url))
        with (path.parent.parent / "opened").open("a") as log:
            log.write(f"{path.name}\n")
        return Stalled(super().open(one)) if path.stem.startswith("stall") else super().open(one)


class Stalled(LocalFile):
    def __init__(self, file: LocalFile) -> None:
        super().__init__(file._descriptor, file.size, file.stored)

    def read_at(self, offset: int, length: int) -> bytes:
        time.sleep(3600)
        return b""
