"""`/api/v2/`: what the page asks, and anybody else may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.concurrency import iterate_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from metadata_digger.errors import QueryError
from metadata_digger.query.fields import field as field_of
from metadata_digger.query.parse import parse
from metadata_digger.query.tree import Every, Has
from metadata_digger.search import answers, shapes
from metadata_digger.search.exports import FORMS
from metadata_digger.search.requests import box_of, from_text, order_of
from metadata_digger.web import marking, pictures
from metadata_digger.web.companion import photos as companion
from metadata_digger.web.served import Answer, Missing, Served, endpoint, number, photos

BARS = 400  # of a timeline whose unit is chosen here
FACETS = ("labels", "md_exif_ifd0_model", "file_type", "md_exif_ifd0_software", "file_path")
_CELLS = (40, 30)


def search(served: Served, request: Request, asked: Any) -> Any:
    wanted = served.reader.wanted(asked)
    order = order_of(asked.get("sort"))
    size, offset = asked.get("limit", 60), asked.get("offset", 0)
    page = served.collection.search(wanted.node, order, size, cursor=asked.get("cursor"), offset=offset)
    shown = photos(served, page.photos)
    if fields := asked.get("fields"):
        for one in shown:
            detail = served.collection.photo(one["id"])
            one["values"] = answers.values(detail, fields) if detail else {}
    return {
        "total": page.total,
        "photos": shown,
        "cursor": page.cursor,
        "state": served.collection.about().state,
        "notes": [*wanted.notes],
    }


def facets(served: Served, request: Request, asked: Any) -> Any:
    found = []
    for one in asked["facets"]:
        name = one["field"]
        # The facet of a field shows what could be chosen beside what is.
        node = served.reader.wanted(asked, without=name).node
        values = served.collection.values(
            node, name, one.get("size", 20), prefix=one.get("prefix", ""), containing=one.get("contains", "")
        )
        chosen, denied = _chosen(asked, name, denied=False), _chosen(asked, name, denied=True)
        counts = dict(values.counts)
        counts |= {value: 0 for value in (*chosen, *denied) if value not in counts}
        known = field_of(name)
        found.append(
            {
                "field": name,
                "title": known.title if known else name,
                "values": [
                    {"value": value, "count": count, "selected": value in chosen, "excluded": value in denied}
                    for value, count in counts.items()
                ],
                "more": values.more,
                "without": values.without,
            }
        )
    return {"facets": found, "state": served.collection.about().state}


def _chosen(asked: Any, name: str, *, denied: bool) -> list[str]:
    """Values that filters of a field name."""
    filters = [one for one in asked.get("filters") or () if one["field"] == name and bool(one.get("not")) is denied]
    return [value for one in filters for value in one["values"]]


def timeline(served: Served, request: Request, asked: Any) -> Any:
    node = served.reader.wanted(asked).node
    unit = asked.get("unit")
    for one in [unit] if unit else ["day", "month", "year"]:
        bars, undated = served.collection.timeline(node, one)
        if unit or len(bars) <= BARS:
            unit = one
            break
    else:
        unit = "year"
    return {
        "unit": unit,
        "bars": [{"first": str(bar.first), "last": str(bar.last), "count": bar.count} for bar in bars],
        "undated": undated,
    }


def grid(served: Served, request: Request, asked: Any) -> Any:
    node = served.reader.wanted(asked).node
    view = box_of(asked["view"])
    columns, rows = asked.get("columns", _CELLS[0]), asked.get("rows", _CELLS[1])
    cells = served.collection.grid(node, view, columns, rows)
    placed = served.collection.count(Every((node, Has("location"))))
    return {
        "cells": [
            {
                "lat": cell.latitude,
                "lon": cell.longitude,
                "count": cell.count,
                "box": [cell.box.south, cell.box.west, cell.box.north, cell.box.east],
                "id": cell.id,
            }
            for cell in cells
        ],
        "placed": placed,
        "unplaced": served.collection.count(node) - placed,
    }


def fields(served: Served, request: Request, asked: Any) -> Any:
    size = number(request, "size", 20, 1_000)
    found = served.collection.fields(request.query_params.get("prefix", "")[:300], size)
    return {"fields": [{"name": one.name, "kind": one.kind, "title": one.title, "count": one.count} for one in found]}


def photo(served: Served, request: Request, asked: Any) -> Any:
    found = served.collection.photo(request.path_params["id"])
    if found is None:
        raise Missing("there is no such picture (any more)")
    mark = served.marks.of([found.photo.id]).get(found.photo.id)
    return answers.detail(found, mark, original=served.originals)


def compare(served: Served, request: Request, asked: Any) -> Any:
    found = [served.collection.photo(request.path_params[name]) for name in ("a", "b")]
    if found[0] is None or found[1] is None:
        raise Missing("there is no such picture (any more)")
    a, b = photos(served, [found[0].photo, found[1].photo])
    return {"a": a, "b": b, "rows": answers.compared(found[0], found[1])}


def similar(served: Served, request: Request, asked: Any) -> Any:
    found = served.collection.similar(request.path_params["id"], number(request, "size", 24, 200))
    shown_photos = photos(served, [one.photo for one in found])
    return {
        "photos": [
            shown | {"score": one.score, "reasons": [*one.reasons]}
            for shown, one in zip(shown_photos, found, strict=True)
        ]
    }


def export(served: Served, request: Request, asked: Any) -> Any:
    form = request.query_params.get("format", "")
    if form not in FORMS:
        raise QueryError(f"format: one of {', '.join(FORMS)}")
    media_type, write = FORMS[form]
    node = served.reader.wanted(from_text(request.query_params.get("asked"))).node
    order = order_of(request.query_params.get("sort"))
    served.collection.count(node)  # a fault shows before the first line
    rows = served.collection.details(node, order)
    marks = {id: one.mark for one in served.marks.all() if one.count for id in served.marks.ids(one.mark)}
    headers = {"Content-Disposition": f'attachment; filename="photos.{form}"'}
    pieces = (piece.encode("utf-8", "replace") for piece in write(rows, marks.get))
    return StreamingResponse(iterate_in_threadpool(pieces), media_type=media_type, headers=headers)


def next_unmarked(served: Served, request: Request, asked: Any) -> Any:
    node = served.reader.wanted(from_text(request.query_params.get("asked"))).node
    order = order_of(request.query_params.get("sort"))
    after = request.query_params.get("after", "")
    place = served.collection.position(node, order, after) if after else None
    start = 0 if place is None else place + 1
    total = served.collection.count(node)
    for offset in range(start, total, shapes.LIMIT):
        page = served.collection.search(node, order, shapes.LIMIT, offset=offset)
        marked = served.marks.of([one.id for one in page.photos])
        for place, one in enumerate(page.photos):
            if one.id not in marked:
                return {"id": one.id, "position": offset + place}
    return {"id": None, "position": None}


def position(served: Served, request: Request, asked: Any) -> Any:
    node = served.reader.wanted(from_text(request.query_params.get("asked"))).node
    order = order_of(request.query_params.get("sort"))
    return {"position": served.collection.position(node, order, request.query_params.get("id", ""))}


def check(served: Served, request: Request, asked: Any) -> Any:
    try:
        parsed = parse(request.query_params.get("q", ""), served.reader.names())
    except QueryError as error:
        return {"ok": False, "description": str(error), "at": error.at, "length": error.length}
    return {"ok": True, "notes": [*parsed.notes]}


def about(served: Served, request: Request, asked: Any) -> Any:
    found = served.collection.about()
    return {
        "kind": found.kind,
        "name": served.title or found.name,
        "total": found.total,
        "state": found.state,
        "version": found.version,
        "created": answers.moment(found.created),
        "originals": served.originals,
        "map": served.tiles is not None,
        "tiles": served.tiles.about if served.tiles is not None else None,
        "writable": served.marks.writable,
        "default_facets": [*FACETS],
    }


def photos_v1(served: Served, request: Request, asked: Any) -> Any:
    return companion(served.collection, served.reader, asked)


@dataclass(frozen=True, slots=True)
class Path:
    """A route: `help` and `shape` are its documentation too."""

    method: str
    path: str
    answer: Answer
    help: str
    shape: shapes.Shape | None = None
    parameters: tuple[str, ...] = ()


PATHS: tuple[Path, ...] = (
    Path("POST", "/api/v2/search", search, "A page of the pictures that fit.", shapes.SEARCH),
    Path("POST", "/api/v2/facets", facets, "How many pictures have each value of some fields.", shapes.FACETS),
    Path("POST", "/api/v2/timeline", timeline, "How many pictures each day, month or year has.", shapes.TIMELINE),
    Path("POST", "/api/v2/grid", grid, "Where on the map pictures are.", shapes.GRID),
    Path("GET", "/api/v2/fields", fields, "Fields that there are.", None, ("prefix", "size")),
    Path("GET", "/api/v2/photo/{id}", photo, "All of one picture."),
    Path("GET", "/api/v2/compare/{a}/{b}", compare, "Two pictures' tags side by side."),
    Path("GET", "/api/v2/similar/{id}", similar, "Pictures that share rare values with one.", None, ("size",)),
    Path("GET", "/api/v2/export", export, "All pictures that fit, as a file.", None, ("format", "asked", "sort")),
    Path("GET", "/api/v2/marks", marking.marks, "The nine marks."),
    Path("POST", "/api/v2/marks", marking.mark, "Marks pictures, or takes their mark (null).", shapes.MARK),
    Path("POST", "/api/v2/marks/title", marking.title, "Gives a mark a title.", shapes.TITLE),
    Path("GET", "/api/v2/searches", marking.searches, "Saved searches."),
    Path("POST", "/api/v2/searches", marking.save, "Saves a search.", shapes.SAVED),
    Path("DELETE", "/api/v2/searches/{name:path}", marking.forget, "Forgets a saved search."),
    Path(
        "GET",
        "/api/v2/next-unmarked",
        next_unmarked,
        "The next picture without a mark.",
        None,
        ("asked", "sort", "after"),
    ),
    Path("GET", "/api/v2/position", position, "Where a picture stands.", None, ("asked", "sort", "id")),
    Path("GET", "/api/v2/check", check, "Whether a query is right.", None, ("q",)),
    Path("GET", "/api/v2/about", about, "What is served."),
    Path("POST", "/api/v1/photos", photos_v1, "As the companion server of version 0.2.", shapes.COMPANION),
)


def routes(served: Served) -> list[Route]:
    made = [Route(one.path, endpoint(served, one.answer, one.shape), methods=[one.method]) for one in PATHS]

    async def preview_of(request: Request) -> Response:
        return await pictures.preview(served, request)

    async def original_of(request: Request) -> Response:
        return await pictures.original(served, request)

    made.append(Route("/api/v2/tiles/{z:int}/{x:int}/{y:int}", endpoint(served, pictures.tile)))
    made.append(Route("/api/v2/preview/{id}", preview_of))
    made.append(Route("/api/v2/original/{id}", original_of))
    return made
