"""Samples of a TIFF file as they are stored, of any number of bits (TIFF 6.0, sections 2, 14 and 15; predictor 3:
Adobe Photoshop TIFF Technical Note 3).

Pillow knows few kinds of samples. Here it only undoes the compression: a plane is handed to it as a grey picture whose
pixels are the bytes of the rows, by a directory put behind the file's content. Their meaning is added here.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image

from metadata_digger.picture.samples import Values

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, SAMPLES = 256, 257, 258, 259, 262, 277
STRIPS, ROWS, STRIP_LENGTHS, PLANAR, PREDICTOR, SAMPLE_FORMAT = 273, 278, 279, 284, 317, 339
TILE_WIDTH, TILE_HEIGHT, TILES, TILE_LENGTHS, FILL_ORDER, ORIENTATION = 322, 323, 324, 325, 266, 274
EXTRA_SAMPLES = 338
UNSIGNED, SIGNED, FLOAT = 1, 2, 3
PLAIN = (1, 5, 8, 32773, 32946, 34925, 50000)  # compressions that know nothing of samples
DIFFERENCES, BYTE_DIFFERENCES = 2, 3  # predictors
MAX_BYTES = 1 << 29  # of a plane
KEPT = (COMPRESSION, ROWS, TILE_HEIGHT, FILL_ORDER)

Tags = Mapping[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Plane:
    """What lies side by side in the strips or tiles of one plane."""

    bits: int
    samples: int
    form: int  # SampleFormat
    order: str


def plane(content: bytes, tags: Tags, kind: Plane, number: int, planes: int) -> Values:
    """(height, width, samples) of plane `number`. Raises what Pillow raises, and ValueError for what is not known."""
    width, height = tags[WIDTH][0], tags[HEIGHT][0]
    if Image.MAX_IMAGE_PIXELS is not None and width * height > 2 * Image.MAX_IMAGE_PIXELS:
        raise Image.DecompressionBombError
    segment = tags[TILE_WIDTH][0] if TILES in tags else width
    if segment < 1 or (kind.bits % 8 and tags.get(PREDICTOR, (1,))[0] != 1):
        raise ValueError(f"a predictor over samples of {kind.bits} bits")
    across, line = -(-width // segment), -(-segment * kind.samples * kind.bits // 8)
    if across * line * height > MAX_BYTES:
        raise ValueError("the picture's samples are too many to be decoded here")
    data = _bytes(content, _as_bytes(tags, across, line, number, planes), kind.order)
    rows = data.reshape(height * across, line)
    values = _values(rows, segment, kind, tags.get(PREDICTOR, (1,))[0])
    return values.reshape(height, across * segment, kind.samples)[:, :width]


def _as_bytes(tags: Tags, across: int, line: int, number: int, planes: int) -> dict[int, tuple[int, ...]]:
    """A directory of a grey picture of 8 bits whose rows are the plane's bytes."""
    own = {tag: tags[tag] for tag in KEPT if tag in tags}
    own |= {WIDTH: (across * line,), HEIGHT: tags[HEIGHT], BITS: (8,), PHOTOMETRIC: (1,), SAMPLES: (1,)}
    if TILES in tags:
        own[TILE_WIDTH] = (line,)
    for tag in (STRIPS, STRIP_LENGTHS, TILES, TILE_LENGTHS):
        places = tags.get(tag, ())
        if each := len(places) // planes:
            own[tag] = places[number * each : (number + 1) * each]
    return own


def _bytes(content: bytes, tags: Tags, order: str) -> Values:
    start = len(content) + len(content) % 2
    head = content[:2] + struct.pack(order + "HI", 42, start)
    file = b"".join((head, content[8:], bytes(start - len(content)), directory(tags, start, order)))
    bound, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # it is of pixels, and was asked about them
    try:
        image = Image.open(io.BytesIO(file), formats=("TIFF",))
        image.load()
    finally:
        Image.MAX_IMAGE_PIXELS = bound
    return np.array(image, dtype=np.uint8)


def directory(tags: Tags, start: int, order: str) -> bytes:
    """An IFD for this place in a file (TIFF 6.0, section 2); every value is a LONG."""
    entries, values = b"", b""
    behind = start + 2 + 12 * len(tags) + 4
    for tag, numbers in sorted(tags.items()):
        data = struct.pack(f"{order}{len(numbers)}I", *numbers)
        place = data if len(numbers) == 1 else struct.pack(f"{order}I", behind + len(values))
        entries += struct.pack(f"{order}HHI", tag, 4, len(numbers)) + place
        values += data if len(numbers) > 1 else b""
    return struct.pack(f"{order}H", len(tags)) + entries + bytes(4) + values


def _values(rows: Values, segment: int, kind: Plane, predictor: int) -> Values:
    """Rows of bytes as rows of numbers."""
    size, count = kind.bits // 8, segment * kind.samples
    if kind.bits % 8 or kind.bits == 24:
        return _bits(rows, count, kind)
    if predictor == BYTE_DIFFERENCES:
        steps = rows.reshape(len(rows), segment * size, kind.samples)
        parts = np.cumsum(steps, axis=1, dtype=np.uint8).reshape(len(rows), size, count)
        rows, order = np.ascontiguousarray(parts.transpose(0, 2, 1)), ">"  # the highest bytes of all stand in front
    else:
        order = kind.order
    found = rows.reshape(-1).view(f"{order}u{size}").astype(f"u{size}").reshape(len(rows), segment, kind.samples)
    if predictor == DIFFERENCES:
        found = np.cumsum(found, axis=1, dtype=found.dtype)
    return found.view(f"{'uif'[kind.form - 1]}{size}")


def _bits(rows: Values, count: int, kind: Plane) -> Values:
    """Numbers without a sign whose bits are not those of bytes; they are packed from the highest bit on (FillOrder)."""
    if kind.form != UNSIGNED or kind.bits > 32:
        raise ValueError(f"samples of {kind.bits} bits and SampleFormat {kind.form}")
    if kind.bits == 24:
        three = rows[:, : count * 3].reshape(len(rows), count, 3).astype(np.uint32)
        low, middle, high = (2, 1, 0) if kind.order == ">" else (0, 1, 2)
        return three[..., low] | three[..., middle] << 8 | three[..., high] << 16
    found = np.zeros((len(rows), count), np.uint32)
    for at, row in enumerate(rows):  # a row at a time: eight times its bytes are in memory
        for bit in np.unpackbits(row)[: count * kind.bits].reshape(count, kind.bits).T:
            found[at] = found[at] << 1 | bit
    return found
