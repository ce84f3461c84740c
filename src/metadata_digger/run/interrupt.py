"""Ctrl-C, a polite kill and a closed terminal are one thing: KeyboardInterrupt in the main process, soon, but never
between two steps that belong together."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM and SIGHUP raise KeyboardInterrupt as SIGINT does, unless somebody handles or ignores them already."""
    ours = [number for number in STOPPING if _in_main_thread() and signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def unbroken() -> Iterator[None]:
    """Signals wait until this is over; then KeyboardInterrupt is raised.

    Blocking them would not do: the system then picks another thread of this process.
    """
    if not _in_main_thread():
        yield
        return
    caught: list[int] = []

    def remember(number: int, frame: FrameType | None) -> None:
        caught.append(number)

    held = [number for number in STOPPING if signal.getsignal(number) is signal.default_int_handler]
    for number in held:
        signal.signal(number, remember)
    try:
        yield
    finally:
        for number in held:
            signal.signal(number, signal.default_int_handler)
    if caught:
        raise KeyboardInterrupt


@contextmanager
def inherited_block() -> Iterator[None]:
    """A process started in here has the signals blocked: none strikes it before it can say what to do with them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
