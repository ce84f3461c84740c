"""TIFF files whose samples Pillow takes for something else: colours in planes of 16 bits, white as 0, 32 bits.

TIFF 6.0, section 4 (PhotometricInterpretation), 19 (SampleFormat), PlanarConfiguration. Each plane is decoded as a grey
TIFF of its own, by a directory that is put behind the file's content, so that every compression works.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from metadata_digger.picture.samples import Bytes, stretched

BIG = (b"II+\0", b"MM\0+")
MAGIC = (b"II*\0", b"MM\0*", *BIG)
WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, SAMPLES = 256, 257, 258, 259, 262, 277
STRIPS, ROWS, STRIP_LENGTHS, PLANAR, PREDICTOR, SAMPLE_FORMAT = 273, 278, 279, 284, 317, 339
TILE_WIDTH, TILE_HEIGHT, TILES, TILE_LENGTHS, FILL_ORDER, ORIENTATION = 322, 323, 324, 325, 266, 274
# What a plane has of its file, so far as it is there.
SHARED = (WIDTH, HEIGHT, COMPRESSION, ROWS, PREDICTOR, TILE_WIDTH, TILE_HEIGHT, FILL_ORDER, ORIENTATION)
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, SEPARATED = 0, 1, 2, 5
UNSIGNED, SIGNED, FLOAT = 1, 2, 3


@dataclass(frozen=True, slots=True)
class _Layout:
    photometric: int
    bits: int
    samples: int
    planar: bool
    form: int  # SampleFormat

    @property
    def misread(self) -> bool:
        """Whether Pillow would show something else, or nothing."""
        if self.samples == 1:
            return self.bits == 32 or (self.bits == 16 and (self.photometric == WHITE_IS_ZERO or self.form != UNSIGNED))
        wanted = (self.photometric == RGB and self.samples in (3, 4)) or (
            self.photometric == SEPARATED and self.samples == 4
        )
        return self.planar and self.bits == 16 and wanted and self.form == UNSIGNED


def decoded(content: bytes) -> tuple[Image.Image, str] | None:
    """The picture of a TIFF in 8 bits, and a note or ""; None of one that Pillow reads as it is meant.

    Raises what Pillow raises.
    """
    directory = _directory(content)
    layout = _layout(directory)
    if layout is None or not layout.misread:
        return None
    planes = [_plane(content, directory, layout, number) for number in range(layout.samples if layout.planar else 1)]
    if len(planes) == 1:
        values, note = _grey(planes[0], layout)
        return Image.fromarray(values), note
    bands = [Image.fromarray((np.asarray(plane) >> 8).astype(np.uint8)) for plane in planes]
    if layout.photometric == SEPARATED:
        return Image.merge("CMYK", bands), ""
    return Image.merge("RGB", bands[:3]), ""


def _directory(content: bytes) -> ImageFileDirectory_v2:
    stream = io.BytesIO(content)
    directory = ImageFileDirectory_v2(stream.read(16 if content[:4] in BIG else 8))
    stream.seek(directory.next)
    directory.load(stream)
    return directory


def _layout(directory: ImageFileDirectory_v2) -> _Layout | None:
    """None where the samples are not all of one kind."""
    bits = _numbers(directory, BITS, (1,))
    samples = _numbers(directory, SAMPLES, (1,))[0]
    forms = _numbers(directory, SAMPLE_FORMAT, (UNSIGNED,))
    if len({*bits}) != 1 or len({*forms}) != 1:
        return None
    planar = samples > 1 and _numbers(directory, PLANAR, (1,))[0] == 2
    return _Layout(_numbers(directory, PHOTOMETRIC, (-1,))[0], bits[0], samples, planar, forms[0])


def _numbers(directory: ImageFileDirectory_v2, tag: int, default: tuple[int, ...]) -> tuple[int, ...]:
    value: Any = directory.get(tag, default)
    numbers = value if isinstance(value, tuple) else (value,)
    return numbers if numbers and all(isinstance(one, int) for one in numbers) else default


def _plane(content: bytes, directory: ImageFileDirectory_v2, layout: _Layout, number: int) -> Image.Image:
    """One plane as a grey picture. Of 32 bits Pillow reads only signed numbers in both byte orders."""
    form = SIGNED if layout.bits == 32 and layout.form == UNSIGNED else layout.form
    tags = {tag: found for tag in SHARED if (found := _numbers(directory, tag, ()))}
    tags |= {PHOTOMETRIC: (BLACK_IS_ZERO,), SAMPLES: (1,), BITS: (layout.bits,), SAMPLE_FORMAT: (form,)}
    for tag in (STRIPS, STRIP_LENGTHS, TILES, TILE_LENGTHS):
        places = _numbers(directory, tag, ())
        each = len(places) // (layout.samples if layout.planar else 1)
        if each:
            tags[tag] = places[number * each : (number + 1) * each]
    start = len(content) + len(content) % 2
    head = content[:2] + struct.pack(_order(content) + "HI", 42, start)
    written = _written(tags, start, _order(content))
    image = Image.open(
        io.BytesIO(b"".join([head, content[8:], bytes(start - len(content)), written])), formats=("TIFF",)
    )
    image.load()
    return image


def _written(tags: dict[int, tuple[int, ...]], start: int, order: str) -> bytes:
    """An IFD for this place in a file (TIFF 6.0, section 2); every value is a LONG."""
    entries, values = b"", b""
    behind = start + 2 + 12 * len(tags) + 4
    for tag, numbers in sorted(tags.items()):
        data = struct.pack(f"{order}{len(numbers)}I", *numbers)
        place = data if len(numbers) == 1 else struct.pack(f"{order}I", behind + len(values))
        entries += struct.pack(f"{order}HHI", tag, 4, len(numbers)) + place
        values += data if len(numbers) > 1 else b""
    return struct.pack(f"{order}H", len(tags)) + entries + bytes(4) + values


def _grey(plane: Image.Image, layout: _Layout) -> tuple[Bytes, str]:
    values, note = np.asarray(plane), ""
    if layout.bits == 32 and layout.form == UNSIGNED:
        grey = (values.astype(np.int32).view(np.uint32) >> 24).astype(np.uint8)
    elif layout.bits == 16 and layout.form == UNSIGNED:
        grey = (values >> 8).astype(np.uint8)
    else:
        grey, note = stretched(values)
    return (255 - grey if layout.photometric == WHITE_IS_ZERO else grey), note


def _order(content: bytes) -> str:
    return "<" if content[:1] == b"I" else ">"
