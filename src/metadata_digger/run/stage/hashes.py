"""What an update by hash has found so far, in a file of the stage: an interrupted one does not read those files again.

A line is the number of files and the files as they were listed, each with its hash:

    2 [["file:/in/a.jpg",81,1.5,"9f86d081"],["file:/in/b.jpg",82,null,"60303ae2"]]
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from metadata_digger.run.disk import writing
from metadata_digger.run.stage.listing import SECONDS_UNTIL_SAFE, Sometimes
from metadata_digger.storage.remote.place import Folder

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class Hashed(NamedTuple):
    url: str
    size: int  # bytes
    modified: float | None  # as of an Entry
    hash: str


class Hashes:
    """Adds to the file; what is torn at its end goes first. Both raise OutputError."""

    def __init__(self, path: Path, saved: Callable[[], None] = lambda: None) -> None:
        self._path = path
        self._sometimes = Sometimes(saved)
        self._safe = time.monotonic()
        with writing(path):
            size = sum(map(len, _lines(path)))
            self._file = path.open("ab", buffering=0)
            os.truncate(path, size)

    def add(self, found: Sequence[Hashed]) -> None:
        if not found:
            return
        with writing(self._path):
            self._file.write(b"%d %s\n" % (len(found), _encode(found).encode()))
            if time.monotonic() - self._safe > SECONDS_UNTIL_SAFE:
                os.fsync(self._file.fileno())
                self._safe = time.monotonic()
        self._sometimes()

    def close(self) -> None:
        with suppress(OSError):
            self._file.close()


def begun(path: Path) -> Iterator[Hashed]:
    """What an interrupted update has left. Raises OSError."""
    for line in _lines(path):
        for fields in json.loads(line.partition(b" ")[2]):
            yield Hashed(*fields)


def count(path: Folder) -> int:
    """How many files that is. Raises OSError."""
    return sum(int(line.partition(b" ")[0]) for line in _lines(path))


def _lines(path: Folder) -> Iterator[bytes]:
    """Those that are whole."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        for line in file:
            number, _, rest = line.partition(b" ")
            if not number.isdigit() or not rest.endswith(b"]\n"):
                return
            yield line
