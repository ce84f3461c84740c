"""The shapes of what is asked and answered: JSON Schema, for checks of requests and for OpenAPI alike."""

from __future__ import annotations

from typing import Any

Shape = dict[str, Any]

ORDER = r"^-?[^\s]{1,300}$"
LIMIT = 500  # photographs of a page
_TEXT: Shape = {"type": "string", "maxLength": 10_000}
_NAME: Shape = {"type": "string", "minLength": 1, "maxLength": 300}
_DAY: Shape = {"type": ["string", "null"], "pattern": r"^\d{4}-\d\d-\d\d$"}
_NUMBER: Shape = {"type": "number"}
_COUNT: Shape = {"type": "integer", "minimum": 0}
_MARK: Shape = {"type": ["string", "null"], "enum": [*"123456789", None]}


def _object(required: tuple[str, ...] = (), /, **properties: Any) -> Shape:
    return {"type": "object", "properties": properties, "required": [*required], "additionalProperties": False}


def _list(items: Shape, most: int) -> Shape:
    return {"type": "array", "items": items, "maxItems": most}


def _numbers(count: int) -> Shape:
    return {"type": ["array", "null"], "items": _NUMBER, "minItems": count, "maxItems": count}


_FILTER = _object(
    ("field", "values"),
    field=_NAME,
    values=_list({"type": "string", "maxLength": 10_000}, 1_000),
    **{"not": {"type": "boolean", "default": False}},
)
_ASKED: dict[str, Shape] = {
    "q": _TEXT | {"description": "a query in the query language; empty: everything"},
    "filters": _list(_FILTER, 100) | {"description": "values of one filter are ORed, filters ANDed"},
    "from": _DAY | {"description": "first day"},
    "to": _DAY | {"description": "last day"},
    "box": _numbers(4) | {"description": "south, west, north, east in degrees"},
    "radius": _numbers(3) | {"description": "latitude, longitude, kilometres"},
    "has": _list(_NAME, 50) | {"description": "fields that rows have; with a minus before it, that they lack"},
}
ASKED = _object((), **_ASKED)
SEARCH = _object(
    (),
    **_ASKED,
    sort={
        "type": "string",
        "pattern": ORDER,
        "description": "path, date, size, modified or a field; - before it: down",
    },
    limit={"type": "integer", "minimum": 1, "maximum": LIMIT, "default": 60},
    cursor={"type": ["string", "null"], "maxLength": 200},
    offset={"type": "integer", "minimum": 0, "maximum": 1_000_000_000, "default": 0},
    fields=_list(_NAME, 16) | {"description": "of each picture its `values` of these too: columns of a table"},
)
_FACET = _object(
    ("field",),
    field=_NAME,
    size={"type": "integer", "minimum": 0, "maximum": 1_000, "default": 20},
    prefix={"type": "string", "maxLength": 200},
    contains={"type": "string", "maxLength": 200},
)
FACETS = _object(("facets",), **_ASKED, facets=_list(_FACET, 50))
TIMELINE = _object((), **_ASKED, unit={"type": ["string", "null"], "enum": ["year", "month", "day", None]})
_CELLS: Shape = {"type": "integer", "minimum": 1, "maximum": 100}
GRID = _object(("view",), **_ASKED, view=_numbers(4) | {"type": "array"}, columns=_CELLS, rows=_CELLS)
MARK = _object(
    ("mark",),
    mark=_MARK,
    ids=_list({"type": "string", "maxLength": 200}, 10_000),
    asked=ASKED,
    expected=_COUNT,
)
TITLE = _object(("mark", "title"), mark=_MARK | {"type": "string", "enum": [*"123456789"]}, title=_NAME)
SAVED = _object(("name", "address"), name=_NAME | {"maxLength": 100}, address=_TEXT)
COMPANION = {
    "type": "object",
    "properties": {
        "text_query": {"type": ["string", "null"], "maxLength": 10_000},
        "facets": {"type": ["array", "null"], "items": {"type": "string", "maxLength": 300}, "maxItems": 100},
        "filters": {
            "type": ["array", "null"],
            "maxItems": 100,
            "items": {
                "type": "object",
                "properties": {
                    "field_name": _NAME,
                    "selected_values": {"type": ["array", "null"], "items": {"type": "string"}, "maxItems": 1_000},
                },
                "required": ["field_name"],
            },
        },
        "page": {"type": ["integer", "null"], "minimum": 0, "maximum": 1_000_000_000},
        "per_page": {"type": ["integer", "null"], "minimum": 1, "maximum": LIMIT},
    },
}

_OPTIONAL = {"type": ["number", "null"]}
_WORDS = _list({"type": "string"}, 1_000_000)
_PHOTO: dict[str, Shape] = {
    "id": {"type": "string"},
    "path": {"type": "string"},
    "name": {"type": "string"},
    "folder": {"type": "string"},
    "type": {"type": ["string", "null"]},
    "size": _COUNT,
    "date": {"type": ["string", "null"]},
    "lat": _OPTIONAL,
    "lon": _OPTIONAL,
    "width": {"type": ["integer", "null"]},
    "height": {"type": ["integer", "null"]},
    "camera": {"type": ["string", "null"]},
    "labels": _WORDS,
    "notes": _WORDS,
    "mark": _MARK,
    "picture": {"type": "boolean"},
}
PHOTO: Shape = {"type": "object", "properties": _PHOTO, "required": [*_PHOTO]}
FAULT = _object(("description",), description={"type": "string"}, at=_COUNT, length=_COUNT)
