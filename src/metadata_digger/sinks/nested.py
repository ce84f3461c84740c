"""A row's tags as an object: directory, tag, value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from metadata_digger.schema import Column
from metadata_digger.sinks.columns import Columns
from metadata_digger.sinks.repeated import together
from metadata_digger.steps.filter import Selection
from metadata_digger.steps.flatten import flatten
from metadata_digger.steps.rename import Naming, safe

Metadata = dict[str, dict[str, str | list[str] | None]]


@dataclass(slots=True)
class Keys:
    """What directories and tags are called in objects.

    With `alike` two names that differ in the case of letters alone are one key, spelled as the first of them: DuckDB
    and Spark refuse objects that have both.
    """

    naming: Naming
    alike: bool
    _spelled: dict[tuple[str, str], str] = field(default_factory=dict)  # (key of the directory, key in lower case)

    @classmethod
    def of(cls, columns: Columns, naming: Naming, selection: Selection, alike: bool) -> Keys:
        """Those of a run, so that all its objects have the same spelling. Where rows are written before the run knows
        its tags, each object has one."""
        keys = cls(naming, alike)
        if alike:
            for directory in columns.directories(selection):
                keys.directory(directory)
            for directory, tag in columns.tags(selection):
                keys.tag(directory, tag)
        return keys

    def directory(self, name: str) -> str:
        return self._spell("", self.naming.title(name))

    def tag(self, directory: str, tag: str) -> tuple[str, str]:
        """The keys of both."""
        key = self.directory(directory)
        return key, self._spell(key, safe(tag))

    def _spell(self, within: str, key: str) -> str:
        return self._spelled.setdefault((within, key.lower()), key) if self.alike else key


def nested(
    rows: pa.RecordBatch, keys: Keys, selection: Selection, every: bool, frame: Sequence[str] = ()
) -> Iterator[Metadata]:
    """Of every row the tags of the selection by their names; `frame`: keys of directories that every object has.

    `every`: a tag with several values has a list of them, else the last one, as in the original.
    """
    flat = flatten(rows.column("tags"))
    of_pair = [keys.tag(directory, tag) if selection.has(directory, tag) else None for directory, tag in flat.pairs]
    codes = flat.codes.tolist()
    values: list[str | None] = on_one_line(flat.values).to_pylist()
    titles: dict[str, str | None] = {}
    bounds = pairwise(flat.starts.tolist())
    for directories, (start, end) in zip(rows.column("directories").to_pylist(), bounds, strict=True):
        metadata: Metadata = {key: {} for key in frame}
        for directory in directories or ():
            if directory not in titles:
                titles[directory] = keys.directory(directory) if selection.has_directory(directory) else None
            title = titles[directory]
            if title is not None and title not in metadata:
                metadata[title] = {}
        several: dict[tuple[str, str], list[str | None]] = {}
        for code, value in zip(codes[start:end], values[start:end], strict=True):
            key = of_pair[code]
            if key is None:
                continue
            tags = metadata[key[0]]
            if key[1] not in tags:
                tags[key[1]] = value
            elif value is not None:  # one without words replaces none
                if every:
                    several.setdefault(key, [tags[key[1]]]).append(value)  # type: ignore[list-item]  # no list yet
                else:
                    tags[key[1]] = value
        for (title, tag), texts in several.items():
            found = together([text for text in texts if text is not None])
            metadata[title][tag] = found if len(found) > 1 else found[0]
        yield metadata


def content(metadata: Metadata) -> str:
    """All values, by directory and then tag."""
    values = (value for _, tags in sorted(metadata.items()) for _, value in sorted(tags.items()))
    texts = (text for value in values for text in (value if isinstance(value, list) else (value,)))
    return " ".join(text for text in texts if text)


def on_one_line(values: Column) -> Column:
    """The original writes a new line as backslash and n already in the value."""
    return pc.replace_substring(values, "\n", r"\n")
