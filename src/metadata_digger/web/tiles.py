"""A street map of one's own: raster tiles in an MBTiles file (SQLite, MBTiles specification 1.3)."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

from metadata_digger.errors import ConfigError

_TYPES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
DEEPEST = 22  # zoom
_TOLD = 300  # characters of an attribution


class Tiles:
    """Raises ConfigError where the file has no raster tiles."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._local = threading.local()
        if not file.is_file():
            raise ConfigError(f"--map {file}: there is no such file")
        try:
            found = dict(self._database().execute("SELECT name, value FROM metadata").fetchall())
            self._database().execute("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles LIMIT 1")
        except sqlite3.Error as error:
            raise ConfigError(f"--map {file}: no MBTiles file ({error})") from error
        if str(found.get("format", "png")).lower() not in ("png", "jpg", "jpeg", "webp"):
            raise ConfigError(f"--map {file}: its tiles are {found['format']}; png, jpg and webp can be shown")
        self.about: dict[str, Any] = {
            "attribution": str(found.get("attribution", ""))[:_TOLD],
            "minzoom": _whole(found.get("minzoom"), 0),
            "maxzoom": _whole(found.get("maxzoom"), DEEPEST),
        }

    def tile(self, zoom: int, column: int, row: int) -> tuple[bytes, str] | None:
        """Data and media type; rows counted from the north, as maps on pages do."""
        if not (0 <= zoom <= DEEPEST and 0 <= column < 1 << zoom and 0 <= row < 1 << zoom):
            return None
        query = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
        found = self._database().execute(query, (zoom, column, (1 << zoom) - 1 - row)).fetchone()
        if found is None or not isinstance(found[0], bytes):
            return None
        kind = next((kind for start, kind in _TYPES.items() if found[0].startswith(start)), None)
        return None if kind is None else (found[0], kind)

    def _database(self) -> sqlite3.Connection:
        if not hasattr(self._local, "database"):
            place = f"{self._file.absolute().as_uri()}?mode=ro&immutable=1"
            self._local.database = sqlite3.connect(place, uri=True)
        found: sqlite3.Connection = self._local.database
        return found


def _whole(text: object, default: int) -> int:
    word = str(text)
    return min(int(word), DEEPEST) if word.isascii() and word.isdigit() and len(word) < 4 else default
