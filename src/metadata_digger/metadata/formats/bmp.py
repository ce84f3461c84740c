"""Windows and OS/2 bitmaps: the file header, the bitmap header (BITMAPCOREHEADER to BITMAPV5HEADER), a profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from metadata_digger.metadata.blocks.stream import Stream
from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.errors import Malformed, MetadataError
from metadata_digger.metadata.model import Directory, Render, TagTable
from metadata_digger.metadata.render import decimal
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.bmp import (
    BMP,
    COLOR_SPACES,
    COMPRESSIONS,
    ENCODINGS,
    INTENTS,
    OS2_COMPRESSIONS,
    RENDERINGS,
    TYPES,
)

_STANDARD, _ARRAY = 0x4D42, 0x4142
_TYPE, _HEADER_SIZE, _COMPRESSION, _COLOR_SPACE, _INTENT, _LINKED = -2, -1, 5, 16, 20, 21
_PROFILE_LINKED, _PROFILE_EMBEDDED = 0x4C494E4B, 0x4D424544
_AHEAD = 512  # bytes: the headers of a file with one bitmap
_BITMAPS = 1000  # in one array; OS/2 icons have a handful

# Fields in file order: a tag and its form, or None and how many bytes to pass over.
_Fields = tuple[tuple[int | None, str | int], ...]
_SIZE_32: _Fields = ((2, "i"), (1, "i"), (3, "H"), (4, "H"))
_RESOLUTION: _Fields = ((5, "i"), (None, 4), (6, "i"), (7, "i"), (8, "i"), (9, "i"))
_INFO: _Fields = _SIZE_32 + _RESOLUTION
_INFO_2: _Fields = (*_INFO, (12, "I"), (13, "I"), (14, "I"))
_INFO_3: _Fields = (*_INFO_2, (15, "I"))
_INFO_4: _Fields = (*_INFO_3, (16, "I"), (None, 36), (17, "I"), (18, "I"), (19, "I"))
_HEADERS: dict[int, _Fields] = {
    12: ((2, "H"), (1, "H"), (3, "H"), (4, "H")),
    16: _SIZE_32,
    64: (*_SIZE_32, *_RESOLUTION, (None, 6), (10, "H"), (None, 8), (11, "i"), (None, 4)),
    40: _INFO,
    52: _INFO_2,
    56: _INFO_3,
    108: _INFO_4,
    124: (*_INFO_4, (20, "i")),
}
# Of the two headers of 12 bytes the reference takes Windows' for a standard bitmap: its sizes are signed.
_CORE: _Fields = ((2, "h"), (1, "h"), (3, "H"), (4, "H"))


def _named(words: Mapping[int, str]) -> Render:
    return lambda _, value: words.get(value)


def _compression(directory: Directory, value: int) -> str:
    word = OS2_COMPRESSIONS.get(value) if directory.values.get(_HEADER_SIZE) == 64 else None
    return word or COMPRESSIONS.get(value) or f"Illegal value 0x{value & 0xFFFFFFFF:x}"


TABLE = TagTable(
    BMP,
    {
        _TYPE: _named(TYPES),
        _COMPRESSION: _compression,
        10: _named(RENDERINGS),
        11: _named(ENCODINGS),
        _COLOR_SPACE: _named(COLOR_SPACES),
        _INTENT: _named(INTENTS),
        **dict.fromkeys((12, 13, 14, 15), lambda _, value: f"0x{value:08X}"),
        **dict.fromkeys((17, 18, 19), lambda _, value: decimal(value / 65536, 3)),
    },
)


def read(reader: Reader) -> Iterator[Directory]:
    """A directory for each bitmap of the file, and the profile that one has."""
    found: list[Directory] = []
    stream = Stream(reader.ordered("<"))
    stream.expect(_AHEAD)
    more = True
    while more and len(found) < _BITMAPS:
        more = _read_file_header(stream, found, True)
    if more:
        _fail(found, f"More than {_BITMAPS} bitmaps")
    return iter(found)


def _read_file_header(stream: Stream, found: list[Directory], array: bool) -> bool:
    """One bitmap, or one of an array and its place; whether the stream is now at a further one."""
    try:
        kind = stream.number("H")
    except MetadataError as error:
        found.append(_error(f"Couldn't determine bitmap type: {error}"))
        return False
    if kind == _ARRAY:
        return _read_array(stream, found) if array else _fail(found, "Invalid bitmap file - nested arrays not allowed")
    if kind not in TYPES:
        found.append(_error(f"Invalid BMP magic number 0x{kind:x}"))
        return False
    directory = Directory("BMP Header", TABLE, {_TYPE: kind})
    found.append(directory)
    try:
        stream.skip(12)
    except MetadataError:
        directory.errors.append("Unable to read BMP file header")
        return False
    try:
        _read_bitmap_header(stream, directory, found)
    except Malformed as error:
        directory.errors.append(str(error))
    except MetadataError:
        directory.errors.append("Unable to read BMP header")
    return False


def _read_array(stream: Stream, found: list[Directory]) -> bool:
    try:
        stream.skip(4)
        following = stream.number("I")
        stream.skip(4)
        _read_file_header(stream, found, False)
        if not following:
            return False
        if stream.position > following:
            return _fail(found, "Invalid next header offset")
        stream.skip(following - stream.position)
    except MetadataError:
        return _fail(found, "Unable to read BMP file header")
    return True


def _read_bitmap_header(stream: Stream, directory: Directory, found: list[Directory]) -> None:
    """Raises Malformed with the reference's words, Truncated where the header ends early."""
    start = stream.position
    size = stream.number("i")
    values = directory.values
    values[_HEADER_SIZE] = size
    fields = _CORE if size == 12 and values[_TYPE] == _STANDARD else _HEADERS.get(size)
    if fields is None:
        raise Malformed(f"Unexpected DIB header size: {size}")
    for tag, form in fields:
        if isinstance(form, int):
            stream.skip(form)
        elif tag is not None:
            values[tag] = stream.number(form)
    if size != 124:
        return
    kind = values[_COLOR_SPACE]
    if kind not in (_PROFILE_LINKED, _PROFILE_EMBEDDED):
        stream.skip(12)
        return
    offset, length = start + stream.number("I"), stream.number("i")
    if length < 0:
        raise Malformed(f"Invalid profile size {length}")
    if stream.position > offset:
        raise Malformed(f"Invalid profile data offset 0x{offset:x}")
    stream.skip(offset - stream.position)
    if kind == _PROFILE_LINKED:
        # A name that a zero ends before the file does is whole, whatever its length says.
        left = stream.size - stream.position
        name, zero, _ = stream.bytes(max(0, min(length, left))).partition(b"\0")
        if not zero and length > left:
            stream.bytes(1)
        values[_LINKED] = decoded(name)
    else:
        from metadata_digger.metadata.blocks import icc

        found.extend(icc.read(Reader.over(stream.bytes(length))))


def _error(message: str) -> Directory:
    return Directory("Error", TagTable({}), errors=[message])


def _fail(found: list[Directory], message: str) -> bool:
    """Tells a fault on the file's first directory of errors; that ends the reading."""
    for directory in found:
        if directory.name == "Error":
            directory.errors.append(message)
            return False
    found.append(_error(message))
    return False
