"""Every file under the entries of input.paths: directories, single files, globs, and lists of paths."""

# os and not pathlib: 100,000 files are listed in 0.3 s with os, a Path for each takes more than all the rest.
# ruff: noqa: PTH114, PTH116, PTH118

from __future__ import annotations

import os
import stat
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from metadata_digger.storage import links
from metadata_digger.storage.faults import AGAIN, again, odd, unread
from metadata_digger.storage.given import Given
from metadata_digger.storage.globs import Glob, Match, Spot, is_glob
from metadata_digger.storage.lists import LIST, paths_in
from metadata_digger.storage.loops import LOOP, Identity, identity_of, is_loop
from metadata_digger.storage.model import Fault, Found, entry_of
from metadata_digger.storage.names import LINK, names_in
from metadata_digger.storage.own import MINE, OUTPUT, RECORDS, STAGE, Own, is_marks, is_output, is_stage
from metadata_digger.storage.patterns import EVERYTHING, Patterns
from metadata_digger.storage.urls import absolute, base_of, entry_name, url_of


class _Origin(NamedTuple):
    """What files come from."""

    entry: str  # of input.paths, as `urls.entry_name` has it
    base: str  # of their rows
    home: str  # a real path: what lies outside is not in the entry


class _Level(NamedTuple):
    """A directory that is being walked."""

    prefix: str  # its path, with a slash
    real: str  # the same of its real path
    identity: Identity
    names: Iterator[str]


