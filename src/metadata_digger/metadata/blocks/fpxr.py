"""FlashPix extensions, JPEG segments APP2 with the identifier FPXR (CIPA DC-008, 4.7.3): which streams a file has.

Cameras of around 2000 keep their preview ("Screen Nail") and sound there. The list of contents names them with their
sizes; the streams themselves are left alone. The reference does not read it.
"""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.errors import MetadataError, Truncated
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.jpeg import FLASHPIX

PREAMBLE = b"FPXR\0"
_CONTENTS = 1  # the type of a segment that lists
_STORAGE = 0xFFFFFFFF  # in place of a size; a class id follows the name
_CLASS_ID = 16
_STREAMS = 64


def read(reader: Reader) -> Iterator[Directory]:
    """The segment behind its identifier; one that is part of a stream gives nothing."""
    if reader.u8(1) != _CONTENTS:
        return
    directory = Directory("FlashPix", FLASHPIX_TABLE)
    try:
        position = 4
        for number in range(min(reader.u16(2), _STREAMS)):
            size = reader.u32(position)
            name, position = _name(reader, position + 5)
            directory.values[FIRST + number] = f"{name}, {'storage' if size == _STORAGE else f'{size} bytes'}"
            if size == _STORAGE:
                position += _CLASS_ID
    except MetadataError as error:
        directory.errors.append(str(error))
    yield directory


def _name(reader: Reader, start: int) -> tuple[str, int]:
    """A name in UTF-16 that a zero ends, without its control characters, and where it ends; raises Truncated."""
    data = reader.bytes(start, reader.size - start)
    for end in range(0, len(data) - 1, 2):
        if data[end : end + 2] == b"\0\0":
            name = data[:end].decode("utf-16-le", "replace")
            return "".join(letter for letter in name if letter.isprintable()), start + end + 2
    raise Truncated("The name of a FlashPix stream has no end")


FIRST = min(FLASHPIX)
FLASHPIX_TABLE = TagTable(FLASHPIX)
