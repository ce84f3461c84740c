"""The listing of the input, ahead of the work and on disk: the total is known early, and memory stays flat.

A run that was killed goes on from it: parts are named by their stretch of the listing, so each file is in one of them
or still to be done. A line of the file is the number of files and the files; the last one, END, has none:

    2 [["file:///in","file:/in/a.jpg",81,1.5],["file:///in","file:/in/b","denied","Permission denied"]]
    0 [{"files":3},{"file:///in":1}]

END tells what the walk left out, and the files of each entry of the input (`Storage.walk`).
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from metadata_digger.run.disk import writing
from metadata_digger.run.stage.parts import Stretch
from metadata_digger.storage.model import Found, found_of
from metadata_digger.storage.remote.place import Folder

CHUNK = 512  # files listed between two looks at the workers: about 2 ms
# A power cut costs what was listed in this time, and the parts of it. A kill costs nothing.
SECONDS_UNTIL_SAFE = 1.0
SECONDS_UNTIL_SAVED = 15.0  # where the stage is on another machine

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class Sometimes:
    """Does something now and then: the longer it takes, the less often."""

    def __init__(self, do: Callable[[], None]) -> None:
        self._do = do
        self._due = time.monotonic() + SECONDS_UNTIL_SAVED

    def __call__(self) -> None:
        if (begin := time.monotonic()) > self._due:
            self._do()
            end = time.monotonic()
            self._due = end + SECONDS_UNTIL_SAVED + 20 * (end - begin)


class Begun(NamedTuple):
    """What a listing file has that is of use: its files, and where the last of their lines ends."""

    files: int
    size: int
    complete: bool
    excluded: Mapping[str, int] = {}
    listed: Mapping[str, int] = {}


NOTHING = Begun(0, 0, False)


class Listing:
    """Files in listing order: `more` takes them from the walk to a file, `take` from the file to the caller.

    `done`: stretches that need no work, in order, all of them within what `begun` has. All raise OutputError
    when the file cannot be written. `saved` is called when the listing is complete, and now and then before.
    """

    def __init__(
        self,
        walk: Iterator[Found],
        path: Path,
        begun: Begun = NOTHING,
        done: Sequence[Stretch] = (),
        excluded: Counter[str] | None = None,
        listed: Counter[str] | None = None,
        saved: Callable[[], None] = lambda: None,
    ) -> None:
        self.excluded: Counter[str] = Counter() if excluded is None else excluded  # which the walk fills
        self.excluded.update(begun.excluded)
        self.listed: Counter[str] = Counter() if listed is None else listed  # this too
        self.listed.update(begun.listed)
        self._walk = walk
        self._path = path
        self._saved = saved
        self._sometimes = Sometimes(saved)
        with writing(path):
            self._out = path.open("ab", buffering=0)
            os.truncate(path, begun.size)
            self._in = path.open("rb")
        self._ready: deque[Found] = deque()
        self._position = 0  # of the first one that is ready, or would be
        self._done = deque(done)
        self._on_disk = begun.files  # files not read back
        self._safe = time.monotonic()
        self.total = begun.files  # files listed so far
        self.left = begun.files - sum(stretch.files for stretch in done)  # files listed, not taken, not done
        self.complete = begun.complete

    def finish(self) -> None:
        """All chunks of the walk."""
        while not self.complete:
            self.more()

    def more(self) -> None:
        """One more chunk of the walk."""
        chunk = list(islice(self._walk, CHUNK))
        with writing(self._path):
            self._out.write(_line(chunk) if chunk else _end(self.excluded, self.listed))
            if not chunk or time.monotonic() - self._safe > SECONDS_UNTIL_SAFE:
                os.fsync(self._out.fileno())
                self._safe = time.monotonic()
        if not chunk:
            self.complete = True
            self._saved()
            return
        self.total += len(chunk)
        self.left += len(chunk)
        self._sometimes()
        if not self._on_disk and len(self._ready) < CHUNK:
            self._ready.extend(chunk)
            self._in.seek(0, os.SEEK_END)
        else:
            self._on_disk += len(chunk)

    def take(self, count: int) -> tuple[Stretch, list[Found]]:
        """Up to `count` files that follow each other, fewer when no more are listed, and where they stand."""
        while self._done and self._done[0].start == self._position:
            self._drop(self._done.popleft().files)
        if self._done:
            count = min(count, self._done[0].start - self._position)
        while len(self._ready) < count and self._on_disk:
            self._load()
        taken = [self._ready.popleft() for _ in range(min(count, len(self._ready)))]
        stretch = Stretch(self._position, len(taken))
        self._position += len(taken)
        self.left -= len(taken)
        return stretch, taken

    def _drop(self, count: int) -> None:
        self._position += count
        while count:
            if not self._ready:
                self._load()
            for _ in range(gone := min(count, len(self._ready))):
                self._ready.popleft()
            count -= gone

    def _load(self) -> None:
        found = _found(self._in.readline())
        self._on_disk -= len(found)
        self._ready.extend(found)

    def close(self) -> None:
        with suppress(OSError):
            self._out.close()
        self._in.close()


def begun(path: Folder) -> Begun:
    """What a run that was killed has listed; the end of the file may be torn. Raises OSError."""
    files = size = 0
    with suppress(FileNotFoundError), path.open("rb") as file:
        for line in file:
            count, _, rest = line.partition(b" ")
            if not rest.endswith(b"]\n") or not count.isdigit():
                break
            size += len(line)
            if count == b"0":
                return Begun(files, size, True, *json.loads(rest))
            files += int(count)
    return Begun(files, size, False)


def agreed(path: Path, known: Begun, walk: Iterator[Found]) -> tuple[int, Iterator[Found]]:
    """How many files of a listing that was never finished a new walk gives too, from the first one on; and the walk
    from there. Directories may have changed in between. Raises OSError."""
    same = 0
    with path.open("rb") as file:
        for one in _files(file, known):
            now = next(walk, None)
            if now is None:
                break
            if (type(now), now.base, now.url) != (type(one), one.base, one.url):
                return same, chain([now], walk)
            same += 1
    return same, walk


def cut(path: Path, known: Begun, files: int) -> Begun:
    """The listing without what stands behind its first `files`. Raises OSError."""
    if files == known.files:
        return known
    kept: list[Found] = []
    size = whole = 0
    with path.open("rb+") as file:
        for line in file:
            found = _found(line)
            if whole + len(found) > files:
                kept = found[: files - whole]
                break
            whole += len(found)
            size += len(line)
        line = _line(kept) if kept else b""
        file.seek(size)
        file.write(line)
        file.truncate()
    return Begun(files, size + len(line), False)


def _files(file: BinaryIO, known: Begun) -> Iterator[Found]:
    while file.tell() < known.size:
        yield from _found(file.readline())


def _line(chunk: Sequence[Found]) -> bytes:
    return b"%d %s\n" % (len(chunk), _encode(chunk).encode())


def _end(excluded: Mapping[str, int], listed: Mapping[str, int]) -> bytes:
    return b"0 %s\n" % _encode([excluded, listed]).encode()


def _found(line: bytes) -> list[Found]:
    return [found_of(fields) for fields in json.loads(line.partition(b" ")[2])]
