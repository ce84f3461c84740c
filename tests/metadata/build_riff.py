"""RIFF bytes for tests."""

from __future__ import annotations

from struct import pack


def chunk(kind: bytes, data: bytes) -> bytes:
    return kind + pack("<I", len(data)) + data + b"\0" * (len(data) & 1)


def chunks(name: bytes, *content: bytes) -> bytes:
    return chunk(b"LIST", name + b"".join(content))


def riff(form: bytes, *content: bytes) -> bytes:
    data = form + b"".join(content)
    return b"RIFF" + pack("<I", len(data)) + data
