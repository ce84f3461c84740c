"""Thrift's compact protocol, as much of it as the footer of a Parquet file is made of.

https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

from typing import Any, TypeAlias

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)

# Fields by number, in the order of the file: type and value. Integers are int, binaries bytes, a list is the type of
# its members with these; what is never looked into (bytes, doubles) stays as it stands.
Struct: TypeAlias = dict[int, tuple[int, Any]]


def unpack(data: bytes) -> Struct:
    """The struct that the bytes are. Raises ValueError or IndexError when they are none."""
    struct, _ = _struct(data, 0)
    return struct


def pack(struct: Struct) -> bytes:
    """The bytes of a struct."""
    out = bytearray()
    _put_struct(out, struct)
    return bytes(out)


def _struct(data: bytes, at: int) -> tuple[Struct, int]:
    fields: Struct = {}
    number = 0
    while head := data[at]:
        at += 1
        kind, step = head & 15, head >> 4
        if step:
            number += step
        else:
            number, at = _integer(data, at)
        if kind in (TRUE, FALSE):  # the type is the value
            fields[number] = (kind, None)
        else:
            value, at = _value(data, at, kind)
            fields[number] = (kind, value)
    return fields, at + 1


def _value(data: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind in (I16, I32, I64):
        return _integer(data, at)
    if kind == BINARY:
        length, at = _varint(data, at)
        return data[at : at + length], at + length
    if kind == STRUCT:
        return _struct(data, at)
    if kind in (LIST, SET):
        head, at = data[at], at + 1
        count, member = head >> 4, head & 15
        if count == 15:
            count, at = _varint(data, at)
        members = []
        for _ in range(count):
            one, at = _value(data, at, member)
            members.append(one)
        return (member, members), at
    if kind in (TRUE, FALSE, BYTE, DOUBLE):  # the first two only as members of a list, a byte each
        length = 8 if kind == DOUBLE else 1
        return data[at : at + length], at + length
    raise ValueError(f"Thrift type {kind} in a Parquet footer")


def _integer(data: bytes, at: int) -> tuple[int, int]:
    """A zigzag varint: 0, -1, 1, -2, ... are 0, 1, 2, 3, ..."""
    value, at = _varint(data, at)
    return (value >> 1) ^ -(value & 1), at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while data[at] & 0x80:
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
    return value | data[at] << shift, at + 1


def _put_struct(out: bytearray, struct: Struct) -> None:
    last = 0
    for number, (kind, value) in struct.items():
        step = number - last
        if 0 < step < 16:
            out.append(step << 4 | kind)
        else:
            out.append(kind)
            _put_integer(out, number)
        if kind not in (TRUE, FALSE):
            _put_value(out, kind, value)
        last = number
    out.append(0)


def _put_value(out: bytearray, kind: int, value: Any) -> None:
    if kind in (I16, I32, I64):
        _put_integer(out, value)
    elif kind == BINARY:
        _put_varint(out, len(value))
        out += value
    elif kind == STRUCT:
        _put_struct(out, value)
    elif kind in (LIST, SET):
        member, members = value
        out.append(min(len(members), 15) << 4 | member)
        if len(members) >= 15:
            _put_varint(out, len(members))
        for one in members:
            _put_value(out, member, one)
    else:
        out += value


def _put_integer(out: bytearray, value: int) -> None:
    _put_varint(out, value << 1 if value >= 0 else -value * 2 - 1)


def _put_varint(out: bytearray, value: int) -> None:
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
