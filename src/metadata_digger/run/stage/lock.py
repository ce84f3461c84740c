"""One run at a time on an output that no system locks: a file that says whose it is, written anew while that run goes
on. Where it does not change any more, that run is gone."""

from __future__ import annotations

import json
import os
import platform
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from metadata_digger.errors import OutputError
from metadata_digger.run.disk import writing
from metadata_digger.run.interrupt import unbroken
from metadata_digger.storage.remote.place import Place

BEAT = 10.0  # seconds between two writings
DEAD = 35.0  # seconds without one
_LOOK = 1.0  # seconds between two looks at another run's
IGNORED = (
    "the server does not keep to If-None-Match, so that a second run on this output would not be noticed: start none"
)


@contextmanager
def locked(lock: Place, output: Place) -> Iterator[tuple[str, ...]]:
    """Notes for the user. Raises OutputError where another run has it; a dead run's is taken over."""
    held = _Lock(lock)
    with writing(lock):
        if not held.take():
            raise OutputError(f"output.directoryPath: another run is writing {output}")
    try:
        yield () if held.first_wins() else (IGNORED,)
        if held.lost:
            raise OutputError(f"output.directoryPath: another run took {output} over, as this one did not answer")
    finally:
        with unbroken():
            held.release()


class _Lock:
    def __init__(self, file: Place) -> None:
        self._file = file
        self._me = {"run": secrets.token_hex(8), "host": platform.node(), **_process(os.getpid())}
        self._beats = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="lock", daemon=True)
        self.lost = False

    def take(self) -> bool:
        """Raises OSError."""
        while not self._file.create(self._content()):
            other = self._read()
            if other and not _is_gone(other) and self._changes(other):
                return False
            if other and self._read() == other:
                self._file.unlink(missing_ok=True)
        self._thread.start()
        return True

    def _changes(self, other: dict[str, Any]) -> bool:
        """Whether whoever has it writes it once more."""
        end = time.monotonic() + DEAD
        while time.monotonic() < end:
            time.sleep(_LOOK)
            if (now := self._read()) != other:
                return bool(now)
        return False

    def first_wins(self) -> bool:
        """Whether the server refuses what is there already."""
        if self._file.client.renames:
            return True
        with writing(self._file):
            return not self._file.create(self._content())

    def release(self) -> None:
        self._end.set()
        self._thread.join(BEAT)
        with suppress(OSError):
            if self._read().get("run") == self._me["run"]:
                self._file.unlink(missing_ok=True)

    def _follow(self) -> None:
        while not self._end.wait(BEAT):
            with suppress(OSError):  # the server is gone for a while: for others too
                if self._read().get("run", self._me["run"]) != self._me["run"]:
                    self.lost = True
                    return
                self._beats += 1
                self._file.write_bytes(self._content())

    def _content(self) -> bytes:
        return json.dumps({**self._me, "beats": self._beats}).encode()

    def _read(self) -> dict[str, Any]:
        """Empty where there is none."""
        try:
            found = json.loads(self._file.read_bytes())
        except FileNotFoundError:
            return {}
        except ValueError:
            return {"run": ""}  # of nobody that we know
        return found if isinstance(found, dict) else {"run": ""}


def _process(number: int) -> dict[str, Any]:
    """What tells a process of a machine from all others, as far as the system says."""
    found: dict[str, Any] = {"process": number}
    with suppress(OSError):
        found["boot"] = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        found["space"] = str(Path("/proc/self/ns/pid").readlink())
        found["begun"] = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[19]
    return found


def _is_gone(other: dict[str, Any]) -> bool:
    """Whether it is a process of this machine that is not there any more; False where nobody knows."""
    if not isinstance(other.get("process"), int):
        return False
    now = _process(other["process"])
    same = all(name in now and other.get(name) == now[name] for name in ("boot", "space"))
    return same and other.get("begun") != now.get("begun")
