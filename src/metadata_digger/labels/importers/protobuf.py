"""The protocol buffers wire format, reading only: https://protobuf.dev/programming-guides/encoding/.

A message is a view into the bytes of the file; nothing is copied, nested messages are read when somebody asks for them.
Every length is held against the bytes that are left, so a number that lies costs nothing.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5

MAX_NUMBERS = 1 << 16
"""Longest list of numbers decoded one by one; the longest seen is the size of a tensor, five numbers."""


class WireError(ValueError):
    """The bytes are not a protocol buffers message: cut short, a length beyond the end, an impossible tag."""


class Field(NamedTuple):
    """One field: its number, its wire type, and a number (VARINT) or the bytes that it holds (all others)."""

    number: int
    wire: int
    varint: int
    data: memoryview


_NOTHING = memoryview(b"")


def read_varint(data: memoryview, position: int) -> tuple[int, int]:
    """An unsigned number of at most 64 bits and the position after it. Raises WireError."""
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            raise WireError("a number is cut short")
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, position
    raise WireError("a number is longer than ten bytes")


def fields(data: memoryview) -> Iterator[Field]:
    """The fields of one message, in file order. Raises WireError at the first byte that cannot be right."""
    position, end = 0, len(data)
    while position < end:
        tag, position = read_varint(data, position)
        number, wire = tag >> 3, tag & 7
        if number == 0 or number > 0x1FFF_FFFF:
            raise WireError(f"field number {number} is impossible")
        if wire == VARINT:
            value, position = read_varint(data, position)
            yield Field(number, wire, value, _NOTHING)
            continue
        if wire == LENGTH:
            length, position = read_varint(data, position)
        elif wire in (FIXED64, FIXED32):
            length = 8 if wire == FIXED64 else 4
        else:
            raise WireError(f"wire type {wire} is impossible")
        if length > end - position:
            raise WireError(f"a field states {length} bytes where {end - position} are left")
        yield Field(number, wire, 0, data[position : position + length])
        position += length


def signed(value: int) -> int:
    """A varint as int32 or int64: negative numbers are written with all 64 bits."""
    return value - (1 << 64) if value >> 63 else value


def numbers(field: Field) -> list[int]:
    """The signed integers of a repeated field, packed or not. Raises WireError."""
    if field.wire == VARINT:
        return [signed(field.varint)]
    if field.wire != LENGTH:
        raise WireError("a list of integers has another wire type")
    values: list[int] = []
    position = 0
    while position < len(field.data):
        if len(values) >= MAX_NUMBERS:
            raise WireError(f"a list has more than {MAX_NUMBERS} numbers")
        value, position = read_varint(field.data, position)
        values.append(signed(value))
    return values


def floats(field: Field) -> list[float]:
    """The float values of a repeated field, packed or not. Raises WireError."""
    return _fixed(field, "f", 4)


def doubles(field: Field) -> list[float]:
    """The double values of a repeated field, packed or not. Raises WireError."""
    return _fixed(field, "d", 8)


def _fixed(field: Field, code: str, width: int) -> list[float]:
    count, rest = divmod(len(field.data), width)
    if field.wire == VARINT or rest or count > MAX_NUMBERS:
        raise WireError("a list of floating point numbers has a wrong length")
    return list(struct.unpack(f"<{count}{code}", field.data))


def text(field: Field) -> str:
    """A string. Raises WireError where it is not UTF-8."""
    if field.wire != LENGTH:
        raise WireError("a text has another wire type")
    try:
        return str(field.data, "utf-8")
    except UnicodeDecodeError as error:
        raise WireError("a text is not UTF-8") from error


def message(field: Field) -> memoryview:
    """The bytes of a nested message. Raises WireError where the field is a number."""
    if field.wire != LENGTH:
        raise WireError("a nested message has another wire type")
    return field.data
