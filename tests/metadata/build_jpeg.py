"""JPEG bytes for tests."""

from __future__ import annotations

from struct import pack

SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12\x34" * 8 + b"\xff\xd9"
COMPONENTS = ((1, 0x22, 0), (2, 0x11, 1), (3, 0x11, 1))
JFIF = b"JFIF\0\x01\x02\x01\x00\x48\x00\x01\x00\x00"
ADOBE = b"Adobe\0\x64\x00\x00\x00\x00\x01"
DUCKY = b"Ducky" + pack(">HHI", 1, 4, 60) + pack(">HHI", 2, 8, 2) + "ab".encode("utf-16-be") + b"\0\0"
# One table with two codes of length 2.
TABLE = b"\x00" + bytes((0, 2)) + bytes(14) + b"\x05\x06"


def segment(marker: int, data: bytes) -> bytes:
    return pack(">BBH", 0xFF, marker, len(data) + 2) + data


def frame(width: int = 64, height: int = 48, components: tuple[tuple[int, int, int], ...] = COMPONENTS) -> bytes:
    """Content of a frame header."""
    return pack(">BHHB", 8, height, width, len(components)) + b"".join(bytes(one) for one in components)


def jpeg(*segments: tuple[int, bytes], scan: bytes = SCAN) -> bytes:
    return b"\xff\xd8" + b"".join(segment(marker, data) for marker, data in segments) + scan
