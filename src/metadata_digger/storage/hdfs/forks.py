"""What a fork inherits of hdfs-native, made harmless there.

hdfs-native keeps connections to datanodes for three seconds, for all clients of a process. A child would ask on one of
them, its parent would get the answer, and the child's closing it would end what the parent's epoll knows of it. Its
threads are not in the child, and whoever drops the last reference to a client waits for them.
"""

from __future__ import annotations

import ctypes
import os
import re
import socket
from contextlib import suppress
from pathlib import Path

_TARGET = re.compile(r"^tfd:\s*(\d+)", re.MULTILINE)
_polls: set[int] = set()  # epoll descriptors of hdfs-native's
_clients: list[object] = []


def polls() -> set[int]:
    """This process's epoll descriptors; none where there is no /proc, and so no epoll."""
    with suppress(OSError):
        return {int(name) for name in os.listdir("/proc/self/fd") if _leads_to(name) == "anon_inode:[eventpoll]"}  # noqa: PTH208  # numbers
    return set()


def watch(client: object, new: set[int]) -> None:
    """A client of hdfs-native, and the descriptors that came with it."""
    if not _clients:
        os.register_at_fork(after_in_child=_cut)
    _clients.append(client)
    _polls.update(new)


def _cut() -> None:
    """Sockets become one that nobody hears, epoll descriptors nothing at all; their numbers stay taken."""
    for client in _clients:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(client))
    known: set[str] = set()
    for poll in _polls:
        with suppress(OSError):
            known.update(_TARGET.findall(Path(f"/proc/self/fdinfo/{poll}").read_text()))
    sockets = [int(name) for name in known if _leads_to(name).startswith("socket:")]
    dead, other = socket.socketpair()
    nothing = os.open(os.devnull, os.O_RDWR)
    other.close()
    for one, instead in [*((one, dead.fileno()) for one in sockets), *((one, nothing) for one in _polls)]:
        with suppress(OSError):
            os.dup2(instead, one, inheritable=False)
    dead.close()
    os.close(nothing)
    _polls.clear()


def _leads_to(descriptor: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115  # no path
    except OSError:
        return ""  # closed meanwhile
