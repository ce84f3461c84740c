"""RIFF (Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0): chunks and lists of chunks.

Writers go wrong in the same few ways: a size that was never filled in, no byte behind a chunk of odd length, a zero for
a blank in a chunk's name. None of them keeps chunks from being found here. The reference compares a list's size with
the place in the file, and so misses lists that lie behind their own size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from metadata_digger.metadata.blocks.limits import END, called
from metadata_digger.metadata.errors import Malformed, Truncated
from metadata_digger.metadata.source import Reader

_CHUNKS = 65_536  # AVI and WAV files keep their media in one list or chunk
_DEPTH = 8  # of lists in lists; AVI has three
_HEADER = 8  # bytes of a chunk's name and size
_LARGEST = 0x7FFFFFFF
_UNKNOWN = 0xFFFFFFFF  # what programs state that write a stream

Test = Callable[[bytes], bool]


def chunks(reader: Reader, form: bytes, enters: Test, takes: Test, errors: list[str]) -> Iterator[tuple[bytes, Reader]]:
    """Name and content of the chunks that `takes` accepts, in the lists that `enters` accepts. Faults go to `errors`.

    Raises Truncated when there is not even a header. Contents are not read.
    """
    if reader.size < 12:
        raise Truncated(END)
    reader = reader.ordered("<")
    if reader.bytes(8, 4) != form:
        return
    stated = reader.u32(4)
    end = reader.size if stated in (0, _UNKNOWN) else min(_HEADER + stated, reader.size)
    if _HEADER + stated > reader.size + 1 and stated != _UNKNOWN:  # only the byte behind an odd chunk may lack
        errors.append(f"The file is stated to have {_HEADER + stated - reader.size} bytes more than it has")
    levels = [(12, end)]
    seen = 0
    while levels:
        position, end = levels.pop()
        while end - position >= _HEADER:
            seen += 1
            if seen > _CHUNKS:
                raise Malformed(f"More than {_CHUNKS} chunks")
            kind, size = _named(reader.bytes(position, 4)), reader.u32(position + 4)
            start = position + _HEADER
            # A chunk of the file itself may go beyond what the file is stated to have, one of a list not beyond that.
            left = (end if levels else reader.size) - start
            if size > left:
                if _LARGEST < size < _UNKNOWN:
                    errors.append(f"Invalid chunk size: {size - (1 << 32)}")  # the reference reads it as signed
                    position = end
                    break
                if size != _UNKNOWN:
                    errors.append(f"Chunk '{called(kind)}' is stated to have {size} bytes, and {left} are left")
                size = left
            position = _next(reader, start + size, end)
            if kind not in (b"LIST", b"RIFF"):
                if takes(kind):
                    yield kind, reader.within(start, size)
            elif size < 4:
                if "Chunk size too small." not in errors:
                    errors.append("Chunk size too small.")
            elif enters(reader.bytes(start, 4)):
                if len(levels) == _DEPTH:
                    raise Malformed(f"Lists {_DEPTH} levels deep in lists")
                levels.append((position, end))
                position, end = start + 4, start + size
        if any(reader.bytes(position, max(0, end - position))):
            errors.append(END)


def _named(kind: bytes) -> bytes:
    return kind.rstrip(b"\0").ljust(4)


def _next(reader: Reader, position: int, end: int) -> int:
    """Where the next chunk begins: chunks are of an even length, and where the byte for that lacks there is a name."""
    if not position & 1 or position >= end:
        return position
    name = reader.bytes(position, min(4, end - position))
    return position if len(name) == 4 and name.isascii() and name.decode().isprintable() else position + 1
