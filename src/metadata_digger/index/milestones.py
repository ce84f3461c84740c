"""The way to the middle of a million rows: about how many rows lie below which value of a total order.

A histogram says where to begin, as near as numbers of 64 bits fit into floating point; how many rows lie below that is
then counted exactly, so that the place is exact whatever the histogram was.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import tantivy

    from metadata_digger.query.to_index import Engine

NEAR = 20_000  # rows that are passed over one by one
_BUCKETS = 1_000
_LEVELS = 3  # a histogram of the fullest bucket, and of its own

# From which value on, and how many rows lie below it, about.
Milestones = Sequence[tuple[int, int]]


def milestones(engine: Engine, query: tantivy.Query, name: str) -> Milestones:
    """Of the rows of a query, in the order of a field of 64 bits."""
    ends = engine.searcher.aggregate(query, {"ends": {"stats": {"field": name}}})["ends"]
    if not ends["count"]:
        return []
    return [*_between(engine, query, name, int(ends["min"]), int(ends["max"]), 0, _LEVELS)]


def _between(
    engine: Engine, query: tantivy.Query, name: str, low: int, high: int, below: int, levels: int
) -> list[tuple[int, int]]:
    step = max((high - low) // _BUCKETS, 1)
    histogram = {"field": name, "interval": float(step), "offset": float(low % step), "min_doc_count": 1}
    within = query.and_must_match(at_least(engine, name, low), below_of(engine, name, high + 1))
    found: dict[str, Any] = engine.searcher.aggregate(within, {"steps": {"histogram": histogram}})["steps"]
    steps: list[tuple[int, int]] = []
    for bucket in found["buckets"]:
        start, count = max(int(bucket["key"]), 0), int(bucket["doc_count"])
        if count > NEAR and levels > 1 and step > 1:
            steps += _between(engine, query, name, start, min(start + step, high), below, levels - 1)
        else:
            steps.append((start, below))
        below += count
    return steps


def begin(found: Milestones, offset: int) -> int:
    """From which value to look for the row of this number."""
    place = bisect_right(found, offset, key=lambda one: one[1]) - 1
    return found[max(place, 0)][0] if found else 0


def at_least(engine: Engine, name: str, value: int) -> tantivy.Query:
    import tantivy

    least = min(max(value, 0), (1 << 64) - 1)
    return tantivy.Query.range_query(engine.schema, name, tantivy.FieldType.Unsigned, least, None)


def below_of(engine: Engine, name: str, value: int) -> tantivy.Query:
    import tantivy

    most = min(max(value, 0), (1 << 64) - 1)
    return tantivy.Query.range_query(engine.schema, name, tantivy.FieldType.Unsigned, None, most, include_upper=False)
