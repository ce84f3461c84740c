"""What is served, and how a question to it becomes an answer of HTTP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from metadata_digger.errors import DiggerError, OutputError, QueryError
from metadata_digger.index.marks import Marks
from metadata_digger.query.asking import Collection, Photo
from metadata_digger.search import answers
from metadata_digger.search.requests import Reader, checked, json_of
from metadata_digger.search.shapes import Shape
from metadata_digger.web.guard import TooLarge
from metadata_digger.web.tiles import Tiles

SECONDS = 10.0  # that a question may take
_TURNS = threading.BoundedSemaphore(32)  # questions at once


@dataclass(frozen=True, slots=True)
class Picture:
    data: bytes
    media_type: str
    tag: str  # another one when the picture is another one


class Pictures(Protocol):
    """Where pictures come from."""

    async def preview(
        self,
        photo: Photo,
        base_path: str,
        own: Callable[[], bytes | None],
        size: str,
        gone: Callable[[], Awaitable[bool]],
    ) -> Picture | str:
        """A picture for a page, or why there is none. `size`: "small" or "large". `own`: the row's thumbnail. `gone`:
        whether who asked has scrolled away, asked when its turn has come."""

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

    def __init__(self, message: str, total: int = 0) -> None:
        super().__init__(message)
        self.total = total


def endpoint(served: Served, answer: Answer, shape: Shape | None = None) -> Callable[[Request], Awaitable[Response]]:
    """A route of a function that may take its time, in a thread. `shape`: of the request's body."""

    async def ask(request: Request) -> Response:
        try:
            body = None
            if shape is not None:
                try:
                    body = json_of(await request.body() or b"{}")
                except (ValueError, RecursionError):
                    raise QueryError("the body is no JSON") from None
                checked(body, shape)
            async with asyncio.timeout(SECONDS):
                # The thread goes on to its end, as nothing can stop it; who asked has an answer.
                given = partial(_in_turn, answer, served, request, body)
                found = await to_thread.run_sync(given, abandon_on_cancel=True)
        except TimeoutError:
            return fault(503, f"this took more than {SECONDS:.0f} seconds: ask for less")
        except QueryError as error:
            return JSONResponse({"description": str(error), "at": error.at, "length": error.length}, 400)
        except TooLarge as error:
            return fault(413, str(error))
        except Missing as missing:
            return fault(404, str(missing))
        except Conflict as conflict:
            return JSONResponse({"description": str(conflict), "total": conflict.total}, 409)
        except OutputError as error:
            return fault(409, str(error))
        except DiggerError as error:
            return fault(503, str(error))
        return found if isinstance(found, Response) else JSONResponse(found)

    return ask


def _in_turn(answer: Answer, served: Served, request: Request, body: Any) -> Any:
    """Questions that nobody waits for any more still take their turn: not more of them than threads."""
    if not _TURNS.acquire(timeout=SECONDS):
        raise DiggerError("too many questions at once: ask again in a moment")
    try:
        return answer(served, request, body)
    finally:
        _TURNS.release()


def fault(status: int, words: str) -> JSONResponse:
    return JSONResponse({"description": words}, status)


def number(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) <= most:
        raise QueryError(f"{name}: a number from 1 to {most}")
    return int(text)


def photos(served: Served, photos: Any) -> list[dict[str, Any]]:
    marks = served.marks.of([one.id for one in photos])
    return [answers.photo(one, marks.get(one.id)) for one in photos]
