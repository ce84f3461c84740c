"""A job: everything an engine needs to know, in plain picklable values; it knows no configuration keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, runtime_checkable

from metadata_digger.pipeline import MAX_PIXELS, Ranking, Step
from metadata_digger.sinks import Sink
from metadata_digger.storage import Storage
from metadata_digger.storage.remote.place import Folder


class Waiting(NamedTuple):
    """A file that work stands at, by its URL, and for how many seconds."""

    url: str
    seconds: float


class Progress(Protocol):
    """Called with the files done so far and how many there are in all, None while they are still being listed; how many
    of them failed; and what is waited for, the longest first, so that a stalled disk shows its name."""

    def __call__(self, done: int, total: int | None, failed: int = 0, waiting: Sequence[Waiting] = (), /) -> None: ...


@runtime_checkable
class Writing(Protocol):
    """A Progress that is told of the output too, when all files are done."""

    def writing(self, form: str, done: int, total: int) -> None:
        """So many pieces of a form."""


def untold(done: int, total: int | None, failed: int = 0, waiting: Sequence[Waiting] = (), /) -> None:
    """A Progress that nobody looks at."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to run. Without a sink, and an output, only the Report is made (describe).

    `output` is where the records of the run go, and the files too where the sink makes some. There is none when rows go
    to standard output (`streams`).
    """

    storage: Storage
    paths: tuple[str, ...]
    steps: tuple[Step, ...]
    sinks: tuple[Sink, ...] = ()  # one for each form of the output; all are made of the same rows
    output: Folder | None = None  # output.directoryPath; its own name is that of the files in it
    # Whether other machines make pieces: they are where the output is then, and not on a disk of this one.
    spread: bool = False
    shared: Folder | None = None  # where other machines find the work of a job without output
    streams: bool = False
    ranking: Ranking | None = None  # when the rows have an order of their own; it needs a sink
    overwrite: bool = False  # replace an output, throw an interrupted run's work away
    resume: bool = False  # go on with an interrupted run
    update: str | None = None  # bring the output up to date: by "time" (path, size, modification time) or by "hash"
    accept_gone: bool = False  # an update may take out any number of rows: their files are gone
    gives_way: bool = False  # an output that is there is replaced: nobody chose its place, and it has records alone
    keep_rows: bool = True  # beside the output, for an update
    files_number: int = -1  # output files; below 2: one
    cores: int = 1  # worker processes
    memory_gb: float = 2.0  # what all processes together should stay under
    distinct: tuple[str, ...] = ()  # of rows equal in all of these columns only the first is written; (): all are
    timezone: str = "UTC"  # TZ of the worker processes
    max_pixels: int = MAX_PIXELS  # of a picture that is decoded; -1: no limit
    file_timeout: float = 120.0  # seconds; a file that makes no progress for so long is given up
    partitions: int = -1  # Spark only: input.partitions
    command: tuple[str, ...] = ()  # the command line, its secrets masked
    # Goes into run.json as it is: version, action, config, ... What decides the rows is told by fingerprint.FACTS.
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def replaces(self) -> bool:
        """Whether an output that is there may be replaced."""
        return self.overwrite or self.update is not None or self.gives_way
