"""The checkout under test: where it is, a copy as a clone would be, and running programs in it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PHOTOS = ROOT / "demo" / "photos"


def clone(target: Path) -> Path:
    """A copy of what git would carry: committed files and those that only wait for it."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True
    )
    if listed.returncode == 0:
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (ROOT / name).is_file():
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, target / name)
    else:  # an unpacked source archive
        shutil.copytree(
            ROOT, target, ignore=shutil.ignore_patterns(".venv*", ".cache", "output", "data", "__pycache__", ".*_cache")
        )
    return target


def run(
    *command: str | Path, cwd: Path, env: Mapping[str, str] | None = None, timeout: float = 600
) -> subprocess.CompletedProcess[str]:
    """The finished program; `env` is added to the environment, an empty value takes a variable away."""
    environment = {**os.environ, **(env or {})}
    return subprocess.run(
        command,
        cwd=cwd,
        env={name: value for name, value in environment.items() if value},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
