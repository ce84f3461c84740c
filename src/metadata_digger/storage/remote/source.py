"""A file somewhere else, read piece by piece in few requests."""

from __future__ import annotations

from concurrent.futures import Future

from metadata_digger.metadata.errors import Truncated
from metadata_digger.storage.remote.client import Client
from metadata_digger.storage.remote.heads import HEAD

MOST = 1 << 20  # bytes that are fetched beyond what is asked for, when a file is read from its start on


class RemoteSource:
    """`head`: what was asked for ahead. Nothing is asked until something is read, and nothing twice."""

    __slots__ = ("_client", "_data", "_head", "_key", "_last", "_start", "_version", "size", "stored")

    def __init__(self, client: Client, key: str, size: int, version: str, head: Future[bytes] | None) -> None:
        self._client = client
        self._key = key
        self._version = version
        self._head = head
        self.size = self.stored = size
        self._start = 0  # of what was fetched last
        self._data = b""
        self._last = HEAD // 2  # bytes of the last fetch

    def read_at(self, offset: int, length: int) -> bytes:
        if offset < 0 or length < 0 or offset + length > self.size:
            raise Truncated(f"{length} bytes at {offset} asked for, the file has {self.size}")
        if not length:
            return b""
        if self._head is not None:
            head, self._head = self._head, None
            self._start, self._data = 0, head.result()
            self._last = len(self._data)
        begin = self._start
        end = begin + len(self._data)
        if begin <= offset and offset + length <= end:
            return self._data[offset - begin : offset - begin + length]
        known = self._data[offset - begin :] if begin <= offset < end else b""
        start, stop = offset + len(known), offset + length
        # What follows the last fetch is read on; else it is one of a few places that a file names.
        self._last = min(2 * self._last, MOST) if start == end else HEAD
        data = self._client.fetch(self._key, start, min(max(stop, start + self._last), self.size), self._version)
        self._start, self._data = start, data
        return known + data[: stop - start]

    def grew(self) -> bool:
        """Never: a file that changed has another version, and is not read."""
        return False

    def close(self) -> None:
        if self._head is not None:
            self._head.cancel()
        self._head = None
        self._data = b""
