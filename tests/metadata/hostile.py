"""Damaged copies of sound files, and what may come of reading them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hypothesis import strategies as st

from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader


def consume(read: Callable[[Reader], Iterator[Directory]], data: bytes) -> None:
    """Reads and describes everything; nothing but MetadataError may come of it."""
    try:
        for directory in read(Reader.over(data)):
            for tag in directory.tags():
                assert tag.description is None or tag.description.encode() is not None
    except MetadataError:
        pass


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """Cut somewhere, with up to eight bits turned."""
    result = bytearray(data)
    bits = st.tuples(st.integers(0, len(data) - 1), st.integers(0, 7))
    for position, bit in draw(st.lists(bits, max_size=8)):
        result[position] ^= 1 << bit
    return bytes(result[: draw(st.integers(0, len(data)) | st.just(len(data)))])
