"""Opening the file of a row: below the base that its run was given, over no link that leads out of it.

A row's path comes from the index, never from a request. But the index may be older than the files, and of another hand
than the server: so nothing is believed of it.
"""

from __future__ import annotations

import os
import stat

from metadata_digger.errors import StorageError
from metadata_digger.storage.urls import path_of


def opened(url: str, base_url: str) -> int:
    """A descriptor of the regular file. Raises StorageError with the reason."""
    path = path_of(url)
    base = _base(base_url)
    try:
        real, home = os.path.realpath(path, strict=True), os.path.realpath(base)
    except OSError as error:
        gone = isinstance(error, FileNotFoundError | NotADirectoryError)
        status = "not_found" if gone else "failed"
        raise StorageError(f"the file cannot be found: {error.strerror}", status) from error
    if real != home and not real.startswith(home.rstrip("/") + "/"):
        raise StorageError("the file lies outside of the input that it was found in", "denied")
    return _walked(real)


def _base(url: str) -> str:
    """Up to the first sign of a glob: what an entry of input.paths matches lies below."""
    path = path_of(url)
    parts = path.split("/")
    for number, part in enumerate(parts):
        if any(sign in part for sign in "*?[") and not os.path.exists(path):  # noqa: PTH110
            return "/".join(parts[:number]) or "/"
    return path


def _walked(real: str) -> int:
    """Directory by directory without following a link: what was a real path a moment ago still is one."""
    directory = os.open("/", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    parts = [part for part in real.split("/") if part]
    try:
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_NONBLOCK if last else os.O_DIRECTORY)
            following = os.open(part, flags, dir_fd=directory)
            os.close(directory)
            directory = following
        if not stat.S_ISREG(os.fstat(directory).st_mode):
            raise StorageError("it is no file any more", "failed")
    except OSError as error:
        os.close(directory)
        raise StorageError(f"the file cannot be read: {error.strerror}", "failed") from error
    except StorageError:
        os.close(directory)
        raise
    return directory
