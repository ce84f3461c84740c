"""IPTC-IIM records (IPTC Information Interchange Model 4.2).

The character set is that of dataset 1:90, wherever it stands; text is decoded by the rule of `charsets`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from metadata_digger.metadata.charsets import decoded, escaped, is_known, is_utf8, shift
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.render import integer, text
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.iptc import FILE_FORMATS, IPTC
from metadata_digger.metadata.values import Value

MARKER = 0x1C
_CHARACTER_SET = 0x015A
_VERSIONS = frozenset((0x0100, 0x0200, 0x0116, 0x017A, 0x0246))  # two-byte numbers
_URGENCY = 0x020A  # a one-byte number
_SHOWN = 100  # bytes of a cut text that the error shows
_START = re.compile(rb"\x1c[\x01-\x09\xf0][\x00-\xff]")  # how a dataset begins; 240 is Photoshop's own record
_FAULTS = 20


def _date(_: Directory, value: Value) -> str | None:
    date = text(value) or ""
    return f"{date[:4]}:{date[4:6]}:{date[6:]}" if len(date) == 8 else date


def _time(_: Directory, value: Value) -> str | None:
    time = text(value) or ""
    return f"{time[:2]}:{time[2:4]}:{time[4:]}" if len(time) in (6, 11) else time


def _keywords(_: Directory, value: Value) -> str | None:
    return ";".join(value) if isinstance(value, tuple) else text(value)


def _all(_: Directory, value: Value) -> str | None:
    """Texts are never counted instead of told, however many they are."""
    return " ".join(value) if isinstance(value, tuple) else text(value)


def _file_format(_: Directory, value: Value) -> str | None:
    number = integer(value)  # two bytes, which are no digits: the bytes are the number
    return None if number is None else FILE_FORMATS.get(number) or f"Unknown ({number})"


TABLE = TagTable(
    IPTC,
    dict.fromkeys(IPTC, _all)
    | dict.fromkeys((0x0237, 0x023E, 0x0146, 0x0225, 0x022F, 0x021E), _date)
    | dict.fromkeys((0x0226, 0x0223, 0x023C, 0x023F, 0x0150), _time)
    | {0x0114: _file_format, 0x0219: _keywords},
)


def read(reader: Reader) -> Iterator[Directory]:
    """A run of datasets. Repeated ones become a tuple of texts."""
    directory = Directory("IPTC", TABLE)
    found: list[tuple[int, bytes]] = []
    faults = _read_datasets(reader.bytes(0, reader.size), found)
    charset = next((content for tag, content in found if tag == _CHARACTER_SET and content), None)
    name = None if charset is None else escaped(charset) or decoded(charset)
    values: dict[int, Value] = {}
    guessed: dict[int, None] = {}
    for tag, content in found:
        _add(values, tag, content, name, guessed)
    directory.values = {tag: tuple(value) if isinstance(value, list) else value for tag, value in values.items()}
    directory.errors += faults
    if guessed:
        names = ", ".join(directory.tag_name(tag) for tag in guessed)
        directory.errors.append(f"Text neither in UTF-8 nor in a declared character set, read as Windows-1252: {names}")
    yield directory


def _read_datasets(data: bytes, found: list[tuple[int, bytes]]) -> list[str]:
    """Gathers the datasets; what is wrong is told in the reference's words, and the next dataset is looked for."""
    faults: list[str] = []
    position, size = 0, len(data)
    while position < size:
        start = data[position]
        if start != MARKER:
            if position + 1 == size:  # one byte of padding is common and worth no complaint
                break
            if len(faults) == _FAULTS:
                faults.append("and more faults of this kind")
                break
            faults.append(f"Invalid IPTC tag marker at offset {position}. Expected '0x1c' but got '0x{start:x}'.")
            following = _START.search(data, position)
            if following is None:
                break
            position = following.start()
            continue
        position += 1
        if position + 4 > size:
            faults.append("Too few bytes remain for a valid IPTC tag")
            break
        tag = data[position] << 8 | data[position + 1]
        length = data[position + 2] << 8 | data[position + 3]
        position += 4
        if length > 0x7FFF:  # extended dataset, section 1.5(c)
            if position + 2 > size:
                faults.append("IPTC data segment ended mid-way through tag descriptor")
                break
            length = (length & 0x7FFF) << 16 | data[position] << 8 | data[position + 1]
            position += 2
        if position + length > size:
            faults.append("Data for tag extends beyond end of IPTC segment")
            name = IPTC.get(tag, f"Unknown tag (0x{tag:04x})")
            faults.append(f"{name} is cut: {decoded(data[position : position + _SHOWN])!r}")
            break
        found.append((tag, data[position : position + length]))
        position += length
    return faults


def _add(values: dict[int, Value], tag: int, content: bytes, charset: str | None, guessed: dict[int, None]) -> None:
    if tag == _CHARACTER_SET:
        values[tag] = escaped(content) or decoded(content)
    elif tag in _VERSIONS and len(content) >= 2:
        values[tag] = content[0] << 8 | content[1]
    elif tag == _URGENCY and content:
        values[tag] = content[0]
    elif not content:
        values.setdefault(tag, "")
    else:
        added, certain = _decoded(content, charset)
        if not certain:
            guessed[tag] = None
        before = values.get(tag)
        if before is None or before == "":
            values[tag] = added
        elif isinstance(before, list):
            before.append(added)
        else:
            values[tag] = [str(before), added]


def _decoded(content: bytes, charset: str | None) -> tuple[str, bool]:
    """A text, and whether its character set is certain."""
    if b"\x1b" in content and (found := shift(content)) is not None:
        return found, True
    declared = charset is not None and is_known(charset) and charset.upper() != "UTF-8"
    return decoded(content, charset), declared or is_utf8(content)
