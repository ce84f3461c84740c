"""Previews that were made, on disk: the ones not asked for longest go first. Whatever is wrong with the disk costs
speed and nothing else."""

from __future__ import annotations

import hashlib
import os
import threading
from contextlib import suppress
from pathlib import Path

_LOOK = 200  # writes between two looks at how much there is
_NAMES = {"image/jpeg": "jpg", "image/png": "png"}


class Cache:
    """`size`: bytes that the folder may have; below 0: any number."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self._size = size
        self._written = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> tuple[bytes, str] | None:
        for media_type, suffix in _NAMES.items():
            path = self._path(key, suffix)
            with suppress(OSError):
                data = path.read_bytes()
                with suppress(OSError):  # a disk that can only be read
                    os.utime(path)
                return data, media_type
        return None

    def put(self, key: str, data: bytes, media_type: str) -> None:
        path = self._path(key, _NAMES[media_type])
        half = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.half")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            half.write_bytes(data)
            half.replace(path)
        except OSError:
            with suppress(OSError):
                half.unlink(missing_ok=True)
            return
        with self._lock:
            self._written += 1
            if self._size >= 0 and self._written % _LOOK == 1:
                self._trim()

    def _path(self, key: str, suffix: str) -> Path:
        name = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
        return self._folder / name[:2] / f"{name[2:]}.{suffix}"

    def _trim(self) -> None:
        found = []
        with suppress(OSError):
            for path in self._folder.glob("*/*"):
                with suppress(OSError):
                    state = path.stat()
                    found.append((state.st_atime, state.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= self._size:
                return
            with suppress(OSError):
                path.unlink()
                total -= size


def place() -> Path:
    """The user's folder for such things."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "metadata-digger" / "previews"
