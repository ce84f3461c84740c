"""Blocks that hold one another, by name.

An Exif block may hold Photoshop's resources, which may hold an Exif block; a Panasonic raw file is an Exif block with a
whole JPEG in it, whose segments hold both. This lies in the nature of the formats. Modules that imported one another so
would be a knot of which no part can be loaded, read or tested alone: here, and nowhere else, a block is found by name.
How deep they may lie in one another is bounded where Exif is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module

from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

NAMES = (
    "blocks.c2pa",
    "blocks.exif",
    "blocks.icc",
    "blocks.iptc",
    "blocks.photoshop",
    "blocks.printim",
    "blocks.xmp",
    "formats.jpeg",
)


@cache
def reader(name: str) -> Callable[[Reader], Iterator[Directory]]:
    """The function `read` of one of NAMES, whose module is imported when the first such block comes by."""
    if name not in NAMES:
        raise ValueError(name)
    read: Callable[[Reader], Iterator[Directory]] = import_module(f"metadata_digger.metadata.{name}").read
    return read
