"""What a request asks for, as one tree: its query, the page's filters, days, places. Values are never query text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from metadata_digger.errors import QueryError
from metadata_digger.query.asking import Collection, Order
from metadata_digger.query.dates import end_of
from metadata_digger.query.fields import BY_NAME, FIELDS, SCORES
from metadata_digger.query.fields import field as field_of
from metadata_digger.query.parse import Names, parse
from metadata_digger.query.tree import Box, Circle, Every, Everything, Has, Marked, Node, Not, OneOf, Some, Span
from metadata_digger.search.shapes import ASKED, Shape

_SORTS = {"path": "exact_file_path", "size": "file_size", "modified": "file_modified"}
MARK = "mark"  # a picture's own, which no field of a row holds
_MOST_FIELDS = 100_000


@dataclass(frozen=True, slots=True)
class Wanted:
    node: Node
    notes: tuple[str, ...]


class Reader:
    """Of requests to one collection, whose fields it knows."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._state = ""
        self._names: frozenset[str] = frozenset()

    def wanted(self, asked: Mapping[str, Any], without: str = "") -> Wanted:
        """`asked`: fits ASKED, whatever else it has. `without`: the field whose positive filters are left out. Raises
        QueryError."""
        parsed = parse(asked.get("q") or "", self.names())
        parts: list[Node] = [] if parsed.node == Everything() else [parsed.node]
        for one in asked.get("filters") or ():
            denied = bool(one.get("not"))
            if one["field"] == without and not denied:
                continue
            node = _filter(one["field"], one["values"])
            parts.append(Not(node) if denied else node)
        parts += _days(asked.get("from"), asked.get("to"))
        if box := asked.get("box"):
            parts.append(box_of(box))
        if radius := asked.get("radius"):
            parts.append(_circle(radius))
        for name in asked.get("has") or ():
            bare = name.removeprefix("-")
            has: Node = Marked("*") if bare == MARK else Has(_known(bare))
            parts.append(Not(has) if name.startswith("-") else has)
        if not parts:
            return Wanted(Everything(), parsed.notes)
        return Wanted(parts[0] if len(parts) == 1 else Every(tuple(parts)), parsed.notes)

    def names(self) -> Names:
        return Names(self._has, self._all)

    def _has(self, name: str) -> bool:
        if name in BY_NAME:
            return True
        if name.startswith(SCORES):
            return self._collection.count(Has(name)) > 0
        return name.removeprefix("exact.") in self._known()

    def _all(self) -> Sequence[str]:
        return [*self._known(), *(field.name for field in FIELDS), "mark"]

    def _known(self) -> frozenset[str]:
        state = self._collection.about().state
        if state != self._state or not self._names:
            self._names = frozenset(one.name for one in self._collection.fields("", _MOST_FIELDS))
            self._state = state
        return self._names


def json_of(text: str | bytes) -> Any:
    """JSON as people write it, numbers that are none refused; 5.0 is 5, as JSON Schema has it. Raises ValueError,
    RecursionError."""
    return json.loads(text, parse_float=_number, parse_constant=_no_number)


def _number(text: str) -> int | float:
    value = float(text)
    if not isfinite(value):
        _no_number(text)
    return int(value) if value.is_integer() and abs(value) < 1 << 53 else value


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def checked(value: Any, shape: Shape) -> Any:
    """The value, if it has this shape. Raises QueryError."""
    error: ValidationError | None = best_match(_validator(json.dumps(shape)).iter_errors(value))
    if error is None:
        return value
    place = ".".join(map(str, error.absolute_path))
    words = error.message if len(error.message) < 300 else f"{error.message[:300]}..."
    raise QueryError(f"{place}: {words}" if place else words)


@lru_cache(64)
def _validator(shape: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(shape))


def from_text(text: str | None) -> dict[str, Any]:
    """The parameter `asked` of a GET."""
    if not text:
        return {}
    try:
        value = json_of(text)
    except (ValueError, RecursionError):
        raise QueryError("asked: no JSON") from None
    found: dict[str, Any] = checked(value, ASKED)
    return found


def order_of(text: str | None) -> Order:
    if not text:
        return Order()
    name = text.removeprefix("-")
    return Order(_known(_SORTS.get(name, name)), text.startswith("-"))


def box_of(numbers: Sequence[float]) -> Box:
    south, west, north, east = numbers
    if not (-90 <= south <= north <= 90 and abs(west) <= 360 and abs(east) <= 720):
        raise QueryError("a rectangle is south, west, north, east in degrees")
    if east - west >= 360:
        return Box(south, -180.0, north, 180.0)
    return Box(south, _turned(west), north, _turned(east))


def _turned(longitude: float) -> float:
    """Maps that go around the Earth name longitudes beyond 180 degrees."""
    return longitude if -180 <= longitude <= 180 else (longitude + 180) % 360 - 180


def _circle(numbers: Sequence[float]) -> Circle:
    latitude, longitude, kilometres = numbers
    if not (abs(latitude) <= 90 and abs(longitude) <= 360 and 0 <= kilometres <= 21_000):
        raise QueryError("a radius is latitude, longitude and kilometres")
    return Circle(latitude, _turned(longitude), kilometres)


def _filter(name: str, values: Sequence[str]) -> Node:
    if name == MARK:
        return Some(tuple(Marked(value) for value in dict.fromkeys(values)))
    return OneOf(_known(name), tuple(dict.fromkeys(values)))


def _known(name: str) -> str:
    if field_of(name) is None:
        raise QueryError(f"there is no field {name}")
    return name


def _days(first: str | None, last: str | None) -> list[Node]:
    if not (first or last):
        return []
    begin = _day(first) if first else None
    end = end_of(_day(last), "day") if last else None
    return [Span("date", begin, end)]


def _day(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise QueryError(f"{text}: there is no such day") from None
