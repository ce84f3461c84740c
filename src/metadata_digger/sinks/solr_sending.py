"""Documents on their way to Solr: in batches, one being sent while the next is made; a refused one found by halving.

Solr refuses a whole request for one document that it does not take, and says nothing certain of which one: with
several nodes the words come from any of them. k refused of n cost at most 2 k log2(n) + 1 requests; of a batch of which
all are, two a document, most of them short.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from metadata_digger.sinks.refused import Refuse
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.errors import Faulty, Refused, SolrError

if TYPE_CHECKING:
    from metadata_digger.solr.client import Solr

DOCUMENTS = 1_000  # of a request, as 0.2.1 had it
BYTES = 8 << 20  # of a request, unless one document has more: thumbnails make documents of 100 KB
# The document's id in Solr's words: without it equal faults have equal reasons, and are counted together.
_ID = re.compile(r"^(?:ERROR: )?\[doc=[^]]*\] |(?<=writing document) id \S+")
# Documents that Solr itself fails with (500), one after the other: then it is Solr that is ill, and not the documents.
FAULTS = 50
WELL = 20  # documents taken that make up for one of them: where one shard is ill, others still take theirs
WAITING = 1  # requests that are made and not yet on their way


@dataclass(slots=True)
class _Batch:
    files: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    documents: list[bytes] = field(default_factory=list)
    size: int = 0


class Sender:
    """Takes documents one by one. Use `sending(...)`."""

    def __init__(self, solr: Solr, refuse: Refuse, thread: ThreadPoolExecutor) -> None:
        self._solr = solr
        self._refuse = refuse
        self._thread = thread
        self._batch = _Batch()
        self._faults = 0.0  # of the thread
        self._under_way: deque[tuple[_Batch, Future[list[tuple[int, str]]]]] = deque()
        self.taken = 0

    def add(self, file_path: str, id: str, document: bytes) -> None:
        """`document`: a JSON object with this id. Raises SolrError when Solr fails with this or an earlier document."""
        batch = self._batch
        if batch.documents and (len(batch.documents) == DOCUMENTS or batch.size + len(document) > BYTES):
            self._send()
            batch = self._batch
        batch.files.append(file_path)
        batch.ids.append(id)
        batch.documents.append(document)
        batch.size += len(document)

    def finish(self) -> None:
        """Everything is there, or refused."""
        self._send()
        self._wait(0)

    def _send(self) -> None:
        batch, self._batch = self._batch, _Batch()
        if batch.documents:
            self._under_way.append((batch, self._thread.submit(self._refused, batch)))
            self._wait(1 + WAITING)

    def _wait(self, most: int) -> None:
        while len(self._under_way) > most:
            batch, answer = self._under_way.popleft()
            refused = answer.result()
            for number, reason in refused:
                self._refuse(batch.files[number], f"Solr refused it: {_ID.sub('', reason)}")
            self.taken += len(batch.documents) - len(refused)

    def _refused(self, batch: _Batch) -> list[tuple[int, str]]:
        """Sends it; index and reason of those documents that Solr does not take."""
        found: list[tuple[int, str]] = []
        todo = [(0, len(batch.documents))]
        while todo:
            start, stop = todo.pop()
            try:
                self._solr.add(batch.ids[start:stop], batch.documents[start:stop])
            except Refused as error:
                if stop - start == 1:
                    found.append((start, error.reason))
                    self._count(error)
                else:
                    middle = (start + stop) // 2
                    todo += [(middle, stop), (start, middle)]
            else:
                self._faults = max(0.0, self._faults - (stop - start) / WELL)
        return found

    def _count(self, error: Refused) -> None:
        if isinstance(error, Faulty):
            self._faults += 1
            if self._faults >= FAULTS:
                raise SolrError(f"{error}; so with {FAULTS} documents one after the other: see Solr's log") from error


@contextmanager
def sending(connection: Connection, refuse: Refuse) -> Iterator[Sender]:
    """Documents for a collection; `refuse` is told those that it does not take. Nothing is committed."""
    from metadata_digger.solr.client import Solr

    with Solr(connection) as solr, ThreadPoolExecutor(1) as thread:
        sender = Sender(solr, refuse, thread)
        try:
            yield sender
            sender.finish()
        finally:
            thread.shutdown(cancel_futures=True)
