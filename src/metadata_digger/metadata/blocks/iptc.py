"""IPTC-IIM records (IPTC Information Interchange Model 4.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import integer, text, utf8
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.iptc import FILE_FORMATS, IPTC

MARKER = 0x1C
_CHARACTER_SET = 0x015A
_VERSIONS = frozenset((0x0100, 0x0200, 0x0116, 0x017A, 0x0246))  # two-byte numbers
_URGENCY = 0x020A  # a one-byte number
# Names that a file may choose a decoder by: Python has others that are no character sets ("idna", "unicode_escape").
_CHARSETS = re.compile(
    "utf-?8|utf-(16|32)(be|le)|iso-?8859-?([1-9]|1[013456])|(windows-|cp)125[0-8]|us-ascii|ascii|latin-?1"
    "|shift_jis|euc-(jp|kr)|gb2312|gbk|gb18030|big5|koi8-[ru]",
    re.IGNORECASE,
)


def _date(_: Directory, value: Value) -> str | None:
    date = text(value) or ""
    return f"{date[:4]}:{date[4:6]}:{date[6:]}" if len(date) == 8 else date


def _time(_: Directory, value: Value) -> str | None:
    time = text(value) or ""
    return f"{time[:2]}:{time[2:4]}:{time[4:]}" if len(time) in (6, 11) else time


def _keywords(_: Directory, value: Value) -> str | None:
    return ";".join(value) if isinstance(value, tuple) else text(value)


def _file_format(_: Directory, value: Value) -> str | None:
    number = integer(value)  # two bytes, which are no digits: the bytes are the number
    return None if number is None else FILE_FORMATS.get(number) or f"Unknown ({number})"


TABLE = TagTable(
    IPTC,
    dict.fromkeys((0x0237, 0x023E, 0x0146, 0x0225, 0x022F, 0x021E), _date)
    | dict.fromkeys((0x0226, 0x0223, 0x023C, 0x023F, 0x0150), _time)
    | {0x0114: _file_format, 0x0219: _keywords},
)


def read(reader: Reader) -> Iterator[Directory]:
    """A run of datasets. Repeated ones become a tuple of texts."""
    data = reader.bytes(0, reader.size)
    directory = Directory("IPTC", TABLE)
    fault = _read_datasets(data, directory.values)
    directory.values = {
        tag: tuple(value) if isinstance(value, list) else value for tag, value in directory.values.items()
    }
    if fault is not None:
        directory.errors.append(fault)
    yield directory


def _read_datasets(data: bytes, values: dict[int, Value]) -> str | None:
    """Fills `values`; gives the reference's words for what ended it early."""
    position, size = 0, len(data)
    while position < size:
        start = data[position]
        position += 1
        if start != MARKER:
            if position == size:  # one byte of padding is common and worth no complaint
                return None
            return f"Invalid IPTC tag marker at offset {position - 1}. Expected '0x1c' but got '0x{start:x}'."
        if position + 4 > size:
            return "Too few bytes remain for a valid IPTC tag"
        tag = data[position] << 8 | data[position + 1]
        length = data[position + 2] << 8 | data[position + 3]
        position += 4
        if length > 0x7FFF:  # extended dataset, section 1.5(c)
            if position + 2 > size:
                return "IPTC data segment ended mid-way through tag descriptor"
            length = (length & 0x7FFF) << 16 | data[position] << 8 | data[position + 1]
            position += 2
        if position + length > size:
            return "Data for tag extends beyond end of IPTC segment"
        _add(values, tag, data[position : position + length])
        position += length
    return None


def _add(values: dict[int, Value], tag: int, content: bytes) -> None:
    if not content:
        values[tag] = ""
    elif tag == _CHARACTER_SET:
        values[tag] = _character_set(content)
    elif tag in _VERSIONS and len(content) >= 2:
        values[tag] = content[0] << 8 | content[1]
    elif tag == _URGENCY:
        values[tag] = content[0]
    else:
        added = _decode(content, values.get(_CHARACTER_SET))
        before = values.get(tag)
        if before is None:
            values[tag] = added
        elif isinstance(before, list):
            before.append(added)
        else:
            values[tag] = [str(before), added]


def _character_set(content: bytes) -> str:
    """Name of the character set that an ISO 2022 escape sequence switches to, else the bytes as text."""
    if content.startswith(b"\x1b%G"):
        return "UTF-8"
    # ESC - A; also ESC . A with the dot spoilt by a text editor.
    if content.startswith((b"\x1b-A", b"\x1b\xe2\x80\xa2A")):
        return "ISO-8859-1"
    return utf8(content)


def _decode(content: bytes, charset: Value) -> str:
    """Text in the declared character set, UTF-8 when there is no such set; without one in UTF-8, else in Latin-1."""
    if isinstance(charset, str):
        return content.decode(charset, "replace") if _CHARSETS.fullmatch(charset) else utf8(content)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")
