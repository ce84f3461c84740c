"""What a directory lists: its names, sorted, in little memory however many there are."""

from __future__ import annotations

import heapq
import os
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple

from metadata_digger.errors import StorageError

# Names held at once: 300,000 of 16 characters take 28 MB, so ten million would be 0.9 GB. What is more goes to a
# temporary file in sorted runs, which are merged.
RUN = 200_000
_BLOCK = 1 << 16
# Behind the name of a symbolic link: no name has it, and it sorts before all that a name can go on with.
LINK = "\0"


class Names(NamedTuple):
    """`names`: sorted, those of symbolic links with LINK behind them. `error`: what ended the listing before its end.
    `has`: whether the name that was asked for is there."""

    names: Iterator[str]
    error: OSError | None
    has: bool


def names_in(path: str, wanted: str = "") -> Names:
    """Raises OSError when the directory cannot be opened; StorageError when there is no place for the temporary
    file."""
    names: list[str] = []
    runs: list[IO[bytes]] = []
    has = False
    broken: OSError | None = None
    with os.scandir(path) as entries:
        try:
            for entry in entries:
                name = entry.name
                if name == wanted:
                    has = True
                names.append(name + LINK if _is_link(entry) else name)
                if len(names) == RUN:
                    names.sort()
                    runs.append(_written(names))
                    names = []
        except OSError as error:
            broken = error
    names.sort()
    return Names(heapq.merge(*map(_read, runs), names) if runs else iter(names), broken, has)


def _is_link(entry: os.DirEntry[str]) -> bool:
    """Mostly as the directory itself tells; on file systems whose directories do not, one question a name."""
    try:
        return entry.is_symlink()
    except OSError:
        return False  # whoever reads it will hear of the fault


def _written(names: Sequence[str]) -> IO[bytes]:
    try:
        file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the iterator that reads it
        file.writelines(os.fsencode(name) + b"/" for name in names)
        file.seek(0)
    except OSError as error:
        raise StorageError(
            f"a large directory cannot be sorted: no temporary file in {tempfile.gettempdir()} ({error.strerror}); "
            "let TMPDIR name a directory with more room"
        ) from error
    return file


def _read(file: IO[bytes]) -> Iterator[str]:
    with file:
        rest = b""
        while block := file.read(_BLOCK):
            *whole, rest = (rest + block).split(b"/")
            yield from map(os.fsdecode, whole)
