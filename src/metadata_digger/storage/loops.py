"""Directories that lie in themselves: a bind mount of one into itself, a file system that shows a tree within it.

Device and inode alone tell nothing: union and network file systems give equal ones to directories that have nothing to
do with each other, and what is taken for a loop is not read. Symbolic links are no matter here: their real path tells.
"""

# ruff: noqa: PTH208

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

Identity = tuple[int, int]  # device and inode

LOOP = "a directory that lies in itself: its files are listed above it"
TURNS = 32  # so many directories of one name in each other are a loop, or the work of somebody who wants one seen
MOUNTS = Path("/proc/self/mountinfo")
LONGEST = 4_000  # bytes of a path; Linux takes 4,096


def identity_of(state: os.stat_result) -> Identity:
    return state.st_dev, state.st_ino


def is_loop(above: Iterable[tuple[str, Identity]], path: str, state: os.stat_result) -> bool:
    """Whether a directory is one of those that it lies in. Raises OSError."""
    identity = identity_of(state)
    return any(seen == identity and _same(place.rstrip("/"), path) for place, seen in above)


def _same(above: str, path: str) -> bool:
    """Whether two directories of one inode, the second in the first, are one: the same names in both, and a mount on
    the way from the one to the other, or a way that has no end."""
    if set(os.listdir(above or "/")) != set(os.listdir(path)):
        return False
    real, way = os.path.realpath(path), path[len(above) :]
    if any(f"{real}/".startswith(f"{place}/") and len(place) > len(real) - len(way) for place in _mounts()):
        return True
    turns = min(TURNS, (LONGEST - len(os.fsencode(path))) // len(os.fsencode(way)))
    return turns < 1 or os.path.isdir(path + way * turns)  # noqa: PTH112


def _mounts() -> Iterator[str]:
    """Where something is mounted, as proc_pid_mountinfo(5) tells; nothing but on Linux, where alone one directory may
    be mounted in another one (bind)."""
    try:
        lines = MOUNTS.read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        place = line.split(b" ")[4]
        yield os.fsdecode(re.sub(rb"\\([0-7]{3})", lambda octal: bytes([int(octal[1], 8)]), place))
