"""Calls that may never come back, made by threads that are left behind then."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
_Work: TypeAlias = "queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]]"

_idle: dict[int, list[_Work]] = {}  # of each process: no thread survives a fork


class Late(Exception):
    """No answer within the time."""


class Panic(Exception):
    """A fault in a library that is written in Rust: what it raises is no Exception."""


def within(seconds: float, call: Callable[[], T]) -> T:
    """What `call` gives or raises; Late where it takes longer, and goes on by itself."""
    idle = _idle.setdefault(os.getpid(), [])
    try:
        work = idle.pop()
    except IndexError:
        work = queue.SimpleQueue()
        threading.Thread(target=_serve, args=(work, idle), daemon=True, name="hdfs").start()
    future: Future[T] = Future()
    work.put((call, future))
    try:
        error = future.exception(seconds)
    except TimeoutError:
        raise Late from None
    if error is None:
        return future.result()
    raise error if isinstance(error, Exception) else Panic(str(error))


def _serve(work: _Work, idle: list[_Work]) -> None:
    while True:
        call, future = work.get()
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001  # of Rust's panics too; all of them go to who asked
            idle.append(work)
            future.set_exception(error)
        else:
            idle.append(work)
            future.set_result(result)
            del result
        del call, future
