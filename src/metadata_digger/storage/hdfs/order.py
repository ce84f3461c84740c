"""What a directory of HDFS has, sorted by name as everywhere else. HDFS sorts bytes as if they had a sign."""

from __future__ import annotations

import heapq
import pickle
import tempfile
from collections.abc import Iterator
from typing import IO, TypeAlias

from metadata_digger.errors import StorageError
from metadata_digger.storage.remote.client import Item

Entry: TypeAlias = Item | str

RUN = 50_000  # entries held at once, some 15 MB; what is more goes to a temporary file in sorted runs
_PAGE = 500


class Sorted:
    """Takes entries in any order and gives them back by name: a folder's has a slash behind it that does not count."""

    def __init__(self) -> None:
        self._here: list[Entry] = []
        self._runs: list[IO[bytes]] = []

    def add(self, entries: list[Entry]) -> None:
        self._here += entries
        if len(self._here) >= RUN:
            self._runs.append(_written(sorted(self._here, key=name_of)))
            self._here = []

    def __iter__(self) -> Iterator[Entry]:
        self._here.sort(key=name_of)
        if not self._runs:
            return iter(self._here)
        return heapq.merge(*map(_read, self._runs), self._here, key=name_of)


def name_of(entry: Entry) -> str:
    return entry[:-1] if isinstance(entry, str) else entry.key


def _written(entries: list[Entry]) -> IO[bytes]:
    try:
        file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the iterator that reads it
        for at in range(0, len(entries), _PAGE):
            page = [one if isinstance(one, str) else tuple(one) for one in entries[at : at + _PAGE]]
            pickle.dump(page, file, pickle.HIGHEST_PROTOCOL)
        file.seek(0)
    except OSError as error:
        raise StorageError(
            f"a large directory cannot be sorted: no temporary file in {tempfile.gettempdir()} ({error.strerror}); "
            "let TMPDIR name a directory with more room"
        ) from error
    return file


def _read(file: IO[bytes]) -> Iterator[Entry]:
    with file:
        while True:
            try:
                page = pickle.load(file)  # noqa: S301  # written above, by this process
            except EOFError:
                return
            yield from (one if isinstance(one, str) else Item(*one) for one in page)
