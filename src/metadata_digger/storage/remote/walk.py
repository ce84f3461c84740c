"""Every file under the entries of input.paths that lie in S3 or HDFS: folders, single files, globs, lists.

An entry is what the local storage takes it for: what a glob matches is a folder with all in it or a file, patterns are
about paths below the entry, nothing comes twice.
"""

from __future__ import annotations

import fnmatch
import re
from collections import Counter, deque
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple, Protocol, TypeAlias

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.storage.given import Given
from metadata_digger.storage.globs import is_glob
from metadata_digger.storage.lists import LIST, paths_in
from metadata_digger.storage.model import Fault, Found, entry_of
from metadata_digger.storage.own import OUTPUT, RECORDS, STAGE, STAGE_SUFFIX, is_stage
from metadata_digger.storage.patterns import Patterns
from metadata_digger.storage.remote import side_by_side
from metadata_digger.storage.remote.client import Client, Item

LOOKS = 32  # files of a list that are looked at side by side


class Access(Protocol):
    """Who makes clients, of what the configuration says. Picklable."""

    def locate(self, entry: str) -> tuple[Client, str]:
        """The client and the key of an entry of input.paths, or of a URL in a row. Raises ConfigError."""


class Place(NamedTuple):
    """A folder that is an entry, or that a glob matches; `root`: where in its keys the patterns begin."""

    client: Client
    folder: str
    root: int


# Of a glob: a folder with all in it, a file and where in its key the patterns begin, a folder that cannot be listed.
Match: TypeAlias = Place | tuple[Client, Item, int] | Fault


def base_of(access: Access, entry: str) -> str:
    """As `urls.base_of`: what an entry is called in the rows of its files, with its slash at the end and all."""
    if entry.startswith(LIST):  # no file is of the list itself
        return entry
    client, key = access.locate(entry)
    return f"{client.root}{key}"


def entry_name(access: Access, entry: str) -> str:
    """As `urls.entry_name`."""
    return base_of(access, entry).rstrip("/")


