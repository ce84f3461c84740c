"""One file's bytes to its directories of tags.

`detect` tells the type by the first bytes as the reference extractor does; `read_metadata` is the one place where a
format's failure is caught.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module

from metadata_digger.metadata.blocks import file_type
from metadata_digger.metadata.errors import Malformed, MetadataError, Truncated, UnknownFormat
from metadata_digger.metadata.formats import FORMATS
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import ByteSource, FileSource, MemorySource, Reader
from metadata_digger.metadata.tags.file_types import BRANDS, MAGIC, MOV, MP3, RIFF, RIFF_FORMS, FileType

_MODULES = {kind: form.module for form in FORMATS for kind in form.types}
# Grouped by the first byte, longest first: the first hit is the longest.
_MAGIC: dict[int, list[tuple[bytes, FileType]]] = {}
for _magic, _kind in sorted(MAGIC, key=lambda row: -len(row[0])):
    _MAGIC.setdefault(_magic[0], []).append((_magic, _kind))
HEAD = 32  # bytes that detection looks at
_DIRECTORIES = 30_000  # of one file; the most in the corpus is below 300, a comment of 5 bytes makes one


def detect(head: bytes) -> FileType | None:
    """The type of a file by its first bytes (32 are enough), None when no type is known for them."""
    if not head:
        return None
    for magic, kind in _MAGIC.get(head[0], ()):
        if head.startswith(magic):
            return kind
    if head[4:8] == b"ftyp":
        return BRANDS.get(head[8:12], MOV)
    if head[:4] == b"RIFF":
        return RIFF_FORMS.get(head[8:12], RIFF)
    # MPEG audio: eleven bits set, then a version and a layer that are not the reserved ones. A file that starts with an
    # ID3 tag is unknown to the reference.
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x18 != 0x08 and head[1] & 0x06:
        return MP3
    return None


def read_metadata(source: str | os.PathLike[str] | bytes | ByteSource) -> list[Directory]:
    """Every directory of a file, in the order in which the reference extractor finds them.

    A path also gives the directory "File" (name, size, date). A format that is known and not read yet gives its type
    alone. Raises UnknownFormat when no container is recognised, MetadataError when nothing at all can be read, OSError
    when a path cannot be opened.
    """
    if isinstance(source, bytes):
        return _read(MemorySource(source))
    if isinstance(source, str | os.PathLike):
        with FileSource(source) as file:
            directories = _read(file)
            directories.append(file_type.read_file(source, file))
        return directories
    return _read(source)


def _read(source: ByteSource) -> list[Directory]:
    if not source.size:
        raise Truncated("The file is empty")
    kind = detect(source.read_at(0, min(HEAD, source.size)))
    if kind is None:
        raise UnknownFormat("File format could not be determined")
    directories: list[Directory] = []
    module = _MODULES.get(kind)
    if module is not None:
        read: Callable[[Reader], Iterator[Directory]]
        read = import_module(f"metadata_digger.metadata.formats.{module}").read
        try:
            for directory in read(Reader(source, 0, source.size)):
                directories.append(directory)
                if len(directories) == _DIRECTORIES:
                    raise Malformed(f"More than {_DIRECTORIES:,} directories")
        except MetadataError as error:
            # What was read before the fault stands; a file that gave nothing says why.
            if not directories:
                raise
            directories[-1].errors.append(str(error))
    directories.append(file_type.read(kind))
    return directories
