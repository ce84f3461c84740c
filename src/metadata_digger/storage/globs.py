"""Globs in input.paths: `*`, `?` and `[a-f]` as in Python's fnmatch, of hidden names too, `**` for any directories.

Not glob.iglob: it follows symbolic links below `**`, 2^40 paths with two of them to their own directory.
"""

# os and not pathlib, for the reason in storage.walk.
# ruff: noqa: PTH116

from __future__ import annotations

import fnmatch
import os
import re
import stat
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from metadata_digger.storage.faults import again, unread
from metadata_digger.storage.loops import LOOP, Identity, identity_of, is_loop
from metadata_digger.storage.model import Fault
from metadata_digger.storage.names import LINK, names_in
from metadata_digger.storage.own import OUTPUT, RECORDS, is_output
from metadata_digger.storage.urls import url_of

_MAGIC = re.compile(r"[*?[]")

# Whether to look into a directory, by its path, its real path ("" of a symbolic link) and `Spot.root`. A text: why not.
Enters: TypeAlias = Callable[[str, str, int], bool | str]


class Match(NamedTuple):
    """What the glob matches, links followed. `root`: where in a path that begins which input.include and input.exclude
    are about."""

    path: str
    state: os.stat_result | OSError
    root: int
    link: bool  # whether it is a symbolic link itself


class Spot(NamedTuple):
    """A directory on the way to what the glob matches."""

    path: str
    ahead: int  # bits: the parts of the glob that its names are held against
    root: int = 0  # as of a Match, below the first `**`; 0 before that: every match is an entry of its own


class _Level(NamedTuple):
    """A directory that is being looked through."""

    prefix: str  # its path, with a slash
    real: str  # the same of its real path
    spot: Spot
    identity: Identity
    names: Iterator[str]


class Glob:
    """A glob, an absolute path, and which directories were looked into for it. `base`: that of its files."""

    def __init__(self, pattern: str, base: str) -> None:
        self.base = base
        names = pattern.split("/")
        # `**` twice in a row is the same as once.
        parts = [part for before, part in pairwise(names) if part and not part == before == "**"]
        self._directories = parts[-1] == "**"
        if self._directories:  # everything in a directory: the directory
            parts.pop()
        fixed = next((number for number, part in enumerate(parts) if is_glob(part)), len(parts))
        self._parts = parts[fixed:]
        self._whole = 1 << len(self._parts)  # the bit of a path that the glob matches
        self._free = 1 << self._parts.index("**") if "**" in self._parts else 0
        self._tests = [
            re.compile(fnmatch.translate(part)).match if is_glob(part) else part.__eq__ for part in self._parts
        ]
        self._seen: dict[str, tuple[int, str]] = {}  # by real path: parts that it was held against, and as what
        self.start = Spot("/" + "/".join(parts[:fixed]), self._reached(0))

    def walk(self, top: Spot, enters: Enters) -> Iterator[Match | Spot | Fault]:
        """What is matched at `top` and below, sorted within each directory, a directory before what follows it.

        Below a directory that is matched nothing is looked for. A symbolic link to a directory that is not matched
        comes as a Spot, to be walked when all else is: so that what it leads to is met under its own name first.
        """
        stack: list[_Level] = []

        def enter(spot: Spot, real: str) -> Iterator[Fault]:
            path, ahead, root = spot
            # Each part is held against the names of a directory once.
            seen, place = self._seen.get(real, (0, path))
            ahead &= ~seen
            if not ahead:
                if place != path:
                    yield again(self.base, path, link=not stack)
                return
            try:
                state = os.stat(path)
                if is_loop(((level.prefix, level.identity) for level in stack), path, state):
                    yield Fault(self.base, url_of(path), "filtered", LOOP)
                    return
                names, error, records = self._names(path, ahead)
            except OSError as error:
                yield unread(self.base, path, error)
                return
            if records and is_output(path):
                yield Fault(self.base, url_of(path), "filtered", OUTPUT)
                return
            if error is not None:
                yield unread(self.base, path, error)
            self._seen[real] = seen | ahead, place
            prefix = path.rstrip("/") + "/"
            if not root and ahead & self._free:
                root = len(prefix)
            stack.append(_Level(prefix, real.rstrip("/") + "/", Spot(path, ahead, root), identity_of(state), names))

        if not self._parts:
            try:
                state = os.stat(top.path)
            except OSError as error:
                yield unread(self.base, top.path, error)
                return
            if stat.S_ISDIR(state.st_mode):
                yield Match(top.path, state, len(top.path.rstrip("/")) + 1, link=False)
            return
        yield from enter(top, os.path.realpath(top.path))
        while stack:
            prefix, real, (_, ahead, root), _, names = stack[-1]
            for name in names:
                if link := name[-1] == LINK:
                    name = name[:-1]
                after = self._after(ahead, name)
                if not after:
                    continue
                path = prefix + name
                matched = after & self._whole
                try:
                    state = os.stat(path)
                except OSError as error:
                    if matched:
                        yield Match(path, error, root or len(prefix), link)
                    continue
                if not stat.S_ISDIR(state.st_mode):
                    if matched and not self._directories:
                        yield Match(path, state, root or len(prefix), link)
                elif (answer := enters(path, "" if link else real + name, root)) is not True:
                    if answer:
                        yield Fault(self.base, url_of(path), "filtered", answer)
                elif matched:
                    yield Match(path, state, root or len(path) + 1, link)
                elif link:
                    yield Spot(path, after, root)
                else:
                    yield from enter(Spot(path, after, root), real + name)
                    if stack[-1].names is not names:
                        break
            else:
                stack.pop()

    def _reached(self, number: int) -> int:
        """Which parts may come next, where that one does: behind `**` there need not be a directory."""
        more = number < len(self._parts) and self._parts[number] == "**"
        return 1 << number | more << number + 1

    def _after(self, ahead: int, name: str) -> int:
        """Which parts may come next below a name, `_whole` among them when the name ends a match."""
        after = 0
        for number, part in enumerate(self._parts):
            if ahead >> number & 1:
                if part == "**":
                    after |= self._reached(number)
                elif self._tests[number](name):
                    after |= self._reached(number + 1)
        return after

    def _names(self, path: str, ahead: int) -> tuple[Iterator[str], OSError | None, bool]:
        """Names in a directory that may be of use, as names_in has them. Raises OSError."""
        parts = [part for number, part in enumerate(self._parts) if ahead >> number & 1]
        if any(map(is_glob, parts)):
            return names_in(path, RECORDS)
        # The directory may be one of 100,000 names, or one that may be passed through but not listed.
        return iter(sorted(name for part in parts if (name := _there(path, part)))), None, False


def is_glob(path: str) -> bool:
    return _MAGIC.search(path) is not None


def _there(directory: str, name: str) -> str:
    """The name, with LINK if it is one's; "" when nothing is there."""
    try:
        state = os.lstat(f"{directory}/{name}")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    return name + LINK if stat.S_ISLNK(state.st_mode) else name
