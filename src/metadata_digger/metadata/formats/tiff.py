"""TIFF 6.0 and the camera raw formats built on it: the file is one Exif block."""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader


def read(reader: Reader) -> Iterator[Directory]:
    return exif.read_file(reader)
