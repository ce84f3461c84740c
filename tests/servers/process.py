"""A server process of the tests: its own process group, its words in a file, gone at the end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def children(pid: int) -> list[int]:
    """Processes that any thread of it started; Java's are of many."""
    found = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(child) for child in file.read_text().split()]
    return found


def command_of(pid: int) -> bytes:
    """Its words, each with a NUL behind it; empty of one that is dead."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


class Process:
    """`ready`: a text that the server prints, or a port that it opens, once it can be used."""

    def __init__(
        self, command: Sequence[str | Path], log: Path, ready: str | int, environment: Mapping[str, str] | None = None
    ) -> None:
        self._command = [*map(str, command)]
        self._log = log
        self._ready = ready
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns at once; `wait` follows, so that several can start side by side."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=self._environment,
                cwd=self._log.parent,
            )

    def wait(self, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while not self._is_ready():
            if self._process is None or self._process.poll() is not None or time.monotonic() > end:
                self.kill()
                raise RuntimeError(f"{self._command[0]} did not start:\n{self.log()[-4000:]}")
            time.sleep(0.05)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def kill(self) -> None:
        """As a machine that loses its power: without a last word."""
        if self._process is not None and self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def pause(self) -> None:
        """As a machine whose network is gone: its connections stay open, and nothing is answered."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGCONT)

    def _is_ready(self) -> bool:
        if isinstance(self._ready, str):
            return self._ready in self.log()
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex((HOST, self._ready)) == 0