class RemoteWalk:
    """What one walk remembers. Raises StorageError where a folder cannot be listed to its end."""

    def __init__(
        self, access: Access, patterns: Patterns, excluded: Counter[str], listed: Counter[str] | None = None
    ) -> None:
        self._access = access
        self._wanted = patterns.matcher()
        self._excluded = excluded
        self._files: Counter[str] = Counter() if listed is None else listed
        self._given = Given()
        self._mine: set[str] = set()
        self._named: list[str] = []  # URLs of folders that are entries: files are of the nearest
        self._done: list[str] = []  # those that are listed
        self._told: set[str] = set()  # folders that were told of, or counted, once
        self._last: tuple[str | None, bool] = (None, False)  # a folder, and whether its files are wanted

    def inputs(self, paths: Sequence[str], skip: Collection[str]) -> Iterator[Found]:
        self._mine = {one for url in skip for one in _own(url.rstrip("/"))}
        kinds = {path: self._kind(path) for path in dict.fromkeys(paths) if not path.startswith(LIST)}
        self._named = [f"{one.client.root}{one.folder}" for one in kinds.values() if isinstance(one, Place)]
        for path in paths:
            if path.startswith(LIST):
                yield from self._list(path)
                continue
            name, base, kind = entry_name(self._access, path), base_of(self._access, path), kinds[path]
            if isinstance(kind, Place):
                yield from self._folder(name, base, kind)
            elif isinstance(kind, Item):
                client, _ = self._access.locate(path)
                yield from self._single(name, base, client, kind)
            elif isinstance(kind, Fault):
                yield kind
            else:
                for one in kind:
                    if isinstance(one, Place):
                        yield from self._folder(name, base, one)
                    elif isinstance(one, Fault):
                        yield one._replace(base=base)
                    else:
                        client, item, root = one
                        if self._wants(item.key[root:]):
                            yield from self._single(name, base, client, item)

    def _kind(self, path: str) -> Place | Item | Fault | Iterator[Match]:
        client, key = self._access.locate(path)
        if is_glob(key) and client.look(key) is None and not client.is_folder(key.rstrip("/") + "/"):
            return matches(client, key)
        return self._found(path, client, key)

    def _found(self, path: str, client: Client, key: str) -> Place | Item | Fault:
        if key and not key.endswith("/") and (item := client.look(key)) is not None:
            return item
        folder = key if not key or key.endswith("/") else f"{key}/"
        if client.is_folder(folder):
            return Place(client, folder, len(folder))
        return Fault(base_of(self._access, path), f"{client.root}{key}", "not_found", "nothing is there")

    def _list(self, path: str) -> Iterator[Found]:
        """Each line is a file mostly, whose size nobody has told: they are asked for side by side."""
        coming: deque[tuple[str, Future[Place | Item | Fault]]] = deque()
        with ThreadPoolExecutor(LOOKS) as threads:
            for line in lines_of(self._access, path):
                coming.append((line, threads.submit(self._line, line)))
                if len(coming) > 2 * LOOKS:
                    yield from self._looked(path, *coming.popleft())
            while coming:
                yield from self._looked(path, *coming.popleft())

    def _line(self, line: str) -> Place | Item | Fault:
        try:
            client, key = self._access.locate(line)
        except ConfigError as error:
            return Fault(line, line, "not_found", str(error))
        try:
            return self._found(line, client, key)
        except StorageError as error:
            return Fault(f"{client.root}{key}", f"{client.root}{key}", error.status, str(error))

    def _looked(self, path: str, line: str, future: Future[Place | Item | Fault]) -> Iterator[Found]:
        name, kind = entry_name(self._access, path), future.result()
        if isinstance(kind, Fault):
            yield kind
            return
        client, key = self._access.locate(line)
        if isinstance(kind, Place):
            yield from self._folder(name, f"{client.root}{key}", kind)
        elif self._wants(kind.key.rpartition("/")[2]):
            yield from self._single(name, f"{client.root}{key}", client, kind)

    def _wants(self, path: str) -> bool:
        if self._wanted is None or self._wanted.file(path):
            return True
        self._excluded["files"] += 1
        return False

    def _single(self, name: str, base: str, client: Client, item: Item) -> Iterator[Found]:
        folder, _, last = f"{client.root}{item.key}".rpartition("/")
        if not self._is_done(f"{folder}/") and self._given.add(folder, last):
            yield self._file(name, base, client, item)

    def _file(self, name: str, base: str, client: Client, item: Item) -> Found:
        self._files[name] += 1
        return entry_of((base, client.root + item.key, item.size, item.modified, "", item.version))

    def _folder(self, name: str, base: str, place: Place) -> Iterator[Found]:
        client, top, root = place
        url = client.root + top
        if self._is_done(url):
            return
        others = tuple(one for one in {*self._named, *self._done} if one != url and one.startswith(url))
        self._last = (None, False)
        lost: deque[tuple[str, StorageError]] = deque()

        def told() -> Iterator[Fault]:
            while lost:
                folder, error = lost.popleft()
                why = list(self._why_not(base, client, folder, root, others))
                if why:
                    yield from (one for one in why if one is not None)
                else:
                    yield Fault(base, f"{client.root}{folder[:-1]}", error.status, str(error))

        for item in _listed(client, top, lambda *one: lost.append(one)):
            yield from told()
            folder, slash, last = item.key.rpartition("/")
            if folder + slash != self._last[0]:
                verdict = True
                for fault in self._why_not(base, client, folder + slash, root, others):
                    if isinstance(fault, Fault):
                        yield fault
                    verdict = False
                self._last = (folder + slash, verdict)
            if not self._last[1] or (self._wanted is not None and not self._wants(item.key[root:])):
                continue
            if not (self._given.knows(client.root + folder) and self._given.has(client.root + folder, last)):
                yield self._file(name, base, client, item)
        yield from told()
        self._done.append(url)

    def _is_done(self, url: str) -> bool:
        """Of a folder: whether its files have come, with the nearest folder around it that is an entry."""
        around = [one for one in {*self._named, *self._done} if url.startswith(one)]
        return url.startswith(tuple(self._mine)) or (bool(around) and max(around, key=len) in self._done)

    def _why_not(
        self, base: str, client: Client, folder: str, root: int, others: tuple[str, ...]
    ) -> Iterator[Fault | None]:
        """Nothing where the files of a folder are wanted; a Fault that is new, or None."""
        url = client.root + folder
        if (others and url.startswith(others)) or url.startswith(tuple(self._mine)):
            yield None
            return
        at = folder.find("/", root)
        while at >= 0:
            path, name = folder[root:at], folder[:at].rpartition("/")[2]
            why = STAGE if is_stage(name) else OUTPUT if name == RECORDS else ""
            if why and self._mark(f"{client.root}{folder[:at]}"):
                yield Fault(base, f"{client.root}{folder[:at]}", "filtered", why)
            elif why:
                yield None
            elif self._wanted is not None and not self._wanted.directory(path):
                if self._mark(f"{client.root}{folder[:at]}"):
                    self._excluded["directories"] += 1
                yield None
            else:
                at = folder.find("/", at + 1)
                continue
            return

    def _mark(self, url: str) -> bool:
        """Whether it is the first time."""
        if url in self._told:
            return False
        self._told.add(url)
        return True


