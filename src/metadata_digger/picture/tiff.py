"""TIFF files whose samples Pillow takes for something else, or not at all: colours in planes of 16 bits, white as 0,
10, 12, 24, 32 or 64 bits, numbers with a sign, floats; and BigTIFF in big-endian order.

TIFF 6.0, section 4 (PhotometricInterpretation), 19 (SampleFormat), PlanarConfiguration; libtiff's BigTIFF.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageOps
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from metadata_digger.picture import raster
from metadata_digger.picture.raster import FLOAT, UNSIGNED
from metadata_digger.picture.samples import Bytes, Values, stretched

BIG_MM = b"MM\0+"
BIG = (b"II+\0", BIG_MM)
MAGIC = (b"II*\0", b"MM\0*", *BIG)
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, SEPARATED = 0, 1, 2, 5
COLOURS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, SEPARATED: 4}  # samples of a colour
ASSOCIATED, UNASSOCIATED = 1, 2  # ExtraSamples: transparency that is in the colours already, or not
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
LONG8 = (16, 17, 18)  # BigTIFF's types of 64 bits
MAX_ENTRIES = 4096


@dataclass(frozen=True, slots=True)
class _Layout:
    photometric: int
    bits: int
    samples: int
    planar: bool
    form: int  # SampleFormat
    extra: int  # the first of ExtraSamples

    @property
    def misread(self) -> bool:
        """Whether Pillow would show something else, or nothing."""
        colours = COLOURS.get(self.photometric, 0)
        if not colours or not colours <= self.samples <= colours + 1 or not UNSIGNED <= self.form <= FLOAT:
            return False
        if self.form == FLOAT and self.bits not in (16, 32, 64):
            return False
        if self.bits not in (1, 2, 4, 8, 16) or self.form != UNSIGNED:
            return True
        return self.bits == 16 and (
            self.planar or self.photometric == WHITE_IS_ZERO or (colours == 1 and self.samples == 2)
        )


def decoded(content: bytes) -> tuple[Image.Image, str] | None:
    """The picture of a TIFF in 8 bits and upright, and a note or ""; None of one that Pillow reads as it is meant.

    Raises what Pillow raises.
    """
    found = _directory(content)
    layout = _layout(found)
    tags = {tag: numbers for tag in found if (numbers := _numbers(found, tag, ()))}
    if layout is None or not layout.misread or tags.get(raster.COMPRESSION, (1,))[0] not in raster.PLAIN:
        return None
    planes = layout.samples if layout.planar else 1
    kind = raster.Plane(layout.bits, layout.samples // planes, layout.form, "<" if content[:1] == b"I" else ">")
    values = [raster.plane(content, tags, kind, number, planes) for number in range(planes)]
    image, note = _shown(np.concatenate(values, axis=2) if planes > 1 else values[0], layout)
    image.getexif()[raster.ORIENTATION] = tags.get(raster.ORIENTATION, (1,))[0]
    return ImageOps.exif_transpose(image), note


def classic(content: bytes) -> bytes:
    """A BigTIFF in big-endian order, which Pillow takes for something else, as a TIFF with the same first directory.

    Other files as they are. Raises struct.error where the directory is not in the file.
    """
    if content[:4] != BIG_MM:
        return content
    (start,) = struct.unpack_from(">Q", content, 8)
    (count,) = struct.unpack_from(">Q", content, start)
    count = min(count, MAX_ENTRIES)
    behind = len(content) + len(content) % 2
    entries, values = [], bytearray()
    for at in range(start + 8, start + 8 + 20 * count, 20):
        tag, kind, number = struct.unpack_from(">HHQ", content, at)
        size = SIZES.get(kind, 0) * number
        (place,) = struct.unpack_from(">Q", content, at + 12) if size > 8 else (at + 12,)
        data = content[place : place + size]
        if not size or len(data) < size:
            continue
        if kind in LONG8:
            kind, data = 4, struct.pack(f">{number}I", *struct.unpack(f">{number}Q", data))
        if len(data) > 4:
            offset = struct.pack(">I", behind + 6 + 12 * count + len(values))
            values += data + bytes(len(data) % 2)
            data = offset
        entries.append(struct.pack(">HHI4s", tag, kind, number, data))
    written = struct.pack(">H", len(entries)) + b"".join(entries) + bytes(4 + 12 * (count - len(entries)))
    head = struct.pack(">2sHI", b"MM", 42, behind)
    return b"".join((head, content[8:], bytes(behind - len(content)), written, values))


def _directory(content: bytes) -> ImageFileDirectory_v2:
    stream = io.BytesIO(content)
    directory = ImageFileDirectory_v2(stream.read(16 if content[:4] in BIG else 8))
    stream.seek(directory.next)
    directory.load(stream)
    return directory


def _layout(directory: ImageFileDirectory_v2) -> _Layout | None:
    """None where the samples are not all of one kind."""
    bits = _numbers(directory, raster.BITS, (1,))
    samples = _numbers(directory, raster.SAMPLES, (1,))[0]
    forms = _numbers(directory, raster.SAMPLE_FORMAT, (UNSIGNED,))
    if len({*bits}) != 1 or len({*forms}) != 1:
        return None
    planar = samples > 1 and _numbers(directory, raster.PLANAR, (1,))[0] == 2
    extra = _numbers(directory, raster.EXTRA_SAMPLES, (0,))[0]
    return _Layout(_numbers(directory, raster.PHOTOMETRIC, (-1,))[0], bits[0], samples, planar, forms[0], extra)


def _numbers(directory: ImageFileDirectory_v2, tag: int, default: tuple[int, ...]) -> tuple[int, ...]:
    value: Any = directory.get(tag, default)
    numbers = value if isinstance(value, tuple) else (value,)
    return numbers if numbers and all(isinstance(one, int) for one in numbers) else default


def _shown(values: Values, layout: _Layout) -> tuple[Image.Image, str]:
    """(height, width, samples) as a picture. What is no colour and no transparency is left out."""
    colours = COLOURS[layout.photometric]
    seen, note = _eight(values[..., :colours], layout)
    if layout.photometric == WHITE_IS_ZERO:
        seen = 255 - seen
    if colours == 1:
        seen = seen[..., 0]
    if layout.samples == colours or layout.extra not in (ASSOCIATED, UNASSOCIATED) or colours == 4:
        return (Image.fromarray(seen) if colours < 4 else Image.merge("CMYK", _bands(seen))), note
    seen = np.dstack([seen] * 3) if colours == 1 else seen
    alpha, _ = _eight(values[..., colours:], layout)
    mode = "RGBa" if layout.extra == ASSOCIATED else "RGBA"
    painted = Image.frombytes(mode, (values.shape[1], values.shape[0]), np.dstack([seen, alpha]).tobytes())
    return painted.convert("RGBA"), note


def _bands(values: Bytes) -> list[Image.Image]:
    return [Image.fromarray(np.ascontiguousarray(values[..., band])) for band in range(values.shape[2])]


def _eight(values: Values, layout: _Layout) -> tuple[Bytes, str]:
    if layout.form != UNSIGNED:
        return stretched(values)
    return (values >> (layout.bits - 8) if layout.bits >= 8 else values * (255 // (2**layout.bits - 1))).astype(
        np.uint8
    ), ""
