"""Where the files of an output are now: what its run was given, and what is mounted elsewhere (`--map OLD=NEW`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.storage import LocalStorage
from metadata_digger.storage.model import Storage
from metadata_digger.storage.urls import absolute, path_of, url_of


class Moved(NamedTuple):
    """All that was in one directory is in another now. Absolute paths without a slash at the end."""

    old: str
    new: str


class Input(NamedTuple):
    """What a run was given, as its record has it: `paths` are entries of input.paths."""

    storage: Storage
    paths: tuple[str, ...]
    directory: str  # where relative paths count from


def moved(text: str) -> Moved:
    """Of `OLD=NEW`. Raises ConfigError."""
    old, equals, new = text.partition("=")
    if not (old and equals and new):
        raise ConfigError(
            f"--map {text}: write --map OLD=NEW, the directory where the files were and the one they are in"
        )
    return Moved(absolute(old), absolute(new))


def now(url: str, moves: Sequence[Moved]) -> str:
    """Where a file is that was at this URL: the longest OLD that it lies in decides."""
    return _moved(url, [(one.old, one.new) for one in moves])


def about(url: str, moves: Sequence[Moved]) -> Iterator[Moved]:
    """Which of them are about a file that was at this URL."""
    return (one for one in moves if _moved(url, [(one.old, f"{one.old}/moved")]) != url)


def before(url: str, moves: Sequence[Moved]) -> str:
    """Where a file was that is at this URL now."""
    return _moved(url, [(one.new, one.old) for one in moves])


def entries(given: Input, moves: Sequence[Moved]) -> list[str]:
    """Entries of input.paths as they are to be given now. What a list (`@list`) names is taken as it stands in it."""
    return [_entry(given, entry, moves) for entry in given.paths]


def _entry(given: Input, entry: str, moves: Sequence[Moved]) -> str:
    if not isinstance(given.storage, LocalStorage):
        return entry
    if entry.startswith("@"):
        return f"@{Path(given.directory, entry[1:])}"
    place = absolute(entry if entry.startswith("file:") else str(Path(given.directory, entry)))
    return path_of(now(url_of(place), moves))


def _moved(url: str, moves: Sequence[tuple[str, str]]) -> str:
    if not moves:
        return url
    try:
        path = path_of(url)
    except (StorageError, ValueError):
        return url
    for old, new in sorted(moves, key=lambda one: -len(one[0])):
        if path == old or path.startswith(old.rstrip("/") + "/"):
            return url_of(new.rstrip("/") + path[len(old.rstrip("/")) :] or "/")
    return url
