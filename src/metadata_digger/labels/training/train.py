"""From pictures to a model folder."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metadata_digger.errors import ConfigError, DiggerError
from metadata_digger.labels.bundled import bundled_model
from metadata_digger.labels.training.base import load_base
from metadata_digger.labels.training.cache import Cache, Found, cache_folder
from metadata_digger.labels.training.duplicates import groups
from metadata_digger.labels.training.examples import FEWEST, Example, read_examples, shown
from metadata_digger.labels.training.features import Outcome, Progress, cache_key, extract
from metadata_digger.labels.training.folder import check_target, figures_as_data, replacing, rounded, write_folder
from metadata_digger.labels.training.head import NO_SKLEARN, fit_head
from metadata_digger.labels.training.measure import Figures, measure
from metadata_digger.labels.training.sheet import mistakes, paint_sheet, verdict

BASE = "efficientnet-lite0"
NO_ONNX = "training needs the package onnx: pip install 'metadata-digger[train]'"
# Folds of the cross-validation: ten for sets that are small, where each picture counts; five where that takes long.
FOLDS, FOLDS_OF_MANY, MANY = 10, 5, 2000


@dataclass(frozen=True, slots=True)
class Settings:
    pictures: Path
    target: Path
    base: Path | None = None
    tensor: str | None = None
    negative: str | None = None  # a label whose pictures show none of the others; it is not learnt
    name: str | None = None
    folds: int | None = None
    cores: int = 1
    cached: bool = True
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    labels: tuple[str, ...]
    figures: Figures
    pictures: int
    computed: int  # pictures whose features were not in the cache
    unreadable: tuple[tuple[str, str], ...]  # name and reason
    warnings: tuple[str, ...]


@dataclass(slots=True)
class Material:
    """What is learnt from: one entry a readable picture, in the order of their digests."""

    examples: list[Example]
    found: list[Found]
    groups: NDArray[np.int64]
    unreadable: list[tuple[str, str]]
    warnings: list[str] = field(default_factory=list)
    same: list[dict[str, Any]] = field(default_factory=list)  # pictures that are there more than once


def train(settings: Settings, progress: Progress, say: Callable[[str], None] = lambda text: None) -> Result:
    """Writes the model folder. Raises ConfigError for pictures and labels that cannot be learnt from, ModelError for
    the base, OutputError for the folder, DiggerError when a package is missing: all before the long work where
    possible."""
    for package, words in (("onnx", NO_ONNX), ("sklearn", NO_SKLEARN)):
        if find_spec(package) is None:
            raise DiggerError(words)
    check_target(settings.target, settings.pictures, settings.overwrite)
    examples, warnings = read_examples(settings.pictures)
    labels = labels_of(examples, settings.negative)
    refuse(labels, examples, {})
    base = load_base(settings.base or bundled_model(BASE), settings.tensor)
    cache = Cache(cache_folder() if settings.cached else None, cache_key(base), base.width)
    fresh: list[int] = []

    def counting(done: int, total: int | None) -> None:
        fresh.append(done)
        progress(done, total)

    try:
        outcomes = extract(base, [example.path for example in examples], cache, settings.cores, counting)
    finally:
        cache.close()
    material = sorted_out(examples, outcomes)
    material.warnings[:0] = [*warnings, *([cache.fault] if cache.fault else [])]
    refuse(labels, material.examples, dict(zip(material.examples, material.groups.tolist(), strict=True)))
    truth = np.array([[label in example.labels for label in labels] for example in material.examples])
    features = np.stack([found.features for found in material.found])
    count = settings.folds or (FOLDS if len(truth) <= MANY else FOLDS_OF_MANY)
    head, run = fit_head(
        features, truth, material.groups, count, lambda done, total: say(f"fitting, part {done + 1} of {total}")
    )
    figures = measure(labels, truth, material.groups, run)
    worst = mistakes(truth, run)
    names = [example.name for example in material.examples]
    report = {
        "labels": list(labels),
        "pictures": len(truth),
        "different": len(np.unique(material.groups)),
        "folds": int(run.fold.max()) + 1,
        "base": {"name": base.name, "sha256": base.sha256, "tensor": base.tensor},
        "negative": settings.negative,
        "figures": figures_as_data(figures),
        "warnings": material.warnings,
        "unreadable": [{"file": name, "reason": reason} for name, reason in material.unreadable],
        "damaged": [
            {"file": name, "notes": list(found.notes)}
            for name, found in zip(names, material.found, strict=True)
            if found.notes
        ],
        "same": material.same,
        "mistakes": [
            rounded(
                {
                    "file": names[item.picture],
                    "label": labels[item.label],
                    "verdict": verdict(item),
                    "score": item.score,
                    "threshold": item.threshold,
                }
            )
            for item in worst
        ],
    }
    sheet = paint_sheet(worst, [example.path for example in material.examples], names, labels)
    with replacing(settings.target) as folder:
        write_folder(
            folder, settings.name or settings.target.resolve().name, labels, base, head, figures, report, sheet
        )
    return Result(
        tuple(labels),
        figures,
        len(truth),
        len(examples) - fresh[0],
        tuple(material.unreadable),
        tuple(material.warnings),
    )


def labels_of(examples: Sequence[Example], negative: str | None) -> list[str]:
    """All labels but the negative one, sorted; raises ConfigError when there is nothing to learn."""
    labels = sorted(set().union(*(example.labels for example in examples)))
    if negative is not None:
        if negative not in labels:
            raise ConfigError(f"--negative {negative}: no picture has this label; there are {', '.join(labels)}")
        labels.remove(negative)
        if both := [example.name for example in examples if negative in example.labels and len(example.labels) > 1]:
            raise ConfigError(f"--negative {negative}: {both[0]} has another label too")
    if not labels:
        raise ConfigError("no picture has a label")
    return labels


def refuse(labels: Sequence[str], examples: Sequence[Example], same: dict[Example, int]) -> None:
    """Raises ConfigError naming each label that cannot be learnt. `same`: examples of one number are copies."""
    faults = []
    for label in labels:
        own = [example for example in examples if label in example.labels]
        different = len({same.get(example, index) for index, example in enumerate(own)}) if same else len(own)
        if different < FEWEST:
            kind = "different pictures that can be read" if same else "pictures"
            faults.append(f"label {label!r}: {different} {kind}; a label needs at least {FEWEST}")
        elif len(own) == len(examples):
            faults.append(
                f"label {label!r}: every picture has it; there must be others to tell it from (a folder of other "
                "pictures, named with --negative, or rows without labels in the CSV)"
            )
    if faults:
        raise ConfigError("\n".join(shown(faults)))


def sorted_out(examples: Sequence[Example], outcomes: Sequence[Outcome]) -> Material:
    """Readable and unreadable pictures; copies found. Exact copies with different labels get the labels of all."""
    readable = [(found, example) for example, found in zip(examples, outcomes, strict=True) if isinstance(found, Found)]
    readable.sort(key=lambda pair: (pair[0].digest, pair[1].name))
    unreadable = [(example.name, why) for example, why in zip(examples, outcomes, strict=True) if isinstance(why, str)]
    if not readable:
        raise ConfigError(f"none of the {len(examples)} pictures can be read; the first: {': '.join(unreadable[0])}")
    found = [pair[0] for pair in readable]
    group = groups([one.digest for one in found], np.stack([one.thumbnail for one in found]))
    union: dict[bytes, frozenset[str]] = defaultdict(frozenset)
    for one, example in readable:
        union[one.digest] |= example.labels
    merged = [Example(example.path, example.name, union[one.digest]) for one, example in readable]
    material = Material(merged, found, group, unreadable)
    tell_same([pair[1] for pair in readable], found, material)
    return material


def tell_same(examples: Sequence[Example], found: Sequence[Found], material: Material) -> None:
    """Warnings of labels that share pictures, and the list of all copies for the report."""
    members: dict[int, list[int]] = defaultdict(list)
    for index, number in enumerate(material.groups.tolist()):
        members[number].append(index)
    leaks: Counter[tuple[str, ...]] = Counter()
    example_of: dict[tuple[str, ...], tuple[str, str]] = {}
    for group in members.values():
        if len(group) < 2:
            continue
        exact = len({found[index].digest for index in group}) == 1
        files = [examples[index].name for index in group]
        differing = len({examples[index].labels for index in group}) > 1
        material.same.append({"files": files, "exact": exact, "labels_differ": differing})
        if differing:
            one = group[0]
            other = next(index for index in group if examples[index].labels != examples[one].labels)
            key = tuple(sorted(examples[one].labels | examples[other].labels))
            leaks[key] += 1
            example_of.setdefault(key, (examples[one].name, examples[other].name))
    for key, count in sorted(leaks.items()):
        one_name, other_name = example_of[key]
        material.warnings.append(
            f"labels {' and '.join(key) or '(none)'} share {count} picture{'s' if count > 1 else ''}: {one_name} is "
            f"{other_name}, or nearly; exact copies count as having the labels of all"
        )
    copies = sum(len(one["files"]) - 1 for one in material.same)
    if copies:
        what = "pictures are copies" if copies > 1 else "picture is a copy"
        material.warnings.append(
            f"{copies} {what} of others, or nearly; the figures do not gain by it: all of a kind stay on one side of "
            "the cross-validation"
        )
