"""Files of this machine.

A URL is `file:` and the path as it is: the original escapes nothing, and the ids that people saved are MD5 sums of
that text. A path that is not UTF-8 cannot be written so (Arrow, JSON and CSV hold text only; Java replaces the bytes
and then finds no such file): it becomes a percent-escaped URL of RFC 8089, told apart by its three slashes
(`file:///a/%FFb.jpg`).
"""

# os and not pathlib: 100,000 files are listed in 0.3 s with os, a Path for each takes more than all the rest.
# ruff: noqa: PTH100, PTH114, PTH116, PTH207, PTH208

from __future__ import annotations

import errno
import glob
import os
import re
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import quote_from_bytes, unquote_to_bytes

from metadata_digger.errors import StorageError
from metadata_digger.metadata.errors import Truncated
from metadata_digger.storage.model import Entry, Fault, Found

# A directory named like this holds a run's unfinished work; no run reads another's.
STAGE_SUFFIX = ".metadata-digger"

STATUS = {
    errno.ENOENT: "not_found",
    errno.ENOTDIR: "not_found",
    errno.EACCES: "denied",
    errno.EPERM: "denied",
    errno.ETIMEDOUT: "timed_out",
}
KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
}

# O_NONBLOCK: a FIFO put in the place of a listed file must not block the run. O_NOATIME: evidence stays as it was.
FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
NOATIME = getattr(os, "O_NOATIME", 0)


