"""Input that is not on this machine: S3 and HDFS alike."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.storage.globs import is_glob
from metadata_digger.storage.lists import LIST
from metadata_digger.storage.model import Entry, Found
from metadata_digger.storage.patterns import EVERYTHING, Patterns
from metadata_digger.storage.remote.client import Client
from metadata_digger.storage.remote.heads import HEAD, Heads, Wanted
from metadata_digger.storage.remote.source import RemoteSource
from metadata_digger.storage.remote.walk import Access, RemoteWalk, base_of, entry_name, lines_of, matches

CONCURRENCY = 16


class RemoteStorage:
    """input.storage.name=s3 and hdfs. What is fetched ahead stays in the process that asked for it."""

    def __init__(self, access: Access, patterns: Patterns = EVERYTHING, concurrency: int = CONCURRENCY) -> None:
        self._access = access
        self._patterns = patterns
        self._concurrency = concurrency
        self._heads: tuple[int, Heads] | None = None  # of the process with this number

    def __reduce__(self) -> tuple[object, ...]:
        return RemoteStorage, (self._access, self._patterns, self._concurrency)

    def base_of(self, entry: str) -> str:
        return base_of(self._access, entry)

    def entry_name(self, entry: str) -> str:
        return entry_name(self._access, entry)

    def check(self, paths: Sequence[str]) -> None:
        checked: set[Client] = set()
        faults = []
        for path in paths:
            if path.startswith(LIST):
                next(lines_of(self._access, path), None)
                continue
            try:
                client, key = self._access.locate(path)
            except ConfigError as error:
                raise ConfigError(f"input.paths: {error}") from error
            if client not in checked:
                try:
                    client.check()
                except StorageError as error:
                    raise StorageError(f"input.paths: {path}: {error}", error.status) from error
                checked.add(client)
            if fault := _missing(path, client, key):
                faults.append(fault)
        if faults:
            raise ConfigError("\n".join(faults))

    def walk(
        self,
        paths: Sequence[str],
        skip: Collection[str] = (),
        excluded: Counter[str] | None = None,
        listed: Counter[str] | None = None,
    ) -> Iterator[Found]:
        left_out = Counter() if excluded is None else excluded
        return RemoteWalk(self._access, self._patterns, left_out, listed).inputs(paths, skip)

    def open(self, one: Entry) -> RemoteSource:
        client, key = self._access.locate(one.url)
        if one.modified is None and not one.version:  # of no listing: nobody knows its size
            if (item := client.look(key)) is None:
                raise StorageError("nothing is there", "not_found")
            return RemoteSource(client, key, item.size, item.version, None)
        head = self._ahead().take(client, key)
        return RemoteSource(client, key, one.size, one.version, head)

    def ahead(self, coming: Sequence[Entry], whole: int = 0) -> None:
        wanted = []
        for one in coming:
            if one.size:
                client, key = self._access.locate(one.url)
                length = one.size if one.size <= whole else min(HEAD, one.size)
                wanted.append(Wanted(client, key, one.version, length))
        self._ahead().ask(wanted)

    def forget(self) -> None:
        if self._heads is not None:
            self._ahead().forget()

    def _ahead(self) -> Heads:
        if self._heads is None or self._heads[0] != os.getpid():
            self._heads = os.getpid(), Heads(self._concurrency)
        return self._heads[1]


def _missing(path: str, client: Client, key: str) -> str:
    """A sentence where an entry leads nowhere."""
    folder = key if not key or key.endswith("/") else f"{key}/"
    if client.is_folder(folder) or (key and not key.endswith("/") and client.look(key) is not None):
        return ""
    if is_glob(key):
        return "" if next(matches(client, key), None) is not None else f"input.paths: nothing matches {path}"
    return f"input.paths: {path} does not exist: correct it"
