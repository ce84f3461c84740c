"""Metadata boxes of QuickTime and MP4 files: iTunes' item list ("mdir") and keys with values ("mdta").

QuickTime File Format Specification, "Metadata"; ISO/IEC 14496-12, 8.11.1 has the same box with a version before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from struct import unpack
from typing import NamedTuple

from metadata_digger.metadata.blocks import iso6709
from metadata_digger.metadata.blocks.limits import called
from metadata_digger.metadata.blocks.movie import ERRORS, Kind, Movie, Track
from metadata_digger.metadata.blocks.stream import Payload
from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.errors import Malformed, MetadataError
from metadata_digger.metadata.model import Directory, TagTable
from metadata_digger.metadata.render import int_words, octets
from metadata_digger.metadata.tags.quicktime import ITEMS, KEYS, LOCATION_ROLES, METADATA, MORE_KEYS
from metadata_digger.metadata.values import Value

_CHILDREN = 10_000  # boxes in one; the most in the corpus is 40
_SOURCES = 16  # directories that the repeated tags of one box make
_OWN = 0x10000  # tags that are named by their own keys count from here
_OWN_NAMES, _LONGEST_NAME = 200, 128
_RAW = 64  # bytes of a value without a form that are told
_PLACE, _XML, _LONGEST_XML = 0x050D, 0x0531, 65_536


def words(data: bytes, otherwise: str = "cp1252") -> str:
    """Text: UTF-8 where it is that, else of the character set that the box declares, else Windows-1252."""
    return decoded(data, otherwise)


def _length(_: Directory, value: Value) -> str | None:
    data = octets(value)
    return None if data is None else f"({len(data)} byte{'' if len(data) == 1 else 's'})"


TABLE = TagTable(
    METADATA,
    {
        0x0502: _length,
        0x0412: _length,
        0x0517: int_words(LOCATION_ROLES),
        0x0521: iso6709.degrees,
        0x0522: iso6709.degrees,
        0x0523: iso6709.metres,
    },
)
KIND = Kind("QuickTime Metadata", TABLE, frozenset(), {})
_TAGS = {key: tag for key, (tag, _) in (KEYS | ITEMS).items()} | MORE_KEYS


@dataclass(slots=True)
class Filling:
    """What one box says. A tag that comes again with another value makes a further directory, so that none is lost."""

    movie: Movie
    directories: list[Directory] = field(default_factory=list)
    own: dict[str, int] = field(default_factory=dict)

    def open(self) -> Directory:
        directory = self.movie.track(KIND).directory
        self.directories.append(directory)
        return directory

    def put(self, tag: int, value: Value) -> None:
        for directory in self.directories:
            if directory.values.setdefault(tag, value) == value:
                return
        if len(self.directories) == _SOURCES:
            raise Malformed(f"A tag comes more than {_SOURCES} times")
        directory = self.open()
        directory.values[tag] = value
        self._name(directory)

    def put_named(self, key: str, value: Value) -> None:
        """A value whose key is in no table: the key is the tag's name."""
        if key not in self.own:
            if len(self.own) == _OWN_NAMES or not 0 < len(key) <= _LONGEST_NAME:
                raise Malformed(f"A key of {len(key)} characters, or more than {_OWN_NAMES} unknown ones")
            self.own[key] = _OWN + len(self.own)
            for directory in self.directories:
                self._name(directory)
        self.put(self.own[key], value)

    def _name(self, directory: Directory) -> None:
        if self.own:
            names = {tag: key for key, tag in self.own.items()}
            directory.table = TagTable(METADATA | names, TABLE.render)

    def fault(self, error: str) -> None:
        errors = (self.directories or self.movie.found)[-1].errors
        if len(errors) < ERRORS:
            errors.append(error)


class Child(NamedTuple):
    kind: bytes
    start: int  # of its content
    end: int


def children(data: bytes, start: int, end: int) -> Iterator[Child]:
    """The boxes in a stretch of bytes. Raises Malformed where none can be; zeros at the end are none."""
    for _ in range(_CHILDREN):
        if end - start < 8:
            return
        size = int.from_bytes(data[start : start + 4], "big")
        if size == 0:  # the end, or as Canon ends the box of a thumbnail: the next one follows (EOS 100D)
            start += 4
            continue
        kind = data[start + 4 : start + 8]
        if not 8 <= size <= end - start:
            yield Child(kind, start + 8, end)
            raise Malformed(f"Box '{called(kind)}' is stated to have {size} bytes, and {end - start} are left")
        yield Child(kind, start + 8, start + size)
        start += size


