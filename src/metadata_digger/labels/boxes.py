"""Where on the picture things are: boxes from the maps of a detection network.

NanoDet (github.com/RangiLyu/nanodet, nanodet/model/head/gfl_head.py; Li et al., Generalized Focal Loss, 2020): for each
cell of a map, class logits and, for each side of the box, logits of its distance from the cell's centre.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from metadata_digger.labels.preprocess import Place
from metadata_digger.labels.views import activated

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]

# Of two boxes of a label that share more than this (intersection over union) the better stays. NanoDet's own; on the
# 123 labelled photographs 0.5 leaves the same 160 boxes, 0.7 four more.
OVERLAP = 0.6
MOST = 100  # boxes of one label: a crowd; NanoDet's own limit for a picture


@dataclass(frozen=True, slots=True)
class Maps:
    """Which outputs have boxes: (N, labels + 4 x bins, rows, columns) each, cells `strides` pixels apart. A box's score
    is sigmoid(slope x (logit + offset of the label)), the calibration of the picture's scores."""

    outputs: tuple[str, ...]
    strides: tuple[int, ...]
    bins: int
    slope: float = 1.0
    offsets: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """In pixels of the whole upright picture; `index` is that of the label."""

    index: int
    score: float
    x: int
    y: int
    width: int
    height: int


def boxes_of(
    found: Sequence[Array], maps: Maps, limits: Array, given: Sequence[int], place: Place, size: tuple[int, int]
) -> list[Box]:
    """Boxes of the labels `given` (indexes), best first: those whose score is greater than the label's of `limits`
    (labels,), and of each label at least the best one.

    `found`: the maps (labels + 4 x bins, rows, columns), one a stride; `place`: where in the network's input the
    picture lies, `size`: (width, height) that it really has.
    """
    count = len(limits)
    logits = np.concatenate([values[:count].reshape(count, -1) for values in found], 1)
    offsets = np.asarray(maps.offsets or np.zeros(count), np.float32)
    boxes: list[Box] = []
    for index in given:
        scores = activated(maps.slope * (logits[index] + offsets[index]), "sigmoid")
        cells = np.flatnonzero(scores > limits[index])
        if not len(cells):
            cells = np.array([scores.argmax()])
        cells = cells[np.argsort(-scores[cells], kind="stable")]
        corners = fitted(corners_of(found, maps, count, cells), place, size)
        for kept in separate(corners)[:MOST]:
            left, top, right, bottom = (int(value) for value in np.rint(corners[kept]))
            boxes.append(Box(index, float(scores[cells[kept]]), left, top, max(right - left, 1), max(bottom - top, 1)))
    return sorted(boxes, key=lambda box: -box.score)


def corners_of(found: Sequence[Array], maps: Maps, count: int, cells: Array) -> Array:
    """(cells, 4) left, top, right, bottom in pixels of the network's input; cells are counted through all maps."""
    corners = np.empty((len(cells), 4), np.float32)
    first = 0
    for values, stride in zip(found, maps.strides, strict=True):
        rows, columns = values.shape[1:]
        here = (cells >= first) & (cells < first + rows * columns)
        row, column = np.divmod(cells[here] - first, columns)
        sides = values[count:, row, column].T.reshape(-1, 4, maps.bins)
        distances = activated(sides, "softmax") @ np.arange(maps.bins, dtype=np.float32) * stride
        x, y = (column + 0.5) * stride, (row + 0.5) * stride
        corners[here] = np.stack([x, y, x, y], 1) + distances * np.array([-1, -1, 1, 1], np.float32)
        first += rows * columns
    return corners


def fitted(corners: Array, place: Place, size: tuple[int, int]) -> Array:
    """From the network's input to the picture, cut off at its edges."""
    left, top, width, height = place
    scale = np.array([size[0] / width, size[1] / height] * 2, np.float32)
    moved = (corners - np.array([left, top] * 2, np.float32)) * scale
    return np.asarray(np.clip(moved, 0, np.array([*size, *size], np.float32)))


def separate(corners: Array) -> list[int]:
    """Indexes of the boxes (best first) that do not overlap a better one: non-maximum suppression."""
    areas = (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1])
    left = np.arange(len(corners))
    kept = []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(int(best))
        low = np.maximum(corners[best, :2], corners[left, :2])
        high = np.minimum(corners[best, 2:], corners[left, 2:])
        shared = np.clip(high - low, 0, None).prod(1)
        left = left[shared < OVERLAP * (areas[best] + areas[left] - shared)]
    return kept
