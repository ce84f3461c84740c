"""One file's bytes to its directories of tags.

`detect` tells the type by the first bytes as the reference extractor does. `directories` is the one way through a file:
a format's reader yields what it finds and raises behind it, and what came before stands.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import NamedTuple

from metadata_digger.metadata.blocks import file_type, id3, markup, raw_kinds
from metadata_digger.metadata.errors import Malformed, MetadataError, Truncated, UnknownFormat
from metadata_digger.metadata.formats import FORMATS
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import ByteSource, FileSource, MemorySource, Reader
from metadata_digger.metadata.tags.file_types import (
    ATOMS,
    AVIF,
    BRANDS,
    EPS,
    HOLDERS,
    ICO,
    JP2,
    JPEG,
    JPEG_2000_BRANDS,
    MAGIC,
    MAGIC_BEHIND,
    MOV,
    MP3,
    NETPBM,
    PDF,
    PICTURES,
    PNG,
    RIFF,
    RIFF_FORMS,
    STRUCTURES,
    TIFF,
    FileType,
)

_MODULES = {kind: form.module for form in FORMATS for kind in form.types}
# Grouped by the first byte, longest first: the first hit is the longest.
_MAGIC: dict[int, list[tuple[bytes, FileType]]] = {}
for _magic, _kind in sorted(MAGIC, key=lambda row: -len(row[0])):
    _MAGIC.setdefault(_magic[0], []).append((_magic, _kind))
_HEAD = 32  # bytes that tell a type; the brands of an ISO base media file are looked through further
_BRANDED = 1024  # bytes of those
_BEHIND = 8 << 10  # bytes that are looked through for a picture
_TYPE_1 = (b"%!PS-AdobeFont", b"%!PS-Adobe-3.0 Resource-Font")
_NETPBM = re.compile(rb"P[1-6][ \t\r\n]\s*(?:#|\d+\s*(?:#|\s\d))")
_PDF, _PDF_WITHIN = re.compile(rb"[\r\n](%PDF-\d\.\d)"), 1024  # as readers look for it (ISO 32000-1, 7.5.2, note)
_DIRECTORIES = 30_000  # of one file; the most in the corpus is below 300, a comment of 5 bytes makes one


def detect(head: bytes) -> FileType | None:
    """The type of a file by its first bytes (those of `head_of`), None when no type is known for them."""
    if not head:
        return None
    if head[4:8] in ATOMS and (head[0] < 0x20 or head[4:8] == b"mdat"):  # text has no such size
        return MOV
    for magic, kind in _MAGIC.get(head[0], ()):
        if head.startswith(magic):
            if _is_font(head, kind):
                return None
            return JPEG_2000_BRANDS.get(head[20:24], kind) if kind is JP2 else kind
    if head[4:8] == b"ftyp":
        return _branded(head)
    if head[:4] == b"RIFF":
        return RIFF_FORMS.get(head[8:12], RIFF)
    if head[:1] == b"P" and _NETPBM.match(head):
        return NETPBM[head[1:2]]
    if (document := markup.kind(head)) is not None:
        return document
    # The reference knows no file that starts with an ID3 tag.
    return MP3 if id3.length(head) or _is_audio(head) else None


def _is_font(head: bytes, kind: FileType) -> bool:
    """A Macintosh resource fork (.dfont), which begins as icons do, and Type 1 fonts, which are PostScript.

    The sixteen bytes behind a fork's header are free; an icon that had zeros there would begin at byte 0 of its file.
    """
    return (kind is ICO and len(head) == _HEAD and not any(head[16:])) or (kind is EPS and head.startswith(_TYPE_1))


def _is_audio(head: bytes) -> bool:
    """MPEG audio: eleven bits set, then a version, a layer, a bit rate and a frequency that are not the reserved ones.

    The reference looks at the first two, and takes the bytes 0xFF that a PhotoCD begins with for it.
    """
    if head[:2] == b"\xff\xfe" and head[3:4] == b"\0":  # text in UTF-16
        return False
    if head[:4] == b"\xff\xff\xd8\xff":  # a JPEG behind a fill byte (T.81, B.1.1.2)
        return False
    if len(head) < 2 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0 or head[1] & 0x18 == 0x08 or not head[1] & 0x06:
        return False
    return len(head) < 3 or (head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C)


def head_of(source: ByteSource) -> bytes:
    """The first bytes of a file, as many as `detect` looks at."""
    head = source.read_at(0, min(_HEAD, source.size))
    if markup.may_be(head):
        return source.read_at(0, min(markup.HEAD, source.size))
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


def recognise(source: ByteSource) -> tuple[FileType, int] | None:
    """A file's type and where it begins, which is 0 but for a picture behind bytes of something else; None when no type
    is known. Raises Truncated when the file is empty."""
    if not source.size:
        raise Truncated("The file is empty")
    kind = detect(head_of(source))
    if kind is not None:
        return (raw_kinds.kind(source) if kind is TIFF else kind), 0
    return _behind_others(source.read_at(0, min(_BEHIND, source.size)))


def _behind_others(head: bytes) -> tuple[FileType, int] | None:
    """A JPEG, PNG or PDF behind other bytes: a script's line break, or a server's header in what a network carried.

    The search ends with the first 8 KiB, which is what servers allow a header to have, and is not begun in files of
    another kind: a document with a picture in it is no picture. A JPEG's signature is three bytes, so its first
    segment has to lead to another.
    """
    if head.startswith(HOLDERS):
        return None
    for at, magic, kind in MAGIC_BEHIND:
        if head.startswith(magic, at):
            return kind, 0
    if (document := _PDF.search(head, 0, _PDF_WITHIN)) is not None:
        return PDF, document.start(1)
    for magic, kind in ((b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", PNG), (b"\xff\xd8\xff", JPEG)):
        at = head.find(magic, 1)
        while at >= 0:
            if kind is PNG or _leads_on(head, at + 2):
                return kind, at
            at = head.find(magic, at + 1)
    return None


def _leads_on(head: bytes, at: int) -> bool:
    """Whether the segment there ends where the next one begins, as far as can be seen."""
    if not 0xC0 <= head[at + 1 : at + 2].ljust(1, b"\0")[0] <= 0xFE or len(head) < at + 4:
        return False
    following = at + 2 + (head[at + 2] << 8 | head[at + 3])
    return following > at + 3 and (following >= len(head) or head[following] == 0xFF)


def directories(source: ByteSource) -> Iterator[Directory]:
    """The directories of a file, one by one: "File Type" first, the others as the format's reader finds them.

    Raises UnknownFormat when no container is recognised, Truncated when the file is empty, both before anything else;
    and MetadataError behind all that could be read when the reader had to stop early. So whoever keeps what came has
    all that can be had, whatever happens then: a fault costs what stands behind it.
    """
    found = recognise(source)
    if found is None:
        raise UnknownFormat("File format could not be determined")
    kind, start = found
    told = file_type.read(kind)
    if start:
        told.errors.append(f"The {kind.name} begins at byte {start:,}, behind bytes that are none of it")
    yield told
    module = _MODULES.get(kind)
    if module is None:
        return
    read: Callable[[Reader], Iterator[Directory]]
    read = import_module(f"metadata_digger.metadata.formats.{module}").read
    for count, directory in enumerate(read(Reader(source, start, source.size - start)), 1):
        yield directory
        if count == _DIRECTORIES:
            raise Malformed(f"More than {_DIRECTORIES:,} directories")


def tell(fault: MetadataError, found: Sequence[Directory]) -> None:
    """Puts the fault for which a reader stopped into the errors of the last directory that came."""
    found[-1].errors.append(str(fault))


class Reading(NamedTuple):
    """What a file says, and the fault for which its reader had to stop before the end."""

    directories: list[Directory]
    fault: MetadataError | None


def read_partly(source: str | os.PathLike[str] | bytes | ByteSource) -> Reading:
    """The same as read_metadata, with the fault beside the directories, which have its text too.

    Raises OSError when a path cannot be opened. Where nothing is known of a file, there is a fault and no directory.
    """
    if isinstance(source, bytes):
        return _gathered(MemorySource(source))
    if isinstance(source, str | os.PathLike):
        with FileSource(source) as file:
            reading = _gathered(file)
            if reading.directories:
                reading.directories.append(file_type.read_file(source, file))
        return reading
    return _gathered(source)


def _gathered(source: ByteSource) -> Reading:
    found: list[Directory] = []
    fault = None
    try:
        found.extend(directories(source))
    except MetadataError as error:
        fault = error
        if found:
            tell(error, found)
    return Reading(found[1:] + found[:1], fault)


def read_metadata(source: str | os.PathLike[str] | bytes | ByteSource) -> list[Directory]:
    """Every directory of a file, in the order in which the reference extractor finds them.

    A path also gives the directory "File" (name, size, date). A format that is known and not read gives its type alone;
    of a damaged file comes what stands before the fault, which is a text in the errors of the last directory. Raises
    UnknownFormat when no container is recognised, Truncated when the file is empty, OSError when a path cannot be
    opened.
    """
    found, fault = read_partly(source)
    if not found and fault is not None:
        raise fault
    return found
