"""Fujifilm RAF: a raw file whose preview is a JPEG with all that the camera tells."""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.formats import jpeg
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

_HEAD = 512  # bytes in which the preview starts


def read(reader: Reader) -> Iterator[Directory]:
    """The preview's directories; raises MetadataError when there is no preview."""
    start = max(0, reader.bytes(0, min(_HEAD, reader.size)).find(b"\xff\xd8\xff"))
    return jpeg.read(reader.within(start, reader.size - start))
