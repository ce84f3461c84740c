"""The files that are measured on: copies of the demo photographs, no two the same."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "bench" / "data"
PHOTOS = ROOT / "demo" / "photos"


def pictures(count: int) -> Path:
    """A directory of `count` files, made once; the demo photographs in turn, each with a number of its own in it."""
    folder = DATA / f"pictures-{count}"
    if folder.is_dir():
        return folder
    making = folder.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    photos = sorted(PHOTOS.iterdir())
    for number in range(count):
        photo = photos[number % len(photos)]
        (making / f"{number:06d}{photo.suffix}").write_bytes(numbered(photo.read_bytes(), number))
    making.rename(folder)
    return folder


def numbered(content: bytes, number: int) -> bytes:
    """The same picture with other bytes: a JPEG gets a comment in front, others bytes behind their end."""
    text = f"number {number}".encode()
    if content.startswith(b"\xff\xd8"):
        return content[:2] + b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text + content[2:]
    return content + text


def only(folder: Path, suffix: str, least: int = 0) -> Path:
    """A directory with the files of `folder` that end so, each filled up behind its end to `least` bytes."""
    target = DATA / f"{folder.name}-{suffix.strip('.')}-{least}"
    if target.is_dir():
        return target
    making = target.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    for path in folder.glob(f"*{suffix}"):
        content = path.read_bytes()
        (making / path.name).write_bytes(content + os.urandom(max(least - len(content), 0)))
    making.rename(target)
    return target


def many(folder: Path, times: int) -> Path:
    """A directory tree with every file of `folder` under `times` names (hard links: the cache holds no more)."""
    target = DATA / f"{folder.name}-times-{times}"
    if target.is_dir():
        return target
    making = target.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    for time in range(times):
        (making / f"{time:04d}").mkdir(parents=True)
        for path in folder.iterdir():
            os.link(path, making / f"{time:04d}" / path.name)
    making.rename(target)
    return target
