"""Pieces of output, joined."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO


def concatenate(pieces: Sequence[Path], target: Path, header: bytes = b"") -> None:
    """The header and the pieces behind each other. Raises OSError."""
    with target.open("wb", buffering=0) as file:
        file.write(header)
        for piece in pieces:
            with piece.open("rb", buffering=0) as source:
                copy(source, file, os.fstat(source.fileno()).st_size)


def copy(source: BinaryIO, target: BinaryIO, count: int) -> None:
    """`count` bytes from where both stand; neither has a buffer. Raises OSError.

    Within the system where it can do that: 60 ms for 235 MB, where reading and writing took 80 to 300.
    """
    try:
        while count:
            done = os.copy_file_range(source.fileno(), target.fileno(), count)
            if not done:
                break
            count -= done
    except (AttributeError, OSError):  # not on this system, or not on this file system: the rest, byte by byte
        pass
    while count:
        block = source.read(min(count, 1 << 20))
        if not block:
            raise OSError(f"a piece ended {count:,} bytes too early")
        target.write(block)
        count -= len(block)
