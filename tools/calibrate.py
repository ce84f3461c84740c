"""Fits the calibration of a model's scores to photographs labelled by eye, and says what it is worth on unseen ones.

    python tools/calibrate.py MODEL_FOLDER IMAGES TRUTH.json -o tools/nanodet_calibration.json

The model must have an output `evidence` (N, labels); the views of its [quality.best], where it has that table, are
fitted too. TRUTH gives for each picture `labels`, and `maybe` (not counted). Model: P(label) = sigmoid(sum of weight x
value of each view + offset of the label), maximum likelihood with a ridge on the offsets, which keeps labels with few
examples near 0; then all offsets are moved together so that 0.5 is where F1 is best (F1 of counts smoothed by a
logistic of width 0.08 in units of the first view, as the plain count jumps at single cells). Everything is fitted anew
within each fold: 10 times 5 folds, split by picture.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np

from metadata_digger.labels.model import Session, load_model
from metadata_digger.picture import decode

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]

Pictures = list[bytes]

RIDGE = 1.0  # 0.3 and 3 were tried: cross-validated F1 .832, .828, .815 for 0.3, 1, 3; without offsets .802
WIDTH = 0.08
FOLDS, REPEATS = 5, 10


def evidence_of(folder: Path, pictures: Pictures) -> Array:
    """(pictures, labels, 1) evidence by the program's own decoding and pre-processing."""
    model = load_model(folder)
    session = Session(dataclasses.replace(model, output="evidence"))
    return np.stack([session.scores(decode(content, model.pixels)) for content in pictures])[..., None]


def views_of(folder: Path, pictures: Pictures) -> Array:
    """(pictures, labels, views) of `quality = best`."""
    model = load_model(folder, quality="best")
    session = Session(model)
    return np.stack([session.values(decode(content, model.pixels)).T for content in pictures])


def table_of(truth: dict[str, Any], labels: list[str]) -> tuple[Array, Array]:
    """(pictures, labels): is it there, does it count."""
    real = np.array([[label in want["labels"] for label in labels] for want in truth.values()])
    counted = np.array([[label not in want["maybe"] for label in labels] for want in truth.values()])
    return real, counted


def fit(values: Array, real: Array, counted: Array, ridge: float = RIDGE) -> tuple[Array, Array]:
    """Weights of the views and offsets of the labels, by Newton's method on the penalised likelihood; `values`
    (pictures, labels, views). Ridge 0: no offsets of single labels."""
    rows, labels = np.nonzero(counted)
    x, y = values[rows, labels].astype(np.float64), real[rows, labels].astype(np.float64)
    x = np.c_[x, np.ones(len(x))]
    count = values.shape[1]
    found, own = np.zeros(x.shape[1]), np.zeros(count)
    found[0] = 1
    for _ in range(100):
        p = 1 / (1 + np.exp(-(x @ found + own[labels])))
        found += np.linalg.solve((x * (p * (1 - p) + 1e-9)[:, None]).T @ x, x.T @ (y - p))
        if ridge:
            p = 1 / (1 + np.exp(-(x @ found + own[labels])))
            w = p * (1 - p)
            own += (np.bincount(labels, y - p, count) - ridge * own) / (np.bincount(labels, w, count) + ridge)
    weights, offsets = found[:-1], found[-1] + own
    return weights, offsets - weights[0] * best_cut((values @ weights + offsets) / weights[0], real, counted)


def best_cut(values: Array, real: Array, counted: Array) -> float:
    """Where F1 is best, counts smoothed."""
    x, y = values[counted], real[counted]
    cuts = np.linspace(-2.5, 2.5, 501)
    above = 1 / (1 + np.exp(-np.clip((x[None] - cuts[:, None]) / WIDTH, -50, 50)))
    f1 = 2 * (above * y).sum(1) / (above.sum(1) + y.sum())
    return float(cuts[f1.argmax()])


def f1_of(values: Array, real: Array, counted: Array) -> float:
    """Micro-F1 of `values > 0`."""
    given = (values > 0)[counted]
    return float(2 * (given & real[counted]).sum() / (given.sum() + real[counted].sum()))


def ap_of(values: Array, real: Array, counted: Array) -> float:
    """Micro-average precision."""
    y = real[counted][np.argsort(-values[counted], kind="stable")]
    return float((np.cumsum(y) / np.arange(1, len(y) + 1))[y].mean())


def cross_validated(values: Array, real: Array, counted: Array, ridge: float) -> tuple[float, float, float]:
    """F1, its standard deviation over the repeats, and AP, each picture scored by a fit that has not seen it."""
    found = []
    for seed in range(REPEATS):
        order = np.random.default_rng(seed).permutation(len(values))
        logits = np.empty(real.shape)
        for fold in range(FOLDS):
            out = np.isin(np.arange(len(order)), order[fold::FOLDS])
            weights, offsets = fit(values[~out], real[~out], counted[~out], ridge)
            logits[out] = values[out] @ weights + offsets
        found.append((f1_of(logits, real, counted), ap_of(logits, real, counted)))
    f1, ap = np.array(found).T
    return float(f1.mean()), float(f1.std()), float(ap.mean())


def fitted(values: Array, real: Array, counted: Array) -> dict[str, Any]:
    """Weights, offsets and what they are worth."""
    for ridge in (0.0, 0.3, 1.0, 3.0):
        f1, spread, ap = cross_validated(values, real, counted, ridge)
        print(f"ridge {ridge}: cross-validated F1 {f1:.3f} (sd {spread:.3f}), AP {ap:.3f}")
    weights, offsets = fit(values, real, counted)
    logits = values @ weights + offsets
    f1, _, ap = cross_validated(values, real, counted, RIDGE)
    figures = {
        "pictures": len(values),
        "f1_fitted": round(f1_of(logits, real, counted), 3),
        "ap_fitted": round(ap_of(logits, real, counted), 3),
        "f1_cross_validated": round(f1, 3),
        "ap_cross_validated": round(ap, 3),
    }
    print(figures)
    return {
        "weights": [round(float(weight), 4) for weight in weights],
        "offsets": [round(float(offset), 4) for offset in offsets],
        "figures": figures,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="fits the calibration of a model's scores")
    parser.add_argument("model", type=Path)
    parser.add_argument("images", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--best-only", action="store_true", help="leave the calibration that is in the graph alone")
    arguments = parser.parse_args()
    truth = json.loads(arguments.truth.read_text())
    labels = list(load_model(arguments.model).labels.values())
    pictures = [(arguments.images / name).read_bytes() for name in truth]
    real, counted = table_of(truth, labels)
    found = json.loads(arguments.output.read_text()) if arguments.best_only else {}
    if not arguments.best_only:
        evidence = evidence_of(arguments.model, pictures)
        fast = fitted(evidence, real, counted)
        (slope,) = fast["weights"]
        # In the graph the offset is added before the slope.
        offsets = [round(offset / slope, 4) for offset in fast["offsets"]]
        fast["figures"]["ap_uncalibrated"] = round(ap_of(evidence[..., 0], real, counted), 3)
        found = {"slope": slope, "offsets": offsets, "figures": fast["figures"]}
    if load_model(arguments.model, quality="best").offsets:
        found["best"] = fitted(views_of(arguments.model, pictures), real, counted)
    if arguments.output:
        arguments.output.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
