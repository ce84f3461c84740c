"""The few requests that S3 and HDFS have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    import pyarrow as pa


class Item(NamedTuple):
    """A file of a client. `key`: its name below the client's root, as the server has it, any text."""

    key: str
    size: int  # bytes
    modified: float | None  # seconds since 1970, UTC
    version: str  # another one when the content is; an ETag. "" where the server tells none


def name_of(entry: Item | str) -> str:
    """The key of what is in a folder."""
    return entry if isinstance(entry, str) else entry.key


class Client(Protocol):
    """A bucket of S3, or a name service of HDFS. Picklable, secrets and all: it goes to workers in the payload alone.

    Connections are made at the first request of a process and never travel; what is imported for them is imported then.
    Safe for threads. A key has no slash at its beginning; that of a folder has one at its end, "" is the root.

    Raises StorageError with the status of a row ("not_found", "denied", "timed_out", "failed") and a sentence without
    secrets. A server that does not answer, or that refuses for the moment (503, 429, a reset), is asked again for
    `patience` seconds; then it is "timed_out".
    """

    renames: ClassVar[bool]  # whether a folder moves in one step

    @property
    def root(self) -> str:
        """The URL that keys are put behind: "s3a://bucket/", "hdfs://host:8020/"."""

    def check(self) -> None:
        """One request: raises StorageError with one sentence for a wrong key or secret, no such bucket, no right,
        clocks that differ, no answer; within 10 seconds."""

    def look(self, key: str) -> Item | None:
        """The file of a key, None where there is none."""

    def is_folder(self, folder: str) -> bool:
        """Whether there is a folder, or in S3 anything below it."""

    def inside(self, folder: str) -> Iterator[Item | str]:
        """What is in a folder: files, and keys of folders; sorted by key, or all files before all folders."""

    def below(self, folder: str) -> Iterator[Item]:
        """All files in a folder and below it, sorted by key, in memory that does not grow. Not what is no file: S3's
        empty keys that end in a slash."""

    def fetch(self, key: str, start: int, stop: int, version: str = "") -> bytes:
        """Bytes [start, stop), all of them within the file. StorageError where the file has another version by now."""

    def read(self, key: str) -> bytes:
        """A whole file. Raises FileNotFoundError where there is none."""

    def put(self, key: str, data: bytes | Path) -> None:
        """There whole at the end, or not at all; what was there is replaced. A Path: the local file's content."""

    def create(self, key: str, data: bytes) -> bool:
        """As `put`; False, and nothing is done, where there is a file already: of several at once one is first."""

    def copy(self, key: str, to: str) -> None:
        """By the server where it can."""

    def move(self, folder: str, to: str) -> None:
        """Only where `renames`: a folder, in one step; `to` is not there."""

    def delete(self, keys: Sequence[str]) -> None:
        """Files; one that is not there is none the less gone."""

    def delete_folder(self, folder: str) -> None:
        """With all below it, and with uploads to it that were never finished."""

    def abort_uploads(self, folder: str) -> None:
        """Those below a folder that a kill left open: they cost money, and are seen nowhere."""


@runtime_checkable
class Paged(Protocol):
    """A client that can begin a listing anywhere, and tells it as columns."""

    def pages(self, folder: str, after: str = "", stop: str = "") -> Iterator[pa.RecordBatch]:
        """As `Client.below`, in batches of `columns.ITEMS`: of keys behind `after`, which is that of a file below the
        folder, and before `stop`. A batch has some thousand rows at most."""
