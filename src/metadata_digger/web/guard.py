"""Who may ask, and what browsers are told: a layer around everything.

Loopback needs no token, as who is on the machine may read its files anyhow; but pages from elsewhere may not use the
reader's browser to ask: the Host header must name this server (DNS rebinding), and what changes something must be JSON
and come from the page itself (cross-site request forgery).
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Sequence
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY = 1 << 20  # bytes of a request
TOO_LARGE = f"a body of more than {BODY:,} bytes"
COOKIE = "metadata-digger"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
_LOCAL = ("localhost", "127.0.0.1", "[::1]")


class Guard:
    """`hosts`: the names, without ports, under which the server may be asked; none: any (behind a token). `token`: what
    must be known; "": nothing. `origins`: other pages that may ask."""

    def __init__(
        self, app: ASGIApp, hosts: Collection[str] = _LOCAL, token: str = "", origins: Sequence[str] = ()
    ) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._token = token
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        answer = self._refusal(scope, headers)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    found.setdefault(name, value)
                found.setdefault("Cache-Control", "no-store")
                if (origin := headers.get("origin")) in self._origins and origin:
                    found["Access-Control-Allow-Origin"] = origin
                    found["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
                    found["Access-Control-Allow-Methods"] = "GET, POST, DELETE"
                    found["Vary"] = "Origin"
            await send(message)

        if answer is not None:
            await answer(scope, receive, told)
            return
        await self._app(scope, _Capped(receive), told)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
        if self._hosts and name.lower() not in self._hosts:
            return _fault(421, "this server is not known by that name: use the address that it printed")
        origin = headers.get("origin", "")
        if scope["method"] == "OPTIONS" and origin in self._origins:
            return Response(status_code=204)
        if self._token and (refused := self._stranger(scope, headers)) is not None:
            return refused
        if scope["method"] not in ("GET", "HEAD"):
            site = headers.get("sec-fetch-site")
            if site not in (None, "same-origin", "none") and origin not in self._origins:
                return _fault(403, "what changes something, or asks, must come from this page itself")
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            if scope["method"] == "POST" and kind != "application/json":
                return _fault(415, "the body must be JSON: Content-Type: application/json")
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > BODY:
            return _fault(413, TOO_LARGE)
        return None

    def _stranger(self, scope: Scope, headers: Headers) -> Response | None:
        """None for who knows the token. Who brings it in the address gets a cookie, and the address without it."""
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self._is_token(given.strip()):
            return None
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if scope["method"] == "GET" and self._is_token(dict(pairs).get("token", "")):
            rest = urlencode([pair for pair in pairs if pair[0] != "token"])
            path = "/" + scope["path"].lstrip("/\\")  # never //elsewhere
            answer = RedirectResponse(f"{path}?{rest}" if rest else path, 303)
            answer.set_cookie(COOKIE, self._token, httponly=True, samesite="strict", path="/")
            return answer
        if self._is_token(_cookie(headers.get("cookie", ""))):
            return None
        return _fault(401, "this needs the token: open the address that was printed when the server began")

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token.encode())


class TooLarge(Exception):
    """413: a body that goes on and on, without having said so."""


class _Capped:
    """A body that is not longer than it may be, whatever its header said. Raises TooLarge."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._size = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            if self._size > BODY:
                raise TooLarge(TOO_LARGE)
        return message


def _cookie(text: str) -> str:
    try:
        found = SimpleCookie(text).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _fault(status: int, words: str) -> Response:
    return JSONResponse({"description": words}, status)
