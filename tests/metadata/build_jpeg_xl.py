"""JPEG XL by its specification (ISO/IEC 18181): the codestream's header and the boxes around it."""

from __future__ import annotations

from struct import pack

SIGNATURE = b"\0\0\0\x0cJXL \r\n\x87\n" + b"\0\0\0\x14ftypjxl \0\0\0\0jxl "


def codestream(*fields: tuple[int, int]) -> bytes:
    """The signature and fields of (bits, value), the lowest bit first."""
    number = position = 0
    for bits, value in fields:
        number |= value << position
        position += bits
    return b"\xff\x0a" + number.to_bytes(position // 8 + 1, "little")


def box(kind: bytes, content: bytes, size: int | None = None) -> bytes:
    return pack(">I", 8 + len(content) if size is None else size) + kind + content
