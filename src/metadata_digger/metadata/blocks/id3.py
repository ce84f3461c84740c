"""ID3v2 tags (id3.org, "ID3 tag version 2.3.0" and "2.4.0"), as MP3 files begin with: texts, comments, links, and XMP.

Whole tags that are "unsynchronised" are put right first; frames that are compressed or encrypted are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks.limits import called
from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.errors import Malformed, MetadataError
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.id3 import FRAMES, ID3, SHORT
from metadata_digger.metadata.values import Value

HEADER = 10  # bytes of the tag's header, of its footer, and of a frame's header but in version 2.2
_LONGEST, _FRAMES, _FURTHER = 16 << 20, 10_000, 16
_PICTURE, _PRIVATE, _XMP = b"APIC", b"PRIV", b"XMP\0"
_ZEROS = (b"\0", b"\0\0", b"\0\0", b"\0")
_DESCRIBED = (b"COMM", b"TXXX", b"WXXX")

TABLE = TagTable(
    ID3, {FRAMES[_PICTURE][0]: lambda _, value: f"({len(value)} bytes)" if isinstance(value, bytes) else None}
)


def length(head: bytes) -> int:
    """Bytes of the tag that a file begins with, 0 without one; the first HEADER bytes tell."""
    if len(head) < HEADER or not head.startswith(b"ID3") or max(head[6:10]) > 0x7F:
        return 0
    footer = HEADER if head[5] & 0x10 else 0
    return HEADER + _seven_bits(head[6:10]) + footer


def _seven_bits(data: bytes) -> int:
    return sum(byte << 7 * place for place, byte in enumerate(reversed(data)))


def read(reader: Reader) -> Iterator[Directory]:
    """The directory "ID3" of a whole tag; frames of one name with other words make further ones."""
    head = reader.bytes(0, HEADER)
    version, flags = head[3], head[5]
    directories = [Directory("ID3", TABLE)]
    errors = directories[0].errors
    packets: list[bytes] = []
    try:
        if not 2 <= version <= 4:
            raise Malformed(f"ID3 version 2.{version} is unknown")
        if reader.size > _LONGEST:
            raise Malformed(f"More than {_LONGEST >> 20} MiB of ID3")
        data = reader.bytes(HEADER, reader.size - HEADER)
        if flags & 0x80 and version < 4:
            data = data.replace(b"\xff\0", b"\xff")
        for kind, content in _frames(data, version, flags):
            if kind == _PRIVATE and content.startswith(_XMP):
                packets.append(content[len(_XMP) :])
            elif kind in FRAMES and content:
                _put(directories, FRAMES[kind][0], _value(kind, content, version))
    except MetadataError as error:
        errors.append(str(error))
    yield from directories
    for packet in packets:
        from metadata_digger.metadata.blocks import xmp

        yield from xmp.read(Reader.over(packet))


def _frames(data: bytes, version: int, flags: int) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of each frame, names of version 2.2 in their later form."""
    position = 0
    if flags & 0x40 and version > 2:  # an extended header, whose size counts itself from version 2.4 on
        position = _seven_bits(data[:4]) if version == 4 else 4 + int.from_bytes(data[:4], "big")
    letters, header = (3, 6) if version == 2 else (4, HEADER)
    for _ in range(_FRAMES):
        kind = data[position : position + letters]
        if len(data) - position < header or not kind.strip(b"\0"):
            return  # padding
        stated = data[position + letters : position + 2 * letters]
        size = (
            _seven_bits(stated)
            if version == 4 and all(byte < 0x80 for byte in stated)
            else int.from_bytes(stated, "big")
        )
        start = position + header
        if size > len(data) - start:
            raise Malformed(f"Frame '{called(kind)}' is stated to have {size} bytes, and {len(data) - start} are left")
        format_flags = data[position + 9] if version > 2 else 0
        content = data[start : start + size]
        position = start + size
        if format_flags & (0xC0 if version == 3 else 0x0C):
            continue
        if version == 4:
            content = content[4:] if format_flags & 1 else content
            content = content.replace(b"\xff\0", b"\xff") if format_flags & 2 else content
        yield SHORT.get(kind, kind), content


def _value(kind: bytes, content: bytes, version: int) -> Value:
    if kind == _PICTURE:
        return _picture(content, version)
    if kind.startswith(b"W") and kind not in _DESCRIBED:
        return content.partition(b"\0")[0].decode("latin-1")
    code = min(content[0], 3)
    text = content[4:] if kind == b"COMM" else content[1:]
    if kind not in _DESCRIBED:
        return _decoded(text, code)
    what, _, words = _cut(text, code)
    if kind == b"WXXX":
        code = 0
    told = _decoded(words, code)
    return f"{_decoded(what, code)}: {told}" if what.strip(b"\0\xff\xfe") else told


def _picture(content: bytes, version: int) -> bytes:
    """The bytes of a picture, behind its type (version 2.2: three letters), kind and description."""
    rest = content[4:] if version == 2 else content[1:].partition(b"\0")[2]
    return _cut(rest[1:], min(content[0], 3))[2]


def _cut(data: bytes, code: int) -> tuple[bytes, bytes, bytes]:
    """What is before and behind the zero of a string."""
    zero = _ZEROS[code]
    place = 0
    while (place := data.find(zero, place)) >= 0 and place % len(zero):
        place += 1
    return (data, b"", b"") if place < 0 else (data[:place], zero, data[place + len(zero) :])


def _decoded(data: bytes, code: int) -> str:
    """Text; several values of one frame are separated by zeros. Many writers that state Latin-1 mean another set."""
    if code in (0, 3):
        text = decoded(data)
    else:
        marked = code == 1 and data[:2] in (b"\xff\xfe", b"\xfe\xff")
        text = data.decode("utf-16" if marked else "utf-16-le" if code == 1 else "utf-16-be", "replace")
    return "; ".join(part for part in text.replace("\ufeff", "").split("\0") if part)


def _put(directories: list[Directory], tag: int, value: Value) -> None:
    if not value:
        return
    for directory in directories:
        if directory.values.setdefault(tag, value) == value:
            return
    if len(directories) < _FURTHER:
        directories.append(Directory("ID3", TABLE, {tag: value}))
