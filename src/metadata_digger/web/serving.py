"""Running the page: a port, an address to open, an end by Ctrl-C."""

from __future__ import annotations

import asyncio
import errno
import secrets
import socket
import sys
import webbrowser
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from metadata_digger.errors import ConfigError
from metadata_digger.previews.pictures import Previews, original
from metadata_digger.web.application import application
from metadata_digger.web.served import Picture, Served

if TYPE_CHECKING:
    from metadata_digger.query.asking import Photo

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NAMES = ("127.0.0.1", "localhost", "[::1]")
_AT_ONCE = 16  # previews that take a thread, of the 40 that there are: searches do not wait for pictures


@dataclass(frozen=True, slots=True)
class Place:
    host: str = "127.0.0.1"
    port: int = 8080
    token: str = ""  # "" on loopback: none
    origins: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Files:
    """Pictures of the files that rows tell."""

    previews: Previews
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def preview(
        self,
        photo: Photo,
        base_path: str,
        own: Callable[[], bytes | None],
        size: str,
        gone: Callable[[], Awaitable[bool]],
    ) -> Picture | str:
        async with self.turns:
            if await gone():
                return "nobody waits for it any more"
            made = await run_in_threadpool(self.previews.get, photo.path, base_path, own, size)
        return made if isinstance(made, str) else Picture(made.data, made.media_type, made.tag)

    def original(self, photo: Photo, base_path: str) -> tuple[Iterator[bytes], int] | str:
        return original(photo.path, base_path)


def bound(place: Place) -> socket.socket:
    """The port, taken. Raises ConfigError with what to do."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((place.host, place.port))
        taken.listen(128)
    except OSError as error:
        taken.close()
        raise ConfigError(_advice(place, error)) from error
    return taken


def _advice(place: Place, error: OSError) -> str:
    where = f"{place.host}:{place.port}"
    if error.errno == errno.EADDRINUSE:
        return f"{where} is in use, by another serve perhaps: end that, or choose another port with --port"
    if error.errno == errno.EACCES:
        return f"{where}: this port is not for everybody: choose one above 1023 with --port"
    return f"{where} cannot be served: {error.strerror or error}: --host names an address of this machine"


def address(place: Place, port: int, *, secret: bool = True) -> str:
    host = {"0.0.0.0": socket.gethostname(), "::": socket.gethostname()}.get(place.host, place.host)  # noqa: S104
    host = f"[{host}]" if ":" in host else host
    token = f"?token={place.token}" if place.token and secret else ""
    return f"http://{host}:{port}/{token}"


def token_for(host: str) -> str:
    return "" if host in LOOPBACK else secrets.token_urlsafe(24)


def serve(served: Served, place: Place, taken: socket.socket, ready: Callable[[str], None]) -> None:
    """Until Ctrl-C or SIGTERM. `ready` is told the address, once the port answers."""
    import uvicorn

    port = taken.getsockname()[1]
    hosts = () if place.token else tuple(dict.fromkeys((*_NAMES, place.host)))
    app = application(served, hosts, place.token, place.origins)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="off", server_header=False, timeout_graceful_shutdown=1
    )

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready(address(place, port))

    Server(config).run([taken])


def browse(where: str) -> None:
    webbrowser.open(where)


def on_desktop(environment: Any) -> bool:
    """Whether somebody sits in front of this machine."""
    screen = sys.platform == "darwin" or any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return bool(screen and sys.stdout.isatty() and not environment.get("SSH_CONNECTION"))
