"""Photoshop documents, PSD and PSB (Adobe Photoshop File Formats Specification): header and image resources."""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks.limits import COLLECTED
from metadata_digger.metadata.blocks.stream import Stream
from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.model import Directory, Render, TagTable
from metadata_digger.metadata.render import words
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.psd import MODES, PSD

_HEADER = 30
_FIELDS = ((1, "H"), (2, "i"), (3, "i"), (4, "H"), (5, "H"))


def _counted(unit: str, rest: str = "") -> Render:
    return lambda _, value: f"{value} {unit}{'' if value == 1 else 's'}{rest}"


TABLE = TagTable(
    PSD,
    {
        1: _counted("channel"),
        2: _counted("pixel"),
        3: _counted("pixel"),
        4: _counted("bit", " per channel"),
        5: words(MODES),
    },
)


def read(reader: Reader) -> Iterator[Directory]:
    stream = Stream(reader)
    stream.expect(_HEADER)
    directory = Directory("PSD Header", TABLE)
    yield directory
    try:
        if stream.bytes(4) != b"8BPS":
            directory.errors.append("Invalid PSD file signature")
            return
        if stream.number("H") not in (1, 2):
            directory.errors.append("Invalid PSD file version (must be 1 or 2)")
            return
        stream.skip(6)
        for tag, form in _FIELDS:
            directory.values[tag] = stream.number(form)
    except MetadataError:
        directory.errors.append("Unable to read PSD header")
        return
    try:
        stream.skip(stream.number("I"))  # palette, or what a duotone is made of
        length = stream.number("i")
    except MetadataError:
        return
    from metadata_digger.metadata.blocks import photoshop

    left = max(0, min(length, COLLECTED, stream.size - stream.position))
    yield from photoshop.read(stream.within(left))
