"""Files through worker processes, a batch at a time, and what becomes of those that a worker dies of."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from metadata_digger.errors import DiggerError
from metadata_digger.run.counts import Summary
from metadata_digger.run.engines.pool import Died, Finished, Pool
from metadata_digger.run.stage.parts import Stretch, name_of, stretch_of
from metadata_digger.run.tasks import Extract
from metadata_digger.schema import FAILED, TIMED_OUT
from metadata_digger.storage.model import Fault, Found

# A batch takes about a second: the progress bar moves, a killed worker costs little, and the 5 ms that a batch costs in
# all (sending, a Parquet file) are lost in it. Of small files that are at most this many.
SECONDS = 1.0
FIRST = 8
MOST = 1_024


class Coming(Protocol):
    """What a Listing (run.stage.listing) is to this."""

    complete: bool
    left: int

    def more(self) -> None: ...
    def take(self, count: int) -> tuple[Stretch, Sequence[Found]]: ...


@dataclass(slots=True)
class Batches:
    """All files through the steps. A batch whose worker died is tried again, then file by file; a file that its worker
    made no progress at is put off to the end."""

    processes: Pool
    listing: Coming
    done: Callable[[Summary], None]
    again: deque[Extract] = field(default_factory=deque)
    last: deque[Extract] = field(default_factory=deque)  # when nothing else is to be done
    stalled: set[str] = field(default_factory=set)  # parts of these
    tries: dict[str, int] = field(default_factory=dict)  # of parts that failed
    singles: set[str] = field(default_factory=set)  # parts of one file, of a batch that failed
    size: float = FIRST  # files of the next batch

    def run(self) -> Iterator[None]:
        """Gives the caller time to say how far it is."""
        listing = self.listing
        while True:
            while self.processes.idle and (task := self._next()):
                self.processes.give(task)
            if not self.processes.busy and listing.complete:
                return
            if not listing.complete:
                listing.more()
            for event in self.processes.wait(1.0 if listing.complete else 0.0):
                if not isinstance(event.task, Extract):
                    continue  # none but these was given
                if isinstance(event, Finished):
                    self._finished(event.task, event.answer, event.seconds)
                else:
                    self._died(event.task, event)
            yield

    def _next(self) -> Extract | None:
        if self.again:
            return self.again.popleft()
        listing, size = self.listing, self.size
        if listing.complete:  # the last batches become smaller, so that all workers end together
            size = min(size, math.ceil(listing.left / (2 * self.processes.size)))
        stretch, found = listing.take(max(int(size), 1))
        if found:
            return Extract(name_of(stretch), found)
        return self.last.popleft() if self.last and listing.complete else None

    def _finished(self, task: Extract, summary: Summary, seconds: float) -> None:
        part, found = task
        self.done(summary)
        if part not in self.tries and len(found) >= self.size / 2:
            # Half way to what this batch was worth: files differ, and one slow file should not halve all batches.
            due = len(found) / max(seconds, 1e-3) * SECONDS
            self.size = min(max((self.size + due) / 2, 1), self.size * 4, MOST)

    def _died(self, task: Extract, died: Died) -> None:
        part, found = task
        if died.stalled and self._put_off(task, died.file):
            return
        self.tries[part] = self.tries.get(part, 0) + 1
        if self.tries[part] == 1 and part not in self.singles and part not in self.stalled:
            self.again.append(task)
        elif len(found) > 1 and (stretch := stretch_of(part)) is not None:
            alone = [Extract(name_of(Stretch(stretch.start + at, 1)), [one]) for at, one in enumerate(found)]
            self.singles.update(one.part for one in alone)
            self.again.extend(alone)
        else:
            one = found[0]
            if isinstance(one, Fault):
                raise DiggerError(f"{one.url}: {died.reason}, and again on a row without its file")
            status = TIMED_OUT if died.stalled else FAILED
            self.again.append(Extract(part, [Fault(one.base, one.url, status, died.reason, one.size, one.modified)]))

    def _put_off(self, task: Extract, file: str) -> bool:
        """Whether it is known which file of the task is to blame, and it may have a second chance."""
        part, found = task
        at = next((number for number, one in enumerate(found) if one.url == file), None)
        stretch = stretch_of(part)
        if at is None or stretch is None or part in self.stalled:
            return False
        for first, some in ((0, found[:at]), (at + 1, found[at + 1 :])):
            if some:
                self.again.append(Extract(name_of(Stretch(stretch.start + first, len(some))), some))
        alone = Extract(name_of(Stretch(stretch.start + at, 1)), [found[at]])
        self.stalled.add(alone.part)
        self.last.append(alone)
        return True
