"""TIFF 6.0 with samples of 32-bit IEEE floats, three a pixel: Pillow does not read it, the original did."""

from __future__ import annotations

import struct

import numpy as np

from metadata_digger.labels.sampled import Array

WIDTH, HEIGHT, BITS, COMPRESSION, STRIPS, SAMPLES, LENGTHS, PLANAR, FORMAT = 256, 257, 258, 259, 273, 277, 279, 284, 339
SHORT, LONG = 3, 4
FLOAT = 3  # SampleFormat
MAX_ENTRIES = 512  # of a directory; real ones have 20
MAX_PIXELS = 1 << 27


def read_float_tiff(content: bytes) -> Array | None:
    """(height, width, 3), float32, of the first directory; None for every other kind of file, and for strips that are
    compressed or do not lie in the file."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(content[:4])
    if order is None or len(content) < 8:
        return None
    tags = directory(content, order)
    width, height = first(tags, WIDTH), first(tags, HEIGHT)
    expected = {COMPRESSION: 1, SAMPLES: 3, PLANAR: 1}
    if any(first(tags, tag, 1) != value for tag, value in expected.items()):
        return None
    if set(tags.get(BITS, ())) != {32} or set(tags.get(FORMAT, ())) != {FLOAT} or not 0 < width * height <= MAX_PIXELS:
        return None
    strips = zip(tags.get(STRIPS, ()), tags.get(LENGTHS, ()), strict=False)
    data = b"".join(content[start : start + length] for start, length in strips)
    if len(data) < width * height * 12:
        return None
    return np.frombuffer(data, f"{order}f4", width * height * 3).reshape(height, width, 3).astype(np.float32)


def first(tags: dict[int, tuple[int, ...]], tag: int, default: int = 0) -> int:
    return tags.get(tag, (default,))[0]


def directory(content: bytes, order: str) -> dict[int, tuple[int, ...]]:
    """The whole numbers of the first directory, by tag; empty when it is not in the file."""
    (start,) = struct.unpack_from(f"{order}I", content, 4)
    if start + 2 > len(content):
        return {}
    (count,) = struct.unpack_from(f"{order}H", content, start)
    tags = {}
    for at in range(start + 2, start + 2 + 12 * min(count, MAX_ENTRIES), 12):
        if at + 12 > len(content):
            break
        tag, kind, number = struct.unpack_from(f"{order}HHI", content, at)
        size = {SHORT: 2, LONG: 4}.get(kind, 0) * number
        (place,) = struct.unpack_from(f"{order}I", content, at + 8) if size > 4 else (at + 8,)
        if size and place + size <= len(content):
            tags[tag] = struct.unpack_from(f"{order}{number}{'H' if kind == SHORT else 'I'}", content, place)
    return tags
