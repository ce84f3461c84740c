"""`/api/v2/`: what the page asks, and anybody else may."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from metadata_digger.errors import DiggerError, OutputError, QueryError
from metadata_digger.index.marks import Marks
from metadata_digger.query.asking import Collection, Photo
from metadata_digger.query.fields import field as field_of
from metadata_digger.query.parse import parse
from metadata_digger.query.tree import Every, Has
from metadata_digger.web import answers, shapes
from metadata_digger.web.asked import Reader, box_of, checked, from_text, order_of
from metadata_digger.web.companion import photos as companion
from metadata_digger.web.exports import FORMS
from metadata_digger.web.tiles import Tiles

T = TypeVar("T")

SECONDS = 10.0  # that a question may take
BARS = 400  # of a timeline whose unit is chosen here
FACETS = ("labels", "md_exif_ifd0_model", "file_type", "md_exif_ifd0_software", "file_path")
_CELLS = (40, 30)


@dataclass(frozen=True, slots=True)
class Picture:
    data: bytes
    media_type: str
    tag: str  # another one when the picture is another one


class Pictures(Protocol):
    """Where pictures come from."""

    async def preview(self, photo: Photo, base_path: str, own: Callable[[], bytes | None], size: str) -> Picture | str:
        """A picture for a page, or why there is none. `size`: "small" or "large". `own`: the row's thumbnail."""

    def original(self, photo: Photo, base_path: str) -> tuple[Iterator[bytes], int] | str:
        """The file, and its size; or why it cannot be had."""


@dataclass(slots=True)
class Served:
    """What there is to be asked. `title`: of the page."""

    collection: Collection
    marks: Marks
    pictures: Pictures
    originals: bool = False
    tiles: Tiles | None = None
    title: str = ""
    reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = Reader(self.collection)


Answer = Callable[[Served, Request, Any], Any]


class Missing(Exception):  # an answer, not a fault
    """404, and why."""


class Conflict(Exception):
    """409: what was expected is otherwise."""

    def __init__(self, total: int) -> None:
        super().__init__(f"it would be {total:,} pictures by now: look again")
        self.total = total


def endpoint(
    served: Served, answer: Answer, shape: shapes.Shape | None = None
) -> Callable[[Request], Awaitable[Response]]:
    """A route of a function that may take its time, in a thread. `shape`: of the request's body."""

    async def ask(request: Request) -> Response:
        try:
            body = None
            if shape is not None:
                try:
                    body = json.loads(await request.body() or b"{}")
                except (ValueError, RecursionError):
                    raise QueryError("the body is no JSON") from None
                checked(body, shape)
            async with asyncio.timeout(SECONDS):
                found = await run_in_threadpool(answer, served, request, body)
        except TimeoutError:
            return _fault(503, f"this took more than {SECONDS:.0f} seconds: ask for less")
        except QueryError as error:
            return JSONResponse({"description": str(error), "at": error.at, "length": error.length}, 400)
        except Missing as missing:
            return _fault(404, str(missing))
        except Conflict as conflict:
            return JSONResponse({"description": str(conflict), "total": conflict.total}, 409)
        except OutputError as error:
            return _fault(409, str(error))
        except DiggerError as error:
            return _fault(503, str(error))
        return found if isinstance(found, Response) else JSONResponse(found)

    return ask


def _fault(status: int, words: str) -> JSONResponse:
    return JSONResponse({"description": words}, status)


def search(served: Served, request: Request, asked: Any) -> Any:
    wanted = served.reader.wanted(asked)
    order = order_of(asked.get("sort"))
    size, offset = asked.get("limit", 60), asked.get("offset", 0)
    page = served.collection.search(wanted.node, order, size, cursor=asked.get("cursor"), offset=offset)
    photos = _photos(served, page.photos)
    if fields := asked.get("fields"):
        for one in photos:
            detail = served.collection.photo(one["id"])
            one["values"] = answers.values(detail, fields) if detail else {}
    return {
        "total": page.total,
        "photos": photos,
        "cursor": page.cursor,
        "state": served.collection.about().state,
        "notes": [*wanted.notes],
    }


def _photos(served: Served, photos: Any) -> list[dict[str, Any]]:
    marks = served.marks.of([one.id for one in photos])
    return [answers.photo(one, marks.get(one.id)) for one in photos]


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
    size = _number(request, "size", 20, 1_000)
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
    a, b = _photos(served, [found[0].photo, found[1].photo])
    return {"a": a, "b": b, "rows": answers.compared(found[0], found[1])}


