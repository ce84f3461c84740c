"""What is listed on this machine and cannot be read, told as data."""

# ruff: noqa: PTH114

from __future__ import annotations

import errno
import os
import stat

from metadata_digger.storage.model import Fault
from metadata_digger.storage.urls import url_of

STATUS = {
    errno.ENOENT: "not_found",
    errno.ENOTDIR: "not_found",
    errno.EACCES: "denied",
    errno.EPERM: "denied",
    errno.ETIMEDOUT: "timed_out",
}
KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
}
AGAIN = "a directory whose files are listed under another path"


def odd(mode: int) -> str:
    """What is there in place of a file."""
    return f"not a file: {KINDS.get(stat.S_IFMT(mode), 'something special')}"


def unread(base: str, path: str, error: OSError) -> Fault:
    if error.errno == errno.ENOENT and os.path.islink(path):
        return Fault(base, url_of(path), "not_found", "symbolic link to nothing")
    return Fault(base, url_of(path), STATUS.get(error.errno or 0, "failed"), error.strerror or str(error))


def again(base: str, path: str, *, link: bool) -> Fault:
    """A directory whose files have their rows under another path."""
    text = "symbolic link to a directory that is listed already" if link else AGAIN
    return Fault(base, url_of(path), "filtered", text)
