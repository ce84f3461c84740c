"""The second mode, `quality = best`: several looks at one picture, weighed.

A model says in its card how: score = sigmoid(sum of weight x value + offset of the label), the values being outputs of
its own network or of others in its folder, of the picture as it is or averaged with its mirror image. For a model that
says nothing the scores of the picture and of its mirror image are averaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from metadata_digger.labels.preprocess import Input

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class View:
    """One look: which network, its input, which output; `mirrored`: averaged with that of the mirror image."""

    path: Path
    input: Input
    output: str
    weight: float = 1.0
    mirrored: bool = False
    activation: str = "none"


def mirror(batch: Array, layout: str) -> Array:
    """Prepared pictures (N, ...), left and right exchanged."""
    return np.ascontiguousarray(batch[:, :, ::-1] if layout == "NHWC" else batch[:, :, :, ::-1])


def combined(values: Array, views: Sequence[View], offsets: Sequence[float]) -> Array:
    """(views, outputs) values as scores (outputs,); without offsets they are averaged by their weights."""
    weights = np.array([view.weight for view in views], np.float32)
    if not offsets:
        return np.asarray(weights @ values / weights.sum(), np.float32)
    return activated(weights @ values + np.asarray(offsets, np.float32), "sigmoid")


def activated(values: Array, activation: str) -> Array:
    """Raw outputs (..., outputs) as scores."""
    if activation == "sigmoid":
        return np.asarray(0.5 * (1 + np.tanh(0.5 * values)), np.float32)  # no overflow, unlike 1 / (1 + exp(-x))
    if activation == "softmax":
        powers = np.exp(values - values.max(axis=-1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)
    return np.asarray(np.exp(values), np.float32) if activation == "exp" else values
