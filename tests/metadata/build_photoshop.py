"""Photoshop image resources for tests."""

from __future__ import annotations

from struct import pack


def resource(tag: int, content: bytes, name: bytes = b"", signature: bytes = b"8BIM") -> bytes:
    head = signature + pack(">HB", tag, len(name)) + name
    head += b"\0" * (len(head) % 2)
    return head + pack(">I", len(content)) + content + b"\0" * (len(content) % 2)


def knot(selector: int, *points: float) -> bytes:
    return pack(">h6i", selector, *(round(point * 2**24) for point in points))
