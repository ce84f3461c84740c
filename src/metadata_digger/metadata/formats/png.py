"""PNG (Portable Network Graphics, third edition): chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from struct import error as struct_error
from struct import unpack_from

from metadata_digger.metadata.blocks import limits, raw_profile
from metadata_digger.metadata.blocks.icc import is_valid
from metadata_digger.metadata.blocks.limits import BUFFER, COLLECTED, END, ENDS_EARLY
from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.errors import Malformed, MetadataError, Truncated
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import words
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.png import (
    CHROMATICITIES,
    COLOR_TYPES,
    COMPRESSION,
    FILTERS,
    INTENTS,
    INTERLACES,
    PNG,
    TRANSPARENCY,
    UNITS,
)

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_REPEATABLE = frozenset((b"IDAT", b"sPLT", b"iTXt", b"tEXt", b"zTXt"))
_XMP = "XML:com.adobe.xmp"
_KEYWORD = 80  # bytes with the zero that ends it
_TEXT = 13
_LONGEST_TEXT = 16 << 20  # bytes that one compressed text may become
_PACKETS = 4 << 20  # the same for all compressed XMP together: 10 KB may become a million elements


@dataclass(slots=True)
class _Room:
    """How many bytes a file's compressed chunks may still become."""

    left: int
    packets: int = _PACKETS


def _background(_: Directory, value: Value) -> str | None:
    """The colour type is in another chunk; how many bytes there are tells as much."""
    if len(value) == 1:
        return f"Palette Index {value[0]}"
    if len(value) == 2:
        return f"Greyscale Level {value[0] << 8 | value[1]}"
    if len(value) == 6:
        red, green, blue = unpack_from(">3H", value)
        return f"R {red}, G {green}, B {blue}"
    return None


TABLE = TagTable(
    PNG,
    {
        4: words(COLOR_TYPES),
        5: words(COMPRESSION),
        6: words(FILTERS),
        7: words(INTERLACES),
        9: words(TRANSPARENCY),
        10: words(INTENTS),
        _TEXT: lambda _, value: f"{value[0]}: {value[1]}",
        15: _background,
        18: words(UNITS),
    },
)
CHROMATICITIES_TABLE = TagTable(CHROMATICITIES)


def read(reader: Reader) -> Iterator[Directory]:
    """Every chunk that says something, in file order, as far as the chain of chunks goes.

    Raises MetadataError where that is broken, behind all that stands before.
    """
    room = _Room(limits.INFLATED)
    for kind, data, fault in _chunks(reader):
        if fault:
            yield _error(fault)
        try:
            compressed = _COMPRESSED.get(kind)
            if compressed or kind in _READERS:
                yield from compressed(data, room) if compressed else _READERS[kind](data)
        except MetadataError as error:
            yield _error(f"Exception reading PNG chunk: {error}")


def _error(text: str) -> Directory:
    return Directory("Error", TagTable({}), errors=[text])


def _chunks(reader: Reader) -> Iterator[tuple[bytes, bytes, str]]:
    """Type and data of the chunks that have a reader, and what is wrong with a chunk but costs no other. Image data is
    not read.

    Of a chunk that the file ends in its data come as far as they go, and then the error.
    """
    if reader.bytes(0, min(8, reader.size)) != _SIGNATURE:
        raise Malformed("PNG signature mismatch")
    seen: set[bytes] = set()
    position, size, collected = 8, reader.size, 0
    while True:
        if position + 8 > size:
            raise Truncated(END)
        head = reader.bytes(position, 8)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        position += 8
        if length > 0x7FFFFFFF:
            raise Malformed("PNG chunk length exceeds maximum")
        wanted = kind in _READERS or kind in _COMPRESSED
        there = min(length, size - position)
        fault = _fault(kind, seen, wanted)
        if not kind.isalpha() and not _leads_on(reader, position + length + 4):
            raise Malformed(fault)
        if wanted:
            collected += there
            if collected > COLLECTED:
                raise Malformed(f"More than {COLLECTED >> 20} MiB of metadata")
            yield kind, reader.bytes(position, there), fault
        elif fault:
            yield kind, b"", fault
        if position + length + 4 > size and (kind != b"IEND" or size <= BUFFER):
            raise Truncated(_short(wanted, length, size - position, size))
        if kind == b"IEND":
            return
        seen.add(kind)
        position += length + 4


