"""A name service of HDFS: hdfs-native for all of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from metadata_digger.errors import StorageError
from metadata_digger.storage.hdfs import faults
from metadata_digger.storage.hdfs.access import HdfsAccess, Known, access_of
from metadata_digger.storage.hdfs.connection import Connection, asked, forget, once, patiently
from metadata_digger.storage.hdfs.hands import Late
from metadata_digger.storage.hdfs.order import Entry, Sorted
from metadata_digger.storage.hdfs.properties import bytes_of
from metadata_digger.storage.remote.client import Item

if TYPE_CHECKING:
    from hdfs_native import FileReader, FileStatus, FileWriter, WriteOptions
    from hdfs_native._internal import RawFileWriter

T = TypeVar("T")

PIECE = 4 << 20  # bytes of one request, each of which has its own time limit
PAGE = 1_000  # entries of an answer: dfs.ls.limit
NAME = 200  # bytes of a name that the temporary one has of it; HDFS allows 255
_CHECK = 6.0  # seconds for the request before any work
_CLEANING = 5.0  # seconds for what does not matter much


def hdfs_client(entry: str, environ: Mapping[str, str], patience: float = 60.0) -> tuple[HdfsClient, str]:
    """The client and the key of a URL. Raises ConfigError."""
    access, key = access_of(entry, Known.here(environ, patience))
    return HdfsClient(access), key


@dataclass(frozen=True, slots=True)
class HdfsClient:
    """remote.Client of an HDFS. A file's version is its size and when it was changed: HDFS has nothing better."""

    access: HdfsAccess

    renames: ClassVar[bool] = True

    @property
    def root(self) -> str:
        return f"{self.access.place}/"

    def check(self) -> None:
        try:
            once(self.access, lambda to: to.native.get_file_info("/"), min(_CHECK, self.access.patience))
        except StorageError as error:
            # hdfs-native asks a namenode with Kerberos again and again, and does not say why.
            if isinstance(error.__cause__, Late) and not self.access.kerberos:
                raise StorageError(f"{error}{faults.PERHAPS_KERBEROS}", error.status) from error
            raise

    def look(self, key: str) -> Item | None:
        status = self._status(key)
        return None if status is None or status.isdir or key.endswith("/") else _item(key, status)

    def is_folder(self, folder: str) -> bool:
        status = self._status(folder)
        return status is not None and status.isdir

    def _status(self, key: str) -> FileStatus | None:
        try:
            return asked(self.access, lambda to: to.native.get_file_info(_path(key)))
        except StorageError as error:
            if error.status == "not_found":
                return None
            raise

    def inside(self, folder: str) -> Iterator[Item | str]:
        yield from self._inside(folder)

    def below(self, folder: str, lost: Callable[[str, StorageError], None] | None = None) -> Iterator[Item]:
        """As the walk of a disk goes: into a folder where its name stands among those of files. A folder below that
        cannot be listed is told to `lost`; without it that is raised."""
        stack = [self._inside(folder)]
        while stack:
            for one in stack[-1]:
                if not isinstance(one, str):
                    yield one
                    continue
                try:
                    stack.append(self._inside(one))
                except StorageError as error:
                    if lost is None:
                        raise
                    lost(one, error)
                else:
                    break
            else:
                stack.pop()

    def _inside(self, folder: str) -> Iterator[Entry]:
        """Lists all of it before it returns."""
        return iter(patiently(self.access, partial(self._listed, folder), anew=True))

    def _listed(self, folder: str) -> Sorted:
        path, found = _path(folder), Sorted()
        start = folder.rstrip("/") + "/" if folder.strip("/") else ""
        pages: Iterator[FileStatus] | None = None

        def page(to: Connection) -> list[Entry]:
            nonlocal pages
            if pages is None:
                pages = to.native.list_status(path)
            entries: list[Entry] = []
            for one in islice(pages, PAGE):
                if one.path == path:
                    raise FileNotFoundError(path)  # it is a file
                key = start + one.path.rpartition("/")[2]
                entries.append(f"{key}/" if one.isdir else _item(key, one))
            return entries

        while True:
            entries = once(self.access, page)
            found.add(entries)
            if len(entries) < PAGE:
                return found

    def fetch(self, key: str, start: int, stop: int, version: str = "") -> bytes:
        if stop <= start:
            return b""
        pieces: list[bytes] = []

        def piece(to: Connection) -> bytes:
            at = start + sum(map(len, pieces))
            return self._reader(to, key, stop, version).read_range(at, min(PIECE, stop - at))

        while sum(map(len, pieces)) < stop - start:
            try:
                pieces.append(patiently(self.access, partial(self._fetched, key, version, piece)))
            except StorageError as error:
                if version and error.status != "denied" and self._is_another(key, version):
                    raise StorageError(faults.CHANGED, "failed") from error
                raise
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _fetched(self, key: str, version: str, piece: Callable[[Connection], bytes]) -> bytes:
        try:
            return once(self.access, piece)
        except StorageError:
            forget(self.access, key, version)
            raise

    def _reader(self, to: Connection, key: str, stop: int, version: str) -> FileReader:
        """A file whose blocks are those of the version: whoever replaces it later does not change them."""
        reader = to.reader(key, version) if version else None
        if reader is None:
            reader = to.native.read(_path(key))
            if version:
                if _version(to.native.get_file_info(_path(key))) != version:
                    raise StorageError(faults.CHANGED, "failed")
                to.keep(key, version, reader)
        if stop > len(reader):  # hdfs-native would panic
            raise StorageError(f"{stop} bytes asked for, the file has {len(reader)}", "failed")
        return reader

    def _is_another(self, key: str, version: str) -> bool:
        try:
            item = once(self.access, lambda to: _item(key, to.native.get_file_info(_path(key))))
        except StorageError:
            return False
        return item.version != version

    def read(self, key: str) -> bytes:
        try:
            return b"".join(patiently(self.access, lambda: list(self._pieces(key)), anew=True))
        except StorageError as error:
            if error.status == "not_found":
                raise FileNotFoundError(f"{self.root}{key}") from error
            raise

    def _pieces(self, key: str) -> Iterator[bytes]:
        reader = once(self.access, lambda to: to.native.read(_path(key)))
        size = len(reader)
        for at in range(0, size, PIECE):
            yield once(self.access, lambda _, at=at: reader.read_range(at, min(PIECE, size - at)))  # type: ignore[misc]

    def put(self, key: str, data: bytes | Path) -> None:
        patiently(self.access, lambda: self._put(key, _pieces_of(data)), anew=True)

    def create(self, key: str, data: bytes) -> bool:
        if self.look(key) is not None:
            return False
        return patiently(self.access, lambda: self._put(key, [data], replace=False), anew=True)

    def copy(self, key: str, to: str) -> None:
        """Through this machine: HDFS copies nothing by itself."""
        patiently(self.access, lambda: self._put(to, self._pieces(key)), anew=True)

    def _put(self, key: str, pieces: Iterable[bytes], *, replace: bool = True) -> bool:
        """Under another name first, because a half-written file has its name there at once."""
        folder, _, name = _path(key).rpartition("/")
        start = name.encode()[:NAME].decode(errors="ignore")
        half = f"{folder}/.{start}.{secrets.token_hex(6)}.tmp"
        try:
            size = self._write(half, pieces)
            return self._rename(half, key, size, replace=replace)
        except BaseException:
            with suppress(StorageError, FileExistsError):
                once(self.access, lambda to: to.native.delete(half), _CLEANING)
            raise

    def _write(self, path: str, pieces: Iterable[bytes]) -> int:
        writer = once(self.access, lambda to: _raw(to.native.create(path, self._options())))
        size = 0
        for piece in pieces:
            for at in range(0, len(piece), PIECE):
                some = piece[at : at + PIECE]
                size += once(self.access, lambda _, some=some: writer.write(some))  # type: ignore[misc]
        once(self.access, lambda _: writer.close())
        return size

    def _rename(self, half: str, key: str, size: int, *, replace: bool) -> bool:
        """False where there is a file already and it is not to be replaced; then nothing is left of the new one."""
        try:
            once(self.access, lambda to: to.native.rename(half, _path(key), overwrite=replace))
            return True
        except FileExistsError as error:
            if self.is_folder(key):
                raise StorageError(f"{self.root}{key} is a folder", "failed") from error
            once(self.access, lambda to: to.native.delete(half))
            return False
        except StorageError as error:
            if error.status == "failed" and self.is_folder(key):
                raise StorageError(f"{self.root}{key} is a folder", "failed") from error
            # What was done although the answer was lost.
            item = self.look(key) if error.status in ("timed_out", "not_found") else None
            if item is None or item.size != size or self.look(half.lstrip("/")) is not None:
                raise
            return True

    def _options(self) -> WriteOptions:
        """As the cluster's files want new files to be; else as the namenode does."""
        from hdfs_native import WriteOptions

        known = dict(self.access.properties)
        more: dict[str, Any] = {"overwrite": True, "create_parent": True}
        if (replication := known.get("dfs.replication", "")).isdecimal():
            more["replication"] = int(replication)
        if size := bytes_of(known.get("dfs.blocksize", "")):
            more["block_size"] = size
        with suppress(ValueError):
            more["permission"] = 0o666 & ~int(known.get("fs.permissions.umask-mode", ""), 8)
        return WriteOptions(**more)

    def move(self, folder: str, to: str) -> None:
        source, target = _path(folder), _path(to)
        parent = target.rpartition("/")[0] or "/"

        def moved(at: Connection) -> None:
            at.native.mkdirs(parent, create_parent=True)
            at.native.rename(source, target)

        def work() -> None:
            try:
                once(self.access, moved)
            except FileExistsError as error:
                raise StorageError(f"{self.root}{to} is there already", "failed") from error
            except StorageError as error:
                if error.status not in ("timed_out", "not_found"):
                    raise
                if self.is_folder(folder) or not self.is_folder(to):
                    raise

        if self.is_folder(to):
            raise StorageError(f"{self.root}{to} is there already", "failed")
        patiently(self.access, work)

    def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._deleted(_path(key), recursive=False)

    def delete_folder(self, folder: str) -> None:
        if not folder.strip("/"):
            raise StorageError(f"{self.root} is the root of HDFS, and stays", "failed")
        if self.is_folder(folder):
            self._deleted(_path(folder), recursive=True)

    def _deleted(self, path: str, *, recursive: bool) -> None:
        try:
            asked(self.access, lambda to: to.native.delete(path, recursive))
        except StorageError as error:
            if error.status != "not_found":
                raise

    def abort_uploads(self, folder: str) -> None:
        """There are none: a half-written file has a name, which goes with the folder."""


class _Nothing:
    def close(self) -> None: ...


def _raw(writer: FileWriter) -> RawFileWriter:
    """What does the work, and does none when nobody holds it any more: Python closes a file then, and to close one
    takes as long as its datanodes do not answer."""
    raw = writer.inner
    writer.inner = _Nothing()  # type: ignore[assignment]
    return raw


def _path(key: str) -> str:
    return "/" + key.rstrip("/")


def _item(key: str, status: FileStatus) -> Item:
    return Item(key, status.length, status.modification_time / 1000, _version(status))


def _version(status: FileStatus) -> str:
    return f"{status.length}-{status.modification_time}"


def _pieces_of(data: bytes | Path) -> Iterator[bytes]:
    if isinstance(data, bytes):
        yield data
        return
    with data.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
