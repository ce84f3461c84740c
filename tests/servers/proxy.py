"""What stands between a client and the tests' S3: a network that takes its time, a server that is busy, connections
that break. A program of its own, so that it measures nothing of Python's."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import requests

from servers.build import made
from servers.process import HOST, Process, free_port

SOURCE = Path(__file__).parent / "go" / "proxy.go"
SECONDS = 600


def answer(code: str, message: str, *more: str) -> str:
    """A body as S3 writes of a fault; `more`: what else stands in it, as XML."""
    fields = f"<Code>{code}</Code><Message>{message}</Message>{''.join(more)}"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{fields}<RequestId>4442587F</RequestId></Error>'


@dataclass(frozen=True, slots=True)
class Rule:
    """Which requests are treated how; proxy.go has what the fields mean."""

    act: str
    method: str = ""
    path: str = ""
    query: str = ""
    range: bool = False
    skip: int = 0
    times: int = 0
    each: bool = False
    status: int = 200
    body: str = ""


def refused(status: int, code: str, message: str, *more: str, **which: object) -> Rule:
    return Rule("answer", status=status, body=answer(code, message, *more), **which)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Counts:
    """By "METHOD /bucket/key", with LIST for a listing: requests, and bytes of the bodies that came to the client."""

    paths: dict[str, tuple[int, int]]
    applied: int  # rules
    most: int  # requests at once

    def of(self, start: str) -> tuple[int, int]:
        """Requests and bytes of all that begins so: "GET ", "LIST /bucket"."""
        found = [count for name, count in self.paths.items() if name.startswith(start)]
        return sum(number for number, _ in found), sum(size for _, size in found)


class Proxy(Process):
    """In front of the server at `port`."""

    def __init__(self, folder: Path, port: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port, control = free_port(), free_port()
        self.endpoint = f"http://{HOST}:{self.port}"
        self._control = f"http://{HOST}:{control}/"
        command = [_binary(), f"{HOST}:{self.port}", f"{HOST}:{control}", f"http://{HOST}:{port}"]
        super().__init__(command, folder / "proxy.log", ready=self.port)

    def treat(self, *rules: Rule, delay: float = 0) -> None:
        """From now on, and counts anew; `delay`: milliseconds that are added to each request."""
        said = {"delay": delay, "rules": [asdict(rule) for rule in rules]}
        requests.put(self._control, json=said, timeout=10).raise_for_status()
        requests.delete(self._control, timeout=10).raise_for_status()

    def counts(self) -> Counts:
        said = requests.get(self._control, timeout=10).json()
        paths = {name: (count["requests"], count["bytes"]) for name, count in said["paths"].items()}
        return Counts(paths, said["applied"], said["most"])


@contextmanager
def before(folder: Path, port: int) -> Iterator[Proxy]:
    """A proxy in front of the server at a port, until the end of the block."""
    proxy = Proxy(folder, port)
    proxy.start()
    try:
        proxy.wait(30)
        yield proxy
    finally:
        proxy.kill()


def _binary() -> Path:
    return made("proxy", SOURCE.read_bytes(), _build) / "proxy"


def _build(folder: Path) -> None:
    command = ["go", "build", "-o", folder / "proxy", SOURCE]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=SECONDS, env={**os.environ, "CGO_ENABLED": "0"}
    )
    if done.returncode:
        raise RuntimeError(f"go build failed:\n{done.stderr[-3000:]}")
