"""The beginnings of files, fetched ahead: while one batch is in the steps, those of the next come."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from metadata_digger.storage.remote.client import Client

HEAD = 64 << 10  # bytes; 16 or 32 KiB cost one request a file more, 128 nothing but bytes


class Wanted(NamedTuple):
    """The first `length` bytes of a file."""

    client: Client
    key: str
    version: str
    length: int


class Heads:
    """By so many threads at a time. An error comes to who takes the head."""

    def __init__(self, concurrency: int) -> None:
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="ahead")
        self._coming: dict[tuple[str, str], Future[bytes]] = {}

    def ask(self, wanted: Iterable[Wanted]) -> None:
        for one in wanted:
            place = one.client.root, one.key
            if place not in self._coming:
                self._coming[place] = self._threads.submit(one.client.fetch, one.key, 0, one.length, one.version)

    def take(self, client: Client, key: str) -> Future[bytes] | None:
        """None where nobody asked."""
        return self._coming.pop((client.root, key), None)

    def forget(self) -> None:
        """Those that nobody took, of files that nobody came to."""
        for one in self._coming.values():
            one.cancel()
        self._coming.clear()
