"""The whole of it as one ASGI application: routes, the page's files, what guards both."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from metadata_digger.web.documentation import page as page_of_documents
from metadata_digger.web.guard import Guard
from metadata_digger.web.interface import routes
from metadata_digger.web.openapi import openapi
from metadata_digger.web.served import Served

_TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "txt": "text/plain; charset=utf-8",
}
_FOLDERS = ("pages", "vendor")


def application(served: Served, hosts: Collection[str] = (), token: str = "", origins: Sequence[str] = ()) -> ASGIApp:
    """`hosts`, `token`, `origins`: those of Guard."""

    async def page(request: Request) -> Response:
        return _file(files(__package__) / "pages" / "index.html", request)

    async def file(request: Request) -> Response:
        place = files(__package__) / request.path_params["folder"]
        for part in request.path_params["path"].split("/"):
            if part in ("", ".", "..") or "\\" in part or "\0" in part:
                return _missing()
            place = place / part
        return _file(place, request)

    async def description(request: Request) -> Response:
        return JSONResponse(openapi())

    async def documents(request: Request) -> Response:
        return HTMLResponse(page_of_documents())

    async def icon(request: Request) -> Response:
        return _file(files(__package__) / "pages" / "icon.svg", request)

    made = [
        *routes(served),
        Route("/", page),
        Route("/docs", documents),
        Route("/openapi.json", description),
        Route("/favicon.ico", icon),
        *(Route(f"/{folder}/{{path:path}}", _in(folder, file)) for folder in _FOLDERS),
    ]
    return Guard(
        Starlette(routes=made, exception_handlers={404: _not_found, 405: _not_found, 500: _failed}),
        hosts,
        token,
        origins,
    )


def _in(folder: str, answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def ask(request: Request) -> Response:
        request.path_params["folder"] = folder
        return await answer(request)

    return ask


async def _not_found(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    words = "there is nothing under this address" if status == 404 else "this address is asked with another method"
    return JSONResponse({"description": words}, status, headers=getattr(error, "headers", None))


async def _failed(request: Request, error: Exception) -> Response:
    return JSONResponse({"description": "this failed here, by a fault of the program: its terminal says more"}, 500)


def _missing() -> Response:
    return JSONResponse({"description": "there is nothing under this address"}, 404)


def _file(place: Traversable, request: Request) -> Response:
    media_type = _TYPES.get(place.name.rpartition(".")[2])
    try:
        data = place.read_bytes() if media_type else None
    except OSError:
        data = None
    if data is None:
        return _missing()
    headers = {"ETag": f'"{hashlib.sha256(data).hexdigest()[:20]}"', "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=media_type, headers=headers)
