"""The first IFD of Panasonic's raw files (RW2). Some of its tags hold tables of 16-bit numbers without an IFD."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from metadata_digger.metadata.blocks import nested
from metadata_digger.metadata.blocks.makernotes import Note, Part
from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.model import Directory, Render, TagTable, Value
from metadata_digger.metadata.render import int_words, integer, version, words
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.exif import LIGHT_SOURCES
from metadata_digger.metadata.tags.panasonic_raw import (
    DISTORTION_NAMES,
    NAMES,
    WB_INFO_2_NAMES,
    WB_INFO_NAMES,
    WORDS,
)

_DENOMINATOR = 32678  # so it is in the reference; 32768 may have been meant


def _parameter(_: Directory, value: Value) -> str | None:
    number = integer(value)
    return None if number is None else f"{number}/{_DENOMINATOR}"


def _scale(_: Directory, value: Value) -> str | None:
    """1 / (1 + value / 32768) in whole numbers, which Java rounds towards 0."""
    number = integer(value)
    if number is None:
        return None
    divisor = 1 + int(number / 32768)
    return str(int(1 / divisor)) if divisor else "ERROR: / by zero"


def _correction(_: Directory, value: Value) -> str | None:
    number = integer(value)
    return None if number is None else {0: "Off", 1: "On"}.get(number & 0xF, f"Unknown ({number})")


def _levels(names: Mapping[int, str]) -> TagTable:
    light_source = int_words(LIGHT_SOURCES)
    return TagTable(names, {tag: light_source for tag, name in names.items() if name.startswith("WB Type")})


WB_INFO = _levels(WB_INFO_NAMES)
WB_INFO_2 = _levels(WB_INFO_2_NAMES)
_parameters: dict[int, Render] = dict.fromkeys((2, 4, 8, 9, 11), _parameter)
DISTORTION = TagTable(DISTORTION_NAMES, {**_parameters, 5: _scale, 7: _correction})


def _words(name: str, table: TagTable, members: int, code: str) -> Part:
    """A table whose tags are positions in 16-bit words; where no tag is next, `members` words are one value.

    The reference takes the length, which is in bytes, for one in words, and so reads on behind the table.
    """

    def read(_: Directory, reader: Reader) -> Iterator[Directory]:
        rest = Reader(reader.source, reader.base, reader.source.size - reader.base, reader.order)
        directory = Directory(name, table)
        yield directory
        position, names = 0, table.names
        last = min(reader.size, max(names) + 1)
        while position < last:
            if position in names:
                if position < reader.size - 1 and position + 1 in names:
                    directory.values[position] = rest.unpack(code, 2 * position)[0]
                else:
                    directory.values[position] = rest.unpack(f"{members}{code}", 2 * position)
                    position += members - 1
            position += 1

    return read


def _jpeg(directory: Directory, reader: Reader) -> Iterator[Directory] | None:
    """A whole JPEG, which has more metadata than the raw file."""
    found: list[Directory] = []
    try:
        found.extend(nested.reader("formats.jpeg")(reader))
    except MetadataError as error:
        directory.errors.append(f"Error processing JpgFromRaw: {error}")
    return iter(found) if found else None


PARTS: dict[int, Part] = {
    0x0013: _words("PanasonicRaw WbInfo", WB_INFO, 2, "H"),
    0x0027: _words("PanasonicRaw WbInfo2", WB_INFO_2, 3, "H"),
    0x002E: _jpeg,
    0x0119: _words("PanasonicRaw DistortionInfo", DISTORTION, 1, "h"),
}
IFD0 = Note(TagTable(NAMES, {**{tag: words(table) for tag, table in WORDS.items()}, 0x0001: version(2)}), PARTS)
