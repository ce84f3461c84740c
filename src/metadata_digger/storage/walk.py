"""Every file under the entries of input.paths: directories, single files, globs, and lists of paths."""

# os and not pathlib: 100,000 files are listed in 0.3 s with os, a Path for each takes more than all the rest.
# ruff: noqa: PTH114, PTH116

from __future__ import annotations

import codecs
import os
import stat
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

from metadata_digger.errors import StorageError
from metadata_digger.storage.faults import again, odd, unread
from metadata_digger.storage.given import Given, Identity
from metadata_digger.storage.globs import Glob, Match, Spot, is_glob
from metadata_digger.storage.model import Fault, Found, entry_of
from metadata_digger.storage.names import sorted_names
from metadata_digger.storage.patterns import EVERYTHING, Patterns
from metadata_digger.storage.urls import absolute, base_of, url_of

# A directory named like this holds a run's unfinished work; no run reads another's.
STAGE_SUFFIX = ".metadata-digger"
LIST = "@"  # an entry of input.paths that begins with it is a list of paths in a file
OWN = "in the output or in an unfinished run's directory"
LONGEST = 1 << 16  # bytes of a line in a list; Linux has paths of at most 4,096


class Walk:
    """What one walk remembers, so that nothing comes twice: directories by device and inode, files named one by one.

    `excluded` counts what the patterns leave out: "files", and "directories" that were not entered.
    """

    def __init__(self, patterns: Patterns, excluded: Counter[str]) -> None:
        self._wanted = patterns.matcher()
        self._excluded = excluded
        self._named: set[Identity] = set()  # directories that are entries: files are of the nearest one
        self._listed: set[Identity] = set()
        self._skipped: dict[str, Identity | None] = {}  # by path, links resolved
        self._given = Given()
        # Symbolic links to directories, and the walks behind them.
        self._links: deque[tuple[str, Callable[[], Iterator[Found]]]] = deque()
        self._home: tuple[str, Identity | None] = ("", None)  # the directory of the last file that was named
        self._asked = ("", False)  # what `_own` said last

    def inputs(self, paths: Sequence[str], skip: Collection[str]) -> Iterator[Found]:
        self._skipped = {os.path.realpath(path): _identity(path) for path in skip}
        entries = (_identity(absolute(path)) for path in paths if not path.startswith(LIST))
        self._named.update(identity for identity in entries if identity is not None)
        for path in paths:
            if path.startswith(LIST):
                for line in lines(path.removeprefix(LIST)):
                    place = absolute(line)
                    yield from self._input(base_of(line), place)
                continue
            place = absolute(path)
            base = base_of(path)
            if is_glob(place) and not os.path.lexists(place):
                glob = Glob(place, base)
                if self._own(glob.start.path):
                    yield Fault(base, url_of(glob.start.path), "filtered", OWN)
                else:
                    yield from self._glob(glob, glob.start)
            else:
                yield from self._input(base, place)
        # A real directory is listed under its own name, so links wait until all of them are.
        while self._links:
            path, walk = self._links.popleft()
            if not self._own(path):
                yield from walk()

    def _input(self, base: str, path: str) -> Iterator[Found]:
        try:
            state = os.stat(path)
        except OSError as error:
            yield unread(base, path, error)
            return
        except ValueError:
            yield Fault(base, url_of(path), "not_found", "no path: it has a NUL in it")
            return
        directory, name = (path, "") if stat.S_ISDIR(state.st_mode) else os.path.split(path)
        if self._own(directory):
            yield Fault(base, url_of(path), "filtered", OWN)
        elif not name:
            yield from self._directory(base, path, len(path.rstrip("/")) + 1)
        elif self._wants(name):
            yield from self._single(base, path, state)

    def _own(self, directory: str) -> bool:
        """Whether a directory is what is skipped or a stage, or lies in one, whatever links lead there. What is entered
        from a directory that is neither needs no more than a look at its name and identity."""
        if directory != self._asked[0]:
            real = os.path.realpath(directory)
            skipped = any(f"{real}/".startswith(f"{path}/") for path in self._skipped)
            self._asked = directory, skipped or any(map(is_stage, real.split("/")))
        return self._asked[1]

    def _wants(self, name: str) -> bool:
        if self._wanted is None or self._wanted.file(name):
            return True
        self._excluded["files"] += 1
        return False

    def _single(self, base: str, path: str, state: os.stat_result) -> Iterator[Found]:
        directory, name = os.path.split(path)
        if directory != self._home[0]:
            self._home = directory, _identity(directory)
        home = self._home[1]
        if home is None or (home not in self._listed and self._given.add(home, name)):
            yield _file(base, path, state)

    def _glob(self, glob: Glob, spot: Spot) -> Iterator[Found]:
        if _identity(spot.path) in self._listed:
            if os.path.islink(spot.path):
                yield again(glob.base, spot.path)
            return
        for found in glob.walk(spot, self.enters):
            if isinstance(found, Fault):
                yield found
            elif isinstance(found, Spot):
                self._links.append((found.path, partial(self._glob, glob, found)))
            else:
                yield from self._match(glob.base, *found)

    def _match(self, base: str, path: str, state: os.stat_result | OSError, root: int) -> Iterator[Found]:
        if isinstance(state, os.stat_result) and stat.S_ISDIR(state.st_mode):
            if os.path.islink(path):
                self._links.append((path, partial(self._directory, base, path, root)))
            else:
                yield from self._directory(base, path, root)
        elif self._wants(path[root:]):
            if isinstance(state, OSError):
                yield unread(base, path, state)
            else:
                yield from self._single(base, path, state)

    def enters(self, path: str, state: os.stat_result, root: int) -> bool:
        """Whether a directory that a glob leads to is entered."""
        identity = (state.st_dev, state.st_ino)
        if is_stage(path[path.rindex("/") + 1 :]) or identity in self._skipped.values():
            return False
        if identity in self._named and not os.path.islink(path):
            return False
        if self._wanted is None or not root or self._wanted.directory(path[root:]):
            return True
        self._excluded["directories"] += 1
        return False

    def _directory(self, base: str, top: str, root: int) -> Iterator[Found]:
        """Depth first by an explicit stack: depth is limited by the file system alone. `root`: where in a path
        that begins which the patterns are about."""
        stack: list[tuple[str, Iterator[str]]] = []

        def enter(path: str) -> Iterator[Found]:
            try:
                state = os.stat(path)
                identity = (state.st_dev, state.st_ino)
                if identity in self._skipped.values() or (stack and identity in self._named):
                    return
                if identity in self._listed:
                    if os.path.islink(path):
                        yield again(base, path)
                    return
                names = sorted_names(path)
            except OSError as error:
                yield unread(base, path, error)
                return
            self._listed.add(identity)
            if self._given.knows(identity):
                names = (name for name in names if not self._given.has(identity, name))
            stack.append((path if path.endswith("/") else path + "/", names))

        yield from enter(top)
        wanted = self._wanted
        while stack:
            prefix, names = stack[-1]
            for name in names:
                path = prefix + name
                try:
                    state = os.stat(path)
                except OSError as error:
                    if wanted is None or wanted.file(path[root:]):
                        yield unread(base, path, error)
                    else:
                        self._excluded["files"] += 1
                    continue
                if not stat.S_ISDIR(state.st_mode):
                    if wanted is None or wanted.file(path[root:]):
                        yield _file(base, path, state)
                    else:
                        self._excluded["files"] += 1
                elif wanted is not None and not wanted.directory(path[root:]):
                    self._excluded["directories"] += 1
                elif os.path.islink(path):
                    self._links.append((path, partial(self._directory, base, path, root)))
                elif not is_stage(name):
                    yield from enter(path)
                    if stack[-1][1] is not names:
                        break
            else:
                stack.pop()


