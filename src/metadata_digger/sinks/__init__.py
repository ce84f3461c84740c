"""Where rows end: one module a form of output, listed in SINKS."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, Self, TypeVar, cast, runtime_checkable

import pyarrow as pa

from metadata_digger.sinks.columns import Columns
from metadata_digger.sinks.csv import CsvSink
from metadata_digger.sinks.growth import Growth
from metadata_digger.sinks.index import IndexSink
from metadata_digger.sinks.json import JsonSink
from metadata_digger.sinks.parquet import ParquetSink
from metadata_digger.sinks.solr import SolrSink
from metadata_digger.steps.filter import Selection
from metadata_digger.steps.rename import Naming
from metadata_digger.storage.remote.place import Folder

if TYPE_CHECKING:
    from metadata_digger.config import Config

F = TypeVar("F", bound=Folder)


class Sink(Protocol):
    """A form of output made of pieces: any process writes a piece of some batches, one process joins them.

    Picklable and without state. All pieces of a run are made with equal Columns, those of the whole run. A piece may be
    made twice, in a run that was killed and goes on too: doing it twice leaves what doing it once leaves.
    """

    name: ClassVar[str]  # the value of output.format
    # Of the files, with its dot; "" where rows go to a server and there are none. Without a dot it is the whole name of
    # a file, and its folder is the sink's own (index).
    suffix: ClassVar[str]

    @classmethod
    def of(cls, config: Config, naming: Naming, selection: Selection) -> Self:
        """The sink that a configuration asks for: what it writes under which names, and the keys of its own."""

    def check(self, columns: Columns) -> None:
        """Raises ConfigError if these columns cannot be written with these options.

        Called before any work, without the tags that nobody has seen yet, and before the first piece.
        """

    def piece(self, batches: Iterator[pa.RecordBatch], columns: Columns, target: Path) -> int:
        """Writes the rows that are ok, without a header; their number. Raises OSError.

        Holds one batch at a time, or as many as a block of its form wants (a row group).
        To a server: sends them, and `target` need not be made. Rows that it does not take are told to
        `refused.refusing(target)`: they become failed ones, counted and listed with the reason. What a file of the form
        has no place for in a row that it has is told to `remarks.remarking(target)`: it becomes a note.
        """

    def join(self, pieces: Sequence[Path], columns: Columns, target: Path) -> None:
        """Writes the header, where the form has one, and the pieces behind each other; no piece is a whole file too.

        To a server: called once, when all pieces are there (a commit); makes no `target`.
        """


@runtime_checkable
class Removing(Protocol):
    """A sink for a server that holds what earlier runs sent."""

    def remove(self, ids: Iterator[str]) -> None:
        """Called once by a run with --update, before the first piece: the rows with these ids are to go, because their
        files are gone or are no longer wanted. May be called again with the same ones. Raises OutputError."""

    def has(self, groups: Iterator[Collection[str]]) -> Iterator[bool]:
        """Of each group of different ids, some thousand at most, whether there are rows with all of them. Raises
        OutputError."""


@runtime_checkable
class Advising(Protocol):
    """A sink whose form can be right and hard to use all the same."""

    def advice(self, columns: Columns) -> Iterator[str]:
        """Sentences for the summary of a run with these columns: what programs will not show, and what to do."""


@runtime_checkable
class Numbering(Protocol):
    """A sink that numbers its rows."""

    def numbered(self, first: int) -> Sink:
        """The sink for a piece whose first row has this number; for a join, the number of all rows."""


@runtime_checkable
class Growing(Protocol):
    """A sink whose output can be made of the last one and of what is new, at a cost of what is new."""

    def grows(self, old: Path) -> int | None:
        """The number for the first new row, where the output in a folder can be built upon; else None."""

    def grow(self, growth: Growth, pieces: Sequence[Path], target: Path) -> None:
        """Like `join`; the old output stays as it is. Raises OSError."""


@runtime_checkable
class Foldered(Protocol):
    """A sink that makes several files in the folder of its target."""

    def files(self, folder: Path) -> list[Path]: ...


def made_by(sink: Sink, target: Path) -> list[Path]:
    """The files that a join has made."""
    if isinstance(sink, Foldered):
        return sink.files(target.parent)
    return [target] if sink.suffix else []


def turns(sinks: Sequence[Sink]) -> list[int]:
    """In which order sinks are written, by their numbers: servers first, as no file has a row that one refused."""
    return sorted(range(len(sinks)), key=lambda number: bool(sinks[number].suffix))


def target_of(sink: Sink, folder: F, name: str) -> F:
    """Where a join writes. `name`: of the output's files."""
    return cast(F, folder / (f"{name}{sink.suffix}" if sink.suffix.startswith(".") else sink.suffix or name))


SINKS: tuple[type[Sink], ...] = (CsvSink, JsonSink, ParquetSink, SolrSink, IndexSink)
