"""Who judges whom in the cross-validation: every label spread evenly over the folds, copies of a picture together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def folds(truth: NDArray[np.bool_], groups: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """(n,): the fold of each picture, 0 to `count` - 1, or less when there are fewer groups.

    `truth`: (n, labels); `groups`: (n,), pictures of one number stay together. Iterative stratification (Sechidis,
    Tsoumakas and Vlahavas 2011): the rarest label first, each group to the fold that lacks its labels most. The order
    of the pictures decides the rest, so the result is always the same.
    """
    names, place = np.unique(groups, return_inverse=True)
    count = min(count, len(names))
    labels = np.zeros((len(names), truth.shape[1]))
    np.add.at(labels, place, truth)
    sizes = np.bincount(place)
    wanted = np.tile(labels.sum(axis=0) / count, (count, 1))  # (folds, labels): how many each should still get
    room = np.full(count, len(truth) / count)
    fold = np.full(len(names), -1)
    left = labels.sum(axis=0)
    while (fold < 0).any():
        open_ = fold < 0
        rest = np.where(left > 0.5, left, np.inf)
        label = int(rest.argmin()) if np.isfinite(rest).any() else None
        chosen = np.flatnonzero(open_ & (labels[:, label] > 0)) if label is not None else np.flatnonzero(open_)
        for group in chosen:
            need = wanted[:, label] if label is not None else room
            best = int(np.lexsort((-room, -need))[0])
            fold[group] = best
            wanted[best] -= labels[group]
            room[best] -= sizes[group]
            left -= labels[group]
    return np.asarray(fold[place], np.int64)
