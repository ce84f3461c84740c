"""Apple's makernote, and the phone's run time in it: a CMTime in a binary property list.

The list's layout after CoreFoundation's CFBinaryPList.c: "bplist00", objects, a table of their offsets, a trailer.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack, unpack_from

from metadata_digger.metadata.blocks.makernotes import Note
from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.model import Directory, Rational, TagTable, Value
from metadata_digger.metadata.render import fixed, integer, long, quotient, rationals, words
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.apple import HDR_IMAGE_TYPES, NAMES, RUN_TIME_NAMES

_RUN_TIME = 0x0003
_FLAGS, _EPOCH, _SCALE, _VALUE = 1, 2, 3, 4

_HEADER = b"bplist00"
_TRAILER = 32  # bytes
_STRUCTS = {1: ">b", 2: ">H", 4: ">I", 8: ">q"}  # of whole numbers, by their length

_Item = int | str | bytes | dict[int, int] | None


def _acceleration(_: Directory, value: Value) -> str | None:
    found = rationals(value)
    if found is None or len(found) != 3:
        return None
    directions = (("left", "right"), ("down", "up"), ("forward", "backward"))
    return ", ".join(_axis(part, *words) for part, words in zip(found, directions, strict=True))


def _axis(part: Rational, positive: str, negative: str) -> str:
    numerator, denominator = part
    size = fixed(quotient(Rational(abs(numerator), abs(denominator))), 2)
    forth = numerator and denominator and (numerator > 0) == (denominator > 0)
    return f"{size}g {positive if forth else negative}"


def _flags(_: Directory, value: Value) -> str | None:
    bits = integer(value)
    if bits is None:
        return None
    result = "Valid" if bits & 1 else "Invalid"
    for bit, word in ((2, "rounded"), (4, "positive infinity"), (8, "negative infinity"), (16, "indefinite")):
        if bits & bit:
            result += f", {word}"
    return result


def _seconds(directory: Directory, value: Value) -> str | None:
    number, scale = long(value), long(directory.values.get(_SCALE))
    if number is None or scale is None:
        return None
    if not scale:  # the reference fails on it, and its tools print so
        return "ERROR: / by zero"
    whole = abs(number) // abs(scale)
    return f"{whole if (number < 0) == (scale < 0) else -whole} seconds"


_RUN_TIME_TABLE = TagTable(RUN_TIME_NAMES, {_FLAGS: _flags, _VALUE: _seconds})


def run_time(parent: Directory, reader: Reader) -> Iterator[Directory]:
    """The directory of a run time that is valid; what is wrong is a text on the note's directory."""
    data = reader.bytes(0, reader.size)
    if not data.startswith(_HEADER):
        parent.errors.append("Input array is not a bplist")
        return
    fields = _dictionary(parent, data)
    flags = _number(fields.get("flags"))
    if flags is None or not flags & 1:
        return
    values: dict[int, Value] = {_FLAGS: flags}
    for tag, key in ((_EPOCH, "epoch"), (_SCALE, "timescale"), (_VALUE, "value")):
        number = _number(fields.get(key))
        if number is None:
            return
        values[tag] = number
    yield Directory("Apple Run Time", _RUN_TIME_TABLE, values)


def _number(item: _Item) -> int | None:
    """Numbers come as text too."""
    if isinstance(item, str):
        return long(item)
    return item if isinstance(item, int) else None


def _dictionary(parent: Directory, data: bytes) -> dict[str, _Item]:
    """The list's top object by its keys; empty when it is no dictionary, or when the list is broken."""
    if len(data) < len(_HEADER) + _TRAILER:
        return {}
    size, _, count, top, table = unpack(">6xBBqqq", data[-_TRAILER:])
    offsets = _offsets(data, size, count, table + top)
    if offsets is None:
        return {}
    items: list[_Item] = []
    for offset in offsets:
        marker = data[offset] if 0 <= offset < len(data) else 0
        kind, count = marker >> 4, marker & 0x0F
        end = offset + 1
        if kind == 0xD:
            references = data[end : end + 2 * count]
            items.append(dict(zip(references[:count], references[count:], strict=False)))
        elif kind == 5:
            items.append(decoded(data[end : end + count]))
        elif kind == 4:
            items.append(b"")  # a run time has none: what is in them is not wanted
        elif kind == 1:
            form = _STRUCTS.get(1 << count)
            items.append(unpack_from(form, data, end)[0] if form and end + (1 << count) <= len(data) else None)
        else:
            parent.errors.append("Error processing TAG_RUN_TIME: Un-handled objectFormat encountered")
            return {}
    found = items[top] if 0 <= top < len(items) else None
    if not isinstance(found, dict):
        return {}
    pairs = ((items[key], items[value]) for key, value in found.items() if key < len(items) and value < len(items))
    return {key: value for key, value in pairs if isinstance(key, str)}


def _offsets(data: bytes, size: int, count: int, start: int) -> tuple[int, ...] | None:
    """Where the objects are, None when the table does not fit; a table of numbers of another size counts as zeros."""
    form = {1: "b", 2: "H"}.get(size)
    if form is None:
        return (0,) if count > 0 else ()
    if not 0 <= start <= len(data) or not 0 <= count <= (len(data) - start) // size:
        return None
    return unpack_from(f">{count}{form}", data, start)


def note() -> Note:
    table = TagTable(NAMES, {0x0008: _acceleration, 0x000A: words(HDR_IMAGE_TYPES)})
    return Note(table, {_RUN_TIME: run_time})
