"""PCX (ZSoft): the header of 128 bytes."""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks.stream import Stream
from metadata_digger.metadata.errors import Malformed, MetadataError
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import words
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.pcx import PALETTES, PCX, PLANES, VERSIONS

TABLE = TagTable(PCX, {1: words(VERSIONS), 10: words(PLANES), 12: words(PALETTES)})

_HEADER = 128
_OPTIONAL = ((12, "H"), (13, "H"), (14, "H"))  # zero: not given


def read(reader: Reader) -> Iterator[Directory]:
    directory = Directory("PCX", TABLE)
    stream = Stream(reader.ordered("<"))
    stream.expect(_HEADER)
    try:
        _read_header(stream, directory.values)
    except MetadataError as error:
        directory.errors.append(f"Exception reading PCX file metadata: {error}")
    yield directory


def _read_header(stream: Stream, values: dict[int, Value]) -> None:
    if stream.number("b") != 0x0A:
        raise Malformed("Invalid PCX identifier byte")
    values[1] = stream.number("b")
    if stream.number("b") != 1:
        raise Malformed("Invalid PCX encoding byte")
    values[2] = stream.number("B")
    for tag in (3, 4, 5, 6, 7, 8):
        values[tag] = stream.number("H")
    values[9] = stream.bytes(48)
    stream.skip(1)
    values[10] = stream.number("B")
    values[11] = stream.number("H")
    for tag, form in _OPTIONAL:
        number = stream.number(form)
        if number:
            values[tag] = number
