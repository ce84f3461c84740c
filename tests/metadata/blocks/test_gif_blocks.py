"""GIF's sub-blocks, passed over by the stream that other formats share."""

from __future__ import annotations

import pytest

from metadata_digger.metadata.blocks.stream import Stream
from metadata_digger.metadata.errors import Truncated
from metadata_digger.metadata.source import Reader


@pytest.mark.parametrize("ahead", [0, 1, 50, 1_000_000])
@pytest.mark.parametrize("size", [1, 3, 255])
def test_skip_blocks(size: int, ahead: int) -> None:
    blocks = (bytes((size,)) + bytes([7]) * size) * 2000
    stream = Stream(Reader.over(b"head" + blocks + b"\0rest"))
    stream.expect(ahead)
    stream.bytes(4)
    stream.skip_blocks()
    assert (stream.position, stream.bytes(4)) == (5 + len(blocks), b"rest")


@pytest.mark.parametrize("data", [b"", b"\3abc", b"\3ab", b"\xff" + bytes(100), b"\1a" * 50_000, b"\xff" * 10_000])
def test_blocks_that_end_early(data: bytes) -> None:
    stream = Stream(Reader.over(data))
    stream.expect(len(data))
    with pytest.raises(Truncated):
        stream.skip_blocks()
