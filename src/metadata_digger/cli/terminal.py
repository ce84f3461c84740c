"""What reaches a terminal: UTF-8 in every locale, and nothing in it that could steer the terminal."""

from __future__ import annotations

import sys
from typing import TextIO

# C0, DEL and C1, tab aside: a file must not be able to send escape sequences or to forge lines. New lines are written
# as in all outputs.
CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code != 9} | {10: "\\n", 13: "\\r"}


def printable(text: str) -> str:
    """The text on one line, control characters escaped."""
    return text.translate(CONTROLS)


def write(line: str, stream: TextIO | None = None) -> None:
    """One line to a stream (standard output); half a surrogate pair, which has no UTF-8, is written as \\ud800."""
    stream = sys.stdout if stream is None else stream
    stream.buffer.write(line.encode("utf-8", "backslashreplace") + b"\n")
    if stream is not sys.stdout:  # what is said about a run must appear when it happens
        stream.buffer.flush()