def read(movie: Movie, _: Track, box: Payload) -> None:
    """A "meta" box; of one that is about something else (pictures, a camera's report) only XML is kept."""
    data = box.data
    filling = Filling(movie)
    keys: list[str] = []
    known = True
    try:
        # Behind version and flags, which QuickTime leaves out.
        for child in children(data, 4 if data[:4] == bytes(4) else 0, len(data)):
            if child.kind == b"hdlr":
                known = data[child.start + 8 : child.start + 12] in (b"mdir", b"mdta")
                if known:
                    filling.open()
            elif child.kind == b"xml ":
                filling.put(_XML, words(data[child.start + 4 : child.end][:_LONGEST_XML]).rstrip("\0"))
            elif not known:
                continue
            elif child.kind == b"keys":
                keys.extend(_keys(data, child))
            elif child.kind == b"ilst":
                for item in children(data, child.start, child.end):
                    movie.count()
                    _item(filling, keys, data, item)
    except MetadataError as error:
        filling.fault(str(error))


def _keys(data: bytes, box: Child) -> Iterator[str]:
    position = box.start + 8
    for number in range(int.from_bytes(data[box.start + 4 : position], "big")):
        if number == _CHILDREN:
            raise Malformed(f"More than {_CHILDREN} keys")
        size = int.from_bytes(data[position : position + 4], "big")
        if size < 8:
            raise Malformed(f"Key size too small: {size}")
        if position + size > box.end:
            raise Malformed("Keys are stated to be longer than their box")
        yield decoded(data[position + 8 : position + size])  # behind the size and a namespace
        position += size


def _item(filling: Filling, keys: list[str], data: bytes, item: Child) -> None:
    """The values of one item. An item's type is the number of its key, or iTunes' name for it."""
    number = int.from_bytes(item.kind, "big")
    key = keys[number - 1] if 0 < number <= len(keys) else None
    domain = name = ""
    for child in children(data, item.start, item.end):
        filling.movie.count()
        content = data[child.start : child.end]
        if child.kind == b"mean":
            domain = decoded(content[4:])
        elif child.kind == b"name":
            name = decoded(content[4:])
        elif child.kind == b"data" and len(content) >= 8:
            value = _value(int.from_bytes(content[:4], "big") & 0xFFFFFF, content[8:], item.kind)
            if item.kind == b"----" and name:
                filling.put_named(f"{domain}:{name}" if domain else name, value)
            elif (tag := _TAGS.get(decoded(item.kind) if key is None else key)) is not None:
                filling.put(tag, value)
                if tag == _PLACE and not ((place := iso6709.parsed(str(value))) and place.real):
                    filling.fault("The place is none on Earth")
            else:
                filling.put_named(item.kind.decode("latin-1") if key is None else key, value)


# QuickTime File Format Specification, "Well-Known Types"
_FORMS: dict[int, Callable[[bytes], Value]] = {
    1: words,
    2: lambda data: data.decode("utf-16-be", "backslashreplace"),
    4: words,
    5: lambda data: data.decode("utf-16-be", "backslashreplace"),
    **dict.fromkeys((12, 13, 14, 27), bytes),  # GIF, JPEG, PNG, BMP
    **dict.fromkeys((21, 65, 66, 67, 74), lambda data: _integer(data, signed=True)),
    **dict.fromkeys((22, 75, 76, 77, 78), lambda data: _integer(data, signed=False)),
    23: lambda data: float(unpack(">f", data)[0]) if len(data) == 4 else _raw(data),
    24: lambda data: float(unpack(">d", data)[0]) if len(data) == 8 else _raw(data),
    30: lambda data: unpack(f">{len(data) // 4}i", data[: len(data) // 4 * 4]) if len(data) <= _RAW else _raw(data),
}


def _value(form: int, data: bytes, kind: bytes) -> Value:
    if form in _FORMS:
        return _FORMS[form](data)
    if form == 0 and kind in (b"trkn", b"disk") and len(data) >= 6:
        number, total = unpack(">HH", data[2:6])
        return f"{number} of {total}" if total else str(number)
    if form == 0 and 0 < len(data) <= 2:
        return int.from_bytes(data, "big")
    if form == 0 and data.startswith((b"\xff\xd8\xff", b"\x89PNG")):
        return data
    return _raw(data)


def _integer(data: bytes, signed: bool) -> Value:
    return int.from_bytes(data, "big", signed=signed) if 0 < len(data) <= 8 else _raw(data)


def _raw(data: bytes) -> str:
    """Bytes that have no form: as they are, in hexadecimal; of many only how many."""
    return data.hex(" ") if len(data) <= _RAW else f"({len(data)} bytes)"
