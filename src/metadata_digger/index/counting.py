"""Counts: of rows, values, days, cells of a map. All exact: what tantivy says of some it says with the bound of its
error, and where that is not 0 the values are counted one by one."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from metadata_digger.errors import QueryError
from metadata_digger.query.asking import Bar, Cell, Known, Values
from metadata_digger.query.dates import end_of
from metadata_digger.query.fields import BY_NAME, FIELDS, SCORES, Field, Kind
from metadata_digger.query.fields import field as field_of
from metadata_digger.query.to_index import LATITUDE, LONGITUDE, ROW, Engine, score_out, value_in, value_out, values_of
from metadata_digger.query.tree import Box, Every, Has, Node, Not, OneOf

SEGMENT = 65_000  # values that tantivy counts of each segment
MOST = 10_000  # values of one answer
_DAY = 86_400_000  # milliseconds
_EPOCH = date(1970, 1, 1)


def values(engine: Engine, node: Node, name: str, size: int, prefix: str, containing: str, *, missing: bool) -> Values:
    field = field_of(name)
    if field is None or field.kind in (Kind.TEXT, Kind.PLACE):
        raise QueryError(f"there is no field {name} whose values could be counted")
    size = min(max(size, 0), MOST)
    terms: dict[str, Any] = {"field": values_of(field), "size": size + 1, "segment_size": max(SEGMENT, size + 1)}
    if prefix or containing:
        terms["include"] = _included(field, prefix, containing)
    query = engine.query(node)
    found = engine.searcher.aggregate(query, {"values": {"terms": terms}})["values"]
    counts = [(text_of(field, one["key"]), int(one["doc_count"])) for one in found["buckets"]]
    if found["doc_count_error_upper_bound"]:
        counts = [(value, engine.count(Every((node, OneOf(name, (value,)))))) for value, _ in counts]
    counts.sort(key=lambda one: (-one[1], one[0]))
    without = engine.count(Every((node, Not(Has(name))))) if missing else 0
    return Values(name, counts[:size], len(counts) > size, without)


def text_of(field: Field, key: object) -> str:
    """A value as people know it, of how the index has it."""
    if isinstance(key, float) and field.kind is Kind.INTEGER:
        return str(int(key))
    if isinstance(key, str):
        return value_out(field, key)
    return score_out(float(str(key))) if field.name.startswith(SCORES) else str(key)


def _included(field: Field, prefix: str, containing: str) -> str:
    start = value_in(field, "")
    middle = f".*{_quoted(containing)}" if containing else ""
    if prefix and containing:
        raise QueryError("values can be asked for by their beginning or by a part, not by both")
    return f"(?is){start}{_quoted(prefix)}{middle}.*"


def _quoted(text: str) -> str:
    """For Rust's regular expressions, which know Python's escapes of ASCII signs."""
    return re.sub(r"([\\.+*?()|\[\]{}^$#&\-~])", r"\\\1", text)


def days(engine: Engine, node: Node) -> tuple[Sequence[tuple[date, int]], int]:
    """Rows of each day that has some, and how many have no date."""
    histogram = {"field": "date", "fixed_interval": "1d", "min_doc_count": 1}
    found = engine.searcher.aggregate(engine.query(node), {"days": {"date_histogram": histogram}})["days"]
    buckets = ((float(one["key"]), int(one["doc_count"])) for one in found["buckets"])
    counts = [(_EPOCH + timedelta(days=round(key / _DAY)), number) for key, number in buckets if number]
    return counts, engine.count(node) - sum(number for _, number in counts)


def bars(counts: Sequence[tuple[date, int]], unit: str) -> list[Bar]:
    """`unit`: "year", "month" or "day"."""
    parts = {"year": 1, "month": 2, "day": 3}[unit]
    found = []
    for start, group in groupby(counts, lambda one: (one[0].year, one[0].month, one[0].day)[:parts]):
        first = date(*start, *(1, 1)[: 3 - parts])
        last = end_of(datetime(first.year, first.month, first.day, tzinfo=UTC), unit).date()
        found.append(Bar(first, last, sum(number for _, number in group)))
    return found


def cells(engine: Engine, node: Node, view: Box, columns: int, rows: int) -> list[tuple[Cell, int | None]]:
    """Cells with rows; the number of the row where it is one alone. Their borders stand still when the view moves, as
    long as its size is the same."""
    width = (view.east - view.west) % 360 or 360.0
    across, up = _step(width / columns), _step((view.north - view.south) / rows)
    inner = {name: {"avg": {"field": name}} for name in (LATITUDE, LONGITUDE)} | {"row": {"min": {"field": ROW}}}
    longitudes = {"histogram": {"field": LONGITUDE, "interval": across, "min_doc_count": 1}, "aggs": inner}
    latitudes = {"histogram": {"field": LATITUDE, "interval": up, "min_doc_count": 1}, "aggs": {"cells": longitudes}}
    inside = engine.query(Every((node, view)))
    found = engine.searcher.aggregate(inside, {"cells": latitudes})["cells"]["buckets"]
    made = []
    for line in found:
        for one in line["cells"]["buckets"]:
            if number := int(one["doc_count"]):
                south, west = float(line["key"]), float(one["key"])
                box = Box(max(south, -90.0), max(west, -180.0), min(south + up, 90.0), min(west + across, 180.0))
                latitude, longitude = (float(one[name]["value"]) for name in (LATITUDE, LONGITUDE))
                alone = int(one["row"]["value"]) if number == 1 else None
                made.append((Cell(latitude, longitude, number, box), alone))
    return made


def _step(size: float) -> float:
    """A power of two of degrees, at least of this size."""
    return float(2.0 ** math.ceil(math.log2(max(size, 1e-6))))


def fields(known: Mapping[str, tuple[int, str]], prefix: str, size: int) -> list[Known]:
    """`known`: of the tags' fields how many rows have each, and its title."""
    wanted = prefix.casefold()
    found = [Known(one.name, one.kind.value, one.title) for one in FIELDS if one.kind is not Kind.TEXT]
    for name, (number, title) in known.items():
        kind = field_of(name)
        if name not in BY_NAME and kind is not None:
            found.append(Known(name, kind.kind.value, title, number))
    fitting = [one for one in found if _begins(one.name, wanted) or _begins(one.title, wanted)]
    fitting.sort(key=lambda one: (one.name not in BY_NAME, -(one.count or 0), one.name))
    return fitting[:size]


def _begins(text: str, wanted: str) -> bool:
    text = text.casefold()
    return text.startswith(wanted) or any(word.startswith(wanted) for word in re.split(r"[\W_]+", text))
