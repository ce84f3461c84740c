"""Windows icons and cursors: the directory in front of their pictures."""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks.stream import Stream
from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import words
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.ico import ICO, TYPES

_PICTURES = 20_000
_ABSENT = 64  # pictures that the file counts and has no bytes for: so many are told

_SIZE = ((2, "B"), (3, "B"), (4, "B"), (0, "B"))
_PLACE = ((9, "I"), (10, "I"))
_FIELDS = {
    1: (*_SIZE, (5, "H"), (7, "H"), *_PLACE),
    2: (*_SIZE, (6, "H"), (8, "H"), *_PLACE),
}


def _pixels(_: Directory, value: Value) -> str:
    return f"{value or 256} pixels"


def _palette(_: Directory, value: Value) -> str:
    return f"{value} colour{'' if value == 1 else 's'}" if value else "No palette"


TABLE = TagTable(ICO, {1: words(TYPES), 2: _pixels, 3: _pixels, 4: _palette})


def read(reader: Reader) -> Iterator[Directory]:
    """A directory for each picture of the file."""
    stream = Stream(reader.ordered("<"))
    stream.expect(stream.size)
    try:
        fault = ""
        if stream.number("H"):
            fault = "Invalid header bytes"
        elif (kind := stream.number("H")) not in _FIELDS:
            fault = f"Invalid type {kind} -- expecting 1 or 2"
        elif not (count := stream.number("H")):
            fault = "Image count cannot be zero"
    except MetadataError as error:
        fault = f"Exception reading ICO file metadata: {error}"
    if fault:
        yield Directory("ICO", TABLE, errors=[fault])
        return
    absent = 0
    for _ in range(min(count, _PICTURES)):
        directory = Directory("ICO", TABLE, {1: kind})
        try:
            for tag, form in _FIELDS[kind]:
                directory.values[tag] = stream.number(form)
        except MetadataError as error:
            directory.errors.append(f"Exception reading ICO file metadata: {error}")
            absent += 1
        directory.values.pop(0, None)  # reserved
        yield directory
        if absent >= _ABSENT:
            return
