"""Metadata of QuickTime files: iTunes' item list ("mdir") and keys with values ("mdta")."""

from __future__ import annotations

from metadata_digger.metadata.blocks.movie import Kind, Movie, Track
from metadata_digger.metadata.blocks.stream import Payload
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import int_words, octets, utf8
from metadata_digger.metadata.tags.quicktime import ITEMS, KEYS, LOCATION_ROLES, METADATA


def _length(_: Directory, value: Value) -> str | None:
    data = octets(value)
    return None if data is None else f"({len(data)} byte{'' if len(data) == 1 else 's'})"


TABLE = TagTable(METADATA, {0x0502: _length, 0x0517: int_words(LOCATION_ROLES)})
_TAGS = {key: tag for key, (tag, _) in (KEYS | ITEMS).items()}


def _enters_item(track: Track, kind: bytes) -> bool:
    """An item is a container named by its type; the list of them clears the name."""
    name = utf8(kind)
    if name in _TAGS:
        track.key = name
        return True
    if kind == b"ilst":
        track.key = None
        return True
    return False


def _item(_: Movie, track: Track, box: Payload) -> None:
    if track.key is None:
        track.key = box.text(4)
        return
    box.skip(8)
    tag = _TAGS.get(track.key)
    if tag is not None:
        track.directory.values[tag] = box.text(len(box.data) - 8)


def _enters_value(track: Track, kind: bytes) -> bool:
    """A value's container is "named" by the number of its key. The reference takes types that are no UTF-8 for such."""
    number = int.from_bytes(utf8(kind).encode()[:4], "big", signed=True)
    if kind != b"ilst" and number > len(track.keys):
        return False
    if 0 < number <= len(track.keys):
        track.key = track.keys[number - 1]
    return True


def _keys(_: Movie, track: Track, box: Payload) -> None:
    for _entry in range(box.number("4xi")):
        size = box.number("i")
        if size < 8:
            track.directory.errors.append(f"Key size too small: {size}")
            break
        box.skip(4)  # its namespace
        track.keys.append(box.text(size - 8))
        if track.key is None:
            track.key = track.keys[0]


def _value(_: Movie, track: Track, box: Payload) -> None:
    if track.key is None:
        return
    kind = box.number("i4x")
    tag = _TAGS.get(track.key)
    if tag is None:
        return
    length = len(box.data) - 8
    values = track.directory.values
    if kind == 1:
        values[tag] = box.text(length)
    elif kind in (13, 14, 27):  # JPEG, PNG, BMP
        values[tag] = box.bytes(length)
    elif kind == 22 and length <= 4:  # longer ones make the reference fail
        values[tag] = int.from_bytes(box.bytes(length).rjust(4, b"\0"), "big", signed=True)
    elif kind == 23:
        values[tag] = float(box.number("f"))
    elif kind == 30:
        values[tag] = box.unpack(f"{length // 4}i")


def _nothing(_: Movie, _track: Track, _box: Payload) -> None:
    """A box that the reference takes and makes nothing of."""


METADATA_TRACKS = {
    b"mdir": Kind("QuickTime Metadata", TABLE, frozenset(), {b"data": _item}, _enters_item),
    b"mdta": Kind(
        "QuickTime Metadata", TABLE, frozenset(), {b"hdlr": _nothing, b"keys": _keys, b"data": _value}, _enters_value
    ),
}
