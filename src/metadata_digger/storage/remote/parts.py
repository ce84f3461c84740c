"""A listing in parts, in the order of the keys: what a thread lists, and what is no part yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, TypeAlias

import pyarrow as pa

from metadata_digger.errors import StorageError
from metadata_digger.storage.remote.ahead import Ahead
from metadata_digger.storage.remote.client import Item, name_of
from metadata_digger.storage.remote.columns import batch_of

PAGE = 1_000  # items of a batch; entries of a folder that are looked at together


class LostFolder(NamedTuple):
    """A folder that cannot be listed. `rows`: files of the part in front of it."""

    rows: int
    folder: str
    error: StorageError


@dataclass(slots=True, eq=False)
class Part:
    """Neighbours in a folder, listed by one thread."""

    folder: str  # that they lie in
    entries: Sequence[Item | str]  # as `Client.inside` has them; none: whatever is behind `after`
    stop: str = ""  # what follows in the folder, "" where nothing does
    after: str = ""  # the file behind which the thread begins: it lies in the first entry
    ahead: Ahead = field(default_factory=Ahead)
    begun: bool = False
    done: bool = False
    error: BaseException | None = None  # what ended it
    rows: int = 0  # put so far
    taken: int = 0  # of them, by the consumer
    lost: deque[LostFolder] = field(default_factory=deque)
    items: list[Item] = field(default_factory=list)  # that are not put yet

    def gather(self, item: Item) -> bool:
        """Whether with this one something was put. Raises as `Ahead.put`."""
        self.items.append(item)
        if len(self.items) < PAGE:
            return False
        self.put()
        return True

    def lose(self, folder: str, error: StorageError) -> None:
        """Behind what was put and gathered so far. Raises as `Ahead.put`."""
        self.put()
        self.lost.append(LostFolder(self.rows, folder, error))

    def put(self, batch: pa.RecordBatch | None = None) -> None:
        """What was gathered, and a batch. Raises as `Ahead.put`."""
        if self.items:
            self._put(batch_of(self.items))
            self.items.clear()
        if batch is not None:
            self._put(batch)

    def _put(self, batch: pa.RecordBatch) -> None:
        self.rows += batch.num_rows
        self.ahead.put(batch)

    def cut(self, last: str, inside: Callable[[str], Iterator[Item | str]]) -> list[Node]:
        """What is left of it behind a file, in two; nothing where it cannot be cut there."""
        at = next((n for n, one in enumerate(self.entries) if isinstance(one, str) and last.startswith(one)), None)
        if at is None and self.entries:
            return []
        home = self.folder if at is None else str(self.entries[at])
        if at is not None and (behind := self.entries[at + 1 :]):
            return [Part(self.folder, [home], after=last), Part(self.folder, behind, self.stop)]
        if at is None and self.stop:
            return []
        slash = last.find("/", len(home)) + 1
        if not slash:
            return []
        folder = last[:slash]
        return [Part(home, [folder], after=last), Rest(home, (one for one in inside(home) if name_of(one) > folder))]


@dataclass(slots=True, eq=False)
class Rest:
    """Entries of a folder that are no parts yet."""

    folder: str
    coming: Iterator[Item | str]
    found: deque[Item | str] = field(default_factory=deque)
    busy: bool = False  # a thread asks for more of them
    ended: bool = False  # there are no more to come
    broken: BaseException | None = None  # what ended them

    def __bool__(self) -> bool:
        """Whether there may be something left."""
        return bool(self.found) or not self.ended

    def part(self, folders: int) -> Part | None:
        """The next so many folders and what lies between them; None where more has to be asked for."""
        count = end = 0
        for number, one in enumerate(self.found, 1):
            if isinstance(one, str):
                count, end = count + 1, number
            elif not count:
                end = number
            if count == folders or end == PAGE:
                break
        if not end or (end == len(self.found) and not self.ended):
            return None
        entries = [self.found.popleft() for _ in range(end)]
        return Part(self.folder, entries, name_of(self.found[0]) if self.found else "")

    def more(self) -> list[Item | str]:
        """Those that are found now; fewer than a page are the last ones, or come before an error."""
        new: list[Item | str] = []
        try:
            for entry in islice(self.coming, PAGE):
                new.append(entry)
                self.found.append(entry)
        except BaseException as error:  # noqa: BLE001  # whatever it is, the consumer is to hear of it in its place
            self.broken = error
        self.ended = len(new) < PAGE
        return new


Node: TypeAlias = Part | Rest
