"""Netpbm's pictures, PBM, PGM, PPM, PAM and PFM: a header of text (manual pages of Netpbm). The reference has none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.errors import Truncated
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import suffixed
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.netpbm import NETPBM

_WIDTH, _HEIGHT, _DEPTH, _MAXIMUM, _TUPLE, _ENCODING, _SCALE, _COMMENT = NETPBM
TABLE = TagTable(NETPBM, {_WIDTH: suffixed(" pixels"), _HEIGHT: suffixed(" pixels")})
_LONGEST = 16_384  # bytes of a header
_DIGITS = 10  # of a number
_WORD = re.compile(rb"[ \t\n\v\f\r]*(?:#([^\n\r]*)(?:[\n\r]|$)|([^ \t\n\v\f\r#]+))")
_PAM = {b"WIDTH": _WIDTH, b"HEIGHT": _HEIGHT, b"DEPTH": _DEPTH, b"MAXVAL": _MAXIMUM}


def read(reader: Reader) -> Iterator[Directory]:
    """The directory "Netpbm"; raises Truncated behind it where the header is not whole."""
    directory = Directory("Netpbm", TABLE)
    data = reader.bytes(0, min(reader.size, _LONGEST))
    magic = data[:2]
    comments: list[bytes] = []
    words = _fields(data[2:], comments)
    whole = _read_pam(data, directory, comments) if magic == b"P7" else _read_numbers(magic, words, directory)
    if comments:
        text = b"\n".join(comments)
        directory.values[_COMMENT] = decoded(text)
    yield directory
    if not whole:
        raise Truncated("The header is not whole")


def _fields(data: bytes, comments: list[bytes]) -> Iterator[bytes]:
    position = 0
    while (match := _WORD.match(data, position)) is not None:
        position = match.end()
        if match[2] is not None:
            yield match[2]
        elif comment := match[1].strip():
            comments.append(comment)


def _read_numbers(magic: bytes, words: Iterator[bytes], directory: Directory) -> bool:
    """Width, height and, of all but PBM, the greatest value; of PFM the scale, whose sign is the byte order."""
    values = directory.values
    if magic[1:] not in b"Ff":
        values[_ENCODING] = "ASCII" if magic < b"P4" else "Binary"
    for tag in (_WIDTH, _HEIGHT) if magic in (b"P1", b"P4") else (_WIDTH, _HEIGHT, _MAXIMUM):
        word = next(words, b"")
        if tag == _MAXIMUM and magic[1:] in b"Ff":
            values[_SCALE] = decoded(word[:_DIGITS])
            values[_ENCODING] = "Little-endian" if word.startswith(b"-") else "Big-endian"
            return bool(word)
        number = _number(word)
        if number is None:
            return False
        values[tag] = number
    return True


def _number(word: bytes) -> int | None:
    return int(word) if word.isdigit() and len(word) <= _DIGITS else None


def _read_pam(data: bytes, directory: Directory, comments: list[bytes]) -> bool:
    """Lines of a name and a value each, up to ENDHDR. Further tuple types are added to the first (pam, "TUPLTYPE")."""
    values: dict[int, Value] = directory.values
    values[_ENCODING] = "Binary"
    for line in data[2:].splitlines():
        name, _, rest = line.strip().partition(b" ")
        if name == b"ENDHDR":
            return {_WIDTH, _HEIGHT} <= values.keys()
        if name.startswith(b"#"):
            comments.append(line.strip()[1:].strip())
        elif name == b"TUPLTYPE":
            values[_TUPLE] = f"{values[_TUPLE]} {decoded(rest)}" if _TUPLE in values else decoded(rest)
        elif (tag := _PAM.get(name)) is not None and (number := _number(rest.strip())) is not None:
            values[tag] = number
    return False
