"""One process's connection to an HDFS: opened at the first request, asked with a time limit, asked again."""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from metadata_digger.errors import StorageError
from metadata_digger.storage.hdfs import faults, forks, tickets
from metadata_digger.storage.hdfs.access import SCHEME, HdfsAccess
from metadata_digger.storage.hdfs.hands import Late, Panic, within
from metadata_digger.storage.remote.reach import unreached

if TYPE_CHECKING:
    from hdfs_native import Client, FileReader

T = TypeVar("T")

_PAUSE = 0.5  # seconds before the same is asked again
_READERS = 256  # files that are open, which is no more than a list of their blocks
_NOWHERE = os.devnull  # where hdfs-native looks for the cluster's files: they have been read already

_open: dict[tuple[int, HdfsAccess], Connection] = {}  # of each process: a connection does not survive a fork


class Connection:
    """`native` is hdfs-native's; `readers` are its files, by key and version, the last used at the end."""

    def __init__(self, native: Client) -> None:
        self.native = native
        self._readers: OrderedDict[tuple[str, str], FileReader] = OrderedDict()

    def reader(self, key: str, version: str) -> FileReader | None:
        found = self._readers.pop((key, version), None)
        if found is not None:
            self._readers[key, version] = found
        return found

    def keep(self, key: str, version: str, reader: FileReader) -> None:
        self._readers[key, version] = reader
        while len(self._readers) > _READERS:
            try:
                self._readers.popitem(last=False)
            except KeyError:  # another thread took the last one
                break

    def forget(self, key: str, version: str) -> None:
        self._readers.pop((key, version), None)


def once(access: HdfsAccess, ask: Callable[[Connection], T], seconds: float | None = None) -> T:
    """What it gives, within `seconds`, by default a third of the patience. Raises StorageError; FileExistsError."""
    limit = access.patience / 3 if seconds is None else seconds
    try:
        return within(limit, lambda: ask(_connection(access)))
    except FileExistsError:
        raise
    except Late as error:
        _open.pop((os.getpid(), access), None)  # it may lead to a machine that is gone
        raise faults.told(error, access) from error
    except (RuntimeError, OSError, ValueError, StorageError, Panic) as error:
        raise faults.told(error, access) from error


def patiently(access: HdfsAccess, work: Callable[[], T], *, anew: bool = False) -> T:
    """What `work` gives, asked again while there is no answer. `anew`: the patience begins with the first fault, of
    work that takes long by itself."""
    end = None if anew else time.monotonic() + access.patience
    while True:
        try:
            return work()
        except StorageError as error:
            if end is None:
                end = time.monotonic() + access.patience
            if error.status != "timed_out" or time.monotonic() + _PAUSE > end:
                raise
        time.sleep(_PAUSE)


def asked(access: HdfsAccess, ask: Callable[[Connection], T]) -> T:
    return patiently(access, partial(once, access, ask))


def forget(access: HdfsAccess, key: str, version: str) -> None:
    """So that the next request asks anew where the file's blocks are."""
    if (found := _open.get((os.getpid(), access))) is not None:
        found.forget(key, version)


def _connection(access: HdfsAccess) -> Connection:
    key = os.getpid(), access
    found = _open.get(key)
    if found is None:
        found = _open.setdefault(key, Connection(_made(access)))
    return found


def _made(access: HdfsAccess) -> Client:
    from hdfs_native import Client

    if access.kerberos:
        if tickets.lacks_ticket(os.environ):
            raise StorageError(faults.NO_TICKET, "denied")
    elif access.user not in ("", os.environ.get("HADOOP_USER_NAME") or tickets.own_name()):
        os.environ["HADOOP_USER_NAME"] = access.user  # hdfs-native takes the name from nowhere else
    _probe(access)
    properties = dict(access.properties)
    place = access.authority
    if f"dfs.ha.namenodes.{place}" not in properties:
        (place,) = access.addresses
        place = tickets.host_of_token(place, os.environ)
    before = forks.polls()
    client = Client(f"{SCHEME}://{place}", properties, _NOWHERE)
    forks.watch(client, forks.polls() - before)
    return client


def _probe(access: HdfsAccess) -> None:
    """Whether any namenode takes a connection: hdfs-native says less of why not, and waits for two minutes."""
    why = []
    for address in access.addresses:
        host, _, port = address.rpartition(":")
        if not (fault := unreached(address, host, int(port))):
            return
        why.append(fault)
    raise StorageError(f"no namenode of {access.place}: {', '.join(why)}", "timed_out")
