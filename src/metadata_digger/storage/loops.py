"""Directories that lie in themselves: a bind mount of one into itself, a file system that shows a tree within it.

Device and inode alone tell nothing: union and network file systems give equal ones to directories that have nothing to
do with each other, and what is taken for a loop is not read. Symbolic links are no matter here: their real path tells.
"""

# ruff: noqa: PTH116, PTH208

from __future__ import annotations

import os
from collections.abc import Iterable

Identity = tuple[int, int]  # device and inode

LOOP = "a directory that lies in itself: its files are listed above it"
TURNS = 32  # so many directories of one name in each other are a loop, or the work of somebody who wants one seen
LONGEST = 4_000  # bytes of a path; Linux takes 4,096


def identity_of(state: os.stat_result) -> Identity:
    return state.st_dev, state.st_ino


def is_loop(above: Iterable[tuple[str, Identity]], path: str, state: os.stat_result) -> bool:
    """Whether a directory is one of those that it lies in. Raises OSError."""
    identity = identity_of(state)
    return any(seen == identity and _same(place.rstrip("/"), path, state) for place, seen in above)


def _same(above: str, path: str, state: os.stat_result) -> bool:
    """Whether two directories of one inode, the second in the first, are one: the same names in both, and times, or a
    way from the one to the other that has no end."""
    if set(os.listdir(above or "/")) != set(os.listdir(path)):
        return False
    before = os.stat(above or "/")
    if (before.st_mtime_ns, before.st_ctime_ns) == (state.st_mtime_ns, state.st_ctime_ns):
        return True
    way = path[len(above) :]
    turns = min(TURNS, (LONGEST - len(os.fsencode(path))) // len(os.fsencode(way)))
    return turns < 1 or os.path.isdir(path + way * turns)  # noqa: PTH112
