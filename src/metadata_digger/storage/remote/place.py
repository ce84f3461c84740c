"""A file or a folder in S3 or HDFS, used as a pathlib.Path is: what writes output asks no more of the two than this."""

from __future__ import annotations

import fnmatch
import io
import posixpath
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TypeAlias, TypeVar

from metadata_digger.errors import DiggerError, StorageError
from metadata_digger.storage.remote.client import Client, Item
from metadata_digger.storage.remote.source import RemoteSource

WHOLE = 64 << 20  # bytes of a file that is read into memory; a larger one goes through a temporary file
PIECE = 8 << 20  # bytes that such a one is fetched by
AT_ONCE = 16  # requests side by side, where there are many files

T = TypeVar("T")
U = TypeVar("U")


class PlaceError(OSError):
    """What a server said, where an OSError is expected."""


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except StorageError as error:
        kind = FileNotFoundError if error.status == "not_found" else PlaceError
        raise kind(str(error)) from error


@dataclass(frozen=True, slots=True)
class Place:
    """`key`: without a slash at either end, "" for the client's root. All raise OSError.

    There are no empty folders in S3: a folder is there when a file is below it.
    """

    client: Client
    key: str
    known: str = field(default="", compare=False, repr=False)  # "file" or "folder", where a listing told

    def __str__(self) -> str:
        return f"{self.client.root}{self.key}"

    def __lt__(self, other: Place) -> bool:
        return self.key < other.key

    def __truediv__(self, name: str) -> Place:
        return Place(self.client, posixpath.normpath(posixpath.join(self.key, name)))

    @property
    def name(self) -> str:
        return self.key.rpartition("/")[2]

    @property
    def parent(self) -> Place:
        return Place(self.client, self.key.rpartition("/")[0])

    @property
    def _folder(self) -> str:
        return f"{self.key}/" if self.key else ""

    def with_name(self, name: str) -> Place:
        return self.parent / name

    def with_suffix(self, suffix: str) -> Place:
        return self.with_name(f"{posixpath.splitext(self.name)[0]}{suffix}")

    def relative_to(self, other: Place) -> str:
        """The key below a folder that it is in."""
        return self.key.removeprefix(other._folder)

    def is_file(self) -> bool:
        return self.known == "file" or (self.known == "" and self.item() is not None)

    def is_dir(self) -> bool:
        with _told():
            return self.known == "folder" or (self.known == "" and self.client.is_folder(self._folder))

    def exists(self) -> bool:
        return bool(self.known) or self.is_file() or self.is_dir()

    def item(self) -> Item | None:
        """Size and version of a file; None where there is none."""
        with _told():
            return self.client.look(self.key) if self.key else None

    def iterdir(self) -> Iterator[Place]:
        with _told():
            for one in self.client.inside(self._folder):
                key, known = (one.rstrip("/"), "folder") if isinstance(one, str) else (one.key, "file")
                yield Place(self.client, key, known)

    def glob(self, pattern: str) -> Iterator[Place]:
        """Of names in the folder alone."""
        try:
            yield from (one for one in self.iterdir() if fnmatch.fnmatchcase(one.name, pattern))
        except FileNotFoundError:
            return

    def below(self) -> Iterator[Place]:
        """All files in a folder and below it."""
        with _told():
            for one in self.client.below(self._folder):
                yield Place(self.client, one.key, "file")

    def mkdir(self, *, parents: bool = True, exist_ok: bool = True) -> None:
        """Nothing: a folder comes with its first file."""

    def read_bytes(self) -> bytes:
        with _told():
            return self.client.read(self.key)

    def read_text(self, encoding: str = "utf-8") -> str:
        return self.read_bytes().decode(encoding)

    def write_bytes(self, data: bytes) -> None:
        """There whole at the end, or not at all, as with all that writes here."""
        with _told():
            self.client.put(self.key, data)

    def write_text(self, text: str, encoding: str = "utf-8") -> None:
        self.write_bytes(text.encode(encoding))

    def create(self, data: bytes) -> bool:
        """False, and nothing is written, where there is a file already."""
        with _told():
            return self.client.create(self.key, data)

    def source(self) -> RemoteSource:
        """For who wants a few bytes of it."""
        if (item := self.item()) is None:
            raise FileNotFoundError(f"{self} is not there")
        return RemoteSource(self.client, self.key, item.size, item.version, None)

    def open(self, mode: str = "rb", *, encoding: str | None = None, buffering: int = -1) -> IO[bytes]:
        """For reading, of bytes."""
        if mode != "rb":
            raise ValueError(f"{self} cannot be opened as {mode}")
        item = self.item()
        if item is None:
            raise FileNotFoundError(f"{self} is not there")
        if item.size <= WHOLE:
            return io.BytesIO(self.read_bytes())
        file = tempfile.TemporaryFile()  # noqa: SIM115  # the caller closes it
        self._fetch(item, file)
        file.seek(0)
        return file

    def download(self, target: Path) -> None:
        """The file, or the folder with all in it."""
        if (item := self.item()) is not None:
            with target.open("wb") as file:
                self._fetch(item, file)
            return
        if not self.is_dir():
            raise FileNotFoundError(f"{self} is not there")
        target.mkdir(parents=True, exist_ok=True)
        for one in self.below():
            to = target / one.relative_to(self)
            to.parent.mkdir(parents=True, exist_ok=True)
            one.download(to)

    def _fetch(self, item: Item, file: IO[bytes]) -> None:
        with _told():
            for start in range(0, item.size, PIECE):
                file.write(self.client.fetch(self.key, start, min(start + PIECE, item.size), item.version))

    def upload(self, source: Path) -> None:
        """A file of this machine, or a folder with all in it."""
        if source.is_file():
            with _told():
                self.client.put(self.key, source)
            return
        files = [path for path in sorted(source.rglob("*")) if path.is_file()]
        at_once(lambda path: (self / path.relative_to(source).as_posix()).upload(path), files)

    def copy_to(self, target: Place) -> None:
        with _told():
            self.client.copy(self.key, target.key)

    def rename(self, target: Place) -> None:
        """A folder, where the client renames."""
        with _told():
            self.client.move(self._folder, target._folder)

    def unlink(self, *, missing_ok: bool = False) -> None:
        with _told():
            self.client.delete([self.key])

    def remove(self) -> None:
        """A folder with all in it, and with what was never uploaded to its end."""
        with _told():
            self.client.delete_folder(self._folder)

    def abort_uploads(self) -> None:
        """To a folder, that were never finished."""
        with _told():
            self.client.abort_uploads(self._folder)


Folder: TypeAlias = Path | Place


def on_disk(folder: Folder) -> Path:
    """Of what is only ever done on this machine."""
    if isinstance(folder, Place):
        raise DiggerError(f"{folder} is on no disk of this machine")
    return folder


def at_once(do: Callable[[T], U], things: Iterable[T]) -> list[U]:
    """The same done with each, some side by side: each waits for a server. The first error is raised."""
    threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="place")
    try:
        return list(threads.map(do, things))
    finally:
        threads.shutdown(cancel_futures=True)


def entries(folder: Folder) -> list[Folder]:
    """What is in a folder, in the order of the names. Raises OSError."""
    found: list[Folder] = [*folder.iterdir()]
    return sorted(found, key=str)


def each(folder: Folder, do: Callable[[T], U], things: Iterable[T]) -> Iterator[U]:
    """The same done with each of what is in a folder, in their order."""
    return iter(at_once(do, things)) if isinstance(folder, Place) else map(do, things)


def remove(folder: Folder) -> None:
    """A folder with all in it, as far as that can be done. Raises no OSError of this machine's disk."""
    if isinstance(folder, Place):
        folder.remove()
    else:
        shutil.rmtree(folder, ignore_errors=True)
