"""How good each label is: counts, precision, recall, F1, average precision, with 95 % intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadata_digger.labels.training.head import Floats, Validation

Z = 1.959964  # two-sided 95 % of a normal law

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """A proportion and where it would be found again in 95 of 100 sets like this one. None: not defined (nothing was
    found, say)."""

    value: float | None
    interval: Interval


@dataclass(frozen=True, slots=True)
class LabelFigures:
    label: str
    pictures: int
    precision: Figure
    recall: Figure
    f1: Figure
    average_precision: Figure


@dataclass(frozen=True, slots=True)
class Figures:
    labels: tuple[LabelFigures, ...]
    exact: Figure  # pictures whose labels are exactly right
    best: Figure | None  # pictures whose highest score is the right label, where every picture has one label
    f1: float  # micro-average over all labels


def measure(labels: Sequence[str], truth: NDArray[np.bool_], groups: NDArray[np.int64], run: Validation) -> Figures:
    """`truth` (n, labels). Intervals count a picture and its copies once."""
    found = run.found
    share = len(np.unique(groups)) / len(groups)
    hits = (found & truth).sum(axis=0)
    wrong = (found & ~truth).sum(axis=0)
    missed = (truth & ~found).sum(axis=0)
    each = []
    for index, label in enumerate(labels):
        tp, fp, fn = int(hits[index]), int(wrong[index]), int(missed[index])
        ap = average_precision(run.scores[:, index], truth[:, index])
        each.append(
            LabelFigures(
                label,
                tp + fn,
                proportion(tp, tp + fp, share),
                proportion(tp, tp + fn, share),
                f1_figure(tp, fp, fn, share),
                Figure(ap, wilson(ap, (tp + fn) * share)),
            )
        )
    total = 2 * int(hits.sum()) + int(wrong.sum()) + int(missed.sum())
    best = None
    if (truth.sum(axis=1) == 1).all():
        right = truth[np.arange(len(truth)), run.scores.argmax(axis=1)]
        best = proportion(int(right.sum()), len(truth), share)
    exact = proportion(int((found == truth).all(axis=1).sum()), len(truth), share)
    return Figures(tuple(each), exact, best, 2 * int(hits.sum()) / total if total else 0.0)


def proportion(count: int, total: int, share: float = 1.0) -> Figure:
    return Figure(count / total, wilson(count / total, total * share)) if total else Figure(None, (0.0, 1.0))


def f1_figure(tp: int, fp: int, fn: int, share: float = 1.0) -> Figure:
    """F1 = 2 J / (1 + J) of the Jaccard index J, which is a proportion: of the pictures that have the label or got it,
    those with both."""
    jaccard = proportion(tp, tp + fp + fn, share)
    if jaccard.value is None:
        return jaccard
    low, high = jaccard.interval
    return Figure(2 * jaccard.value / (1 + jaccard.value), (2 * low / (1 + low), 2 * high / (1 + high)))


def wilson(value: float, count: float) -> Interval:
    """Wilson's interval of a proportion (1927): sensible at 0 and 1 and for few pictures. For average precision, with
    the label's pictures as count, it is what Boyd, Eng and Page (2013) advise, kept inside 0 to 1."""
    if count <= 0:
        return 0.0, 1.0
    centre = value + Z**2 / (2 * count)
    spread = Z * float(np.sqrt(value * (1 - value) / count + Z**2 / (4 * count**2)))
    scale = 1 + Z**2 / count
    return max((centre - spread) / scale, 0.0), min((centre + spread) / scale, 1.0)


def average_precision(scores: Floats, truth: NDArray[np.bool_]) -> float:
    """Mean precision at each picture that has the label; equal scores count together, as scikit-learn has it."""
    order = np.argsort(-scores, kind="stable")
    ranked, ordered = truth[order], scores[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    hits = np.cumsum(ranked)[last]
    gained = np.diff(hits, prepend=0)
    return float((gained * hits / (last + 1)).sum() / max(int(truth.sum()), 1))
