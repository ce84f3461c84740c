"""Boxes from maps that are written by hand."""

from __future__ import annotations

import numpy as np
import pytest

from metadata_digger.labels.boxes import Box, Maps, boxes_of, separate

BINS = 11
MAPS = Maps(("a", "b"), (8, 16), BINS)
LABELS = 2
SIZE = 64  # of the network's input: maps of 8 x 8 and 4 x 4 cells
WHOLE = (0, 0, SIZE, SIZE)
LIMITS = np.full(LABELS, 0.5, np.float32)


def empty() -> list[np.ndarray]:
    maps = [np.zeros((LABELS + 4 * BINS, SIZE // stride, SIZE // stride), np.float32) for stride in MAPS.strides]
    for values in maps:
        values[:LABELS] = -9
    return maps


def put(maps: list[np.ndarray], which: int, label: int, row: int, column: int, logit: float, sides: list[int]) -> None:
    """A cell that is sure of its sides: left, top, right, bottom in strides."""
    maps[which][label, row, column] = logit
    for side, distance in enumerate(sides):
        maps[which][LABELS + side * BINS + distance, row, column] = 50


def test_cells_become_pixels() -> None:
    maps = empty()
    put(maps, 0, 1, 2, 3, 2.0, [1, 2, 3, 1])  # centre (28, 20), stride 8
    (box,) = boxes_of(maps, MAPS, LIMITS, [1], WHOLE, (SIZE, SIZE))
    assert box == Box(1, pytest.approx(1 / (1 + np.exp(-2.0)), abs=1e-6), 20, 4, 32, 24)


@pytest.mark.parametrize(
    ("place", "size", "expected"),
    [
        (WHOLE, (128, 128), (40, 8, 64, 48)),
        ((0, 8, 64, 48), (64, 48), (20, 0, 32, 20)),  # letterboxed; what is above the picture is cut off
        ((0, 16, 64, 32), (640, 320), (200, 0, 320, 120)),
    ],
)
def test_boxes_are_in_pixels_of_the_picture(
    place: tuple[int, int, int, int], size: tuple[int, int], expected: tuple[int, int, int, int]
) -> None:
    maps = empty()
    put(maps, 0, 1, 2, 3, 2.0, [1, 2, 3, 1])
    (box,) = boxes_of(maps, MAPS, LIMITS, [1], place, size)
    assert (box.x, box.y, box.width, box.height) == expected


def test_one_box_a_thing_and_all_of_a_label() -> None:
    maps = empty()
    put(maps, 0, 0, 2, 2, 3.0, [2, 2, 2, 2])
    put(maps, 0, 0, 2, 3, 2.0, [3, 2, 1, 2])  # the same box from the next cell
    put(maps, 1, 0, 3, 3, 1.0, [1, 1, 0, 0])  # another one, on the other map
    put(maps, 0, 1, 2, 2, 3.0, [2, 2, 2, 2])  # the same place, another label
    found = boxes_of(maps, MAPS, LIMITS, [0], WHOLE, (SIZE, SIZE))
    assert [(box.index, box.x, box.y, box.width, box.height) for box in found] == [
        (0, 4, 4, 32, 32),
        (0, 40, 40, 16, 16),
    ]
    assert [box.index for box in boxes_of(maps, MAPS, LIMITS, [0, 1], WHOLE, (SIZE, SIZE))] == [0, 1, 0]


def test_a_label_that_was_given_has_a_box() -> None:
    maps = empty()
    put(maps, 1, 1, 1, 1, -2.0, [1, 1, 1, 1])
    (box,) = boxes_of(maps, MAPS, LIMITS, [1], WHOLE, (SIZE, SIZE))
    assert box.score < 0.5
    assert (box.x, box.y, box.width, box.height) == (8, 8, 32, 32)
    assert boxes_of(maps, MAPS, LIMITS, [], WHOLE, (SIZE, SIZE)) == []


def test_scores_are_calibrated() -> None:
    maps = empty()
    put(maps, 0, 1, 2, 3, 2.0, [1, 1, 1, 1])
    calibrated = Maps(("a", "b"), (8, 16), BINS, 3.0, (0.0, -2.0))
    (box,) = boxes_of(maps, calibrated, LIMITS, [1], WHOLE, (SIZE, SIZE))
    assert box.score == 0.5


@pytest.mark.parametrize(
    ("corners", "kept"),
    [
        ([[0, 0, 10, 10], [0, 0, 10, 10]], [0]),
        ([[0, 0, 10, 10], [0, 0, 10, 6.1]], [0]),
        ([[0, 0, 10, 10], [0, 0, 10, 5.9]], [0, 1]),
        ([[0, 0, 10, 10], [20, 0, 30, 10], [1, 0, 10, 10]], [0, 1]),
        ([[0, 0, 0, 0], [0, 0, 0, 0]], [0]),
        ([], []),
    ],
)
def test_overlaps(corners: list[list[float]], kept: list[int]) -> None:
    assert separate(np.array(corners, np.float32).reshape(-1, 4)) == kept
