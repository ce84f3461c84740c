"""Everything below a folder, its folders listed side by side and told in their order.

A list of parts stands in the order of the keys. A thread takes the first one that nobody lists. Where fewer parts are
left than threads, whoever lists a folder leaves the rest of it, in parts, to the others. The consumer takes from the
front; what is ahead of it waits in memory, and when it is much in temporary files.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from typing import TypeAlias

import pyarrow as pa

from metadata_digger.errors import StorageError
from metadata_digger.storage.remote.client import Client, Item, Paged, name_of
from metadata_digger.storage.remote.columns import items_of
from metadata_digger.storage.remote.parts import PAGE, Node, Part, Rest

Lost: TypeAlias = Callable[[str, StorageError], None]  # hears of a folder that cannot be listed

THREADS = 32
WINDOW = 2  # for each thread so many parts are listed ahead of the consumer
# A folder of a few files is one request: neighbours are listed as one part, more of them until it is worth a thread.
FEW, MANY, MOST = 2 * PAGE, 20 * PAGE, 1_024
_SECONDS = 2.0  # that the end waits for the threads; a request under way may take longer, and ends by itself


def below(client: Client, folder: str, threads: int = THREADS, lost: Lost | None = None) -> Iterator[Item]:
    """The files, in the order that `client.below(folder)` gives them in.

    Raises StorageError as the client does, behind all that comes before what cannot be listed; and where there is no
    room for temporary files. The threads end with the iterator. `lost` is called instead, between the files that the
    folder stands between, for one below that cannot be listed although the server answers; not of a Paged client,
    which does not list folders one by one.
    """
    with closing(batches(client, folder, threads, lost)) as coming:
        for batch in coming:
            yield from items_of(batch)


def batches(
    client: Client, folder: str, threads: int = THREADS, lost: Lost | None = None
) -> Generator[pa.RecordBatch, None, None]:
    """The same as `columns.ITEMS`, some thousand rows at a time at most."""
    listing = _Listing(client, folder, threads, lost)
    try:
        yield from listing.taken()
    finally:
        listing.end()


class _Listing:
    def __init__(self, client: Client, folder: str, threads: int, lost: Lost | None) -> None:
        self._client = client
        self._top = folder
        self._lost = lost
        self._paged = client if isinstance(client, Paged) else None
        self._most = threads
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)  # for the threads
        self._news = threading.Condition(self._lock)  # for the consumer
        self._nodes: list[Node] = [Part("", [folder])]
        self._idle = 0
        self._folders = 1  # of a part
        self._stopped = False
        with self._lock:
            self._offer()

    # What the consumer does

    def taken(self) -> Iterator[pa.RecordBatch]:
        while (part := self._front()) is not None:
            self._tell_lost(part)
            batch = part.ahead.take()
            part.taken += batch.num_rows
            yield batch

    def _tell_lost(self, part: Part) -> None:
        """What could not be listed in front of the next batch."""
        while self._lost is not None and part.lost and part.lost[0].rows <= part.taken:
            _, folder, error = part.lost.popleft()
            self._lost(folder, error)

    def _front(self) -> Part | None:
        """The first part, when something of it is there; None at the end."""
        with self._lock:
            while self._nodes:
                node = self._nodes[0]
                if isinstance(node, Part) and node.ahead:
                    return node
                if isinstance(node, Part) and node.done:
                    self._tell_lost(node)
                    if node.error is not None:
                        raise node.error
                    del self._nodes[0]
                    node.ahead.close()
                    self._offer()
                else:
                    self._news.wait()
            return None

    def end(self) -> None:
        with self._lock:
            self._stopped = True
            self._work.notify_all()
        until = time.monotonic() + _SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        with self._lock:
            for node in self._nodes:
                if isinstance(node, Part) and (node.done or not node.begun):
                    node.ahead.close()

    # What the threads do

    def _offer(self) -> None:
        """There may be something to do. Holds the lock."""
        if self._idle:
            self._work.notify()
        elif len(self._threads) < self._most and not self._stopped:
            thread = threading.Thread(target=self._run, name=f"listing {len(self._threads)}", daemon=True)
            self._threads.append(thread)
            self._idle += 1
            thread.start()

    def _run(self) -> None:
        while (node := self._next()) is not None:
            if isinstance(node, Rest):
                self._ask(node)
            else:
                self._do(node)
            with self._lock:
                self._idle += 1
                self._news.notify()

    def _do(self, part: Part) -> None:
        error: BaseException | None = None
        try:
            try:
                if self._paged is not None:
                    self._list(part, self._paged)
                else:
                    self._walk(part)
            finally:
                part.put()
        except BaseException as caught:  # noqa: BLE001  # whatever it is, the consumer is to hear of it
            error = caught
        with self._lock:
            part.error, part.done = error, True
            self._learn(part)
            if self._stopped:
                part.ahead.close()

    def _next(self) -> Node | None:
        """What is to be done next; None: nothing more."""
        with self._lock:
            while not self._stopped:
                if (node := self._chosen()) is not None:
                    self._idle -= 1
                    self._offer()
                    return node
                self._work.wait()
            return None

    def _chosen(self) -> Node | None:
        for number, node in enumerate(self._nodes[: WINDOW * self._most]):
            if isinstance(node, Part):
                if node.error is not None:
                    return None  # what comes behind it is not wanted any more
                if not node.begun:
                    node.begun = True
                    return node
            elif not node.busy:
                if (part := node.part(self._folders)) is None:
                    node.busy = True
                    return node
                part.begun = True
                self._nodes[number : number + (not node)] = [part]
                return part
        return None

    def _learn(self, part: Part) -> None:
        """How many folders the next parts are to have."""
        if part.rows < FEW and len(part.entries) >= self._folders:
            self._folders = min(2 * self._folders, MOST)
        elif part.rows > MANY and len(part.entries) > 1:
            self._folders = max(self._folders // 2, 1)

    def _ask(self, rest: Rest) -> None:
        entries = rest.more()
        with self._lock:
            rest.busy = False
            at = self._nodes.index(rest)
            if rest.broken is not None:
                self._nodes.insert(at + 1, Part(rest.folder, [], begun=True, done=True, error=rest.broken))
            elif self._paged is not None and not rest.ended and not any(isinstance(one, str) for one in entries):
                # So many files without a folder: they are listed at less cost as files.
                rest.ended = True
                self._nodes.insert(at + 1, Part(rest.folder, [], after=name_of(entries[-1])))
            if not rest:
                del self._nodes[at]
            self._offer()

    def _list(self, part: Part, client: Paged) -> None:
        last = ""
        for number, entry in enumerate(part.entries):
            if not isinstance(entry, str):
                last = entry.key
                part.gather(entry)
            elif last and number < len(part.entries) - 1:
                part.put()
                self._pour(part, client.pages(part.folder, last, part.stop))
                return
            else:
                part.put()
                found = self._pour(part, client.pages(entry, "" if number else part.after))
                if found is None:
                    return
                last = found or last
        if not part.entries:
            self._pour(part, client.pages(part.folder, part.after, part.stop))

    def _pour(self, part: Part, pages: Iterator[pa.RecordBatch]) -> str | None:
        """The last key; None where others do what is left, or nobody."""
        last = ""
        for batch in pages:
            if batch.num_rows:
                part.put(batch)
                self._tell(part)
                last = batch.column(0)[-1].as_py()
            if self._stopped:
                return None
            if batch.num_rows > PAGE // 2 and self._hungry() and self._leave(part, part.cut(last, self._client.inside)):
                return None
        return last

    def _walk(self, part: Part) -> None:
        """Of a client that tells what is in a folder, and nothing else."""
        stack = [("", iter(part.entries))]
        entered = False
        while stack and not self._stopped:
            folder, coming = stack[-1]
            try:
                entry = next(coming, None)
            except StorageError as error:
                if self._lost is None or folder == self._top or error.status == "timed_out":
                    raise
                part.lose(folder, error)
                entry = None
            if entry is None:
                stack.pop()
            elif not isinstance(entry, str):
                if part.gather(entry):
                    self._tell(part)
            elif entered and self._hungry():
                part.put()
                self._leave(part, [Part("", [entry]), *(Rest("", rest) for _, rest in reversed(stack))])
                return
            else:
                entered = True
                stack.append((entry, self._client.inside(entry)))

    def _tell(self, part: Part) -> None:
        with self._lock:
            if self._nodes[0] is part:
                self._news.notify()

    def _hungry(self) -> bool:
        """Whether there are threads with nothing to do."""
        idle = self._most - len(self._threads) + self._idle
        if not idle:
            return False
        with self._lock:
            left = sum(len(node.found) or 1 if isinstance(node, Rest) else not node.begun for node in self._nodes)
            return left < idle and len(self._nodes) < WINDOW * self._most

    def _leave(self, part: Part, nodes: Sequence[Node]) -> bool:
        """What a part does not do itself; whether there is such."""
        if nodes:
            with self._lock:
                at = self._nodes.index(part) + 1
                self._nodes[at:at] = nodes
                self._offer()
        return bool(nodes)
