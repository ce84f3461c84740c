"""Reads model.toml, the card of a model folder: every fault at once, each with the name of its key.

All keys, with their defaults (`docs/reference` explains them, models/nanodet-coco80/model.toml is an example):

    name (folder's name), file ("model.onnx"), sha256, threshold (0.5), licence, origin, labels = [by index]
    [input] width, height, name, layout, colour, type, fit, resample, padding, mean, scale, pictures
    [output] name, activation ("none", "sigmoid", "softmax", "exp")
    [thresholds] LABEL = number
    [calibration] free: how the scores were made to mean something; boxes use its slope and offsets
    [boxes] kind, outputs, strides, bins: where things are (`boxes.py`)
    [quality.best] offsets = [by index]; other keys are free: the second mode (`views.py`)
    [[quality.best.views]] weight, output, mirrored, file, sha256, input: one number of each label
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from metadata_digger.errors import ModelError

Check = Callable[[Any], bool]


def words(*allowed: str) -> tuple[str, Check]:
    return "one of " + ", ".join(f'"{word}"' for word in allowed), lambda value: value in allowed


def number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


TEXT: tuple[str, Check] = ("a text", lambda value: isinstance(value, str))
FRACTION: tuple[str, Check] = ("a number from 0 to 1", lambda value: number(value) and 0 <= value <= 1)
LENGTH: tuple[str, Check] = ("a whole number from 1 to 4096", lambda value: whole(value) and 1 <= value <= 4096)
NUMBER: tuple[str, Check] = ("a number", number)
TRUTH: tuple[str, Check] = ("true or false", lambda value: isinstance(value, bool))
TABLE: tuple[str, Check] = ("a table", lambda value: isinstance(value, dict))
NUMBERS: tuple[str, Check] = (
    "a list of numbers, by index",
    lambda value: isinstance(value, list) and all(map(number, value)),
)
NAMES: tuple[str, Check] = (
    "a list of texts",
    lambda value: isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value),
)
STEPS: tuple[str, Check] = (
    "a list of whole numbers from 1",
    lambda value: isinstance(value, list) and bool(value) and all(whole(item) and item > 0 for item in value),
)
VIEWS: tuple[str, Check] = (
    "a list of tables",
    lambda value: isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value),
)
THREE: tuple[str, Check] = (
    "three numbers",
    lambda value: isinstance(value, list) and len(value) == 3 and all(map(number, value)),
)
DIVISORS: tuple[str, Check] = ("three numbers other than 0", lambda value: THREE[1](value) and all(value))
COLOUR: tuple[str, Check] = (
    "three whole numbers from 0 to 255",
    lambda value: THREE[1](value) and all(whole(item) and 0 <= item <= 255 for item in value),
)
LABELS: tuple[str, Check] = (
    "a list of texts, by index",
    lambda value: isinstance(value, list) and all(isinstance(item, str) and item for item in value),
)
DIGEST: tuple[str, Check] = (
    "64 hexadecimal digits",
    lambda value: isinstance(value, str) and len(value) == 64 and set(value.lower()) <= set("0123456789abcdef"),
)
FILE: tuple[str, Check] = (
    "a file name without a folder",
    lambda value: isinstance(value, str) and bool(value) and Path(value).name == value,
)

KEYS: dict[str, tuple[str, Check]] = {
    "name": TEXT,
    "file": FILE,
    "sha256": DIGEST,
    "threshold": FRACTION,
    "licence": TEXT,
    "origin": TEXT,
    "labels": LABELS,
    "input": TABLE,
    "output": TABLE,
    "thresholds": TABLE,
    "calibration": TABLE,
    "boxes": TABLE,
    "quality": TABLE,
}
INPUT_KEYS: dict[str, tuple[str, Check]] = {
    "name": TEXT,
    "width": LENGTH,
    "height": LENGTH,
    "layout": words("NHWC", "NCHW"),
    "colour": words("RGB", "BGR", "grey"),
    "type": words("uint8", "int32", "int64", "float16", "float32", "float64"),
    "fit": words("letterbox", "stretch"),
    "resample": words("bilinear", "bicubic", "box"),
    "padding": COLOUR,
    "mean": THREE,
    "scale": DIVISORS,
    "pictures": words("upright", "original"),
}
OUTPUT_KEYS: dict[str, tuple[str, Check]] = {"name": TEXT, "activation": words("none", "sigmoid", "softmax", "exp")}
BOXES_KEYS: dict[str, tuple[str, Check]] = {
    "kind": words("nanodet"),
    "outputs": NAMES,
    "strides": STEPS,
    "bins": ("a whole number from 2 to 64", lambda value: whole(value) and 2 <= value <= 64),
}
QUALITY_KEYS: dict[str, tuple[str, Check]] = {"best": TABLE}
VIEW_KEYS: dict[str, tuple[str, Check]] = {
    "weight": NUMBER,
    "output": TEXT,
    "mirrored": TRUTH,
    "file": FILE,
    "sha256": DIGEST,
    "input": TABLE,
}


@dataclass(frozen=True, slots=True)
class Card:
    """The card as it stands; what it does not say is for `model.py` to find in the graph, or to miss."""

    top: Mapping[str, Any] = field(default_factory=dict)
    input: Mapping[str, Any] = field(default_factory=dict)
    output: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Mapping[int, float] = field(default_factory=dict)
    boxes: Mapping[str, Any] = field(default_factory=dict)
    best: Mapping[str, Any] = field(default_factory=dict)  # [quality.best]


def read_card(path: Path) -> Card:
    """Raises ModelError with all faults, one a line."""
    try:
        top = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: not TOML: {error}") from error
    faults = faults_of(top, KEYS, "")
    for section, keys in (
        ("input", INPUT_KEYS),
        ("output", OUTPUT_KEYS),
        ("boxes", BOXES_KEYS),
        ("quality", QUALITY_KEYS),
    ):
        if isinstance(top.get(section), dict):
            faults += faults_of(top[section], keys, f"[{section}] ")
    faults += missing_of(top.get("boxes"), BOXES_KEYS, "[boxes] ")
    best = top["quality"].get("best", {}) if isinstance(top.get("quality"), dict) else {}
    faults += faults_of_best(best) if isinstance(best, dict) and best else []
    labels = top["labels"] if LABELS[1](top.get("labels")) else []
    thresholds: dict[int, float] = {}
    own = top.get("thresholds", {})
    for label, value in own.items() if isinstance(own, dict) else ():
        if label not in labels:
            faults.append(f"[thresholds] {label!r}: no such label in labels")
        elif not FRACTION[1](value):
            faults.append(f"[thresholds] {label!r}: {value!r} is not {FRACTION[0]}")
        else:
            thresholds |= {index: float(value) for index, other in enumerate(labels) if other == label}
    if faults:
        raise ModelError("\n".join(f"{path}: {fault}" for fault in faults))
    return Card(top, top.get("input", {}), top.get("output", {}), thresholds, top.get("boxes", {}), best)


def faults_of_best(best: Mapping[str, Any]) -> list[str]:
    """Of [quality.best]; keys other than the two are free, as in [calibration]."""
    place = "[quality.best] "
    keys = {"offsets": NUMBERS, "views": VIEWS}
    faults = missing_of(best, keys, place)
    faults += faults_of({key: best[key] for key in keys if key in best}, keys, place)
    for index, view in enumerate(best["views"] if VIEWS[1](best.get("views")) else ()):
        place = f"[[quality.best.views]] {index}: "
        faults += missing_of(view, {"weight": NUMBER, "output": TEXT}, place) + faults_of(view, VIEW_KEYS, place)
        if isinstance(view.get("input"), dict):
            faults += faults_of(view["input"], INPUT_KEYS, f"{place}input.")
    return faults


def missing_of(section: object, keys: Mapping[str, tuple[str, Check]], place: str) -> list[str]:
    """Keys that a section must have; nothing when it is not there."""
    if not isinstance(section, dict):
        return []
    return [f"{place}{key} is missing: {words[0]}" for key, words in keys.items() if key not in section]


def faults_of(section: Mapping[str, Any], keys: Mapping[str, tuple[str, Check]], place: str) -> list[str]:
    faults = []
    for key, value in section.items():
        if key not in keys:
            faults.append(f"{place}{key}: unknown key; known are {', '.join(keys)}")
        elif not keys[key][1](value):
            faults.append(f"{place}{key}: {shortened(value)} is not {keys[key][0]}")
    return faults


def shortened(value: object) -> str:
    words = repr(value)
    return words if len(words) <= 60 else words[:57] + "..."