def _fault(kind: bytes, seen: set[bytes], wanted: bool) -> str:
    if not kind.isalpha():
        return "PNG chunk type identifier may only contain alphabet characters"
    if not seen and kind not in (b"IHDR", b"CgBI"):  # Apple's tools put one of their own in front
        return f"First chunk should be 'IHDR', but '{kind.decode()}' was observed"
    if wanted and kind in seen and kind not in _REPEATABLE:
        return f"Observed multiple instances of PNG chunk '{kind.decode()}', for which multiples are not allowed"
    return ""


def _leads_on(reader: Reader, position: int) -> bool:
    """Whether a chunk begins there: then what stands before it was one too, whatever it is called."""
    return position + 12 <= reader.size and reader.bytes(position + 4, 4).isalpha()


def _short(wanted: bool, length: int, left: int, size: int) -> str:
    if size > BUFFER or (wanted and length > left):
        return END
    count = length if length > left else 4
    return f"Unable to skip. Requested {count} bytes but only {left if length > left else left - length} remained."


def _chunk(kind: str, values: dict[int, Value], *errors: str) -> Iterator[Directory]:
    yield Directory(f"PNG-{kind}", TABLE, values, list(errors))


def _numbers(layout: str, data: bytes) -> tuple[int, ...]:
    try:
        return unpack_from(layout, data)
    except struct_error as error:
        raise Truncated(END) from error


def _header(data: bytes) -> Iterator[Directory]:
    if len(data) != 13:
        raise Malformed("PNG header chunk must have exactly 13 data bytes")
    return _chunk("IHDR", dict(enumerate(unpack_from(">iibbBbb", data), 1)))


def _chromaticities(data: bytes) -> Iterator[Directory]:
    if len(data) != 32:
        raise Malformed("Invalid number of bytes")
    yield Directory("PNG Chromaticities", CHROMATICITIES_TABLE, dict(enumerate(unpack_from(">8i", data), 1)))


def _gamma(data: bytes) -> Iterator[Directory]:
    if len(data) < 4:
        raise Truncated(str(len(data)))
    return _chunk("gAMA", {11: _numbers(">i", data)[0] / 100000})


def _srgb(data: bytes) -> Iterator[Directory]:
    if not data:
        raise Truncated("0")
    return _chunk("sRGB", {10: _numbers(">b", data)[0]})


def _split(data: bytes, longest: int) -> tuple[bytes, bytes]:
    """A field that a zero ends, and what follows; a field of full length has no zero."""
    end = data.find(0, 0, longest)
    if end >= 0:
        return data[:end], data[end + 1 :]
    if len(data) < longest:
        raise Truncated(END)
    return data[:longest], data[longest:]


