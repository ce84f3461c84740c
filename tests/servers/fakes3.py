"""A bucket of as many synthetic keys as are wanted, which lists them and has nothing behind them (go/fakes3)."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import requests

from servers.build import made
from servers.process import Process

SOURCE = Path(__file__).parent / "go" / "fakes3"
BUCKET = "b"


def binary() -> Path:
    """The first call compiles it; it needs Go alone, no modules."""
    inputs = b"".join(path.read_bytes() for path in sorted(SOURCE.iterdir()))
    return made("fakes3", inputs, _build) / "fakes3"


def _build(folder: Path) -> None:
    done = subprocess.run(["go", "build", "-o", folder, "."], cwd=SOURCE, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError(f"go build failed:\n{done.stderr[-3000:]}")


class FakeS3(Process):
    """`keys` objects in `folders` folders below archive/, `each` of them in one folder there; `delay`: seconds a
    page."""

    def __init__(self, folder: Path, keys: int, folders: int = 100, each: int = 1000, delay: float = 0.0) -> None:
        shape = ["-keys", str(keys), "-folders", str(folders), "-each", str(each), "-delay", f"{delay}s"]
        super().__init__([binary(), *shape], folder / "fakes3.log", ready="READY")

    @property
    def endpoint(self) -> str:
        found = re.search(r"READY (\S+)\n", self.log())
        if found is None:
            raise RuntimeError("it is not ready")
        return found[1]

    def pages(self) -> int:
        """So many were asked for."""
        return int(requests.get(f"{self.endpoint}/-/requests", timeout=10).text)
