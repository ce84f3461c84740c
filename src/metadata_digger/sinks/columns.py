"""What a whole run knows about its columns before the first line is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from metadata_digger.schema import OK, Column
from metadata_digger.steps.filter import EVERYTHING, Selection
from metadata_digger.steps.flatten import flatten
from metadata_digger.steps.rename import safe

DIRECTORY_ALONE = ""  # in place of a tag's name: the directory was found, with or without tags


@dataclass(frozen=True, slots=True)
class Columns:
    """The fields that every row has, with their types, and the (directory, tag) pairs found in any written row, sorted.

    A pair whose tag is DIRECTORY_ALONE stands for the directory itself.
    """

    schema: pa.Schema
    found: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, schema: pa.Schema, found: Iterable[tuple[str, str]]) -> Columns:
        return cls(schema, tuple(sorted(set(found))))

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(self.schema.names)

    def tags(self, selection: Selection = EVERYTHING) -> list[tuple[str, str]]:
        return [pair for pair in self.found if pair[1] != DIRECTORY_ALONE and selection.has(*pair)]

    def directories(self, selection: Selection = EVERYTHING) -> list[str]:
        """Every directory found, those without tags too."""
        return sorted({directory for directory, _ in self.found if selection.has_directory(directory)})


def scan(batch: pa.RecordBatch) -> set[tuple[str, str]]:
    """The distinct (directory, tag) pairs in the rows of a batch that are to be written, and the directories alone."""
    if "tags" not in batch.schema.names:
        return set()
    batch = written(batch)
    found = set(flatten(batch.column("tags")).pairs)
    directories: Column = batch.column("directories")
    alone = directories.flatten().unique().to_pylist()
    return found.union((directory, DIRECTORY_ALONE) for directory in alone)


def names(found: Iterable[tuple[str, str]], selection: Selection = EVERYTHING) -> list[str]:
    """ "Directory.Tag" of each pair that `scan` found, sorted: what `describe` prints.

    Like the original's less the characters that names lose, so that each can stand in a comma list of a filter; but the
    path of a property of XMP is nothing without them.
    """
    return sorted(
        {
            f"{safe(directory)}.{tag if directory == 'XMP' else safe(tag)}"
            for directory, tag in found
            if tag != DIRECTORY_ALONE and selection.has(directory, tag)
        }
    )


def written(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows that belong into the output."""
    status: Column = batch.column("status")
    ok: Column = pc.equal(status, pa.scalar(OK))
    return batch if pc.all(ok).as_py() else batch.filter(ok)  # no copy where nothing is left out
