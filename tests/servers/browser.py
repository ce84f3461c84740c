"""A real Chromium, Debian's or another that is there, driven by Playwright, and axe-core, which looks for what keeps
people out of a page. Playwright's own browsers are not fetched."""

from __future__ import annotations

import fcntl
import hashlib
import io
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from servers.build import CACHE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
AXE = "4.14.1"  # MPL-2.0
SHA256 = "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"  # of its package
# Nothing of the browser's own goes anywhere: what a test sees leave is the page's.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def program() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def missing() -> str | None:
    """What this machine lacks for a browser; None when all is there."""
    if find_spec("playwright") is None:
        return "playwright is not installed"
    return None if program() else "no Chromium: on Debian apt install chromium"


@contextmanager
def running() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), headless=True, args=[*FLAGS])
        try:
            yield browser
        finally:
            browser.close()


def axe() -> str:
    """The text of axe.min.js, from npm: fetched once, kept in .cache, never in the project."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = CACHE / f"axe-{AXE}.js"
        if not file.is_file():
            packed = subprocess.run(
                ["npm", "pack", "--silent", f"axe-core@{AXE}"], cwd=CACHE, check=True, capture_output=True, text=True
            )
            archive = CACHE / packed.stdout.strip().splitlines()[-1]
            data = archive.read_bytes()
            archive.unlink()
            assert hashlib.sha256(data).hexdigest() == SHA256, f"axe-core {AXE} is another one than it was"
            with tarfile.open(fileobj=io.BytesIO(data)) as package:
                member = package.extractfile("package/axe.min.js")
                assert member is not None
                half = file.with_suffix(".half")
                half.write_bytes(member.read())
                half.rename(file)
        return file.read_text("utf-8")
