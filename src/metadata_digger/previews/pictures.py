"""Previews for who asks: from the cache, else from a worker process; one that takes too long is replaced."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from metadata_digger.errors import StorageError
from metadata_digger.previews.cache import Cache, place
from metadata_digger.previews.files import opened
from metadata_digger.previews.worker import work
from metadata_digger.storage.urls import path_of

SECONDS = 20.0  # that one picture may take
_CHUNK = 256 << 10


@dataclass(frozen=True, slots=True)
class Preview:
    data: bytes
    media_type: str
    tag: str  # another one when the picture is another one


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection


class Previews:
    """Safe to use from several threads. `megabytes`: of the cache. `name`: of what is served, for its keys."""

    def __init__(
        self, name: str, megabytes: int = 1024, workers: int | None = None, folder: Path | None = None
    ) -> None:
        self._name = name
        self._cache = Cache(folder or place(), megabytes << 20)
        self._context = multiprocessing.get_context("spawn")
        self._free: queue.SimpleQueue[_Worker | None] = queue.SimpleQueue()
        for _ in range(workers or min(os.cpu_count() or 1, 4)):
            self._free.put(None)
        self._lock = threading.Lock()
        self._making: dict[str, Future[Preview | str]] = {}
        self._started: set[int] = set()

    def get(self, url: str, base: str, own: Callable[[], bytes | None], size: str) -> Preview | str:
        """The picture, or why there is none. `own`: the row's thumbnail. `size`: one of worker.SIZES."""
        key = f"{self._name}\0{url}\0{_state(url)}\0{size}"
        if (found := self._cache.get(key)) is not None:
            return _preview(*found)
        with self._lock:
            waiting = self._making.get(key)
            if waiting is None:
                future: Future[Preview | str] = Future()
                self._making[key] = future
        if waiting is not None:
            return waiting.result()
        try:
            made = self._ask(url, base, own(), size)
            answer = made if isinstance(made, str) else _preview(*made)
            if not isinstance(made, str):
                self._cache.put(key, *made)
            future.set_result(answer)
            return answer
        except BaseException as error:
            future.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._making[key]

    def close(self) -> None:
        """Ends the workers; who waits for one gets its reason."""
        for process in multiprocessing.active_children():
            if process.pid in self._started:
                process.kill()

    def _ask(self, url: str, base: str, own: bytes | None, size: str) -> tuple[bytes, str] | str:
        worker = self._free.get()
        try:
            if worker is None or not worker.process.is_alive():
                worker = self._start()
            worker.connection.send((url, base, own, size))
            if not worker.connection.poll(SECONDS):
                return f"its picture takes more than {SECONDS:.0f} seconds to decode"
            answer: tuple[bytes, str] | str = worker.connection.recv()
        except (EOFError, OSError):
            return "its picture ended the process that decoded it"
        else:
            kept, worker = worker, None
            self._free.put(kept)
            return answer
        finally:
            if worker is not None:
                worker.process.kill()
                worker.process.join()
                worker.connection.close()
                self._free.put(None)

    def _start(self) -> _Worker:
        here, there = self._context.Pipe()
        process = self._context.Process(target=work, args=(there,), daemon=True)
        process.start()
        there.close()
        if process.pid is not None:
            self._started.add(process.pid)
        return _Worker(process, here)


def original(url: str, base: str) -> tuple[Iterator[bytes], int] | str:
    """The file itself and its size, or why it cannot be had."""
    try:
        descriptor = opened(url, base)
    except StorageError as error:
        return str(error)
    size = os.fstat(descriptor).st_size

    def pieces() -> Iterator[bytes]:
        left = size  # not more than was told, should it grow
        with open(descriptor, "rb", closefd=True) as file:  # noqa: PTH123
            while left and (data := file.read(min(_CHUNK, left))):
                left -= len(data)
                yield data

    return pieces(), size


def _preview(data: bytes, media_type: str) -> Preview:
    return Preview(data, media_type, hashlib.sha256(data).hexdigest()[:20])


def _state(url: str) -> str:
    with suppress(OSError, StorageError, ValueError):
        state = os.stat(path_of(url))  # noqa: PTH116
        return f"{state.st_size}.{state.st_mtime_ns}"
    return ""