def _profile(data: bytes, room: _Room) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import icc

    name, rest = _split(data, _KEYWORD)
    values = {12: decoded(name)}
    if not rest:
        raise Truncated(END)
    if rest[0]:
        yield from _chunk("iCCP", values, "Invalid compression method value")
        return
    profile, fault = limits.inflate(rest[1:], room.left)
    room.left -= len(profile)
    if fault is not None:
        # The reference reads the stream in blocks of 2,048 bytes and loses the one in which the fault is.
        profile = profile[: len(profile) // 2048 * 2048]
    yield from icc.read(Reader.over(profile), fault)
    yield from _chunk("iCCP", values)


def _text(data: bytes) -> Iterator[Directory]:
    keyword, rest = _split(data, _KEYWORD)
    return _keyed("tEXt", decoded(keyword), rest.partition(b"\0")[0], "latin-1")


def _compressed_text(data: bytes, room: _Room) -> Iterator[Directory]:
    keyword, rest = _split(data, _KEYWORD)
    if not rest:
        raise Truncated(END)
    if rest[0]:
        return _chunk("zTXt", {}, "Invalid compression method value")
    return _inflated("zTXt", decoded(keyword), rest[1:], "latin-1", room)


def _international_text(data: bytes, room: _Room) -> Iterator[Directory]:
    keyword, rest = _split(data, _KEYWORD)
    if len(rest) < 2:
        raise Truncated(END)
    flag, method = rest[0], rest[1]
    _language, rest = _split(rest[2:], len(data))
    _translated, rest = _split(rest, len(data))
    name = decoded(keyword)
    if flag == 0:
        # A packet of UTF-16 has zeros in it.
        return _keyed("iTXt", name, rest if name == _XMP else rest.partition(b"\0")[0], "utf-8")
    if flag != 1:
        return _chunk("iTXt", {}, "Invalid compression flag value")
    if method:
        return _chunk("iTXt", {}, "Invalid compression method value")
    return _inflated("iTXt", name, rest, "utf-8", room)


def _inflated(kind: str, keyword: str, data: bytes, encoding: str, room: _Room) -> Iterator[Directory]:
    packet = keyword == _XMP or raw_profile.name_of(keyword) in ("xmp", "app1")
    content, fault = limits.inflate(data, min(room.left, room.packets if packet else _LONGEST_TEXT))
    # One character beyond the 16-bit ones makes four bytes of each in a string, which is in memory twice: here and in
    # its description.
    room.left = max(0, room.left - len(content) * (1 if content.isascii() or encoding == "latin-1" else 4))
    if fault == ENDS_EARLY:
        if content:
            yield from _keyed(kind, keyword, content, encoding)
        raise Truncated(fault)
    if fault is not None:
        text = f'Exception decompressing PNG {kind} chunk with keyword "{keyword}": {fault}'
        values: dict[int, Value] = {_TEXT: (keyword, decoded(content, encoding))} if content else {}
        yield from _chunk(kind, values, text)
        return
    if packet:
        room.packets -= len(content)
    yield from _keyed(kind, keyword, content, encoding)


def _keyed(kind: str, keyword: str, content: bytes, encoding: str) -> Iterator[Directory]:
    if keyword != _XMP or kind == "tEXt":
        yield from _chunk(kind, {_TEXT: (keyword, decoded(content, encoding))})
    if keyword == _XMP:
        from metadata_digger.metadata.blocks import xmp

        yield from xmp.read(Reader.over(content))
    if (profile := raw_profile.name_of(keyword)) is not None:
        yield from raw_profile.read(profile, content)


def _time(data: bytes) -> Iterator[Directory]:
    year, month, day, hour, minute, second = _numbers(">HBBBBB", data)
    if is_valid(year, month, day, hour, minute, second):
        return _chunk("tIME", {14: f"{year:04}:{month:02}:{day:02} {hour:02}:{minute:02}:{second:02}"})
    return _chunk(
        "tIME",
        {},
        f"PNG tIME data describes an invalid date/time: year={year} month={month} day={day}"
        f" hour={hour} minute={minute} second={second}",
    )


def _physical(data: bytes) -> Iterator[Directory]:
    return _chunk("pHYs", dict(enumerate(_numbers(">iib", data), 16)))


def _exif(data: bytes) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import exif, exif_segments

    # The chunk has no preamble of its own; some writers leave that of a JPEG segment there.
    before, block = next(iter(exif_segments.blocks([data])), (0, data))
    return exif.read(Reader.over(block), before)


def _c2pa(data: bytes) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import c2pa

    return c2pa.read(Reader.over(data))


_READERS: dict[bytes, Callable[[bytes], Iterator[Directory]]] = {
    b"IHDR": _header,
    b"PLTE": lambda data: _chunk("PLTE", {8: len(data) // 3}),
    b"tRNS": lambda _: _chunk("tRNS", {9: 1}),
    b"cHRM": _chromaticities,
    b"sRGB": _srgb,
    b"gAMA": _gamma,
    b"bKGD": lambda data: _chunk("bKGD", {15: data}),
    b"tEXt": _text,
    b"tIME": _time,
    b"pHYs": _physical,
    b"sBIT": lambda data: _chunk("sBIT", {19: data}),
    b"eXIf": _exif,
    b"caBX": _c2pa,
}
_COMPRESSED: dict[bytes, Callable[[bytes, _Room], Iterator[Directory]]] = {
    b"iCCP": _profile,
    b"zTXt": _compressed_text,
    b"iTXt": _international_text,
}
