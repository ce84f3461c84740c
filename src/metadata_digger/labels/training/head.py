"""The head: regularised logistic regression for each label on features of unit length, cross-validated and calibrated.

A label's score does not depend on the other labels (one against the rest): a picture may have several or none, also
when every example has exactly one. Most pictures of a search show none of the things that were taught.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metadata_digger.errors import DiggerError
from metadata_digger.labels.training.folds import folds

Floats = NDArray[np.float64]

NO_SKLEARN = "training needs the package scikit-learn: pip install 'metadata-digger[train]'"
# Features have this length while the head is fitted: near 1, the solver would stop too early.
LENGTH = 32.0
# Inverse strength of the ridge (scikit-learn's C); the one with the best cross-validated likelihood is taken.
STRENGTHS = (0.01, 0.1, 1.0)
ITERATIONS, TOLERANCE = 2000, 1e-8
OFFSET_RIDGE = (
    1.0  # of the labels' own offsets in the calibration: a deviation of 1 logit costs as much as in a normal law
)
SMOOTHNESS = 0.5  # logits: how far a picture's score is smeared when F1 is looked for
BORROWED = 30.0  # pictures' worth of the mean label in the choice of each label's threshold
LIMITS = np.round(np.arange(0.05, 0.951, 0.01), 2)  # thresholds to choose from

Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Head:
    """logits = features of length 1 @ weights.T + offsets; scores = 1 / (1 + exp(-logits)), calibrated."""

    weights: NDArray[np.float32]  # (labels, width)
    offsets: NDArray[np.float32]  # (labels,)
    thresholds: Floats  # (labels,)
    strength: float


@dataclass(frozen=True, slots=True)
class Validation:
    """What each picture got from heads that had not seen it; calibration and thresholds too are of the other folds."""

    scores: Floats  # (n, labels)
    thresholds: Floats  # (n, labels)
    fold: NDArray[np.int64]  # (n,)

    @property
    def found(self) -> NDArray[np.bool_]:
        return self.scores > self.thresholds


def lengthened(features: NDArray[np.float32]) -> Floats:
    """(n, width), each row of length LENGTH; what is all zeros stays so."""
    values = features.astype(np.float64)
    length = np.linalg.norm(values, axis=1, keepdims=True)
    return np.asarray(LENGTH * values / np.maximum(length, 1e-12))


def fit_head(
    features: NDArray[np.float32],
    truth: NDArray[np.bool_],
    groups: NDArray[np.int64],
    count: int,
    step: Step = lambda done, total: None,
) -> tuple[Head, Validation]:
    """`features` (n, width), `truth` (n, labels), `groups` (n,): copies of a picture; `count` folds.

    Raises DiggerError when scikit-learn is missing.
    """
    try:
        import_module("sklearn.linear_model")  # loads what is to be limited
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it ships no types
    except ImportError:
        raise DiggerError(NO_SKLEARN) from None
    values = lengthened(features)
    fold = folds(truth, groups, count)
    parts = range(int(fold.max()) + 1)
    total = len(parts) + 1
    with threadpool_limits(1):  # sums in another order end in other last digits, and small ones are quicker alone
        logits = np.zeros((len(STRENGTHS), *truth.shape))
        for done, part in enumerate(parts):
            step(done, total)
            seen = fold != part
            for index, (weights, offsets) in enumerate(fitted(values[seen], truth[seen], STRENGTHS)):
                logits[index][~seen] = values[~seen] @ weights.T + offsets
        best = int(np.argmin([loss(each, truth) for each in logits]))
        step(total - 1, total)
        ((weights, offsets),) = fitted(values, truth, STRENGTHS[best : best + 1])
    slope, shift = calibration(logits[best], truth)
    scores, limits = np.zeros(truth.shape), np.zeros(truth.shape)
    for part in parts:
        seen = fold != part
        own_slope, own_shift = calibration(logits[best][seen], truth[seen])
        scores[~seen] = sigmoid(own_slope * logits[best][~seen] + own_shift)
        limits[~seen] = thresholds(own_slope * logits[best][seen] + own_shift, truth[seen])
    head = Head(
        (slope * LENGTH * weights).astype(np.float32),
        (slope * offsets + shift).astype(np.float32),
        thresholds(slope * logits[best] + shift, truth),
        STRENGTHS[best],
    )
    return head, Validation(scores, limits, fold)


def fitted(values: Floats, truth: NDArray[np.bool_], strengths: Sequence[float]) -> list[tuple[Floats, Floats]]:
    """Weights (labels, width) and offsets (labels,) for each strength.

    Fewer pictures than features: the same problem in as many dimensions as pictures, by turning the axes.
    """
    from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]  # it ships no types
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    turned, axes = values, None
    if len(values) < values.shape[1]:
        spread, basis = np.linalg.eigh(values @ values.T)
        kept = spread > spread.max() * 1e-12
        size = np.sqrt(spread[kept])
        turned, axes = basis[:, kept] * size, (basis[:, kept] / size).T @ values
    weights = np.zeros((len(strengths), truth.shape[1], turned.shape[1]))
    offsets = np.zeros((len(strengths), truth.shape[1]))
    for label in range(truth.shape[1]):
        positives = int(truth[:, label].sum())
        if positives in (0, len(truth)):  # a fold may lack a label; nothing can be learnt but that
            offsets[:, label] = np.log((positives + 1) / (len(truth) - positives + 1))
            continue
        model: Any = LogisticRegression(warm_start=True, max_iter=ITERATIONS, tol=TOLERANCE)
        for index, strength in enumerate(strengths):
            model.C = strength
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # nearly there will do, and is judged afterwards
                model.fit(turned, truth[:, label])
            weights[index, label], offsets[index, label] = model.coef_[0], model.intercept_[0]
    if axes is not None:
        weights = weights @ axes
    return list(zip(weights, offsets, strict=True))


def sigmoid(logits: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)))


def loss(logits: Floats, truth: NDArray[np.bool_]) -> float:
    """Mean negative log likelihood."""
    return float(np.logaddexp(0, np.where(truth, -logits, logits)).mean())


def calibration(logits: Floats, truth: NDArray[np.bool_]) -> tuple[float, Floats]:
    """Slope and an offset for each label that make scores probabilities, from logits of pictures not seen in the fit.

    Platt's method (1999) with his targets, which keep what is parted perfectly from becoming certain; one slope for all
    labels, offsets held near 0, because a label may have five pictures. Newton's method; its matrix is an arrow.
    """
    positives = truth.sum(axis=0)
    negatives = len(truth) - positives
    targets = np.where(truth, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    slope, shift = 1.0, np.zeros(truth.shape[1])
    for _ in range(50):
        scores = sigmoid(slope * logits + shift)
        error, weight = scores - targets, scores * (1 - scores)
        gradient = float((error * logits).sum()) + (slope - 1)
        gradients = error.sum(axis=0) + OFFSET_RIDGE * shift
        corner = float((weight * logits**2).sum()) + 1
        edge = (weight * logits).sum(axis=0)
        diagonal = weight.sum(axis=0) + OFFSET_RIDGE
        change = (gradient - float((edge * gradients / diagonal).sum())) / (corner - float((edge**2 / diagonal).sum()))
        change = float(np.clip(change, -slope / 2, slope / 2))  # the slope stays positive
        changes = (gradients - edge * change) / diagonal
        slope, shift = slope - change, shift - changes
        if abs(change) + float(np.abs(changes).max()) < 1e-10:
            break
    return slope, shift


def thresholds(logits: Floats, truth: NDArray[np.bool_]) -> Floats:
    """For each label the threshold of the best F1.

    Counts are smoothed, and joined by those of the mean label: with few pictures the best plain F1 jumps from one
    picture's score to the next. Measured: docs/decisions/0006-training.md.
    """
    edges = np.log(LIMITS / (1 - LIMITS))
    hits, given = np.zeros((truth.shape[1], len(LIMITS))), np.zeros((truth.shape[1], len(LIMITS)))
    for label in range(truth.shape[1]):
        above = sigmoid((logits[:, label, None] - edges) / SMOOTHNESS)
        hits[label], given[label] = above[truth[:, label]].sum(axis=0), above.sum(axis=0)
    own = truth.sum(axis=0)
    all_ = max(int(own.sum()), 1)
    hits += BORROWED * hits.sum(axis=0) / all_
    given += BORROWED * given.sum(axis=0) / all_
    score = 2 * hits / (given + own[:, None] + BORROWED)
    # Of those that are as good, the one nearest to one half.
    good = score >= score.max(axis=1, keepdims=True) - 1e-9
    return np.asarray(LIMITS[np.where(good, np.abs(LIMITS - 0.5), 1.0).argmin(axis=1)])
