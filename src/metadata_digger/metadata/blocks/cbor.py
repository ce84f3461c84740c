"""CBOR (RFC 8949): one data item as Python's values. Depth, number and size of what comes out are bounded."""

from __future__ import annotations

import math
from struct import unpack
from typing import Any, NamedTuple

from metadata_digger.metadata.errors import Malformed, Truncated

_DEPTH = 32
_ITEMS = 50_000  # of one document; claims with a thousand ingredients have some ten thousand
_BREAK = object()


class Tagged(NamedTuple):
    tag: int
    value: Any


class _Input:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.left = _ITEMS

    def take(self, count: int) -> bytes:
        if count > len(self.data) - self.position:
            raise Truncated("CBOR: the data end within an item")
        self.position += count
        return self.data[self.position - count : self.position]


def decode(data: bytes) -> Any:
    """int, float, bool, None, bytes, str, list, dict or Tagged. What stands behind the first item is not looked at.

    Keys that Python cannot have as such (lists, maps) become their text. Raises MetadataError.
    """
    value = _item(_Input(data), 0)
    if value is _BREAK:
        raise Malformed("CBOR: an end of nothing")
    return value


def _item(source: _Input, depth: int) -> Any:
    source.left -= 1
    if depth > _DEPTH or source.left < 0:
        raise Malformed(f"CBOR: deeper than {_DEPTH} levels or more than {_ITEMS} items")
    head = source.take(1)[0]
    major, short = head >> 5, head & 31
    if major == 7:
        return _simple(source, short)
    count = _count(source, short)
    if major == 0:
        return _known(count)
    if major == 1:
        return -1 - _known(count)
    if major in (2, 3):
        return _string(source, count, major)
    if major == 4:
        return list(_members(source, count, depth))
    if major == 5:
        return _map(source, count, depth)
    return Tagged(_known(count), _inner(source, depth))


def _count(source: _Input, short: int) -> int | None:
    """An argument (RFC 8949, 3); None: of indefinite length."""
    if short < 24:
        return short
    if short < 28:
        return int.from_bytes(source.take(1 << short - 24), "big")
    if short == 31:
        return None
    raise Malformed("CBOR: a length of a reserved kind")


def _known(count: int | None) -> int:
    if count is None:
        raise Malformed("CBOR: a number of indefinite length")
    return count


def _inner(source: _Input, depth: int) -> Any:
    value = _item(source, depth + 1)
    if value is _BREAK:
        raise Malformed("CBOR: an end in the place of an item")
    return value


def _members(source: _Input, count: int | None, depth: int) -> list[Any]:
    members: list[Any] = []
    while count is None or len(members) < count:
        value = _item(source, depth + 1)
        if value is _BREAK:
            if count is None:
                break
            raise Malformed("CBOR: an end in the place of an item")
        members.append(value)
    return members


def _map(source: _Input, count: int | None, depth: int) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    pairs = 0
    while count is None or pairs < count:
        key = _item(source, depth + 1)
        if key is _BREAK:
            if count is None:
                break
            raise Malformed("CBOR: an end in the place of a key")
        value = _inner(source, depth)
        found.setdefault(key if isinstance(key, int | float | str | bytes | None) else repr(key), value)
        pairs += 1
    return found


def _string(source: _Input, count: int | None, major: int) -> bytes | str:
    if count is not None:
        data = source.take(count)
    else:
        pieces: list[bytes] = []
        while (head := source.take(1)[0]) != 0xFF:
            if head >> 5 != major:
                raise Malformed("CBOR: a string of pieces of another kind")
            pieces.append(source.take(_known(_count(source, head & 31))))
            source.left -= 1
            if source.left < 0:
                raise Malformed(f"CBOR: more than {_ITEMS} items")
        data = b"".join(pieces)
    return data if major == 2 else data.decode("utf-8", "backslashreplace")


def _simple(source: _Input, short: int) -> Any:
    if short in (20, 21):
        return short == 21
    if short in (22, 23):
        return None
    if short == 25:
        return _half(source.take(2))
    if short == 26:
        return unpack(">f", source.take(4))[0]
    if short == 27:
        return unpack(">d", source.take(8))[0]
    if short == 31:
        return _BREAK
    if short == 24:
        source.take(1)
    elif short > 27:
        raise Malformed("CBOR: a value of a reserved kind")
    return None


def _half(data: bytes) -> float:
    (value,) = unpack(">e", data)
    return math.nan if math.isnan(value) else float(value)
