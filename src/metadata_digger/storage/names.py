"""Names in a directory, sorted, in little memory however many there are."""

from __future__ import annotations

import heapq
import os
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO

from metadata_digger.errors import StorageError

# Names held at once: 300,000 of 16 characters take 28 MB, so ten million would be 0.9 GB. What is more goes to a
# temporary file in sorted runs, which are merged.
RUN = 200_000
_BLOCK = 1 << 16


def sorted_names(path: str) -> Iterator[str]:
    """Raises OSError, before the first name, when the directory cannot be listed; StorageError when there is no place
    for the temporary file."""
    names: list[str] = []
    runs: list[IO[bytes]] = []
    with os.scandir(path) as entries:
        for entry in entries:
            names.append(entry.name)
            if len(names) == RUN:
                names.sort()
                runs.append(_written(names))
                names = []
    names.sort()
    return heapq.merge(*map(_read, runs), names) if runs else iter(names)


def _written(names: Sequence[str]) -> IO[bytes]:
    try:
        file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the iterator that reads it
        file.writelines(os.fsencode(name) + b"\0" for name in names)
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
            *whole, rest = (rest + block).split(b"\0")
            yield from map(os.fsdecode, whole)
