"""IPTC-IIM datasets for tests."""

from __future__ import annotations

from struct import pack

UTF8 = (0x015A, b"\x1b%G")


def dataset(tag: int, content: bytes) -> bytes:
    return b"\x1c" + pack(">HH", tag, len(content)) + content


def datasets(*pairs: tuple[int, bytes]) -> bytes:
    return b"".join(dataset(tag, content) for tag, content in pairs)
