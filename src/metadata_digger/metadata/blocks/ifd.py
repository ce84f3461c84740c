"""Image file directories of TIFF 6.0 and BigTIFF: entries and their values.

A directory is unpacked at once, its values are decoded one by one as their reader asks.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from struct import Struct
from sys import byteorder
from typing import Any

from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.model import Rational, Rationals, Text, Value
from metadata_digger.metadata.source import BLOCK, Reader

ASCII, SHORT, UTF8 = 2, 3, 129  # types; the last is Exif 3.0's
# Bytes of one component by type code; 13 is TIFF's IFD, 16 to 18 are BigTIFF's.
SIZES: dict[int, int] = {UTF8: 1, 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
BIG_SIZES: dict[int, int] = {**SIZES, 13: 4, 16: 8, 17: 8, 18: 8}

# From this length on an array is kept compact: a strip table of a large picture has 100,000 members.
LONG = 64

AHEAD = 4096  # bytes

Entry = tuple[int, int, int, int]  # tag, type, count, value or offset as an unsigned number

_ENTRY = {order: Struct(order + "HHII") for order in "<>"}
_BIG_ENTRY = {order: Struct(order + "HHQQ") for order in "<>"}
_TYPECODES = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I", 16: "Q", 17: "q", 18: "Q"}
_ONE = {(order, kind): Struct(order + code) for order in "<>" for kind, code in _TYPECODES.items()}
_FRACTION = {(order, kind): Struct(order + code) for order in "<>" for kind, code in ((5, "II"), (10, "ii"))}
_NATIVE = "<" if byteorder == "little" else ">"

_rational: Callable[[tuple[int, int]], Rational] = Rational._make


class Window:
    """A block of which the first 64 KiB are at hand; other ranges are read when asked for, with what comes behind them.

    A TIFF's directory often lies at its end, its values around it: the read-ahead makes one read of a dozen.
    """

    __slots__ = ("_ahead", "_from", "_head", "_reader", "size")

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.size = reader.size
        self._head = reader.bytes(0, min(BLOCK, reader.size))
        self._ahead = b""
        self._from = 0

    def bytes(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset`; raises Truncated."""
        end = offset + length
        if offset >= 0 and end <= len(self._head):
            return self._head[offset:end]
        if length >= AHEAD or end > self.size or offset < 0:
            return self._reader.bytes(offset, length)
        start = offset - self._from
        if start < 0 or start + length > len(self._ahead):
            self._ahead = self._reader.bytes(offset, min(AHEAD, self.size - offset))
            self._from, start = offset, 0
        return self._ahead[start : start + length]

    def reader(self, offset: int, length: int) -> Reader:
        """A range as a block of its own; raises Truncated."""
        return self._reader.within(offset, length)


def entries(window: Window, offset: int, count: int, order: str, big: bool) -> Iterator[Entry]:
    """The entries of the directory at `offset`, header not included."""
    layout = (_BIG_ENTRY if big else _ENTRY)[order]
    return layout.iter_unpack(window.bytes(offset, count * layout.size))


def decode(window: Window, kind: int, count: int, offset: int, order: str, _tag: int = 0) -> Value | None:
    """The value of `count` components of type `kind` at `offset`; None for a type that has none.

    One component is a plain number, more are a tuple or an array; raises Truncated.
    """
    if kind in (ASCII, UTF8):
        return string(window.bytes(offset, count))
    if kind == 7:
        return window.bytes(offset, count)
    fraction = _FRACTION.get((order, kind))
    if fraction is not None:
        if count == 1:
            return _rational(fraction.unpack(window.bytes(offset, 8)))
        if count == 0:
            return None
        data = window.bytes(offset, 8 * count)
        if count > LONG:
            return Rationals(_array("I" if kind == 5 else "i", data, order))
        return tuple(map(_rational, fraction.iter_unpack(data)))
    one = _ONE.get((order, kind))
    if one is None:
        return None
    data = window.bytes(offset, one.size * count)
    if count == 1:
        return one.unpack(data)[0]
    if kind == 6:
        return data
    if kind == 4 or count > LONG:
        return _array(_TYPECODES[kind], data, order)
    return Struct(f"{order}{count}{_TYPECODES[kind]}").unpack(data)


def _array(typecode: str, data: bytes, order: str) -> array[Any]:
    members = array(typecode, data)
    if order != _NATIVE:
        members.byteswap()
    return members


def string(data: bytes) -> str:
    """An ASCII value, which ends at its first NUL and is UTF-8 more often than ASCII; a Text where it is neither."""
    end = data.find(b"\0")
    if end >= 0:
        data = data[:end]
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Text(decoded(data), data)
