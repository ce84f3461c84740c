"""WebP files for tests."""

from __future__ import annotations

from struct import pack


def chunk(kind: bytes, data: bytes) -> bytes:
    return kind + pack("<I", len(data)) + data + bytes(len(data) & 1)


def webp(*chunks: tuple[bytes, bytes], form: bytes = b"WEBP") -> bytes:
    data = form + b"".join(chunk(kind, content) for kind, content in chunks)
    return b"RIFF" + pack("<I", len(data)) + data


def extended(width: int, height: int, flags: int = 0) -> bytes:
    """VP8X. Flags: 2 animation, 4 XMP, 8 Exif, 16 alpha, 32 ICC."""
    return bytes((flags, 0, 0, 0)) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")


def lossless(width: int, height: int) -> bytes:
    return b"\x2f" + pack("<I", width - 1 | height - 1 << 14) + bytes(7)


def lossy(width: int, height: int) -> bytes:
    return b"\x10\0\0\x9d\x01\x2a" + pack("<HH", width, height) + bytes(10)
