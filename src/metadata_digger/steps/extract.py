"""Metadata of every file: the columns of schema.EXTRACTED."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType

import numpy as np
import pyarrow as pa

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.metadata.errors import MetadataError, UnknownFormat
from metadata_digger.metadata.extract import directories, tell
from metadata_digger.metadata.model import Directory, Rational, Value, XmpProperty, describe
from metadata_digger.metadata.render import double
from metadata_digger.metadata.tags.xmp import VALUE_COUNT
from metadata_digger.pipeline import Batch, OpenFile
from metadata_digger.schema import EXTRACTED, FAILED, FILTERED, TAG
from metadata_digger.steps import sidecar
from metadata_digger.steps.flatten import listed, taken
from metadata_digger.steps.mark import appended, mark, note, standing, strings
from metadata_digger.steps.own_tags import OWN_DIRECTORIES

_TYPE_NAME = 1  # tag of the directory File Type: Detected File Type Name
# Of a packet's lists rows have the first thousand properties each: Photoshop's list of a document's ancestors may have
# tens of thousands, in CSV each would be a column of every row, and what stands behind it has to be in the row. No file
# of the corpus has more than 658 properties, and but for a depth map in base64 none is longer than 1,557 characters.
_LISTED, _PROPERTIES, _LONGEST = 1000, 10_000, 65_536
_BOUNDS = (
    f"behind the first {_LISTED:,} of a list or {_PROPERTIES:,} of the packet, or longer than {_LONGEST:,} characters"
)


@dataclass(frozen=True, slots=True)
class ExtractStep:
    """Every directory and tag that the extractor finds, XMP's properties by path, and the tool's own ones.

    A file that no container is known for is filtered; an empty one is failed, and so is one that the storage does
    not give. Whatever else is wrong with a file is a note: its row has what was found before the fault, its type at
    least, and the steps behind make hashes and labels of it.
    """

    pixels: int = 0
    credentials: bool = False  # C2PA manifests are checked too (steps.credentials)

    def output(self, schema: pa.Schema) -> pa.Schema:
        if "tags" in schema.names:
            raise ConfigError("metadata can be extracted only once")
        return pa.schema([*schema, *EXTRACTED])

    def run(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        for batch in batches:
            yield Batch(_extract(batch, self.credentials), batch.files)


@dataclass(slots=True)
class _Run:
    """What the files of a batch say, one after the other: column by column, never tag by tag."""

    directories: list[str] = field(default_factory=list)
    own: list[int] = field(default_factory=list)  # which of them are not the file's but this tool's
    sizes: list[int] = field(default_factory=list)  # tags of each directory
    tags: array[int] = field(default_factory=lambda: array("i"))
    names: list[str] = field(default_factory=list)
    values: list[str | None] = field(default_factory=list)

    def add(self, directory: str, tags: Sequence[int], names: Sequence[str], values: Sequence[str | None]) -> None:
        self.directories.append(directory)
        self.sizes.append(len(tags))
        self.tags.extend(tags)
        self.names += names
        self.values += values

    def add_own(self, directory: str, tags: Sequence[tuple[int, str, str]]) -> None:
        """A directory that this tool makes, by (id, name, value); none where there are no tags."""
        if tags:
            self.own.append(len(self.directories))
            self.add(directory, *zip(*tags, strict=True))

    def cut(self, directories: int, tags: int) -> None:
        """Takes back what lies behind these numbers of directories and tags."""
        del self.directories[directories:], self.sizes[directories:]
        self.own = [number for number in self.own if number < directories]
        del self.tags[tags:], self.names[tags:], self.values[tags:]


def _extract(batch: Batch, credentials: bool) -> pa.RecordBatch:
    run = _Run()
    count = len(batch.rows)
    file_types: list[str | None] = [None] * count
    directory_ends, tag_ends = np.zeros(count + 1, np.int32), np.zeros(count + 1, np.int32)
    verdicts: dict[int, tuple[str, str]] = {}
    notes: dict[int, list[str]] = {}
    todo = set(standing(batch.rows))
    for row, file in enumerate(batch.files):
        if row in todo:
            said: list[str] = []
            found = _read(file, run, said, credentials)
            if isinstance(found, tuple):
                run.cut(directory_ends[row], tag_ends[row])
                verdicts[row] = found
            else:
                file_types[row] = found
                if said:
                    notes[row] = said
        directory_ends[row + 1], tag_ends[row + 1] = len(run.directories), len(run.names)
    theirs = np.ones(len(run.directories), bool)
    theirs[run.own] = False
    of_files = strings(run.directories)
    of_tags = of_files.take(pa.array(np.repeat(np.arange(len(run.sizes)), run.sizes)))
    columns = [of_tags, pa.array(np.frombuffer(run.tags, np.int32)), strings(run.names), strings(run.values)]
    arrays = [
        strings(file_types),
        taken(directory_ends.astype(np.int64), theirs, of_files),
        listed(tag_ends, pa.StructArray.from_arrays(columns, fields=list(TAG))),
    ]
    return appended(note(mark(batch.rows, verdicts), notes), EXTRACTED, arrays)


def _read(file: OpenFile, run: _Run, notes: list[str], credentials: bool) -> str | tuple[str, str]:
    """Puts what the file says into the run, its faults into the notes.

    Gives the name of its type, or the status and reason for which it is left out.
    """
    found: list[Directory] = []
    try:
        with _Net(notes, "metadata cannot be read further"):
            for directory in directories(file):
                found.append(directory)
    except StorageError as error:
        return error.status, str(error)
    except UnknownFormat:
        return FILTERED, "unknown file type"
    except MetadataError as error:
        if not found:
            return FAILED, f"metadata cannot be read: {error}"
        tell(error, found)
    if not found:
        return FAILED, notes[0]
    kind, *others = found
    for directory in (*others, kind):
        _put(directory, run, notes)
        notes += (f"{directory.name}: {error}" for error in directory.errors)
    _put_own(found, run, notes)
    if kind.values[_TYPE_NAME] in sidecar.KINDS:
        run.add_own(sidecar.DIRECTORY, sidecar.own_tags(found, file.url))
    if credentials:
        _put_check(found, file, run, notes)
    return str(kind.values[_TYPE_NAME])


class _Net:
    """The house's one net: a bug in a reader costs what was being read, not the file, and not the run.

    A class, because a generator's manager costs four times as much, and there is one for each directory.
    """

    __slots__ = ("_notes", "_what")

    def __init__(self, notes: list[str] | None, what: str) -> None:
        self._notes = notes
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> bool:
        if not isinstance(error, Exception) or isinstance(error, StorageError | MetadataError):
            return False
        if self._notes is not None:
            self._notes.append(f"{self._what}, a fault of this program: {type(error).__name__}: {error}")
        return True


_QUIET = _Net(None, "")


def _put(directory: Directory, run: _Run, notes: list[str]) -> None:
    # Directory.tags would do; its tuples, made and taken apart again, cost 6 % of the time of extraction.
    tags = [*directory.earlier, *directory.values.items()] if directory.earlier else directory.values.items()
    numbers = [tag for tag, _ in tags]
    names = [directory.tag_name(tag) for tag in numbers]
    values: list[str | None] = []
    with _QUIET:
        values = [describe(directory, tag, value) for tag, value in tags]
    if len(values) < len(numbers):  # a bug: each tag for itself
        values = [_described(directory, tag, value, notes) for tag, value in tags]
    if None in values:
        values = [plain(of) if value is None else value for (_, of), value in zip(tags, values, strict=True)]
    if directory.xmp:
        properties = _written(directory.xmp)
        if lost := len(directory.xmp) - len(properties):
            notes.append(f"{directory.name}: {lost} properties left out: {_BOUNDS}")
        numbers += range(VALUE_COUNT + 1, VALUE_COUNT + 1 + len(properties))
        names += [found.path for found in properties]
        values += [found.value for found in properties]
    run.add(directory.name, numbers, names, values)


def _put_own(directories: Sequence[Directory], run: _Run, notes: list[str]) -> None:
    """Tags that this tool makes of what the file says, in directories that do not count as the file's."""
    for name, own_tags in OWN_DIRECTORIES:
        with _Net(notes, f"{name}: no own tags"):
            run.add_own(name, own_tags(directories, notes))


