"""Damaged copies of sound files, and what may come of reading them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from hypothesis import strategies as st

from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

SECONDS = 1.0  # of CPU, for a file with all its descriptions
BYTES = 200 << 20


def consume(read: Callable[[Reader], Iterator[Directory]], data: bytes) -> None:
    """Reads and describes everything; nothing but MetadataError may come of it."""
    try:
        for directory in read(Reader.over(data)):
            for tag in directory.tags():
                assert tag.description is None or tag.description.encode() is not None
    except MetadataError:
        pass


def read_whole(data: bytes | Path) -> None:
    """Reads and describes a file as a run does; all text of it must be fit for UTF-8."""
    try:
        directories = read_metadata(data)
    except MetadataError as error:
        str(error).encode()
        return
    for directory in directories:
        for tag in list(directory.tags()):
            (tag.description or "").encode()
        for found in directory.xmp:
            "".join(found).encode()
        "".join(directory.errors).encode()


def check(name: str, data: bytes | Path, limit: float = SECONDS) -> float:
    """Reads one file; its seconds of CPU. Fails with its name on all but MetadataError, and on slowness.

    What is too slow once has two more tries: a process that shares a core with others spends up to twice the seconds.
    """
    seconds = limit
    for _ in range(3):
        start = time.process_time()
        try:
            read_whole(data)
        except Exception as error:
            error.add_note(f"while reading {name}")
            raise
        seconds = min(seconds, time.process_time() - start)
        if seconds < limit:
            return seconds
    raise AssertionError(f"{name} took {limit} s or more, three times")


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """Cut somewhere, with up to eight bits turned."""
    result = bytearray(data)
    bits = st.tuples(st.integers(0, len(data) - 1), st.integers(0, 7))
    for position, bit in draw(st.lists(bits, max_size=8)):
        result[position] ^= 1 << bit
    return bytes(result[: draw(st.integers(0, len(data)) | st.just(len(data)))])
