"""Clients of storage/remote whose files are names in memory: what a listing asks of them, and nothing else."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from itertools import groupby, takewhile

import pyarrow as pa

from metadata_digger.errors import StorageError
from metadata_digger.storage.remote.client import Item
from metadata_digger.storage.remote.columns import batch_of


def item(key: str) -> Item:
    return Item(key, len(key), 1.5, f'"{key}"')


class Folders:
    """Tells what is in a folder, as HDFS does. `broken`: keys that cannot be listed, each with its own error."""

    def __init__(self, keys: Collection[str], *, files_first: bool = False, broken: Collection[str] = ()) -> None:
        self.keys = sorted(keys)
        self.asked: list[str] = []
        self.at_once = self.most = 0
        self._first = files_first
        self._broken = broken
        self._lock = threading.Lock()

    def inside(self, folder: str) -> Iterator[Item | str]:
        with self.counted(folder):
            start = len(folder)
            below = [key for key in self.keys if key.startswith(folder)]
            entries = [name for name, _ in groupby(below, key=lambda key: key[: key.find("/", start) + 1 or None])]
            if self._first:
                entries.sort(key=lambda name: name.endswith("/"))
            for name in entries:
                yield name if name.endswith("/") else self._item(name)

    def below(self, folder: str) -> Iterator[Item]:
        for entry in self.inside(folder):
            if isinstance(entry, str):
                yield from self.below(entry)
            else:
                yield entry

    def _item(self, key: str) -> Item:
        if key in self._broken:
            raise StorageError(f"{key} is broken")
        return item(key)

    def counted(self, folder: str) -> _Counted:
        return _Counted(self, folder, self._lock)


class Bucket(Folders):
    """Lists from any key on too, as S3 does. `page`: rows of a batch."""

    def __init__(self, keys: Collection[str], *, page: int = 1000, broken: Collection[str] = ()) -> None:
        super().__init__(keys, broken=broken)
        self._page = page

    def below(self, folder: str) -> Iterator[Item]:
        return (self._item(key) for key in self.keys if key.startswith(folder))

    def pages(self, folder: str, after: str = "", stop: str = "") -> Iterator[pa.RecordBatch]:
        with self.counted(folder):
            found: list[Item] = []
            start = max(bisect_left(self.keys, folder), bisect_right(self.keys, after) if after else 0)
            for key in takewhile(lambda key: key.startswith(folder) and not (stop and key >= stop), self.keys[start:]):
                if key in self._broken and found:
                    yield batch_of(found)
                found.append(self._item(key))
                if len(found) == self._page:
                    yield batch_of(found)
                    found = []
            if found:
                yield batch_of(found)


class _Counted:
    """Who asks at the same time."""

    def __init__(self, client: Folders, folder: str, lock: threading.Lock) -> None:
        self._client, self._folder, self._lock = client, folder, lock

    def __enter__(self) -> None:
        with self._lock:
            self._client.asked.append(self._folder)
            self._client.at_once += 1
            self._client.most = max(self._client.most, self._client.at_once)

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._client.at_once -= 1