def lines(path: str) -> Iterator[str]:
    """The paths in a list, one a line, empty lines left out; raises StorageError when the list cannot be read."""
    try:
        with open(absolute(path), "rb") as file:  # noqa: PTH123
            mark = codecs.BOM_UTF8  # Windows' editors put it before the first line
            while line := file.readline(LONGEST):
                text, mark = line.removeprefix(mark).rstrip(b"\r\n"), b""
                if text:
                    yield os.fsdecode(text)
    except OSError as error:
        raise StorageError(f"input.paths: {LIST}{path} cannot be read: {error.strerror}") from error


def is_stage(name: str) -> bool:
    return name.startswith(".") and name.endswith(STAGE_SUFFIX)


def matches(pattern: str) -> bool:
    """Whether a glob matches anything."""
    glob, walk = Glob(pattern, ""), Walk(EVERYTHING, Counter())
    spots = deque([glob.start])
    while spots:
        for found in glob.walk(spots.popleft(), walk.enters):
            if isinstance(found, Match):
                return True
            if isinstance(found, Spot):
                spots.append(found)
    return False


def _file(base: str, path: str, state: os.stat_result) -> Found:
    if stat.S_ISREG(state.st_mode):
        return entry_of((base, url_of(path), state.st_size, state.st_mtime))
    return Fault(base, url_of(path), "filtered", odd(state.st_mode))


def _identity(path: str) -> Identity | None:
    try:
        state = os.stat(path)
    except (OSError, ValueError):  # ValueError: a NUL in it
        return None
    return state.st_dev, state.st_ino
