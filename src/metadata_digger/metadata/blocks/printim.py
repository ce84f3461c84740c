"""Print Image Matching, Epson's block of settings for printers (Exif tag 0xC4A5): a version and numbered 32-bit values.

Layout after ExifTool's PrintIM.pm: "PrintIM", NUL, four digits, two bytes, the count, then six bytes a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import iter_unpack

from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import integer
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.printim import NAMES

_VERSION = 0


def _hexadecimal(_: Directory, value: Value) -> str | None:
    number = integer(value)
    return None if number is None else f"0x{number & 0xFFFFFFFF:08x}"


def read(reader: Reader) -> Iterator[Directory]:
    """The directory PrintIM; what is wrong is a text on it."""
    values: dict[int, Value] = {}
    errors: list[str] = []
    if reader.size <= 15:
        errors.append("Bad PrintIM data" if reader.size else "Empty PrintIM data")
    elif not (head := reader.bytes(0, 12)).startswith(b"PrintIM"):
        errors.append("Invalid PrintIM header")
    else:
        count = reader.u16(14)
        if reader.size < 16 + 6 * count:  # some software turns the file's byte order and misses this
            reader = reader.ordered("<" if reader.order == ">" else ">")
            count = reader.u16(14)
        if reader.size < 16 + 6 * count:
            errors.append("Bad PrintIM size")
        elif (version := head[8:]).isascii():  # another one fails in the reference, without a word
            values[_VERSION] = version.decode()
            values.update(iter_unpack(reader.order + "HI", reader.bytes(16, 6 * count)))
    # Any number may be a tag: all of them read as hexadecimal.
    render = {tag: _hexadecimal for tag in values if tag != _VERSION}
    yield Directory("PrintIM", TagTable(NAMES, render), values, errors)
