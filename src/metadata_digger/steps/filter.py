"""Which files and which tags are wanted: filter.mandatoryTags, filter.allowedMetadataDirectories, filter.allowedTags.

Leaving out a file is a step. Leaving out tags is not: `tags` is never rebuilt, so that `DirectoryNames` and `TagNames`
go on telling what the file has, as in the original; sinks ask a Selection what to write.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from metadata_digger.errors import ConfigError
from metadata_digger.pipeline import Batch
from metadata_digger.schema import FILTERED, Column
from metadata_digger.steps.flatten import flatten
from metadata_digger.steps.mark import mark, standing
from metadata_digger.steps.rename import safe


@dataclass(frozen=True, slots=True)
class Selection:
    """The tags that are written; None stands for all.

    A tag is written as its name alone, as "Directory Tag" (the original's way) or as "Directory.Tag", with or without
    the characters that column names leave out ("Date/Time", "DateTime").
    """

    directories: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None

    def has_directory(self, directory: str) -> bool:
        return self.directories is None or not {directory, safe(directory)}.isdisjoint(self.directories)

    def has(self, directory: str, tag: str) -> bool:
        if not self.has_directory(directory):
            return False
        if self.tags is None:
            return True
        short = safe(tag)
        names = (tag, short, f"{directory} {tag}", f"{directory} {short}", f"{directory}.{tag}", f"{directory}.{short}")
        return not set(names).isdisjoint(self.tags)

    def idle_directories(self, found: Collection[tuple[str, str]]) -> list[str]:
        """The names of directories that none of the (directory, tag) pairs has: mistyped, perhaps."""
        names = {name for directory, _ in found for name in (directory, safe(directory))}
        return [name for name in self.directories or () if name not in names]

    def idle_tags(self, found: Collection[tuple[str, str]]) -> list[str]:
        """The names of tags that stand for none of the pairs."""
        each = ((name, Selection(self.directories, (name,))) for name in self.tags or ())
        return [name for name, alone in each if not any(alone.has(*pair) for pair in found)]


EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class FilterStep:
    """Leaves out every file without a non-empty value of each mandatory tag, written "Directory.Tag".

    Like the original it sees only the directories of `selection`, and among all of a file's tags, not only the allowed.
    """

    mandatory: tuple[str, ...]
    selection: Selection = EVERYTHING
    pixels: int = 0

    def output(self, schema: pa.Schema) -> pa.Schema:
        if "tags" not in schema.names:
            raise ConfigError("filter.mandatoryTags needs metadata, and this action extracts none: take the key out")
        for tag in self.mandatory:
            _split(tag)
        return schema

    def run(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        wanted = [_split(tag) for tag in self.mandatory]
        for batch in batches:
            flat = flatten(batch.rows.column("tags"))
            full: Column = pc.not_equal(flat.values, pa.scalar(""))
            filled = full.fill_null(False).to_numpy(zero_copy_only=False)
            rows_of_tags = np.repeat(np.arange(len(batch.rows)), np.diff(flat.starts))
            verdicts: dict[int, tuple[str, str]] = {}
            left = standing(batch.rows)
            for directory, tag in wanted:
                codes = [code for code, pair in enumerate(flat.pairs) if self._is(pair, directory, tag)]
                having = set(rows_of_tags[filled & np.isin(flat.codes, codes)].tolist())
                lacking = (FILTERED, f"missing mandatory tag {directory}.{tag}")
                for row in left:
                    if row not in having:
                        verdicts.setdefault(row, lacking)
            yield Batch(mark(batch.rows, verdicts), batch.files)

    def _is(self, pair: tuple[str, str], directory: str, tag: str) -> bool:
        if directory not in (pair[0], safe(pair[0])) or tag not in (pair[1], safe(pair[1])):
            return False
        return self.selection.has_directory(pair[0])


def _split(tag: str) -> tuple[str, str]:
    directory, dot, name = tag.partition(".")
    if not (directory and dot and name):
        raise ConfigError(f"filter.mandatoryTags: {tag!r} is not Directory.Tag, for example GPS.GPS Latitude")
    return directory.strip(), name.strip()