def _put_check(directories: list[Directory], file: OpenFile, run: _Run, notes: list[str]) -> None:
    from metadata_digger.steps import credentials

    try:
        with _Net(notes, f"{credentials.DIRECTORY}: no state"):
            run.add_own(credentials.DIRECTORY, credentials.own_tags(directories, file))
    except StorageError as error:
        notes.append(f"{credentials.DIRECTORY}: {error}")


def _described(directory: Directory, tag: int, value: Value, notes: list[str]) -> str | None:
    with _Net(notes, f"{directory.name}: {directory.tag_name(tag)} cannot be put into words"):
        return describe(directory, tag, value)
    return None


def _written(xmp: list[XmpProperty]) -> list[XmpProperty]:
    """The properties that rows have."""
    if len(xmp) <= _LISTED and all(len(found.value) <= _LONGEST for found in xmp):
        return xmp
    counts: Counter[str] = Counter()
    written = []
    for found in xmp:
        if len(found.value) > _LONGEST:
            continue
        name, bracket, _ = found.path.partition("[")
        counts[name] += 1
        if not bracket or counts[name] <= _LISTED:
            written.append(found)
    return written[:_PROPERTIES]


def plain(value: Value) -> str | None:
    """Text of a value that the reference has no description for, by the original's rule, None when it has none either.

    Seen with an Exif Image Width stored as two numbers, of which the first is the width.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Rational) or not isinstance(value, tuple | array) or not value:
        return None
    if all(isinstance(member, int) for member in value):
        return ",".join(map(str, value)) if len(value) > 2 else str(value[0])
    if all(isinstance(member, float) for member in value):
        return " ".join(map(double, value))
    return None
