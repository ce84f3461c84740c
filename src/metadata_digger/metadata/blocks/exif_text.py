"""Which Exif tags are text, whatever type a writer gave them (CIPA DC-008-2023, table 4 to 9; TIFF 6.0; DNG 1.7)."""

from __future__ import annotations

from metadata_digger.metadata.blocks.ifd import ASCII, UTF8, Window, decode, string
from metadata_digger.metadata.charsets import GUESSED, decoded
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.render import trimmed
from metadata_digger.metadata.self_named import plain
from metadata_digger.metadata.values import Text, Value

_BYTE, _SBYTE, _UNDEFINED = 1, 6, 7
# The standards give these the type ASCII. As BYTE or UNDEFINED, which some programs make of it, they are as readable.
_ASCII = frozenset(
    (
        *(0x0001, 0x010D, 0x010E, 0x010F, 0x0110, 0x011D, 0x0131, 0x0132, 0x013B, 0x013C, 0x014D, 0x0151, 0x1000),
        *(0x8298, 0x8824, 0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9290, 0x9291, 0x9292, 0xA004),
        *(0xA420, 0xA430, 0xA431, 0xA433, 0xA434, 0xA435, *range(0xA436, 0xA43D)),
        *(0xC614, 0xC615, 0xC62F, 0xC68B, 0xC6F4, 0xC6F8, 0xC6FE, 0xC716, 0xC718),
    )
)
# These say how their bytes are to be read, so a zero in them is no end: UserComment and Windows' texts.
_NAMED = frozenset((0x9286, *range(0x9C9B, 0x9CA0)))
_GPS_NAMED = frozenset((0x1B, 0x1C))
_SEVERAL = frozenset((0x014D, 0x8298))  # InkNames; Copyright: the photographer's and the editor's
TEXTS = _ASCII | _NAMED
GPS_TEXTS = frozenset((0x01, 0x03, 0x08, 0x09, 0x0A, 0x0C, 0x0E, 0x10, 0x12, 0x13, 0x15, 0x17, 0x19, 0x1D)) | _GPS_NAMED
_BYTES = _NAMED | _GPS_NAMED


def decode_text(window: Window, kind: int, count: int, offset: int, order: str, tag: int) -> Value | None:
    """`decode` for a tag of TEXTS: a text also where its type is another one of single bytes.

    What says itself how to read it stays bytes. What is no text at all is what its type makes of it.
    """
    if kind in (ASCII, UTF8, _BYTE, _SBYTE, _UNDEFINED):
        data = window.bytes(offset, count)
        if tag in _BYTES:
            return data
        if _is_wide(data) and _is_readable(text := plain(data, order).rstrip("\0")):
            return text
        if tag in _SEVERAL:
            return _parts(data)
        value = string(data)
        if kind in (ASCII, UTF8):
            return value
        if value and _is_readable(value) and not data.partition(b"\0")[2].strip(b"\0 "):
            return value
    return decode(window, kind, count, offset, order)


def guessed(directory: Directory, texts: frozenset[int]) -> list[str]:
    """What is to be told about text of which no character set is known."""
    names = [directory.tag_name(tag) for tag, value in directory.values.items() if type(value) is Text and tag in texts]
    return [f"{GUESSED}: {', '.join(names)}"] if names else []


def _is_wide(data: bytes) -> bool:
    """Whether it begins like ASCII in units of two bytes: before the first zero one letter would stand alone."""
    head = data[:6]
    if 0 not in head[:2]:  # nearly all texts
        return False
    return len(head) == 6 and (head[1::2] == b"\0\0\0" or head[::2] == b"\0\0\0") and head.count(0) == 3


def _parts(data: bytes) -> str:
    """Strings that zeros part (TIFF 6.0, ASCII; Exif 3.0, Copyright), as one with semicolons between."""
    first, *others = data.split(b"\0")
    texts = [decoded(first)]
    for part in others:
        text = decoded(part)
        if not _is_readable(text):  # what was in the camera's memory
            break
        texts.append(text)
    while len(texts) > 1 and not trimmed(texts[-1]):
        texts.pop()
    joined = texts[0] if len(texts) == 1 else "; ".join(map(trimmed, texts))
    return joined if data.isascii() else _marked(joined, data)


def _marked(text: str, data: bytes) -> str:
    try:
        data.decode()
    except UnicodeDecodeError:
        return Text(text, data)
    return text


def _is_readable(text: str) -> bool:
    return all(character >= " " or character in "\t\r\n" for character in text)
