"""Every file under the entries of input.paths: directories, single files, globs, and lists of paths."""

# os and not pathlib: 100,000 files are listed in 0.3 s with os, a Path for each takes more than all the rest.
# ruff: noqa: PTH114, PTH116, PTH207

from __future__ import annotations

import codecs
import errno
import glob
import os
import stat
from collections import Counter, deque
from collections.abc import Collection, Iterator, Sequence

from metadata_digger.errors import StorageError
from metadata_digger.storage.given import Given, Identity
from metadata_digger.storage.model import Fault, Found, entry_of
from metadata_digger.storage.names import sorted_names
from metadata_digger.storage.patterns import Patterns
from metadata_digger.storage.urls import absolute, base_of, url_of

# A directory named like this holds a run's unfinished work; no run reads another's.
STAGE_SUFFIX = ".metadata-digger"
LIST = "@"  # an entry of input.paths that begins with it is a list of paths in a file
LONGEST = 1 << 16  # bytes of a line in a list; Linux has paths of at most 4,096

STATUS = {
    errno.ENOENT: "not_found",
    errno.ENOTDIR: "not_found",
    errno.EACCES: "denied",
    errno.EPERM: "denied",
    errno.ETIMEDOUT: "timed_out",
}
KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
}


class Walk:
    """What one walk remembers, so that nothing comes twice: directories by device and inode, files named one by one.

    `excluded` counts what the patterns leave out: "files", and "directories" that were not entered.
    """

    def __init__(self, patterns: Patterns, excluded: Counter[str]) -> None:
        self._wanted = patterns.matcher()
        self._excluded = excluded
        self._named: set[Identity] = (
            set()
        )  # directories that are entries themselves: their files are of the nearest one
        self._listed: set[Identity] = set()
        self._skipped: set[Identity] = set()
        self._given = Given()
        self._links: deque[tuple[str, str, int]] = deque()  # base, path and root of symbolic links to directories
        self._home: tuple[str, Identity | None] = ("", None)  # the directory of the last file that was named

    def inputs(self, paths: Sequence[str], skip: Collection[str]) -> Iterator[Found]:
        for path in skip:
            if (identity := _identity(path)) is not None:
                self._skipped.add(identity)
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
            for found in [place] if os.path.lexists(place) else sorted(matches(place)):
                yield from self._input(base, found)
        # A real directory is listed under its own name, so links wait until all of them are.
        while self._links:
            yield from self._directory(*self._links.popleft())

    def _input(self, base: str, path: str) -> Iterator[Found]:
        try:
            state = os.stat(path)
        except OSError as error:
            yield _fault(base, path, error)
            return
        except ValueError:
            yield Fault(base, url_of(path), "not_found", "no path: it has a NUL in it")
            return
        if stat.S_ISDIR(state.st_mode):
            yield from self._directory(base, path, len(path.rstrip("/")) + 1)
            return
        directory, name = os.path.split(path)
        if self._wanted is not None and not self._wanted.file(name):
            self._excluded["files"] += 1
            return
        if directory != self._home[0]:
            self._home = directory, _identity(directory)
        home = self._home[1]
        if home is None or (home not in self._listed and self._given.add(home, name)):
            yield _file(base, path, state)

    def _directory(self, base: str, top: str, root: int) -> Iterator[Found]:
        """Depth first by an explicit stack: depth is limited by the file system alone. `root`: where in a path
        that begins which the patterns are about."""
        stack: list[tuple[str, Iterator[str]]] = []

        def enter(path: str) -> Iterator[Found]:
            try:
                state = os.stat(path)
                identity = (state.st_dev, state.st_ino)
                if identity in self._skipped or (stack and identity in self._named):
                    return
                if identity in self._listed:
                    if os.path.islink(path):
                        yield Fault(
                            base, url_of(path), "filtered", "symbolic link to a directory that is listed already"
                        )
                    return
                names = sorted_names(path)
            except OSError as error:
                yield _fault(base, path, error)
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
                        yield _fault(base, path, error)
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
                    self._links.append((base, path, root))
                elif not (name.startswith(".") and name.endswith(STAGE_SUFFIX)):
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


def matches(pattern: str) -> Iterator[str]:
    """The paths that match a glob."""
    return glob.iglob(pattern, recursive=True, include_hidden=True)


def odd(mode: int) -> str:
    """What is there in place of a file."""
    return f"not a file: {KINDS.get(stat.S_IFMT(mode), 'something special')}"


def _file(base: str, path: str, state: os.stat_result) -> Found:
    if stat.S_ISREG(state.st_mode):
        return entry_of((base, url_of(path), state.st_size, state.st_mtime))
    return Fault(base, url_of(path), "filtered", odd(state.st_mode))


def _fault(base: str, path: str, error: OSError) -> Fault:
    if error.errno == errno.ENOENT and os.path.islink(path):
        return Fault(base, url_of(path), "not_found", "symbolic link to nothing")
    return Fault(base, url_of(path), STATUS.get(error.errno or 0, "failed"), error.strerror or str(error))


def _identity(path: str) -> Identity | None:
    try:
        state = os.stat(path)
    except (OSError, ValueError):  # ValueError: a NUL in it
        return None
    return state.st_dev, state.st_ino
