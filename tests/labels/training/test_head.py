"""The arithmetic of the head: as scikit-learn's; its cross-validation, calibration and thresholds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from metadata_digger.labels.training.folds import folds
from metadata_digger.labels.training.head import (
    LENGTH,
    LIMITS,
    STRENGTHS,
    Validation,
    calibration,
    fit_head,
    fitted,
    lengthened,
    loss,
    sigmoid,
    thresholds,
)
from metadata_digger.labels.training.measure import average_precision, measure, proportion, wilson

Made = tuple[np.ndarray, np.ndarray]  # type: ignore[type-arg]  # features, truth


def made(count: int = 90, width: int = 40, labels: int = 3, seed: int = 0) -> Made:
    """Features with a direction for each label; every picture has one, some have two."""
    random = np.random.default_rng(seed)
    truth = np.eye(labels, dtype=bool)[np.arange(count) % labels]
    truth[::10] |= np.roll(truth[::10], 1, axis=1)
    features = random.gamma(2.0, 1.0, (count, width)).astype(np.float32)
    features += 3 * truth @ random.random((labels, width)).astype(np.float32)
    return features, truth


@pytest.mark.parametrize("width", [40, 200], ids=["more pictures", "more features"])
@pytest.mark.parametrize("strength", STRENGTHS)
def test_weights_are_those_of_scikit_learn(width: int, strength: float) -> None:
    features, truth = made(width=width)
    values = lengthened(features)
    ((weights, offsets),) = fitted(values, truth, [strength])
    for label in range(truth.shape[1]):
        own = LogisticRegression(C=strength, tol=1e-10, max_iter=10_000).fit(values, truth[:, label])
        ours = sigmoid(values @ weights[label] + offsets[label])
        np.testing.assert_allclose(ours, own.predict_proba(values)[:, 1], atol=2e-4)  # where both solvers stop
        # With the same weights the arithmetic is the same.
        own.coef_, own.intercept_ = weights[label][None], offsets[label][None]
        np.testing.assert_allclose(ours, own.predict_proba(values)[:, 1], atol=1e-12)


def test_lengths() -> None:
    values = lengthened(np.asarray([[3, 4], [0, 0]], np.float32))
    np.testing.assert_allclose(values, [[0.6 * LENGTH, 0.8 * LENGTH], [0, 0]])


def test_a_label_that_a_fold_lacks_gets_its_frequency() -> None:
    features, _ = made(20)
    truth = np.zeros((20, 1), bool)
    ((weights, offsets),) = fitted(lengthened(features), truth, [0.1])
    assert not weights.any()
    assert sigmoid(offsets)[0] == pytest.approx(1 / 22)


def test_heads_are_repeatable_and_judged_on_unseen_pictures() -> None:
    features, truth = made()
    groups = np.arange(len(truth))
    head, run = fit_head(features, truth, groups, 5)
    again, _ = fit_head(features, truth, groups, 5)
    assert head.weights.tobytes() == again.weights.tobytes()
    assert (run.found == truth).all(axis=1).mean() > 0.7
    # Labels that mean nothing are not learnt: chance, not the pictures' own labels learnt by heart.
    nonsense = np.random.default_rng(1).permutation(truth)
    _, blind = fit_head(features, nonsense, groups, 5)
    assert 0.2 < average_precision(blind.scores[:, 0], nonsense[:, 0]) < 0.6


def test_copies_of_a_picture_never_judge_each_other() -> None:
    features, truth = made(40)
    doubled, both = np.concatenate([features, features]), np.concatenate([truth, truth])
    groups = np.tile(np.arange(40), 2)
    _, run = fit_head(doubled, both, groups, 8)
    assert (run.fold[:40] == run.fold[40:]).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 12), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_folds_spread_every_label(count: int, labels: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    total = int(random.integers(count, 120))
    truth = random.random((total, labels)) < random.uniform(0.05, 0.6, labels)
    fold = folds(truth, np.arange(total), count)
    assert fold.tolist() == folds(truth, np.arange(total), count).tolist()
    assert set(fold) == set(range(count))
    one = truth[:, truth.sum(axis=0).argmin()]  # the rarest is dealt out first
    assert np.ptp([one[fold == part].sum() for part in range(count)]) <= 1


def test_folds_of_exclusive_labels_are_even() -> None:
    truth = np.eye(7, dtype=bool)[np.arange(105) % 7]
    fold = folds(truth, np.arange(105), 5)
    for part in range(5):
        assert truth[fold == part].sum(axis=0).tolist() == [3] * 7
    assert sorted(folds(truth, np.arange(105), 105)) == list(range(105))


def test_calibration_finds_the_distortion() -> None:
    random = np.random.default_rng(3)
    logits = random.normal(-1, 2, (4000, 2))
    truth = random.random(logits.shape) < sigmoid(logits)
    distorted = 3 * (logits - [0.5, -0.5])
    slope, shift = calibration(distorted, truth)
    assert slope == pytest.approx(1 / 3, rel=0.1)
    assert shift == pytest.approx([0.5, -0.5], abs=0.15)
    assert loss(slope * distorted + shift, truth) < loss(distorted, truth)


@pytest.mark.parametrize("apart", [1.0, 30.0, 1e4])
def test_calibration_never_becomes_certain(apart: float) -> None:
    truth = np.arange(20)[:, None] < 6
    logits = np.where(truth, apart, -apart) + np.linspace(-0.5, 0.5, 20)[:, None]
    slope, shift = calibration(logits, truth)
    scores = sigmoid(slope * logits + shift)
    assert slope > 0
    assert 0.7 < scores[:6].mean() < 0.97
    assert 0.02 < scores[6:].mean() < 0.2


@pytest.mark.parametrize(
    ("logits", "expected"),
    [
        (lambda truth, noise: np.where(truth, 3.0, -3.0), (0.4, 0.6)),
        (lambda truth, noise: np.where(truth, 0.0, -3.0) + noise, (0.1, 0.4)),
        (lambda truth, noise: np.where(truth, 3.0, 0.5) + noise, (0.65, 0.9)),
    ],
    ids=["parted evenly", "low", "high"],
)
def test_thresholds_part_where_f1_is_best(
    logits: Callable[..., np.ndarray],  # type: ignore[type-arg]
    expected: tuple[float, float],
) -> None:
    truth = (np.arange(400) % 4 == 0)[:, None]
    noise = np.random.default_rng(5).normal(0, 0.3, truth.shape)
    (limit,) = thresholds(logits(truth, noise), truth)
    assert expected[0] <= limit <= expected[1]
    assert limit in LIMITS


def test_rare_labels_borrow_from_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(2)
    truth = np.zeros((1000, 2), bool)
    truth[:500, 0], truth[:5, 1] = True, True
    logits = np.where(truth, 1.5, -1.5) + random.normal(0, 0.5, truth.shape)
    logits[:5, 1] = 6.0  # five lucky pictures are no reason to ask for .95
    _, rare = thresholds(logits, truth)
    monkeypatch.setattr("metadata_digger.labels.training.head.BORROWED", 0.0)
    _, alone = thresholds(logits, truth)
    assert rare < 0.8 < alone


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9]), st.booleans()), min_size=1, max_size=40))
def test_average_precision_is_that_of_scikit_learn(pairs: list[tuple[float, bool]]) -> None:
    scores, truth = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    wanted = average_precision_score(truth, scores) if truth.any() else 0.0
    assert average_precision(scores, truth) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("count", "total", "interval"),
    # Newcombe (1998), table I, method 3 (Wilson without continuity correction)
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)), (1, 29, (0.0061, 0.1718))],
)
def test_intervals_are_wilsons(count: int, total: int, interval: tuple[float, float]) -> None:
    assert wilson(count / total, total) == pytest.approx(interval, abs=5e-5)


def test_figures_of_a_small_table() -> None:
    truth = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], bool)
    scores = np.array([[0.9, 0.1], [0.3, 0.6], [0.2, 0.8], [0.1, 0.4]])
    run = Validation(scores, np.full((4, 2), 0.5), np.zeros(4, np.int64))
    figures = measure(["a", "b"], truth, np.arange(4), run)
    a, b = figures.labels
    assert (a.precision.value, a.recall.value, a.average_precision.value) == (1.0, 0.5, 1.0)
    assert (b.precision.value, b.recall.value, b.pictures) == (0.5, 0.5, 2)
    assert a.f1.value == pytest.approx(2 / 3)
    assert figures.f1 == pytest.approx(2 * 2 / (2 * 2 + 1 + 2))
    assert (figures.exact.value, figures.best and figures.best.value) == (0.5, 0.75)
    assert measure(["a", "b"], truth | [True, False], np.arange(4), run).best is None
    # Copies count once.
    wide = measure(["a", "b"], truth, np.array([0, 0, 1, 1]), run).labels[0].recall.interval
    assert wide[1] - wide[0] > a.recall.interval[1] - a.recall.interval[0]


def test_nothing_found_has_no_precision() -> None:
    assert proportion(0, 0).value is None
