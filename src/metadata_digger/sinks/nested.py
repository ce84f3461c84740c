"""A row's tags as an object: directory, tag, value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from metadata_digger.schema import Column
from metadata_digger.steps.filter import Selection
from metadata_digger.steps.flatten import flatten
from metadata_digger.steps.rename import Naming, safe

Metadata = dict[str, dict[str, str | None]]


def nested(rows: pa.RecordBatch, naming: Naming, selection: Selection, frame: Sequence[str] = ()) -> Iterator[Metadata]:
    """Of every row the tags of the selection by their names; `frame`: keys of directories that every object has."""
    flat = flatten(rows.column("tags"))
    keys = [
        (naming.title(directory), safe(tag)) if selection.has(directory, tag) else None for directory, tag in flat.pairs
    ]
    codes = flat.codes.tolist()
    values: list[str | None] = on_one_line(flat.values).to_pylist()
    titles: dict[str, str | None] = {}
    bounds = pairwise(flat.starts.tolist())
    for directories, (start, end) in zip(rows.column("directories").to_pylist(), bounds, strict=True):
        metadata: Metadata = {key: {} for key in frame}
        for directory in directories or ():
            if directory not in titles:
                titles[directory] = naming.title(directory) if selection.has_directory(directory) else None
            title = titles[directory]
            if title is not None and title not in metadata:
                metadata[title] = {}
        for code, value in zip(codes[start:end], values[start:end], strict=True):
            key = keys[code]
            if key is None:
                continue
            # Of a tag that repeats the last value is kept, as in the original; one without words replaces none.
            tags = metadata[key[0]]
            if value is not None or key[1] not in tags:
                tags[key[1]] = value
        yield metadata


def content(metadata: Metadata) -> str:
    """All values, by directory and then tag."""
    return " ".join(value for _, tags in sorted(metadata.items()) for _, value in sorted(tags.items()) if value)


def on_one_line(values: Column) -> Column:
    """The original writes a new line as backslash and n already in the value."""
    return pc.replace_substring(values, "\n", r"\n")
