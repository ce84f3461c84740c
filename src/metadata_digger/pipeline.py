"""Files in, rows through a list of steps, rows out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, ParamSpec, Protocol, TypeVar

import pyarrow as pa

from metadata_digger.errors import StorageError
from metadata_digger.metadata.errors import Truncated
from metadata_digger.metadata.source import BLOCK
from metadata_digger.schema import FILE, OK
from metadata_digger.storage.model import Entry, Found, OpenSource, Storage

if TYPE_CHECKING:
    from metadata_digger.picture import Picture, PictureError

P = ParamSpec("P")
T = TypeVar("T")

WHOLE = 1 << 30  # bytes of a file that are held in memory at once, unless the engine says otherwise
MAX_PIXELS = 178_956_970  # of a picture that is decoded, unless the configuration says otherwise
HOLLOW = 64 << 30  # a file larger than this, and less than a thousandth of it stored, is holes: refused as a stream
CHUNK = 256 << 10  # bytes of a stream: they stay in a core's cache while several hashes go over them


class OpenFile:
    """One input file while its batch is alive.

    A ByteSource whose 64 KiB blocks are fetched on demand and kept; the whole file is fetched at most once, the picture
    decoded at most once, however many steps want them. A file that could not be opened raises its StorageError.
    """

    __slots__ = (
        "_beat", "_blocks", "_content", "_fault", "_picture", "_source",
        "again", "max_pixels", "pixels", "size", "url", "whole",
    )  # fmt: skip

    def __init__(
        self,
        url: str,
        source: OpenSource | StorageError,
        pixels: int = 0,
        whole: int = WHOLE,
        max_pixels: int = MAX_PIXELS,
        beat: Callable[[str], None] = lambda url: None,
    ) -> None:
        self.url = url
        self.pixels = pixels  # long edge of the picture that the steps want
        self.whole = whole
        self.max_pixels = max_pixels  # -1: no limit
        self._beat = beat
        self._fault = source if isinstance(source, StorageError) else None
        self._source = None if isinstance(source, StorageError) else source
        self.size = self._source.size if self._source is not None else 0
        self.again = None if self._fault is None else 0  # as in schema.FILE, of what has happened so far
        self._blocks: dict[int, bytes] = {}
        self._content: bytes | None = None
        self._picture: Picture | PictureError | None = None

    def read_at(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes; raises Truncated outside the file, StorageError when the storage fails."""
        end = offset + length
        if offset < 0 or length < 0 or end > self.size:
            if self._fault is not None:
                raise self._fault
            raise Truncated(f"{length} bytes at {offset} asked for, the file has {self.size}")
        if self._content is not None:
            return self._content[offset:end]
        if not length:
            return b""
        first, last = offset // BLOCK, (end - 1) // BLOCK
        if first != last:
            self._fetch(first, last)
            data = b"".join(self._blocks[number] for number in range(first, last + 1))
        else:
            if first not in self._blocks:
                self._fetch(first, first)
            data = self._blocks[first]
        start = offset - first * BLOCK
        return data[start : start + length]

    def _fetch(self, first: int, last: int) -> None:
        """One request for all blocks that are missing: remote storages charge by the request."""
        missing = [number for number in range(first, last + 1) if number not in self._blocks]
        if not missing:
            return
        start = missing[0] * BLOCK
        data = self._ask(self._open().read_at, start, min((missing[-1] + 1) * BLOCK, self.size) - start)
        for number in range(missing[0], missing[-1] + 1):
            self._blocks[number] = data[number * BLOCK - start : (number + 1) * BLOCK - start]

    def _ask(self, question: Callable[P, T], *of: P.args, **more: P.kwargs) -> T:
        """An answer of the source, which may take its time."""
        self._beat(self.url)
        try:
            return question(*of, **more)
        except StorageError:
            self.again = 0
            raise

    def content(self) -> bytes:
        """The whole file; raises StorageError when the storage fails or the file is larger than `whole`."""
        if self._content is None:
            source = self._open()
            if self.size > self.whole:
                if self.again is None:
                    self.again = self.size
                raise StorageError(f"too large to be read whole within processing.maxMemoryGB ({self.whole:,} bytes)")
            try:
                self._content = self._ask(source.read_at, 0, self.size)
            except Truncated as error:
                raise StorageError(str(error)) from error
            self._blocks.clear()
        return self._content

    def chunks(self) -> Iterator[bytes | memoryview]:
        """The file from its start to its end, piece by piece; raises StorageError, also when it changed meanwhile.

        Nothing is kept, unless a picture is wanted of the file and it may be held whole: then it is fetched here, once
        for both.
        """
        if self._content is None and self.pixels and self.size <= self.whole:
            self.content()
        if self._content is not None:
            view = memoryview(self._content)
            yield from (view[at : at + CHUNK] for at in range(0, self.size, CHUNK))
        else:
            yield from self._stream(self._open())
        if self._ask(self._open().grew):
            raise StorageError(f"it is longer than the {self.size:,} bytes that it had when it was opened")

    def _stream(self, source: OpenSource) -> Iterator[bytes]:
        if self.size > HOLLOW and source.stored < self.size // 1000:
            raise StorageError(f"a file of holes: it states {self.size:,} bytes, and {source.stored:,} are stored")
        for at in range(0, self.size, CHUNK):
            try:
                yield self._ask(source.read_at, at, min(CHUNK, self.size - at))
            except Truncated as error:
                raise StorageError(str(error)) from error

    def picture(self) -> Picture:
        """The picture, upright; its long edge has at least `pixels` (or all there are) of what the steps asked for.

        Raises PictureError when it cannot be decoded, StorageError when the file cannot be read; the same again at
        every call.
        """
        from metadata_digger.picture import PictureError, decode

        if self._picture is None:
            self._beat(self.url)
            try:
                self._picture = decode(self.content(), self.pixels, name=self.url, max_pixels=self.max_pixels)
            except PictureError as error:
                self._picture = error
        if isinstance(self._picture, PictureError):
            raise self._picture
        return self._picture

    def _open(self) -> OpenSource:
        if self._source is None:
            raise self._fault or StorageError("the file is closed")
        return self._source

    def close(self) -> None:
        """Frees the file, its content and its picture."""
        if self._source is not None:
            self._source.close()
        self._source = self._content = self._picture = None
        self._blocks = {}


