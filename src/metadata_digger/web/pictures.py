"""Routes of pictures: previews, originals, tiles of a street map."""

from __future__ import annotations

import re
from typing import Any

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from metadata_digger.web.served import Missing, Served, fault


async def preview(served: Served, request: Request) -> Response:
    size = request.query_params.get("size", "small")
    if size not in ("small", "large"):
        return JSONResponse({"description": "size: small or large", "at": 0, "length": 0}, 400)
    found = await run_in_threadpool(served.collection.photo, request.path_params["id"])
    if found is None:
        return fault(404, "there is no such picture (any more)")
    id = found.photo.id
    made = await served.pictures.preview(
        found.photo, found.base_path, lambda: served.collection.thumbnail(id), size, request.is_disconnected
    )
    if isinstance(made, str):
        # Browsers write a line to their console for each 404 of a picture: a page asks for the reason as an answer.
        return fault(200 if request.query_params.get("absent") == "200" else 404, made)
    headers = {"ETag": f'"{made.tag}"', "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(made.data, media_type=made.media_type, headers=headers)


async def original(served: Served, request: Request) -> Response:
    if not served.originals:
        return fault(404, "originals are not given out: serve --originals")
    found = await run_in_threadpool(served.collection.photo, request.path_params["id"])
    if found is None:
        return fault(404, "there is no such picture (any more)")
    made = await run_in_threadpool(served.pictures.original, found.photo, found.base_path)
    if isinstance(made, str):
        return fault(404, made)
    pieces, size = made
    name = re.sub(r"[^A-Za-z0-9._-]", "_", found.photo.path.rpartition("/")[2])
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(size)}
    return StreamingResponse(iterate_in_threadpool(pieces), media_type="application/octet-stream", headers=headers)


def tile(served: Served, request: Request, asked: Any) -> Any:
    numbers = [request.path_params[name] for name in "zxy"]
    if served.tiles is None:
        raise Missing("there is no street map: serve --map")
    found = served.tiles.tile(*numbers)
    if found is None:
        return Response(status_code=204)  # a map of a country lacks most: no fault, which browsers would write down
    return Response(found[0], media_type=found[1], headers={"Cache-Control": "private, max-age=86400"})