def _listed(client: Client, folder: str, lost: side_by_side.Lost) -> Iterator[Item]:
    try:
        yield from side_by_side.below(client, folder, lost=lost)
    except StorageError as error:
        raise StorageError(f"input.paths: {client.root}{folder}: {error}", error.status) from error


def _own(url: str) -> Iterator[str]:
    """An output, and the unfinished work on it."""
    folder, _, name = url.rpartition("/")
    yield f"{url}/"
    yield f"{folder}/.{name}{STAGE_SUFFIX}/"


def lines_of(access: Access, path: str) -> Iterator[str]:
    """The paths in a list, which lies on this machine or in the storage."""
    place = path.removeprefix(LIST)
    if "://" not in place or place.startswith("file:"):
        yield from paths_in(place)
        return
    client, key = access.locate(place)
    try:
        text = client.read(key)
    except FileNotFoundError:
        raise ConfigError(f"input.paths: {path}: the list does not exist") from None
    end = b"\0" if b"\0" in text else b"\n"
    for line in text.split(end):
        if line := line if end == b"\0" else line.rstrip(b"\r"):
            yield line.decode("utf-8", "replace")


def matches(client: Client, pattern: str) -> Iterator[Match]:
    """What a glob matches, sorted within each folder; a folder that matches comes with all in it."""
    parts = [part for part in pattern.split("/") if part]
    only_folders = pattern.endswith("/")
    while len(parts) > 1 and parts[-1] == "**":  # everything in a folder: the folder
        parts.pop()
        only_folders = True
    fixed = next(number for number, part in enumerate(parts) if is_glob(part))
    start = "".join(f"{part}/" for part in parts[:fixed])
    if parts == ["**"]:
        yield Place(client, start, len(start))
        return
    seen: set[tuple[str, int]] = set()

    def look(folder: str, at: int, root: int) -> Iterator[Match]:
        if (folder, at) in seen:
            return
        seen.add((folder, at))
        free = parts[at] == "**"
        if free:
            root = root or len(folder)
            yield from look(folder, at + 1, root)
        test = None if free else re.compile(fnmatch.translate(parts[at])).match
        for one in _inside(client, folder):
            if isinstance(one, Fault):
                yield one
                continue
            key = one if isinstance(one, str) else one.key
            name = key[len(folder) :].rstrip("/")
            if name.startswith(".") and name.endswith(STAGE_SUFFIX):
                continue
            if free:
                if isinstance(one, str):
                    yield from look(one, at, root)
            elif test is not None and test(name):
                if at + 1 < len(parts):
                    if isinstance(one, str):
                        yield from look(one, at + 1, root)
                elif isinstance(one, str):
                    yield Place(client, one, root or len(one))
                elif not only_folders:
                    yield client, one, root or len(folder)

    yield from look(start, fixed, 0)


def _inside(client: Client, folder: str) -> Iterator[Item | str | Fault]:
    """Nothing where there is no such folder."""
    try:
        yield from client.inside(folder)
    except StorageError as error:
        if error.status == "timed_out":
            raise
        if error.status != "not_found":
            yield Fault("", f"{client.root}{folder.rstrip('/')}", error.status, str(error))
