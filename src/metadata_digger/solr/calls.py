"""Requests that survive a node: tried again, on other nodes, while there is hope and patience."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from typing import Any

import requests

from metadata_digger.solr.answers import body, is_passing, reason, refusal
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.errors import SolrError
from metadata_digger.solr.nodes import Nodes
from metadata_digger.solr.session import Session, base, cause

PATIENCE = 180.0  # seconds for one request with all its tries: a node that comes back, shards that elect a leader
AT_FIRST = 10.0  # seconds while nothing has ever answered: then the place is wrong, more often than not
ANSWER = 60.0  # seconds of silence after which a node counts as gone
PAUSES = (0.1, 5.0)  # seconds before the second try, and at most; doubled in between
TRIES = 4  # when Solr calls it an error of its own: a passing one, or one that this request will always meet

LOST = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


class Calls:
    """One per process and thread; connects at the first request."""

    def __init__(self, connection: Connection, patience: float, *, everywhere: bool = False) -> None:
        self._connection = connection
        self._patience = patience
        self._nodes = Nodes(connection, everywhere=everywhere)
        self._session: Session | None = None

    def ask(
        self,
        path: str,
        *,
        method: str = "POST",
        query: Mapping[str, str] | None = None,
        seconds: float = ANSWER,
        patience: float | None = None,
        **content: Any,
    ) -> dict[str, Any]:
        """The answer of one of the nodes; `query` stands in the URL, `content` is what requests.request takes.

        `seconds` of silence end a try; `patience` 0 leaves it at one. Raises Refused, Missing, SolrError, ConfigError.
        """
        pauses = _pauses(self._patience if patience is None else patience)
        errors = 0
        while True:
            node = self._nodes.next()
            try:
                answer = self._connected().request(
                    method, node + path, seconds, params={"wt": "json", **(query or {})}, **content
                )
            except LOST as error:
                fault = SolrError(f"{base(node)}: {cause(error)} ({self._connection.place})")
            else:
                if answer.ok and (found := body(answer)):
                    return found
                if not is_passing(answer):
                    errors += 1
                    if errors == TRIES or answer.status_code < 500:
                        raise refusal(answer, self._connection)
                fault = SolrError(f"{base(node)}: {reason(answer)}")
            self._nodes.failed(node)
            pause = next(pauses, None)
            if pause is None:
                raise fault
            time.sleep(pause)

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _connected(self) -> Session:
        if self._session is None:
            self._session = Session(self._connection)
        return self._session


def _pauses(patience: float) -> Iterator[float]:
    """Seconds to wait before each further try."""
    end = time.monotonic() + patience
    pause, most = PAUSES
    while time.monotonic() + pause < end:
        # Not all workers at the same moment.
        yield random.uniform(pause / 2, pause)  # noqa: S311
        pause = min(2 * pause, most)
