"""Features already computed, in the user's cache directory: a second try with other settings takes seconds.

One SQLite file for each base network (and each version of what decodes and computes), one row a picture, found by path,
size and time of change. About 6 KB a picture with the default base. Deleting the directory is safe at any time.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FORMAT = 1
WAIT = 30.0  # seconds for another run that is writing
TABLE = """
CREATE TABLE IF NOT EXISTS pictures (
    path TEXT PRIMARY KEY, size INTEGER, changed INTEGER, digest BLOB, features BLOB, thumbnail BLOB, notes TEXT
) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What is kept of a picture."""

    digest: bytes  # SHA-256 of the picture as the network sees it
    features: NDArray[np.float32]  # (width,)
    thumbnail: NDArray[np.uint8]  # (duplicates.SIDE, duplicates.SIDE), grey
    notes: tuple[str, ...]


def cache_folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if Path(home).is_absolute() else Path.home() / ".cache") / "metadata-digger" / "features"


class Cache:
    """Rows of one base. A cache that cannot be used (read-only home, damaged file) is no reason to stop: `fault` says
    why it stays empty."""

    def __init__(self, folder: Path | None, key: str, width: int) -> None:
        self.fault = ""
        self._width = width
        self._database = sqlite3.connect(":memory:")
        if folder is not None:
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                database = sqlite3.connect(folder / f"{key}.sqlite", timeout=WAIT)
                database.execute(TABLE)
            except (OSError, sqlite3.Error) as error:
                self.fault = f"features are not kept: {folder}: {error}"
            else:
                self._database.close()
                self._database = database
        self._database.execute(TABLE)

    def get(self, path: Path) -> Found | None:
        """The row of a file that is as it was."""
        key = key_of(path)
        if key is None:
            return None
        query = "SELECT digest, features, thumbnail, notes FROM pictures WHERE path = ? AND size = ? AND changed = ?"
        try:
            row = self._database.execute(query, key).fetchone()
        except sqlite3.Error as error:
            self.fault = f"features that were kept cannot be read: {error}"
            return None
        if row is None or len(row[1]) != 4 * self._width:
            return None
        side = round(len(row[2]) ** 0.5)
        thumbnail = np.frombuffer(row[2], np.uint8).reshape(side, side)
        return Found(row[0], np.frombuffer(row[1], "<f4"), thumbnail, tuple(row[3].split("\n")) if row[3] else ())

    def put(self, rows: Sequence[tuple[Path, Found]]) -> None:
        values = [
            (
                *key,
                found.digest,
                found.features.astype("<f4").tobytes(),
                found.thumbnail.tobytes(),
                "\n".join(found.notes),
            )
            for path, found in rows
            if (key := key_of(path)) is not None
        ]
        try:
            with self._database:
                self._database.executemany("INSERT OR REPLACE INTO pictures VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        except sqlite3.Error as error:
            self.fault = f"features cannot be kept: {error}"

    def close(self) -> None:
        self._database.close()


def key_of(path: Path) -> tuple[str, int, int] | None:
    """Path, size and time of change; None for what has no key: a file that is gone, a path that is not UTF-8."""
    try:
        state = path.stat()
        name = str(path.absolute())
        name.encode()
    except (OSError, UnicodeEncodeError):
        return None
    return name, state.st_size, state.st_mtime_ns
