"""The same picture twice: byte for byte, in another encoding, or scaled. Two labels that share pictures cannot be told
apart, and a picture that is on both sides of a cross-validation makes its figures too good."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 32  # of the thumbnails that are compared
COARSE = 8  # and of their averages, compared first
# Correlation of two thumbnails of one picture. Measured on 123 photographs: a copy of half the size as JPEG of quality
# 60 keeps 0.990 or more, two of them have 0.83 at most; two dialogues of one program 0.947, full pages of text 0.948.
# Photographed pages on one ground, little on them, can reach 0.993: larger thumbnails do not part them either.
ALIKE = 0.988
BLOCK = 2048


def thumbnail(image: Image.Image) -> NDArray[np.uint8]:
    """(SIDE, SIDE), grey."""
    return np.asarray(image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX))


def groups(digests: Sequence[bytes], thumbnails: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(n,): for each picture the index of the first one that is the same or nearly so.

    `thumbnails`: (n, SIDE, SIDE). Those of one colour all over count as the same only when their digests are.
    """
    first = np.arange(len(digests))
    known: dict[bytes, int] = {}
    for index, digest in enumerate(digests):
        first[index] = known.setdefault(digest, index)
    unique = np.flatnonzero(first == np.arange(len(first)))
    for one, other in pairs(thumbnails[unique]):
        join(first, int(unique[one]), int(unique[other]))
    return np.asarray([root(first, index) for index in range(len(first))], np.int64)


def pairs(thumbnails: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """Indices of those that correlate by at least ALIKE."""
    flat = thumbnails.reshape(len(thumbnails), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    varied = length[:, 0] > SIDE  # a deviation of one grey level
    flat = np.divide(flat, length, out=np.zeros_like(flat), where=varied[:, None])
    # Averaging is a projection (up to a factor): two that are close stay close. It is 16 times quicker to compare.
    step = SIDE // COARSE
    coarse = flat.reshape(-1, COARSE, step, COARSE, step).sum(axis=(2, 4)).reshape(len(flat), -1) / step
    square = (coarse**2).sum(axis=1)
    near = 2 - 2 * ALIKE
    found = []
    for start in range(0, len(flat), BLOCK):
        stop = start + BLOCK
        distances = square[start:stop, None] + square[None, start:] - 2 * coarse[start:stop] @ coarse[start:].T
        for one, other in np.argwhere(distances <= near + 1e-4) + start:
            if one < other and varied[one] and varied[other] and float(flat[one] @ flat[other]) >= ALIKE:
                found.append((int(one), int(other)))
    return found


def root(first: NDArray[np.int64], index: int) -> int:
    while first[index] != index:
        index = int(first[index])
    return index


def join(first: NDArray[np.int64], one: int, other: int) -> None:
    low, high = sorted((root(first, one), root(first, other)))
    first[high] = low