def url_of(path: str) -> str:
    """The URL of an absolute path as Python has it (surrogates for bytes that are not UTF-8)."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return "file://" + quote_from_bytes(os.fsencode(path))
    return "file:" + path


def path_of(url: str) -> str:
    """The path of a URL made by `url_of`; raises StorageError when it is none."""
    if url.startswith("file:///"):
        return os.fsdecode(unquote_to_bytes(url[len("file://") :]))
    if url.startswith("file:/"):
        return url[len("file:") :]
    raise StorageError(f"{url} is no URL of a local file", "not_found")


@dataclass(frozen=True, slots=True)
class LocalStorage:
    """input.storage.name=file"""

    name: ClassVar[str] = "file"

    def check(self, paths: Sequence[str]) -> None:
        faults = [fault for path in paths if (fault := _fault_of_input(path))]
        if faults:
            raise StorageError("\n".join(faults), "not_found")

    def walk(self, paths: Sequence[str], skip: Collection[str] = ()) -> Iterator[Found]:
        return _Walk().inputs(paths, skip)

    def open(self, url: str) -> LocalFile:
        path = path_of(url)
        try:
            descriptor = _open(path)
        except OSError as error:
            raise _storage_error(error) from error
        try:
            state = os.fstat(descriptor)
            if not stat.S_ISREG(state.st_mode):
                raise StorageError(_odd(state.st_mode), "failed")
        except BaseException:
            os.close(descriptor)
            raise
        return LocalFile(descriptor, state.st_size)


class LocalFile:
    """An open file; every read goes to the system (`pipeline.OpenFile` keeps the blocks)."""

    __slots__ = ("_descriptor", "size")

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self.size = size

    def read_at(self, offset: int, length: int) -> bytes:
        if offset < 0 or length < 0 or offset + length > self.size:
            raise Truncated(f"{length} bytes at {offset} asked for, the file has {self.size}")
        pieces: list[bytes] = []
        missing = length
        while missing:
            # Linux gives at most 2 GiB at once, network file systems less.
            try:
                piece = os.pread(self._descriptor, missing, offset + length - missing)
            except OSError as error:
                raise _storage_error(error) from error
            if not piece:
                raise Truncated(f"{length} bytes at {offset} asked for, {length - missing} read: the file shrank")
            pieces.append(piece)
            missing -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def grew(self) -> bool:
        try:
            return bool(os.pread(self._descriptor, 1, self.size))
        except OSError as error:
            raise _storage_error(error) from error

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


@dataclass(slots=True)
class _Walk:
    """What one walk remembers, so that nothing comes twice: directories, not files, by device and inode."""

    listed: set[tuple[int, int]] = field(default_factory=set)
    skipped: set[tuple[int, int]] = field(default_factory=set)
    given: dict[tuple[int, int], set[str]] = field(default_factory=dict)  # files of input.paths, by their directory
    links: list[tuple[str, str]] = field(default_factory=list)  # (base, path) of symbolic links to directories

    def inputs(self, paths: Sequence[str], skip: Collection[str]) -> Iterator[Found]:
        for path in skip:
            if (identity := _identity(path)) is not None:
                self.skipped.add(identity)
        for path in paths:
            absolute = _absolute(path)
            url = url_of(absolute)
            base = url if url.startswith("file:///") else "file://" + absolute
            for place in [absolute] if os.path.lexists(absolute) else sorted(_glob(absolute)):
                yield from self._input(base, place)
        # A real directory is listed under its own name, so links wait until all of them are.
        for base, path in iter(lambda: self.links.pop(0) if self.links else None, None):
            yield from self._directory(base, path)

    def _input(self, base: str, path: str) -> Iterator[Found]:
        try:
            state = os.stat(path)
        except OSError as error:
            yield _fault(base, path, error)
            return
        if stat.S_ISDIR(state.st_mode):
            yield from self._directory(base, path)
            return
        directory, name = os.path.split(path)
        home = _identity(directory)
        if home is not None:
            names = self.given.setdefault(home, set())
            if home in self.listed or name in names:
                return
            names.add(name)
        yield _file(base, path, state)

    def _directory(self, base: str, top: str) -> Iterator[Found]:
        """Depth first by an explicit stack: depth is limited by the file system alone."""
        stack: list[tuple[str, Iterator[str]]] = []

        def enter(path: str) -> Iterator[Found]:
            try:
                state = os.stat(path)
                identity = (state.st_dev, state.st_ino)
                if identity in self.skipped:
                    return
                if identity in self.listed:
                    if os.path.islink(path):
                        yield Fault(
                            base, url_of(path), "filtered", "symbolic link to a directory that is listed already"
                        )
                    return
                names = os.listdir(path)
            except OSError as error:
                yield _fault(base, path, error)
                return
            self.listed.add(identity)
            if known := self.given.get(identity):
                names = [name for name in names if name not in known]
            names.sort()
            stack.append((path if path.endswith("/") else path + "/", iter(names)))

        yield from enter(top)
        while stack:
            prefix, names = stack[-1]
            for name in names:
                path = prefix + name
                try:
                    state = os.stat(path)
                except OSError as error:
                    yield _fault(base, path, error)
                    continue
                if not stat.S_ISDIR(state.st_mode):
                    yield _file(base, path, state)
                elif os.path.islink(path):
                    self.links.append((base, path))
                elif not (name.startswith(".") and name.endswith(STAGE_SUFFIX)):
                    yield from enter(path)
                    if stack[-1][1] is not names:
                        break
            else:
                stack.pop()


def _file(base: str, path: str, state: os.stat_result) -> Found:
    if stat.S_ISREG(state.st_mode):
        return Entry(base, url_of(path), state.st_size, state.st_mtime)
    return Fault(base, url_of(path), "filtered", _odd(state.st_mode))


def _fault(base: str, path: str, error: OSError) -> Fault:
    if error.errno == errno.ENOENT and os.path.islink(path):
        return Fault(base, url_of(path), "not_found", "symbolic link to nothing")
    return Fault(base, url_of(path), STATUS.get(error.errno or 0, "failed"), error.strerror or str(error))


def _storage_error(error: OSError) -> StorageError:
    return StorageError(error.strerror or str(error), STATUS.get(error.errno or 0, "failed"))


def _odd(mode: int) -> str:
    return f"not a file: {KINDS.get(stat.S_IFMT(mode), 'something special')}"


def _open(path: str) -> int:
    if NOATIME:
        try:
            return os.open(path, FLAGS | NOATIME)
        except PermissionError:
            pass  # only a file's owner may ask for it
    return os.open(path, FLAGS)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_dev, state.st_ino


def _absolute(path: str) -> str:
    """An entry of input.paths as an absolute path: `dir`, `/dir`, `file:/dir` or `file:///dir`, nothing escaped."""
    if path.startswith("file:"):
        path = path.removeprefix("file:")
        path = "/" + path.lstrip("/") if path.startswith("/") else path
    return os.path.abspath(path)


def _glob(path: str) -> Iterator[str]:
    return glob.iglob(path, recursive=True, include_hidden=True)


def _fault_of_input(path: str) -> str | None:
    absolute = _absolute(path)
    try:
        if stat.S_ISDIR(os.stat(absolute).st_mode):
            os.scandir(absolute).close()
    except FileNotFoundError:
        if glob.has_magic(absolute):
            return None if next(_glob(absolute), None) else f"input.paths: nothing matches {path}"
        if re.match(r"(?!file:)[a-z][a-z0-9+.-]+://", path, re.IGNORECASE):
            return f"input.paths: {path} is no path of this machine; input.storage.name says where to look"
        return f"input.paths: {path} does not exist"
    except OSError as error:
        return f"input.paths: {path} cannot be read: {error.strerror}"
    return None
