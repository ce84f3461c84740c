"""What reaches a terminal: UTF-8 in every locale, and nothing in it that could steer the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from metadata_digger.errors import OutputError

# C0, DEL and C1, tab aside: a file must not be able to send escape sequences or to forge lines. New lines are written
# as in all outputs.
CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code != 9} | {10: "\\n", 13: "\\r"}


def open_streams() -> None:
    """Standard streams that whoever started this process closed lead to nothing. Otherwise the next files that are
    opened, here or in a child, would get their numbers, and what is printed would go into them."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # it gets the lowest number that is free
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115  # no path; for good


def is_closed(stream: TextIO) -> bool:
    """Whether `open_streams` opened it."""
    return getattr(stream, "name", "") == os.devnull


def printable(text: str) -> str:
    """The text on one line, control characters escaped."""
    return text.translate(CONTROLS)


def write(line: str, stream: TextIO | None = None) -> None:
    """One line to a stream (standard output); half a surrogate pair, which has no UTF-8, is written as \\ud800.

    Raises BrokenPipeError when nobody reads any more, OutputError when it cannot be written otherwise.
    """
    stream = sys.stdout if stream is None else stream
    with _writing():
        stream.buffer.write(line.encode("utf-8", "backslashreplace") + b"\n")
        if stream is not sys.stdout:  # what is said about a run must appear when it happens
            stream.buffer.flush()


def flush() -> None:
    """What was written to standard output leaves the process; raises as `write` does."""
    with _writing():
        sys.stdout.flush()


def abandon() -> None:
    """Throws away what standard output still holds, which the interpreter would try to write once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        abandon()
        raise OutputError(f"what is to be printed cannot be written: {error.strerror}") from error
