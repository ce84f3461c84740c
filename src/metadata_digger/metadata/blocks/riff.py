"""RIFF (Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0): chunks and lists of chunks.

Sizes are compared with the position in the file, not in their list, as in the reference: a list is over as soon as the
position is beyond its size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from metadata_digger.metadata.blocks.limits import END
from metadata_digger.metadata.blocks.stream import Stream
from metadata_digger.metadata.errors import Malformed, Truncated
from metadata_digger.metadata.source import Reader

_CHUNKS = 65_536  # AVI and WAV files keep their media in one list or chunk
DATE = b"IDIT"  # ends in a line feed and a zero, which are left out


def chunks(
    reader: Reader, form: bytes, enters: Callable[[bytes], bool], takes: Callable[[bytes], bool], errors: list[str]
) -> Iterator[tuple[bytes, Reader]]:
    """Type and content of the chunks that `takes` accepts, in the lists that `enters` accepts. Faults go to `errors`.

    Raises Truncated when there is not even a header. Contents are not read.
    """
    if reader.size < 12:
        raise Truncated(END)
    stream = Stream(reader.ordered("<"))
    stream.skip(4)
    size = stream.number("i")
    if stream.bytes(4) != form:
        return
    levels = [size - 4]
    seen = 0
    while levels:
        end = levels[-1]
        try:
            while stream.position < end:
                seen += 1
                if seen > _CHUNKS:
                    raise Malformed(f"More than {_CHUNKS} chunks")
                kind = stream.bytes(4)
                size = stream.number("i")
                if size <= 0:
                    errors.append(f"Invalid chunk size: {size}")
                    break
                if kind in (b"LIST", b"RIFF"):
                    name = stream.bytes(4)
                    if size < 4:
                        errors.append("Chunk size too small.")
                    elif enters(name):
                        levels.append(size - 4)
                        end = size - 4
                    else:
                        stream.skip(size - 4)
                elif kind == DATE:
                    if size < 2:
                        errors.append("Chunk size too small.")
                        continue
                    content = stream.within(size - 2)
                    if takes(kind):
                        yield kind, content
                    stream.skip(2)
                else:
                    if takes(kind):
                        yield kind, stream.within(size)
                    else:
                        stream.skip(size)
                    if size & 1:
                        stream.skip(1)
        except Truncated as error:
            errors.append(str(error))
        levels.pop()
