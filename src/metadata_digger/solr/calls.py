"""Requests that survive a node: tried again, on other nodes, while there is hope and patience."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from metadata_digger.solr.answers import body, fault
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.errors import Passing, SolrError
from metadata_digger.solr.nodes import Nodes
from metadata_digger.solr.session import Session, base, cause
from metadata_digger.solr.tries import Tries

ANSWER = 60.0  # seconds of silence after which a node counts as gone


class Calls:
    """One per process and thread; connects at the first request."""

    def __init__(self, connection: Connection, patience: float, *, everywhere: bool = False) -> None:
        self._connection = connection
        self._patience = patience
        self.nodes = Nodes(connection, everywhere=everywhere)
        self._session: Session | None = None

    def ask(
        self, path: str, *, patience: float | None = None, seconds: float = ANSWER, **options: Any
    ) -> dict[str, Any]:
        """The answer of one of the nodes; `options` are those of `once`, `patience` 0 leaves it at one try.

        Raises Refused, Missing, SolrError, ConfigError.
        """
        tries = self.tries(patience, long=seconds > ANSWER)
        while True:
            node = ""
            try:
                node = self.nodes.next()
                return self.once(node + path, seconds=seconds, **options)
            except Passing as error:
                self.nodes.failed(node)
                tries.again(error)

    def tries(self, patience: float | None = None, *, long: bool = False) -> Tries:
        return Tries(self._patience if patience is None else patience, long=long)

    def once(
        self,
        url: str,
        *,
        method: str = "POST",
        query: Mapping[str, str] | None = None,
        seconds: float = ANSWER,
        **content: Any,
    ) -> dict[str, Any]:
        """One request; `query` stands in the URL, `content` is what requests.request takes.

        `seconds` of silence end it. Raises Passing where there is hope, else Refused, Missing, SolrError, ConfigError.
        """
        if self._session is None:
            self._session = Session(self._connection)
        try:
            answer = self._session.request(method, url, seconds, params={"wt": "json", **(query or {})}, **content)
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
            raise Passing(f"{base(url)}: {cause(error)} ({self._connection.place})") from error
        except (requests.RequestException, HTTPError) as error:  # mostly an address, or a proxy's, that is none
            raise SolrError(f"{base(url)}: {cause(error)} ({self._connection.place})") from error
        if answer.ok and (found := body(answer)):
            return found
        raise fault(answer, self._connection)

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None
