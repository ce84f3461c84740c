"""OpenCV's bilinear interpolation, and libjpeg's way of enlarging colours, against what they mean, computed plainly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metadata_digger.labels.sampled import HalvedColours, Whole, cosines, resized, rgb_of

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]
RANDOM = np.random.default_rng(0)


def bilinear(pixels: Array, width: int, height: int) -> Array:
    """Point by point, in floating point."""
    high, wide = pixels.shape[:2]
    result = np.empty((height, width, 3))
    for row in range(height):
        for column in range(width):
            y = min(max((row + 0.5) * high / height - 0.5, 0), high - 1)
            x = min(max((column + 0.5) * wide / width - 0.5, 0), wide - 1)
            top, left = int(y), int(x)
            bottom, right = min(top + 1, high - 1), min(left + 1, wide - 1)
            upper = pixels[top, left] * (1 - x + left) + pixels[top, right] * (x - left)
            lower = pixels[bottom, left] * (1 - x + left) + pixels[bottom, right] * (x - left)
            result[row, column] = upper * (1 - y + top) + lower * (y - top)
    return result


@pytest.mark.parametrize("size", [(40, 30), (7, 9), (1, 1), (16, 100), (300, 2)])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_resized(size: tuple[int, int], dtype: str) -> None:
    pixels = RANDOM.integers(0, 256, (size[1], size[0], 3)).astype(dtype)
    found = resized(Whole(pixels), 16, 12)
    assert found.shape == (12, 16, 3)
    assert found.dtype == dtype
    limit = 1 if dtype == "uint8" else 1e-3
    assert np.abs(found - bilinear(pixels.astype(np.float64), 16, 12)).max() <= limit


def test_the_same_size_changes_nothing() -> None:
    pixels = RANDOM.integers(0, 256, (8, 8, 3)).astype(np.uint8)
    np.testing.assert_array_equal(resized(Whole(pixels), 8, 8), pixels)


def test_colours_are_enlarged_by_their_frequencies() -> None:
    """Each block of 8 x 8 has 64 frequencies; the 16 x 16 that have the same, and no higher ones."""
    chroma = RANDOM.integers(60, 200, (16, 24, 2)).astype(np.uint8)
    picture = HalvedColours(np.full((32, 48), 128, np.uint8), chroma, 32)
    assert picture.size == (48, 32)
    expected = np.empty((32, 48, 2))
    for top in range(0, 16, 8):
        for left in range(0, 24, 8):
            for plane in range(2):
                frequencies = np.zeros((16, 16))
                block = chroma[top : top + 8, left : left + 8, plane].astype(np.float64)
                frequencies[:8, :8] = cosines(8) @ block @ cosines(8).T * 2
                place = slice(2 * top, 2 * top + 16), slice(2 * left, 2 * left + 16), plane
                expected[place] = cosines(16).T @ frequencies @ cosines(16)
    whole = np.concatenate([np.full((32, 48, 1), 128), np.clip(np.rint(expected), 0, 255)], 2).astype(np.int32)
    found = picture.at(np.arange(32), np.arange(48)).astype(int)
    assert (np.abs(found - rgb_of(whole)) <= 2).mean() > 0.999  # rounding of halves


def test_odd_sizes_and_missing_rows() -> None:
    chroma = np.full((5, 4, 2), 128, np.uint8)
    luma = np.arange(9 * 7, dtype=np.uint8).reshape(9, 7)
    picture = HalvedColours(luma, chroma, rows=6)
    found = picture.at(np.arange(9), np.arange(7))
    np.testing.assert_array_equal(found[5], found[8])  # what was never written repeats the last row
    np.testing.assert_array_equal(found[:6, :, 0], luma[:6])


@pytest.mark.parametrize(
    ("colours", "expected"),
    [
        ((128, 128, 128), (128, 128, 128)),
        ((76, 85, 255), (254, 0, 0)),
        ((255, 0, 0), (76, 255, 28)),
        ((0, 0, 0), (0, 135, 0)),
    ],
)
def test_rgb_of(colours: tuple[int, ...], expected: tuple[int, ...]) -> None:
    assert rgb_of(np.array(colours, np.int32)).tolist() == list(expected)
