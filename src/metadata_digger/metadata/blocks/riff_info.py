"""What AVI and WAV files have in common: texts, XMP (XMP Specification Part 3, 3.2) and lengths of time."""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader

XMP = b"_PMX"
_LONGEST = 1 << 20  # bytes of a text that are kept


C2PA = b"C2PA"


def put(directory: Directory, tag: int, chunk: Reader) -> Iterator[Directory]:
    """Puts a text; one that comes again with other words is in a further directory, which is given.

    Blanks and line ends before its zero are none of it: the date of AVI's chunk IDIT ends in a line feed and a zero, in
    a zero, or in neither.
    """
    data = chunk.bytes(0, min(chunk.size, _LONGEST)).partition(b"\0")[0].rstrip(b"\r\n ")
    text = decoded(data)
    if text and directory.values.setdefault(tag, text) != text:
        yield Directory(directory.name, directory.table, {tag: text})


def xmp(chunk: Reader, directory: Directory) -> Iterator[Directory]:
    from metadata_digger.metadata.blocks import xmp as packets

    try:
        yield from packets.read(chunk)
    except MetadataError as error:
        directory.errors.append(f"XMP: {error}")


def manifests(chunk: Reader, directory: Directory) -> Iterator[Directory]:
    """The chunk C2PA (C2PA Specification, "Embedding manifests into RIFF-based formats")."""
    from metadata_digger.metadata.blocks import c2pa

    try:
        yield from c2pa.read(chunk.ordered(">"))
    except MetadataError as error:
        directory.errors.append(f"C2PA: {error}")


def clock(seconds: float) -> str:
    """Hours, minutes and whole seconds. In the reference the seconds count the hours too."""
    whole = int(seconds + 0.5)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