@dataclass(slots=True)
class Batch:
    """Rows and their files: same length, same order."""

    rows: pa.RecordBatch
    files: Sequence[OpenFile]

    def close(self) -> None:
        for file in self.files:
            file.close()


class Step(Protocol):
    """A stretch of the way. Picklable: it travels to worker processes and Spark executors; what is heavy (a network)
    is made in `run`, once for all batches. One batch out for each batch in, before the next one is asked for; same
    rows, same order (a batch may have none). A row that is to be left out gets a status other than "ok" and a reason;
    rows that are not "ok" are passed on untouched."""

    @property
    def pixels(self) -> int:
        """Long edge of the picture that this step needs, 0 when it needs none."""

    def output(self, schema: pa.Schema) -> pa.Schema:
        """The schema after this step; raises ConfigError when the input lacks what it needs."""

    def run(self, batches: Iterator[Batch]) -> Iterator[Batch]: ...


class Ranking(Protocol):
    """An order of the rows that only all of them together decide (run.publish.ranking). Picklable.

    `settled` is what it is when the counts of all parts are known.
    """

    counted: ClassVar[tuple[str, ...]]  # the columns that `count` reads; none: nothing needs counting
    by: ClassVar[str]  # the integer column that orders the rows, the highest first; equals keep their order

    def output(self, schema: pa.Schema) -> pa.Schema:
        """What `rank` makes of rows of the steps' schema."""

    def count(self, rows: pa.RecordBatch) -> Any:
        """Of rows that are ok, which have the columns `counted` alone."""

    def settled(self, counts: Sequence[Any]) -> Ranking: ...

    def rank(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        """The same rows, in their order; some of those that were ok may be filtered now."""

    def told(self, best: Sequence[tuple[int, str, list[str]]]) -> tuple[list[str], dict[str, Any]]:
        """Lines for people, and facts for the report, of the best (place, file, reasons)."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Steps one after the other: a step itself."""

    steps: tuple[Step, ...]

    @property
    def pixels(self) -> int:
        return max((step.pixels for step in self.steps), default=0)

    def output(self, schema: pa.Schema) -> pa.Schema:
        for step in self.steps:
            schema = step.output(schema)
        return schema

    def run(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        for step in self.steps:
            batches = step.run(batches)
        return batches


def compose(steps: Sequence[Step]) -> Chain:
    return Chain(tuple(steps))


def row_id(url: str) -> str:
    """MD5 of the file path as listed, upper-case hex: the original's id."""
    return hashlib.md5(url.encode(), usedforsecurity=False).hexdigest().upper()


def open_batch(
    found: Sequence[Found],
    storage: Storage,
    pixels: int = 0,
    whole: int = WHOLE,
    max_pixels: int = MAX_PIXELS,
    beat: Callable[[str], None] = lambda url: None,
) -> Batch:
    """Opens the files; rows have the schema `schema.FILE`. A file that cannot be opened, or a Fault of the listing, has
    a row with its status and reason. `whole`: the largest file in bytes that `content` fetches. `max_pixels`: the
    largest picture that is decoded; -1: any. `beat` is told the URL of a file before anything is asked of it."""
    files: list[OpenFile] = []
    sizes: list[int] = []
    statuses: list[str] = []
    reasons: list[str | None] = []
    for one in found:
        source: OpenSource | StorageError
        if isinstance(one, Entry):
            beat(one.url)
            try:
                source = storage.open(one)
            except StorageError as error:
                source = error
        else:
            source = StorageError(one.reason, one.status)
        failed = isinstance(source, StorageError)
        files.append(OpenFile(one.url, source, pixels, whole, max_pixels, beat))
        statuses.append(source.status if isinstance(source, StorageError) else OK)
        reasons.append(str(source) if failed else None)
        sizes.append(source.size if not isinstance(source, StorageError) else one.size)
    columns = [
        pa.array([row_id(one.url) for one in found], pa.string()),
        pa.array([one.base for one in found], pa.string()),
        pa.array([one.url for one in found], pa.string()),
        pa.array(sizes, pa.int64()),
        pa.array([microseconds(one.modified) for one in found], FILE.field("modified").type),
        pa.array(statuses, pa.string()),
        pa.array(reasons, pa.string()),
        pa.array([[one.note] if isinstance(one, Entry) and one.note else [] for one in found], pa.list_(pa.string())),
        pa.nulls(len(found), pa.int64()),
    ]
    return Batch(pa.RecordBatch.from_arrays(columns, schema=FILE), files)


def microseconds(seconds: float | None) -> int | None:
    """Some file systems store any 64 bits as a time; what Arrow's consumers cannot print (year 10,000) is no time."""
    return round(seconds * 1e6) if seconds is not None and abs(seconds) < 2.5e11 else None
