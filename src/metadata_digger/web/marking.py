"""Routes of marks and saved searches."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from metadata_digger.errors import QueryError
from metadata_digger.web.served import Conflict, Missing, Served


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
        raise Conflict(f"it would be {total:,} pictures by now: look again", total)
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
