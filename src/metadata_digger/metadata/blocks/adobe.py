"""Adobe's JPEG segment APP14: how the DCT filter encoded the picture (Adobe Technical Note 5116)."""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from

from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.render import words
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.jpeg import ADOBE, ADOBE_TRANSFORMS

PREAMBLE = b"Adobe"
LENGTH = 12  # the reference passes over segments of any other length
TABLE = TagTable(ADOBE, {3: words(ADOBE_TRANSFORMS)})


def read(reader: Reader) -> Iterator[Directory]:
    """The segment, 12 bytes from its identifier on.

    Numbers are big-endian in the file; the reference reads them as little-endian, so its version 100 is 25600.
    """
    data = reader.bytes(0, LENGTH)
    directory = Directory("Adobe JPEG", TABLE)
    if data.startswith(PREAMBLE):
        directory.values = dict(zip(ADOBE, unpack_from("<HHHb", data, 5), strict=True))
    else:  # "ADOBE" or the like
        directory.errors.append("Invalid Adobe JPEG data header.")
    yield directory
