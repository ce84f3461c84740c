"""Places of this machine, as input.paths and output.directoryPath name them."""

from __future__ import annotations

_SCHEME = "file:"


def local(entry: str) -> str:
    """The path of `dir`, `/dir`, `file:/dir` or `file:///dir`, nothing escaped."""
    if entry[: len(_SCHEME)].lower() != _SCHEME:
        return entry
    path = entry[len(_SCHEME) :]
    return "/" + path.lstrip("/") if path.startswith("/") else path
