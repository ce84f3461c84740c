"""Pictures like one: those that share its rare values, which tell a device, a person, a document."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metadata_digger.query.fields import Kind
from metadata_digger.query.fields import field as field_of
from metadata_digger.query.to_index import ROW, Engine
from metadata_digger.query.tree import OneOf

# What a tag's name must have in it, and how much a shared value weighs: of a device, a person, a document; of a kind of
# device or program.
_WEIGHTS = (
    (re.compile(r"serial|unique_?(?:camera|image)|body_?id|camera_?id"), 10.0),
    (re.compile(r"document_id|instance_id|original_document|image_unique_id|asset|media_id|content_id"), 10.0),
    (re.compile(r"owner|artist|creator$|by_line|copyright|author|credit"), 6.0),
    (re.compile(r"city|sublocation|gps_date"), 3.0),
    (re.compile(r"lens_model|lens_id|host_computer|firmware|software|creator_tool"), 2.0),
    (re.compile(r"_model$|_make$|profile_description"), 1.0),
)
_COMMON = 0.5  # a value that so many of all rows share tells nothing
_MOST = 500  # rows that one value brings
_VALUES = 60
_DULL = re.compile(r"[\s0.:\-_/]*|none|unknown|undefined|n/a", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Near:
    row: int
    score: int  # 0 to 100
    reasons: Sequence[str]


def near(engine: Engine, row: int, detail: Mapping[str, Any], total: int, size: int) -> list[Near]:
    """The nearest rows, with the values that they share."""
    weights: dict[int, float] = defaultdict(float)
    reasons: dict[int, list[str]] = defaultdict(list)
    best = 0.0
    for name, title, value, weight in _telling(detail):
        query = engine.query(OneOf(name, (value,)))
        count = engine.counted(query)
        if count < 2 or count > max(_COMMON * total, 2):
            continue
        weight *= 1 + math.log2(max(total, 2) / count) / 4
        best += weight
        hits = engine.searcher.search(query, _MOST, count=False).hits
        for other in engine.searcher.fast_field_values(ROW, [place for _, place in hits]):
            if other is not None and int(other) != row:
                weights[int(other)] += weight
                reasons[int(other)].append(f"{title}: {value[:100]}")
    ordered = sorted(weights, key=lambda one: (-weights[one], one))[:size]
    return [Near(one, round(100 * weights[one] / best), reasons[one]) for one in ordered]


def _telling(detail: Mapping[str, Any]) -> list[tuple[str, str, str, float]]:
    """Field, title, value and weight of what may be shared, the heaviest first."""
    found: dict[tuple[str, str], tuple[str, str, str, float]] = {}
    for directory, titles, values, names in detail.get("directories", ()):
        for title, value, name in zip(titles, values, names, strict=True):
            weight = next((weight for pattern, weight in _WEIGHTS if pattern.search(name)), 0.0)
            field = field_of(name)
            if field is None or field.kind not in (Kind.TAG, Kind.STRING):
                continue
            if weight and not _DULL.fullmatch(value) and len(value) < 1_000:
                found.setdefault((title, value), (name, f"{directory} {title}", value, weight))
    return sorted(found.values(), key=lambda one: -one[3])[:_VALUES]
