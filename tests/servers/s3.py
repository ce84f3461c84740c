"""A real S3 server of the tests: versitygw over a folder, built from its Go module once, kept in .cache."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from servers.build import made
from servers.process import HOST, Process, free_port

VERSION = "v1.8.0"
MODULE = f"github.com/versity/versitygw/cmd/versitygw@{VERSION}"
SECONDS = 1800  # for some 100 modules and three minutes of compiling
ACCESS_KEY, SECRET_KEY = "digger-key", "digger-secret-7c1f0e"
ETAG = "0123456789abcdef0123456789abcdef"  # of what was put into the folder by hand


def missing() -> str | None:
    """What this machine lacks for it; None when all is there."""
    return None if shutil.which("go") else "needs Go, from which the S3 server is built"


def binary() -> Path:
    """The first call fetches and compiles; later ones need no network."""
    return made("versitygw", VERSION.encode(), _build) / "versitygw"


def _build(folder: Path) -> None:
    environment = {**os.environ, "GOBIN": str(folder), "CGO_ENABLED": "0"}
    done = subprocess.run(["go", "install", MODULE], capture_output=True, text=True, timeout=SECONDS, env=environment)
    if done.returncode:
        raise RuntimeError(f"go install failed:\n{done.stderr[-3000:]}")


class S3(Process):
    """Buckets are the folders in `root`; files put there are objects."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.root.mkdir(parents=True)
        (folder / "sidecar").mkdir()
        self.port = free_port()
        self.endpoint = f"http://{HOST}:{self.port}"
        super().__init__(
            [
                binary(), "--port", f"{HOST}:{self.port}", "--quiet", "--keep-alive", "posix",
                "--sidecar", folder / "sidecar", "--default-etag", ETAG, self.root,
            ],
            folder / "log",
            ready=self.port,
            environment={"ROOT_ACCESS_KEY": ACCESS_KEY, "ROOT_SECRET_KEY": SECRET_KEY},
        )  # fmt: skip

    def bucket(self, name: str) -> Path:
        """A new one, as a folder."""
        place = self.root / name
        place.mkdir()
        return place

    def settings(self, **more: str) -> Mapping[str, str]:
        """Keys of a configuration that reads from here."""
        return {
            "input.storage.name": "s3",
            "storage.s3.endpoint": self.endpoint,
            "storage.s3.accessKey": ACCESS_KEY,
            "storage.s3.secretKey": SECRET_KEY,
            **more,
        }
