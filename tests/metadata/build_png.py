"""PNG bytes for tests."""

from __future__ import annotations

import zlib
from struct import pack

HEADER = pack(">IIBBBBB", 32, 16, 8, 6, 0, 0, 1)


def chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))


def png(*chunks: tuple[bytes, bytes], header: bytes = HEADER) -> bytes:
    whole = ((b"IHDR", header), *chunks, (b"IDAT", zlib.compress(bytes(64))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in whole)


def text(keyword: str, value: str) -> bytes:
    return keyword.encode("latin-1") + b"\0" + value.encode("latin-1")


def compressed(keyword: str, value: bytes) -> bytes:
    return keyword.encode("latin-1") + b"\0\0" + zlib.compress(value)


def international(keyword: str, value: str, *, packed: bool = False) -> bytes:
    content = zlib.compress(value.encode()) if packed else value.encode()
    return keyword.encode() + b"\0" + bytes((packed, 0)) + b"en\0" + keyword.encode() + b"\0" + content
