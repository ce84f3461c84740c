"""Lists of paths in a file, `@list.txt` in input.paths: one a line, or with a NUL behind each as `find -print0` writes
them."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from typing import IO

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.storage.urls import absolute

LIST = "@"  # an entry of input.paths that begins with it is a list
LONGEST = 1 << 16  # bytes of a path in a list; Linux has paths of at most 4,096
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def paths_in(path: str) -> Iterator[str]:
    """The paths in a list, empty ones left out. Raises StorageError when the list cannot be read, ConfigError when it
    is none."""
    try:
        with open(absolute(path), "rb", buffering=0) as file:  # noqa: PTH123
            begin = _begin(file)
            if begin.startswith(_UTF16):
                raise ConfigError(f"input.paths: {LIST}{path} is UTF-16, as Windows' editors write: save it as UTF-8")
            end = b"\0" if b"\0" in begin else b"\n"
            for text in _records(file, begin.removeprefix(codecs.BOM_UTF8), end):
                if line := text if end == b"\0" else text.rstrip(b"\r\n"):
                    yield os.fsdecode(line)
    except OSError as error:
        raise StorageError(f"input.paths: {LIST}{path} cannot be read: {error.strerror}") from error


def _begin(file: IO[bytes]) -> bytes:
    """So much of a list that it shows what ends a path; a pipe gives what it has, and that may be little."""
    begin = b""
    while len(begin) < LONGEST and b"\0" not in begin and b"\n" not in begin:
        block = file.read(LONGEST)
        if not block:
            break
        begin += block
    return begin


def _records(file: IO[bytes], begin: bytes, end: bytes) -> Iterator[bytes]:
    """What stands between two ends, at most LONGEST bytes of it at once."""
    rest = begin
    while True:
        *whole, rest = rest.split(end)
        for record in whole:
            yield from _cut(record)
        *pieces, rest = _cut(rest) or [b""]
        yield from pieces
        block = file.read(LONGEST)
        if not block:
            break
        rest += block
    yield rest


def _cut(record: bytes) -> list[bytes]:
    return [record[at : at + LONGEST] for at in range(0, len(record), LONGEST)]