def similar(served: Served, request: Request, asked: Any) -> Any:
    found = served.collection.similar(request.path_params["id"], _number(request, "size", 24, 200))
    photos = _photos(served, [one.photo for one in found])
    return {
        "photos": [
            shown | {"score": one.score, "reasons": [*one.reasons]} for shown, one in zip(photos, found, strict=True)
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


def marks(served: Served, request: Request, asked: Any) -> Any:
    return {"marks": [{"mark": one.mark, "title": one.title, "count": one.count} for one in served.marks.all()]}


def mark(served: Served, request: Request, asked: Any) -> Any:
    if ("ids" in asked) == ("asked" in asked):
        raise QueryError("ids or asked: one of them says which pictures")
    if "ids" in asked:
        known = [one.id for one in served.collection.photos(asked["ids"]) if one is not None]
        return {"changed": served.marks.set(asked["mark"], known), "total": len(known)}
    node = served.reader.wanted(asked["asked"]).node
    total = served.collection.count(node)
    if "expected" in asked and asked["expected"] != total:
        raise Conflict(total)
    return {"changed": served.marks.set(asked["mark"], served.collection.ids(node)), "total": total}


def title(served: Served, request: Request, asked: Any) -> Any:
    words = asked["title"].strip()
    other = served.marks.number(words)
    if not words or (other is not None and other != asked["mark"]):
        raise QueryError(f"{words}: another mark has that title" if words else "a title has a letter at least")
    served.marks.rename(asked["mark"], words)
    return marks(served, request, asked)


def searches(served: Served, request: Request, asked: Any) -> Any:
    found = served.marks.searches()
    return {"searches": [{"name": one.name, "address": one.address, "created": one.created} for one in found]}


def save(served: Served, request: Request, asked: Any) -> Any:
    served.marks.save(asked["name"], asked["address"])
    return searches(served, request, asked)


def forget(served: Served, request: Request, asked: Any) -> Any:
    if not served.marks.forget(request.path_params["name"]):
        raise Missing("there is no saved search of that name")
    return searches(served, request, asked)


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
        for number, one in enumerate(page.photos):
            if one.id not in marked:
                return {"id": one.id, "position": offset + number}
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


def _number(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) <= most:
        raise QueryError(f"{name}: a number from 1 to {most}")
    return int(text)


async def preview(served: Served, request: Request) -> Response:
    size = request.query_params.get("size", "small")
    if size not in ("small", "large"):
        return JSONResponse({"description": "size: small or large", "at": 0, "length": 0}, 400)
    found = await run_in_threadpool(served.collection.photo, request.path_params["id"])
    if found is None:
        return _fault(404, "there is no such picture (any more)")
    id = found.photo.id
    made = await served.pictures.preview(found.photo, found.base_path, lambda: served.collection.thumbnail(id), size)
    if isinstance(made, str):
        # Browsers write a line to their console for each 404 of a picture: a page asks for the reason as an answer.
        return _fault(200 if request.query_params.get("absent") == "200" else 404, made)
    headers = {"ETag": f'"{made.tag}"', "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(made.data, media_type=made.media_type, headers=headers)


async def original(served: Served, request: Request) -> Response:
    if not served.originals:
        return _fault(404, "originals are not given out: serve --originals")
    found = await run_in_threadpool(served.collection.photo, request.path_params["id"])
    if found is None:
        return _fault(404, "there is no such picture (any more)")
    made = await run_in_threadpool(served.pictures.original, found.photo, found.base_path)
    if isinstance(made, str):
        return _fault(404, made)
    pieces, size = made
    name = re.sub(r"[^A-Za-z0-9._-]", "_", found.photo.path.rpartition("/")[2])
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(size)}
    return StreamingResponse(iterate_in_threadpool(pieces), media_type="application/octet-stream", headers=headers)


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
    Path("GET", "/api/v2/marks", marks, "The nine marks."),
    Path("POST", "/api/v2/marks", mark, "Marks pictures, or takes their mark (null).", shapes.MARK),
    Path("POST", "/api/v2/marks/title", title, "Gives a mark a title.", shapes.TITLE),
    Path("GET", "/api/v2/searches", searches, "Saved searches."),
    Path("POST", "/api/v2/searches", save, "Saves a search.", shapes.SAVED),
    Path("DELETE", "/api/v2/searches/{name}", forget, "Forgets a saved search."),
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


def tile(served: Served, request: Request, asked: Any) -> Any:
    numbers = [request.path_params[name] for name in "zxy"]
    found = served.tiles.tile(*numbers) if served.tiles is not None else None
    if found is None:
        raise Missing("there is no such tile")
    return Response(found[0], media_type=found[1], headers={"Cache-Control": "private, max-age=86400"})


def routes(served: Served) -> list[Route]:
    made = [Route(one.path, endpoint(served, one.answer, one.shape), methods=[one.method]) for one in PATHS]

    async def preview_of(request: Request) -> Response:
        return await preview(served, request)

    async def original_of(request: Request) -> Response:
        return await original(served, request)

    made.append(Route("/api/v2/tiles/{z:int}/{x:int}/{y:int}", endpoint(served, tile)))
    made.append(Route("/api/v2/preview/{id}", preview_of))
    made.append(Route("/api/v2/original/{id}", original_of))
    return made
