"""A picture at few of its points: OpenCV's plain bilinear interpolation reads four for each it makes, and decoding
nothing else is what makes the original's pre-processing quick on large pictures.

Rows and columns are asked for as arrays of indices; the answer is (rows, columns, 3), red green blue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]

BITS = 11  # of OpenCV's fixed-point weights: INTER_RESIZE_COEF_BITS


class Sampled(Protocol):
    """Something with pixels."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""

    def at(self, rows: Array, columns: Array) -> Array: ...


@dataclass(frozen=True, slots=True)
class Whole:
    """All pixels in memory: (height, width, 3), red green blue, uint8, or float32 for other ranges."""

    pixels: Array

    @property
    def size(self) -> tuple[int, int]:
        return self.pixels.shape[1], self.pixels.shape[0]

    def at(self, rows: Array, columns: Array) -> Array:
        return np.asarray(self.pixels[rows[:, None], columns])


def cosines(points: int) -> Array:
    """Orthonormal DCT-II of so many points, (frequencies, points)."""
    frequency, point = np.arange(points)[:, None], np.arange(points)[None]
    matrix = np.cos((2 * point + 1) * frequency * np.pi / (2 * points)) * np.sqrt(2 / points)
    matrix[0] /= np.sqrt(2)
    return np.asarray(matrix, np.float32)


# A block of 8 as the 16 samples that have the same 8 frequencies.
DOUBLED = np.asarray(np.sqrt(2) * cosines(16)[:8].T @ cosines(8), np.float32)


@dataclass(frozen=True, slots=True)
class HalvedColours:
    """A JPEG whose colours have half the resolution, as libjpeg 7 and newer enlarge them: by an inverse DCT of twice
    the size. OpenCV carried that library until 3.4; libjpeg-turbo, here and in later ones, interpolates instead.

    `luma` (height, width), `chroma` (half height, half width, 2): blue and red difference; both uint8.
    """

    luma: Array
    chroma: Array
    rows: int  # those that the file has; a broken one is continued by its last one

    @property
    def size(self) -> tuple[int, int]:
        return self.luma.shape[1], self.luma.shape[0]

    def at(self, rows: Array, columns: Array) -> Array:
        rows = np.minimum(rows, self.rows - 1)
        colours = doubled(doubled(self.chroma.astype(np.float32), rows).transpose(1, 0, 2), columns).transpose(1, 0, 2)
        whole = np.clip(np.rint(colours), 0, 255).astype(np.int32)
        return rgb_of(np.concatenate([self.luma[rows[:, None], columns][..., None].astype(np.int32), whole], 2))


def doubled(values: Array, wanted: Array) -> Array:
    """Places `wanted` of the first axis, enlarged to twice its length."""
    missing = -len(values) % 8
    blocks = np.concatenate([values, values[-1:].repeat(missing, 0)]).reshape(-1, 8, *values.shape[1:])
    result = np.empty((len(wanted), *values.shape[1:]), np.float32)
    for block in np.unique(wanted // 16):
        here = np.flatnonzero(wanted // 16 == block)
        result[here] = np.tensordot(DOUBLED[wanted[here] % 16], blocks[block], 1)
    return result


def rgb_of(colours: Array) -> Array:
    """Luma, blue and red difference (..., 3), int32, as red green blue by the integers of libjpeg's jdcolor.c."""
    luma, blue, red = colours[..., 0], colours[..., 1] - 128, colours[..., 2] - 128
    half = 1 << 15
    planes: tuple[Array, ...] = (
        luma + ((91881 * red + half) >> 16),
        luma + ((-22554 * blue - 46802 * red + half) >> 16),
        luma + ((116130 * blue + half) >> 16),
    )
    return np.asarray(np.clip(np.stack(planes, -1), 0, 255), np.uint8)


def resized(picture: Sampled, width: int, height: int) -> Array:
    """(height, width, 3) as OpenCV's resize with INTER_LINEAR: two neighbours each way, no averaging; for bytes in its
    fixed-point arithmetic."""
    left, right, across = neighbours(picture.size[0], width)
    above, below, down = neighbours(picture.size[1], height)
    points = picture.at(np.concatenate([above, below]), np.concatenate([left, right]))
    if points.dtype != np.uint8:
        points = points.astype(np.float32)
        row = points[:, :width] * (1 - across)[:, None] + points[:, width:] * across[:, None]
        return np.asarray(row[:height] * (1 - down)[:, None, None] + row[height:] * down[:, None, None], np.float32)
    x, y = (np.rint(part * (1 << BITS)).astype(np.int64) for part in (across, down))
    first_x, first_y = (np.rint((1 - part) * (1 << BITS)).astype(np.int64) for part in (across, down))
    row = points[:, :width] * first_x[:, None] + points[:, width:] * x[:, None]
    upper = (first_y[:, None, None] * (row[:height] >> 4)) >> 16
    lower = (y[:, None, None] * (row[height:] >> 4)) >> 16
    return np.asarray((upper + lower + 2) >> 2, np.uint8)


def neighbours(length: int, wanted: int) -> tuple[Array, Array, Array]:
    """For each place on the new axis the two on the old one and the weight of the second."""
    centre = ((np.arange(wanted) + 0.5) * (length / wanted) - 0.5).astype(np.float32)
    first = np.floor(centre).astype(np.int64)
    weight = centre - first.astype(np.float32)
    weight[(first < 0) | (first >= length - 1)] = 0
    first = np.clip(first, 0, length - 1)
    return first, np.minimum(first + 1, length - 1), weight
