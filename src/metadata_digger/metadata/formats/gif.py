"""GIF (GIF87a, GIF89a): the header and the blocks after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from struct import unpack

from metadata_digger.metadata.blocks.limits import COLLECTED
from metadata_digger.metadata.blocks.stream import Stream
from metadata_digger.metadata.charsets import GUESSED, decoded, is_utf8
from metadata_digger.metadata.errors import Malformed, MetadataError, Truncated
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.gif import ANIMATION, COMMENT, CONTROL, DISPOSALS, HEADER, IMAGE, REPEATS

_MAGIC_TRAILER = 257  # bytes behind an XMP packet that lead readers of sub-blocks to its end
_DIRECTORIES = 20_000
_ZEROS = 4096  # that may stand between blocks; a file of nothing else took 0.6 s a MiB
_FAULT = "IOException processing GIF data"


def _flag(_: Directory, value: Value) -> str:
    return "true" if value else "false"


HEADER_TABLE = TagTable(HEADER, {5: _flag, 7: _flag})
CONTROL_TABLE = TagTable(CONTROL, {2: lambda _, value: DISPOSALS[value], 3: _flag, 4: _flag})
IMAGE_TABLE = TagTable(IMAGE, {5: _flag, 6: _flag, 7: _flag})
ANIMATION_TABLE = TagTable(ANIMATION, {1: lambda _, value: REPEATS.get(value) or f"{value} times"})
COMMENT_TABLE = TagTable(COMMENT)


def read(reader: Reader) -> Iterator[Directory]:
    """A directory for the header and for each block that says something."""
    stream = Stream(reader.ordered("<"))
    stream.expect(stream.size)
    try:
        header = _read_header(stream)
    except Truncated:
        yield _error(_FAULT)
        return
    except Malformed as error:
        yield Directory("GIF Header", HEADER_TABLE, errors=[str(error)])
        return
    yield header
    count, zeros = 1, 0
    try:
        if header.values[7]:
            stream.skip(3 * header.values[4])
        while stream.position < stream.size:
            marker = stream.number("B")
            reading = _BLOCKS.get(marker)
            if reading is None:
                zeros += not marker
                if not marker and zeros <= _ZEROS:  # the end of sub-blocks that somebody ended before
                    continue
                if marker != 0x3B:
                    yield _error("Unknown gif block marker found.")
                return
            for directory in reading(stream):
                yield directory
                count += 1
            if count > _DIRECTORIES:
                yield _error(f"More than {_DIRECTORIES} blocks")
                return
    except MetadataError:
        yield _error(_FAULT)


def _read_header(stream: Stream) -> Directory:
    if stream.bytes(3) != b"GIF":
        raise Malformed("Invalid GIF file signature")
    version = stream.bytes(3)
    if version not in (b"87a", b"89a"):
        raise Malformed("Unexpected GIF version")
    width, height, flags, background, aspect = unpack("<HHBBB", stream.bytes(7))
    values: dict[int, Value] = {1: version.decode(), 2: width, 3: height, 4: 2 << (flags & 7)}
    if version == b"89a":
        values[5] = flags & 8 != 0
    values |= {6: (flags >> 4 & 7) + 1, 7: flags & 0x80 != 0, 8: background}
    if aspect:
        values[9] = (aspect + 15) / 64
    return Directory("GIF Header", HEADER_TABLE, values)


def _read_image(stream: Stream) -> Iterator[Directory]:
    left, top, width, height, flags = unpack("<HHHHB", stream.bytes(9))
    values: dict[int, Value] = {1: left, 2: top, 3: width, 4: height, 5: flags & 0x80 != 0, 6: flags & 0x40 != 0}
    if flags & 0x80:
        values[7] = flags & 0x20 != 0
        values[8] = (flags & 7) + 1
        stream.skip(6 << (flags & 7))
    stream.bytes(1)  # code size
    yield Directory("GIF Image", IMAGE_TABLE, values)
    stream.skip_blocks()


def _read_extension(stream: Stream) -> Iterator[Directory]:
    label, size = stream.bytes(2)
    end = stream.position + size
    reading = _EXTENSIONS.get(label)
    if reading is None:
        yield _error(f"Unsupported GIF extension block with type 0x{label:02X}.")
        _skip(stream, size)
    else:
        yield from reading(stream, size)
    if stream.position < end:
        stream.skip(end - stream.position)


def _read_text(stream: Stream, size: int) -> Iterator[Directory]:
    if size == 12:
        stream.skip(12)
        stream.skip_blocks()
    else:
        yield _error(f"Invalid GIF plain text block size. Expected 12, got {size}.")
        _skip(stream, size)


def _read_control(stream: Stream, _: int) -> Iterator[Directory]:
    flags, delay, transparent = unpack("<BHB", stream.bytes(4))
    stream.skip(1)
    values = {2: flags >> 2 & 7, 3: flags & 2 != 0, 4: flags & 1 != 0, 1: delay, 5: transparent}
    yield Directory("GIF Control", CONTROL_TABLE, values)


def _read_comment(stream: Stream, size: int) -> Iterator[Directory]:
    data = _gather(stream, size)
    yield Directory("GIF Comment", COMMENT_TABLE, {1: decoded(data)}, [] if is_utf8(data) else [GUESSED])


def _read_application(stream: Stream, size: int) -> Iterator[Directory]:
    if size != 11:
        yield _error(f"Invalid GIF application extension block size. Expected 11, got {size}.")
        _skip(stream, size)
        return
    name = stream.bytes(11)
    if name == b"XMP DataXMP":
        # The packet is no run of sub-blocks, its bytes are taken for their lengths all the same: to be kept.
        packet = _gather(stream, stream.number("B"), keep_lengths=True)[:-_MAGIC_TRAILER]
        if packet:
            from metadata_digger.metadata.blocks import xmp

            yield from xmp.read(Reader.over(packet))
    elif name == b"ICCRGBG1012":
        profile = _gather(stream, stream.number("B"))
        if profile:
            from metadata_digger.metadata.blocks import icc

            yield from icc.read(Reader.over(profile))
    elif name == b"C2PA_GIF\1\0\0":
        from metadata_digger.metadata.blocks import c2pa

        try:
            yield from c2pa.read(Reader.over(_gather(stream, stream.number("B"))))
        except Malformed as error:
            yield _error(f"C2PA: {error}")
    elif name == b"NETSCAPE2.0":
        stream.skip(2)
        repeats = stream.number("H")
        stream.skip(1)
        yield Directory("GIF Animation", ANIMATION_TABLE, {1: repeats})
    else:
        stream.skip_blocks()


def _skip(stream: Stream, size: int) -> None:
    """Sub-blocks whose first has this size: every extension is made of them (GIF89a, 15), known or not."""
    if size:
        stream.skip(size)
        stream.skip_blocks()


def _gather(stream: Stream, length: int, *, keep_lengths: bool = False) -> bytes:
    """The sub-blocks from one of this length on, up to the empty one."""
    parts: list[bytes] = []
    left = COLLECTED
    while length:
        if keep_lengths:
            parts.append(bytes((length,)))
        parts.append(stream.bytes(length))
        left -= length
        if left < 0:
            raise Malformed(f"More than {COLLECTED >> 20} MiB of metadata")
        length = stream.number("B")
    return b"".join(parts)


def _error(message: str) -> Directory:
    return Directory("Error", TagTable({}), errors=[message])


_BLOCKS: dict[int, Callable[[Stream], Iterator[Directory]]] = {0x21: _read_extension, 0x2C: _read_image}
_EXTENSIONS: dict[int, Callable[[Stream, int], Iterator[Directory]]] = {
    0x01: _read_text,
    0xF9: _read_control,
    0xFE: _read_comment,
    0xFF: _read_application,
}
