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
from metadata_digger.metadata.tags.file_types import (
    ATOMS,
    AVIF,
    BRANDS,
    MAGIC,
    MOV,
    MP3,
    PICTURES,
    RIFF,
    RIFF_FORMS,
    STRUCTURES,
    FileType,
)

_MODULES = {kind: form.module for form in FORMATS for kind in form.types}
# Grouped by the first byte, longest first: the first hit is the longest.
_MAGIC: dict[int, list[tuple[bytes, FileType]]] = {}
for _magic, _kind in sorted(MAGIC, key=lambda row: -len(row[0])):
    _MAGIC.setdefault(_magic[0], []).append((_magic, _kind))
_HEAD = 32  # bytes that tell a type; the brands of an ISO base media file are looked through further
_BRANDED = 1024  # bytes of those
_DIRECTORIES = 30_000  # of one file; the most in the corpus is below 300, a comment of 5 bytes makes one


def detect(head: bytes) -> FileType | None:
    """The type of a file by its first bytes (those of `head_of`), None when no type is known for them."""
    if not head:
        return None
    if head[4:8] in ATOMS and (head[0] < 0x20 or head[4:8] == b"mdat"):  # text has no such size
        return MOV
    for magic, kind in _MAGIC.get(head[0], ()):
        if head.startswith(magic):
            return kind
    if head[4:8] == b"ftyp":
        return _branded(head)
    if head[:4] == b"RIFF":
        return RIFF_FORMS.get(head[8:12], RIFF)
    # MPEG audio: eleven bits set, then a version and a layer that are not the reserved ones. A file that starts with an
    # ID3 tag is unknown to the reference.
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x18 != 0x08 and head[1] & 0x06:
        return MP3
    return None


def head_of(source: ByteSource) -> bytes:
    """The first bytes of a file, as many as `detect` looks at."""
    head = source.read_at(0, min(_HEAD, source.size))
    size = min(int.from_bytes(head[:4], "big"), _BRANDED, source.size)
    return source.read_at(0, size) if head[4:8] == b"ftyp" and size > _HEAD else head


def _branded(head: bytes) -> FileType:
    """The type of an ISO base media file by its brands (ISO/IEC 14496-12, 4.3).

    Where the major brand is unknown, or says how a picture's file is built and not what is in it, the compatible ones
    tell, as far as they name pictures.
    """
    major = head[8:12]
    kind = BRANDS.get(major)
    if kind is not None and major not in STRUCTURES:
        return kind
    end = min(int.from_bytes(head[:4], "big"), len(head))
    others = [BRANDS.get(head[start : start + 4]) for start in range(16, end - 3, 4)]
    if AVIF in others:
        return AVIF
    return kind or next((other for other in others if other in PICTURES), MOV)


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
    kind = detect(head_of(source))
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
