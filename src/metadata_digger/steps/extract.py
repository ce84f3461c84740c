"""Metadata of every file: the columns of schema.EXTRACTED."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.metadata.errors import MetadataError, UnknownFormat
from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.model import Directory, Rational, Value
from metadata_digger.metadata.render import double
from metadata_digger.pipeline import Batch, OpenFile
from metadata_digger.schema import EXTRACTED, FAILED, FILTERED, TAG
from metadata_digger.steps.flatten import listed
from metadata_digger.steps.location import own_tags
from metadata_digger.steps.mark import appended, mark, note, standing, strings

_FILE_TYPE, _TYPE_NAME = "File Type", 1  # the directory that the detector makes, and its tag Detected File Type Name


@dataclass(frozen=True, slots=True)
class ExtractStep:
    """Every directory and tag that the extractor finds, and the tool's own ones in GPS.

    A file that no container is known for is filtered; one that cannot be read at all is failed.
    """

    pixels: int = 0

    def output(self, schema: pa.Schema) -> pa.Schema:
        if "tags" in schema.names:
            raise ConfigError("metadata can be extracted only once")
        return pa.schema([*schema, *EXTRACTED])

    def run(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        for batch in batches:
            yield Batch(_extract(batch), batch.files)


@dataclass(slots=True)
class _Found:
    """What one file says, or what a batch of files says one after the other: column by column, never tag by tag."""

    directories: list[str] = field(default_factory=list)
    tag_directories: list[str] = field(default_factory=list)
    tags: array[int] = field(default_factory=lambda: array("i"))
    names: list[str] = field(default_factory=list)
    values: list[str | None] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    file_type: str | None = None


def _extract(batch: Batch) -> pa.RecordBatch:
    run = _Found()
    count = len(batch.rows)
    file_types: list[str | None] = [None] * count
    directory_ends, tag_ends = array("i", bytes(4 * (count + 1))), array("i", bytes(4 * (count + 1)))
    verdicts: dict[int, tuple[str, str]] = {}
    notes: dict[int, list[str]] = {}
    todo = set(standing(batch.rows))
    for row, file in enumerate(batch.files):
        if row in todo:
            found = _read(file)
            if isinstance(found, _Found):
                file_types[row] = found.file_type
                run.directories += found.directories
                run.tag_directories += found.tag_directories
                run.tags += found.tags
                run.names += found.names
                run.values += found.values
                if found.errors:
                    notes[row] = found.errors
            else:
                verdicts[row] = found
        directory_ends[row + 1], tag_ends[row + 1] = len(run.directories), len(run.names)
    ids = pa.array(np.frombuffer(run.tags, np.int32))
    tags = pa.StructArray.from_arrays(
        [strings(run.tag_directories), ids, strings(run.names), strings(run.values)], fields=list(TAG)
    )
    arrays = [
        strings(file_types),
        listed(np.frombuffer(directory_ends, np.int32), strings(run.directories)),
        listed(np.frombuffer(tag_ends, np.int32), tags),
    ]
    return appended(note(mark(batch.rows, verdicts), notes), EXTRACTED, arrays)


def _read(file: OpenFile) -> _Found | tuple[str, str]:
    """What the file says, or the status and reason for which it is left out."""
    try:
        return _collect(read_metadata(file))
    except StorageError as error:
        return error.status, str(error)
    except UnknownFormat:
        return FILTERED, "unknown file type"
    except MetadataError as error:
        return FAILED, f"metadata cannot be read: {error}"
    except Exception as error:  # noqa: BLE001  # the house's one net: a bug in a reader costs one file, not the run
        return FAILED, f"metadata cannot be read, a fault of this program: {type(error).__name__}: {error}"


def _collect(directories: list[Directory]) -> _Found:
    found = _Found()
    add_tag, add_name, add_value = found.tags.append, found.names.append, found.values.append
    for directory in directories:
        name = directory.name
        found.directories.append(name)
        before = len(found.names)
        for tag, tag_name, description in directory.tags():
            add_tag(tag)
            add_name(tag_name)
            add_value(plain(directory.values[tag]) if description is None else description)
        if name == "GPS":
            for tag, tag_name, description in own_tags(directory):
                add_tag(tag)
                add_name(tag_name)
                add_value(description)
        elif name == _FILE_TYPE:
            found.file_type = directory.values.get(_TYPE_NAME)
        found.tag_directories += [name] * (len(found.names) - before)
        if directory.errors:
            found.errors += [f"{name}: {error}" for error in directory.errors]
    return found


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
