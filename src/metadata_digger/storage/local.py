"""Files of this machine: opening them, and the entries of input.paths that are not there."""

# ruff: noqa: PTH114, PTH116

from __future__ import annotations

import errno
import os
import re
import stat
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from metadata_digger.config.values import unclosed
from metadata_digger.errors import ConfigError, DiggerError, StorageError
from metadata_digger.metadata.errors import Truncated
from metadata_digger.metadata.source import open_for_reading
from metadata_digger.storage.faults import STATUS, odd
from metadata_digger.storage.globs import is_glob
from metadata_digger.storage.links import FOLLOW
from metadata_digger.storage.lists import LIST
from metadata_digger.storage.model import Entry, Found
from metadata_digger.storage.patterns import EVERYTHING, Patterns
from metadata_digger.storage.urls import absolute, base_of, entry_name, path_of
from metadata_digger.storage.walk import Walk, matches


@dataclass(frozen=True, slots=True)
class LocalStorage:
    """input.storage.name=file"""

    patterns: Patterns = EVERYTHING
    links: str = FOLLOW

    def check(self, paths: Sequence[str]) -> None:
        if faults := [fault for path in paths if (fault := _fault_of_input(path))]:
            text = "\n".join(map(str, faults))
            raise ConfigError(text) if any(isinstance(one, ConfigError) for one in faults) else StorageError(text)

    def walk(
        self,
        paths: Sequence[str],
        skip: Collection[str] = (),
        excluded: Counter[str] | None = None,
        listed: Counter[str] | None = None,
    ) -> Iterator[Found]:
        left_out = Counter() if excluded is None else excluded
        return Walk(self.patterns, left_out, listed, self.links).inputs(paths, skip)

    def base_of(self, entry: str) -> str:
        return base_of(entry)

    def entry_name(self, entry: str) -> str:
        return entry_name(entry)

    def ahead(self, coming: Sequence[Entry], whole: int = 0) -> None:
        """The system reads ahead."""

    def forget(self) -> None:
        """There is nothing."""

    def open(self, one: Entry) -> LocalFile:
        path = path_of(one.url)
        try:
            descriptor = open_for_reading(path)
        except OSError as error:
            raise _storage_error(error) from error
        except ValueError as error:
            raise StorageError("no file has such a name", "not_found") from error  # a NUL; half a surrogate pair
        try:
            state = os.fstat(descriptor)
            if not stat.S_ISREG(state.st_mode):
                raise StorageError(odd(state.st_mode), "failed")
        except BaseException:
            os.close(descriptor)
            raise
        return LocalFile(descriptor, state.st_size, state.st_blocks * 512)  # stat(2): blocks of 512, always


class LocalFile:
    """An open file; every read goes to the system (`pipeline.OpenFile` keeps the blocks)."""

    __slots__ = ("_descriptor", "size", "stored")

    def __init__(self, descriptor: int, size: int, stored: int) -> None:
        self._descriptor = descriptor
        self.size = size
        self.stored = stored

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


def _storage_error(error: OSError) -> StorageError:
    return StorageError(error.strerror or str(error), STATUS.get(error.errno or 0, "failed"))


def _fault_of_input(path: str) -> DiggerError | None:
    """ConfigError: what the entry says is wrong; StorageError: what is there cannot be read."""
    place = absolute(path.removeprefix(LIST))
    try:
        mode = os.stat(place).st_mode
        if path.startswith(LIST):
            return _fault_of_list(path, place, mode)
        if stat.S_ISDIR(mode):
            os.scandir(place).close()
    except ValueError:
        return ConfigError(f"input.paths: {path!r} is no path: it has a NUL in it")
    except (FileNotFoundError, NotADirectoryError):
        return _fault_of_missing(path, place)
    except OSError as error:
        return StorageError(f"input.paths: {path} cannot be read: {error.strerror}")
    return None


def _fault_of_missing(path: str, place: str) -> ConfigError | None:
    if path.startswith(LIST):
        return ConfigError(f"input.paths: {path}: the list {place} does not exist (./{path} is a file of that name)")
    if is_glob(place):
        advice = "; a [ needs its ], as in [a-f], and [[] is a bracket itself" if unclosed(place) else ""
        return None if matches(place) else ConfigError(f"input.paths: nothing matches {path}{advice}")
    if re.match(r"(?!file:)[a-z][a-z0-9+.-]+://", path, re.IGNORECASE):
        return ConfigError(f"input.paths: {path} is no path of this machine; input.storage.name says where to look")
    if os.path.islink(place):
        return ConfigError(f"input.paths: {path} is a symbolic link to nothing: mount what it leads to, or correct it")
    return ConfigError(f"input.paths: {path} does not exist: correct it, or mount what it lies on")


def _fault_of_list(path: str, place: str, mode: int) -> DiggerError | None:
    if stat.S_ISDIR(mode):
        return ConfigError(f"input.paths: {path}: the list is a directory; without the {LIST} its files are the input")
    # What a pipe holds can be read only once, so it is not opened here.
    if os.access(place, os.R_OK):
        return None
    return StorageError(f"input.paths: {path} cannot be read: {os.strerror(errno.EACCES)}")
