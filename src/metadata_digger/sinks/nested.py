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
    and Spark refuse objects that have both. The first of the run, so that all its objects have the same keys; where
    `whole` is not set, of the object.
    """

    naming: Naming
    alike: bool
    whole: bool = True
    _spelled: dict[tuple[str, str], str] = field(default_factory=dict)  # (key of the directory, key in lower case)

    @classmethod
    def of(cls, columns: Columns, naming: Naming, selection: Selection, alike: bool) -> Keys:
        """Those of a run. One that writes rows before it knows its tags has columns without any."""
        keys = cls(naming, alike, whole=bool(columns.found) or not alike)
        for directory in columns.directories(selection):
            keys.directory(naming.title(directory))
        for directory, tag in columns.tags(selection):
            keys.both(naming.title(directory), safe(tag))
        return keys

    def of_object(self) -> Keys:
        return self if self.whole else Keys(self.naming, self.alike)

    def directory(self, title: str) -> str:
        return self._spell("", title)

    def both(self, title: str, tag: str) -> tuple[str, str]:
        """Of a directory and its tag."""
        key = self._spell("", title)
        return key, self._spell(key, tag)

    def _spell(self, within: str, key: str) -> str:
        return self._spelled.setdefault((within, key.lower()), key) if self.alike else key


def nested(
    rows: pa.RecordBatch, keys: Keys, selection: Selection, every: bool, frame: Sequence[str] = ()
) -> Iterator[Metadata]:
    """Of every row the tags of the selection by their names; `frame`: keys of directories that every object has.

    `every`: a tag with several values has a list of them, else the last one, as in the original.
    """
    flat = flatten(rows.column("tags"))
    names = [
        (keys.naming.title(directory), safe(tag)) if selection.has(directory, tag) else None
        for directory, tag in flat.pairs
    ]
    of_pair = [pair and keys.both(*pair) for pair in names] if keys.whole else names
    codes = flat.codes.tolist()
    values: list[str | None] = on_one_line(flat.values).to_pylist()
    titles: dict[str, str | None] = {}
    bounds = pairwise(flat.starts.tolist())
    for directories, (start, end) in zip(rows.column("directories").to_pylist(), bounds, strict=True):
        metadata: Metadata = {key: {} for key in frame}
        own = keys.of_object()
        for directory in directories or ():
            if directory not in titles:
                titles[directory] = keys.naming.title(directory) if selection.has_directory(directory) else None
            if (title := titles[directory]) is not None:
                metadata.setdefault(own.directory(title), {})
        several: dict[tuple[str, str], list[str | None]] = {}
        for code, value in zip(codes[start:end], values[start:end], strict=True):
            key = of_pair[code]
            if key is None:
                continue
            if own is not keys:
                key = own.both(*key)
            tags = metadata.setdefault(key[0], {})  # a directory of this tool is not among those of the file
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
