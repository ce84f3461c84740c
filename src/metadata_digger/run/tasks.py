"""Tasks as plain data, and Do, who does them. What is done with one stands in `work`, and where in `engines`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:  # a worker process imports this before it has set itself up
    from metadata_digger.run.counts import Summary
    from metadata_digger.run.job import Waiting
    from metadata_digger.sinks.columns import Columns
    from metadata_digger.sinks.growth import Growth
    from metadata_digger.storage.model import Entry, Found
    from metadata_digger.storage.remote.place import Folder


class Slice(NamedTuple):
    """Rows [start, stop) among those of a part that are ok."""

    part: str
    start: int
    stop: int


class Limits(NamedTuple):
    """What a worker may hold, in bytes: the files of one batch together, one file whole."""

    batch: int
    whole: int


class Hashed(NamedTuple):
    """A file as it is now: the status and reason of a row, and its hashes, None where it cannot be read."""

    status: str
    reason: str | None
    hashes: tuple[str | None, ...]


class Worker(Protocol):
    """What a task asks of the one that does it (work.Work)."""

    sent: set[tuple[str, str]]  # tags that whoever gives the tasks knows of already

    def extract(self, part: str, found: Sequence[Found], progress: Callable[[int], None]) -> Summary: ...
    def keep(self, source: Folder, part: str, mask: bytes, times: Any) -> Summary: ...
    def hashes(
        self, found: Sequence[Found], types: tuple[str, ...], progress: Callable[[int], None]
    ) -> list[Hashed]: ...
    def piece(self, piece: Piece) -> Counter[tuple[str, str]]: ...
    def join(self, join: Join) -> dict[str, Any]: ...


class Task(Protocol):
    """One unit of work, picklable. Doing it twice leaves what doing it once leaves.

    `progress` is told the files done so far.
    """

    def run(self, work: Worker, progress: Callable[[int], None]) -> object: ...


# Does tasks, and gives each with its answer, in any order. Takes them as it can, so there may be millions. None: no
# more until one of those that it has is done.
Do: TypeAlias = Callable[[Iterable[Task | None]], Iterator[tuple[Any, Any]]]

# Is told which files hold up those who do tasks, as job.Progress is.
Watch: TypeAlias = "Callable[[Sequence[Waiting]], None]"


class Extract(NamedTuple):
    part: str
    found: Sequence[Found]

    def __reduce__(self) -> tuple[object, ...]:
        # Plain tuples: pickle takes a tenth of the time for them that it takes for named ones.
        return _extract, (self.part, [tuple(one) for one in self.found])

    def run(self, work: Worker, progress: Callable[[int], None]) -> object:
        summary = work.extract(self.part, self.found, progress)
        # Some 2,000 tags come again with every part: the main process takes in each once from each worker.
        summary.tags -= work.sent
        work.sent |= summary.tags
        return summary


class Keep(NamedTuple):
    """Rows of a part of the last output into one of this run."""

    source: Folder
    part: str
    mask: bytes  # of each row, whether it is kept
    times: Any  # numpy int64 of each row's new modification time, parts.SAME where it stays; None: all stay

    def run(self, work: Worker, progress: Callable[[int], None]) -> object:
        return work.keep(self.source, self.part, self.mask, self.times)


class Hash(NamedTuple):
    """What files have now."""

    found: Sequence[Entry]
    types: tuple[str, ...]
    rows: Sequence[Any]  # for who asks, one for each file; not looked at
    first: int = 0  # which file of all this one's first is; for who asks

    def cut(self, start: int, stop: int) -> Hash:
        """The same of some of the files."""
        return Hash(self.found[start:stop], self.types, self.rows[start:stop], self.first + start)

    def run(self, work: Worker, progress: Callable[[int], None]) -> object:
        return work.hashes(self.found, self.types, progress)


class Piece(NamedTuple):
    slices: Sequence[Slice]
    columns: Columns
    target: Folder
    sink: int = 0  # which one of the job's
    first: int = 0  # number of the first row among all that the sink gets

    def run(self, work: Worker, progress: Callable[[int], None]) -> object:
        return work.piece(self)


class Join(NamedTuple):
    pieces: Sequence[Folder]
    columns: Columns
    target: Folder
    sink: int = 0
    rows: int = 0  # that all pieces together have
    growth: Growth | None = None  # for a Growing sink

    def run(self, work: Worker, progress: Callable[[int], None]) -> object:
        return work.join(self)


def reads_input(task: Task) -> bool:
    """Whether files that nobody here knows may hold up who does it: of the output's own a slow disk is no fault."""
    return isinstance(task, Extract | Hash)


def _extract(part: str, rows: Sequence[Sequence[Any]]) -> Extract:
    from metadata_digger.storage.model import found_of

    return Extract(part, [found_of(row) for row in rows])
