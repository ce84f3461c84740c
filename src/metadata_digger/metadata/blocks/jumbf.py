"""JUMBF (ISO/IEC 19566-5): boxes that hold boxes, each with a description that says what it is and its label."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from metadata_digger.metadata.errors import Malformed

_DEPTH = 16
_BOXES = 20_000  # of one store
_LARGEST = 1 << 20  # bytes of a content box that is read; thumbnails are not
_LABEL = 512  # bytes
_REQUESTABLE_LABEL, _ID, _SIGNATURE = 0x02, 0x04, 0x08


class Content(NamedTuple):
    kind: bytes  # "cbor", "json", "bidb", ...
    data: memoryview  # stores have megabytes of pictures, and boxes lie in one another


class Box(NamedTuple):
    kind: bytes  # the first four bytes of the type's UUID: "c2pa", "c2ma", "cbor", ...
    label: str
    boxes: list[Box]
    content: list[Content]

    def child(self, kind: bytes) -> Box | None:
        return next((one for one in self.boxes if one.kind == kind), None)

    def first(self, kind: bytes) -> bytes | None:
        """The data of the first content box of a kind. Raises Malformed where they are too many to be read."""
        found = next((one.data for one in self.content if one.kind == kind), None)
        if found is not None and len(found) > _LARGEST:
            raise Malformed(f"JUMBF: a box of {len(found):,} bytes, which is not read")
        return None if found is None else bytes(found)


class _Count:
    left = _BOXES


def read(data: bytes, errors: list[str]) -> list[Box]:
    """The superboxes that stand one behind the other. A fault costs its box and what stands behind it there, and goes
    to the errors."""
    return _superboxes(memoryview(data), errors, _Count(), 0)


def boxes(data: memoryview, errors: list[str]) -> Iterator[tuple[bytes, memoryview]]:
    """Type and content of the boxes in the data, as far as they are whole; of the last one what there is."""
    at = 0
    while at + 8 <= len(data):
        size, kind, head = int.from_bytes(data[at : at + 4], "big"), bytes(data[at + 4 : at + 8]), 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif not size:
            size = len(data) - at
        if size < head:
            errors.append(f"JUMBF: a box of {size} bytes")
            return
        if size > len(data) - at:
            errors.append(f"JUMBF: a box of {size:,} bytes, of which {len(data) - at:,} are there")
        yield kind, data[at + head : at + size]
        at += size


def _superboxes(data: memoryview, errors: list[str], count: _Count, depth: int) -> list[Box]:
    return [_superbox(content, errors, count, depth) for kind, content in boxes(data, errors) if kind == b"jumb"]


def _superbox(data: memoryview, errors: list[str], count: _Count, depth: int) -> Box:
    count.left -= 1
    if depth > _DEPTH or count.left < 0:
        raise Malformed(f"JUMBF: deeper than {_DEPTH} levels or more than {_BOXES} boxes")
    found = Box(b"", "", [], [])
    for kind, content in boxes(data, errors):
        if kind == b"jumd" and not found.kind:
            found = found._replace(kind=bytes(content[:4]), label=_label(content))
        elif kind == b"jumb":
            found.boxes.append(_superbox(content, errors, count, depth + 1))
        else:
            found.content.append(Content(kind, content))
    return found


def _label(description: memoryview) -> str:
    if len(description) < 17 or not description[16] & _REQUESTABLE_LABEL:
        return ""
    return bytes(description[17 : 17 + _LABEL]).partition(b"\0")[0].decode("utf-8", "backslashreplace")
