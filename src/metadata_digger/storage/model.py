"""What a storage lists and opens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeAlias

from metadata_digger.metadata.source import ByteSource


class Entry(NamedTuple):
    """A file to be read. `size` in bytes, `modified` in seconds since 1970 (UTC), None when the storage cannot tell.

    A tuple, because the main process makes and sends one for each file: a frozen dataclass takes five times as long.
    """

    base: str  # the entry of input.paths it came from, "file:///abs/dir"
    url: str  # "file:/abs/dir/name"
    size: int
    modified: float | None
    note: str = ""  # for its row
    version: str = ""  # another one when the content is (an ETag); "" where the storage tells none


class Fault(NamedTuple):
    """Something listed that is not read: it becomes a row of its own, so that it is counted and reported.

    `status` is that of the row: "not_found", "denied", "timed_out", "failed", or "filtered" for what is no file at all
    (a FIFO, a device, a symbolic link to a directory that was listed already). Of a directory with another status than
    "filtered" nobody knows what is in it, or not all.
    """

    base: str
    url: str
    status: str
    reason: str
    size: int = 0  # as of an Entry, where there is a file
    modified: float | None = None


Found: TypeAlias = Entry | Fault


def found_of(fields: Sequence[Any]) -> Found:
    """One of the two of its plain fields: an Entry has a size where a Fault has its status."""
    # A listing that an older version left for --resume tells no version of a file.
    return Entry(*fields) if isinstance(fields[2], int) else Fault(*fields)


# The class itself takes three times as long, and there is one for each file.
entry_of: Callable[[Sequence[Any]], Entry] = partial(tuple.__new__, Entry)


class OpenSource(ByteSource, Protocol):
    """A ByteSource that is closed after use; `read_at` raises StorageError when the storage fails."""

    stored: int  # bytes that the storage keeps of it: far fewer than `size` of a file of holes

    def grew(self) -> bool:
        """Whether there is something behind the `size` that the file had when it was opened: it grew, or it never told
        its size (the files of /proc)."""

    def close(self) -> None: ...


class Values(Protocol):
    """A configuration: the value of each key."""

    def __getitem__(self, key: str, /) -> Any: ...


class Storage(Protocol):
    """Picklable: it travels to worker processes and Spark executors."""

    def check(self, paths: Sequence[str]) -> None:
        """Before any work, naming every entry of input.paths that is meant: raises ConfigError where one is not there,
        StorageError where one cannot be read."""

    def walk(
        self,
        paths: Sequence[str],
        skip: Collection[str] = (),
        excluded: Counter[str] | None = None,
        listed: Counter[str] | None = None,
    ) -> Iterator[Found]:
        """Every file under `paths`, sorted within each directory, nothing twice, in memory that does not grow with the
        number of files.

        `skip` are local directories that are not entered (the output, the stage). What cannot be listed is a Fault.
        What input.include and input.exclude leave out is counted in `excluded`, as "files" and as "directories"; the
        files of each entry of `paths` in `listed` (`urls.entry_name`).
        """

    def base_of(self, entry: str) -> str:
        """What an entry of `paths` is called in the rows of its files."""

    def entry_name(self, entry: str) -> str:
        """What it is called in the records of a run, however it is written."""

    def open(self, one: Entry) -> OpenSource:
        """Raises StorageError with the status of the row."""

    def ahead(self, coming: Sequence[Entry], whole: int = 0) -> None:
        """These are opened next, in this order: a storage that answers slowly begins to fetch them, all of a file of at
        most `whole` bytes, of others the beginning. Asking twice is asking once."""

    def forget(self) -> None:
        """What was fetched ahead and not opened is not wanted any more."""
