"""File systems that are hard to come by: equal inodes, directories that cannot be listed to their end."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest


class Torn:
    """What os.scandir gives, but after some names an input/output error."""

    def __init__(self, entries: Any, after: int) -> None:
        self._entries = entries
        self._left = after

    def __enter__(self) -> Torn:
        return self

    def __exit__(self, *_: object) -> None:
        self._entries.close()

    def __iter__(self) -> Iterator[os.DirEntry[str]]:
        for entry in sorted(self._entries, key=lambda entry: entry.name):
            if not self._left:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            self._left -= 1
            yield entry

    def close(self) -> None:
        self._entries.close()


def tear(monkeypatch: pytest.MonkeyPatch, ending: str, after: int) -> None:
    """Directories of such an ending are listed as far as this; those `after` which nothing comes are denied (-1)."""
    real = os.scandir

    def scandir(path: Any = ".") -> Any:
        if not isinstance(path, str) or not path.rstrip("/").endswith(ending):
            return real(path)
        if after < 0:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return Torn(real(path), after)

    monkeypatch.setattr(os, "scandir", scandir)


def equal_inodes(monkeypatch: pytest.MonkeyPatch, within: Callable[[str], bool]) -> None:
    """All directories there have one inode, as union and network file systems have given them."""
    real = os.stat

    def stat(path: Any, **options: Any) -> os.stat_result:
        found = real(path, **options)
        if not isinstance(path, str) or not os.path.isdir(path) or not within(path):  # noqa: PTH112
            return found
        kind, (fields, more) = found.__reduce__()  # type: ignore[misc]  # of os.stat_result it is always so
        return kind((fields[0], 1, *fields[2:]), more)  # type: ignore[operator]

    monkeypatch.setattr(os, "stat", stat)
    monkeypatch.setattr(os.path, "isdir", lambda path: _is_directory(real, path))


def _is_directory(stat: Callable[..., os.stat_result], path: Any) -> bool:
    try:
        return bool(stat(path).st_mode & 0o040000)
    except OSError:
        return False