class Walk:
    """What one walk remembers, so that nothing comes twice: directories by their real paths, files named one by one.

    `excluded` counts what the patterns leave out: "files", and "directories" that were not entered. `listed` counts
    the files of each entry (`urls.entry_name`). `policy`: input.links.
    """

    def __init__(
        self,
        patterns: Patterns,
        excluded: Counter[str],
        listed: Counter[str] | None = None,
        policy: str = links.FOLLOW,
    ) -> None:
        self._wanted = patterns.matcher()
        self._excluded = excluded
        self._files: Counter[str] = Counter() if listed is None else listed
        self._policy = policy
        self._own = Own(())
        self._named: dict[str, str] = {}  # real path -> path of directories that are entries: files are of the nearest
        self._listed: dict[str, str] = {}  # real path -> path
        self._given = Given()
        # Symbolic links to directories, and the walks behind them.
        self._links: deque[tuple[_Origin, str, Callable[[], Iterator[Found]]]] = deque()
        self._home = ("", "")  # the last directory that `_real` was asked for, and its real path

    def inputs(self, paths: Sequence[str], skip: Collection[str]) -> Iterator[Found]:
        self._own = Own(skip)
        for place in (absolute(path) for path in paths if not path.startswith(LIST)):
            if "\0" not in place and os.path.isdir(place):  # noqa: PTH112
                self._named.setdefault(os.path.realpath(place), place)
        for path in paths:
            entry, place = entry_name(path), absolute(path)
            if path.startswith(LIST):
                for line in paths_in(path.removeprefix(LIST)):
                    yield from self._line(entry, base_of(line), absolute(line))
            elif is_glob(place) and not os.path.lexists(place):
                glob = Glob(place, base_of(path))
                origin = _Origin(entry, glob.base, os.path.realpath(glob.start.path))
                if own := self._own.lies(origin.home):
                    yield Fault(glob.base, url_of(glob.start.path), "filtered", own)
                else:
                    yield from self._glob(origin, glob, glob.start)
            else:
                yield from self._input(entry, base_of(path), place)
        # A real directory is listed under its own name, so links wait until all of them are.
        while self._links:
            origin, path, walk = self._links.popleft()
            own = self._own.lies(os.path.realpath(path))
            if not own:
                yield from walk()
            elif own != MINE:
                yield Fault(origin.base, url_of(path), "filtered", own)

    def _line(self, entry: str, base: str, path: str) -> Iterator[Found]:
        """A path of a list. Who made the list may not know what is a link."""
        if "\0" in path or not os.path.islink(path):
            yield from self._input(entry, base, path)
            return
        directory, name = os.path.split(path)
        home = os.path.join(os.path.realpath(directory), name)
        if why := links.refusal(self._policy, path, home):
            yield Fault(base, url_of(path), "filtered", why)
        else:
            yield from self._input(entry, base, path, home)

    def _input(self, entry: str, base: str, path: str, home: str = "") -> Iterator[Found]:
        """`home`: as of an _Origin; "": whatever the path leads to."""
        try:
            state = os.stat(path)
        except OSError as error:
            yield unread(base, path, error)
            return
        except ValueError:
            yield Fault(base, url_of(path), "not_found", "no path: it has a NUL in it")
            return
        directory, name = (path, "") if stat.S_ISDIR(state.st_mode) else os.path.split(path)
        origin = _Origin(entry, base, home or ("" if name else self._real(path)))
        if own := self._own.lies(self._real(directory)):
            yield Fault(base, url_of(path), "filtered", own)
        elif not name:
            yield from self._directory(origin, path, len(path.rstrip("/")) + 1, link=bool(home))
        elif self._wants(name):
            yield from self._single(origin, path, state, link=bool(home))

    def _real(self, directory: str) -> str:
        """Files that are named one by one mostly follow each other in their directory."""
        if directory != self._home[0]:
            self._home = directory, os.path.realpath(directory)
        return self._home[1]

    def _wants(self, path: str) -> bool:
        if self._wanted is None or self._wanted.file(path):
            return True
        self._excluded["files"] += 1
        return False

    def _file(self, origin: _Origin, path: str, state: os.stat_result, real: str | None) -> Found:
        """`real`: where it lies, where that may be outside of the entry."""
        if not stat.S_ISREG(state.st_mode):
            return Fault(origin.base, url_of(path), "filtered", odd(state.st_mode))
        self._files[origin.entry] += 1
        note = links.note(real, origin.home) if real is not None else ""
        return entry_of((origin.base, url_of(path), state.st_size, state.st_mtime, note, ""))

    def _single(self, origin: _Origin, path: str, state: os.stat_result, *, link: bool) -> Iterator[Found]:
        directory, name = os.path.split(path)
        home = self._real(directory)
        if home not in self._listed and self._given.add(home, name):
            real = os.path.realpath(path) if link else os.path.join(home, name)
            yield self._file(origin, path, state, real if origin.home else None)

    def _glob(self, origin: _Origin, glob: Glob, spot: Spot) -> Iterator[Found]:
        if before := self._listed.get(os.path.realpath(spot.path)):
            if before != spot.path:
                yield again(glob.base, spot.path, link=os.path.islink(spot.path))
            return
        for found in glob.walk(spot, self.enters):
            if isinstance(found, Fault):
                yield found
            elif isinstance(found, Match):
                yield from self._match(origin, *found)
            elif why := links.refusal(self._policy, found.path, origin.home):
                yield Fault(glob.base, url_of(found.path), "filtered", why)
            else:
                self._links.append((origin, found.path, partial(self._glob, origin, glob, found)))

    def _match(
        self, origin: _Origin, path: str, state: os.stat_result | OSError, root: int, link: bool
    ) -> Iterator[Found]:
        is_directory = isinstance(state, os.stat_result) and stat.S_ISDIR(state.st_mode)
        if not is_directory and not self._wants(path[root:]):
            return
        if link and (why := links.refusal(self._policy, path, origin.home)):
            yield Fault(origin.base, url_of(path), "filtered", why)
        elif isinstance(state, OSError):
            yield unread(origin.base, path, state)
        elif not is_directory:
            yield from self._single(origin, path, state, link=link)
        elif link:
            self._links.append((origin, path, partial(self._directory, origin, path, root, link=True)))
        else:
            yield from self._directory(origin, path, root)

    def enters(self, path: str, real: str, root: int) -> bool | str:
        """Whether a directory that a glob leads to is entered, as globs.Enters."""
        if real in self._own.mine:
            return False
        if entry := self._named.get(real):
            return False if entry == path else AGAIN
        if real and is_stage(path[path.rindex("/") + 1 :]):
            return STAGE
        if self._wanted is None or not root or self._wanted.directory(path[root:]):
            return True
        self._excluded["directories"] += 1
        return False

    def _directory(self, origin: _Origin, top: str, root: int, *, link: bool = False) -> Iterator[Found]:
        """Depth first by an explicit stack: depth is limited by the file system alone. `root`: where in a path
        that begins which the patterns are about. `link`: whether it is a symbolic link that was met, not named."""
        base = origin.base
        stack: list[_Level] = []

        def enter(path: str, real: str) -> Iterator[Fault]:
            if real in self._own.mine:
                return
            if before := (stack and self._named.get(real)) or self._listed.get(real):
                if before != path:
                    yield again(base, path, link=link and not stack)
                return
            try:
                state = os.stat(path)
                if is_loop(((level.prefix, level.identity) for level in stack), path, state):
                    yield Fault(base, url_of(path), "filtered", LOOP)
                    return
                names, error, records = names_in(path, RECORDS)
            except OSError as error:
                yield unread(base, path, error)
                return
            if records and is_output(path):
                yield Fault(base, url_of(path), "filtered", OUTPUT)
                return
            if error is not None:  # what was listed before it counts
                yield unread(base, path, error)
            self._listed[path if path == real else real] = path  # mostly one text in memory, not two
            if self._given.knows(real):
                names = (name for name in names if not self._given.has(real, name.removesuffix(LINK)))
            stack.append(_Level(path.rstrip("/") + "/", real.rstrip("/") + "/", identity_of(state), names))

        where = os.path.realpath(top)
        yield from enter(top, where)
        outside = not links.lies_in(where, origin.home)
        wanted = self._wanted
        while stack:
            prefix, real, _, names = stack[-1]
            for name in names:
                if is_link := name[-1] == LINK:
                    name = name[:-1]
                path = prefix + name
                why = links.refusal(self._policy, path, origin.home) if is_link else ""
                try:
                    state = os.stat(path)
                except OSError as error:
                    if self._wants(path[root:]):
                        yield Fault(base, url_of(path), "filtered", why) if why else unread(base, path, error)
                    continue
                if not stat.S_ISDIR(state.st_mode):
                    if (wanted is not None and not self._wants(path[root:])) or is_marks(prefix, name):
                        pass
                    elif why:
                        yield Fault(base, url_of(path), "filtered", why)
                    elif is_link:
                        yield self._file(origin, path, state, os.path.realpath(path))
                    else:
                        yield self._file(origin, path, state, real + name if outside else None)
                elif wanted is not None and not wanted.directory(path[root:]):
                    self._excluded["directories"] += 1
                elif why:
                    yield Fault(base, url_of(path), "filtered", why)
                elif is_link:
                    self._links.append((origin, path, partial(self._directory, origin, path, root, link=True)))
                elif not is_stage(name):
                    yield from enter(path, real + name)
                    if stack[-1].names is not names:
                        break
                elif real + name not in self._own.mine:
                    yield Fault(base, url_of(path), "filtered", STAGE)
            else:
                stack.pop()


def matches(pattern: str) -> bool:
    """Whether a glob matches anything."""
    glob, walk = Glob(pattern, ""), Walk(EVERYTHING, Counter())
    spots = deque([glob.start])
    while spots:
        for found in glob.walk(spots.popleft(), walk.enters):
            if isinstance(found, Match):
                return True
            if isinstance(found, Spot):
                spots.append(found)
    return False
