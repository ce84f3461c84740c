"""One collection: documents in, answers out (solr.search asks better questions)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any
from urllib.parse import quote

from metadata_digger.solr.calls import Calls
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.leaders import JSON, send_to_leaders
from metadata_digger.solr.tries import AT_FIRST, PATIENCE

COMMIT = 600.0  # seconds of silence while Solr writes everything to disk


class Solr:
    """One per process and thread; connects at the first request. Whatever it does may happen twice without harm.

    `patience`: seconds that one request may take with all its tries. Methods raise SolrError and its kinds.
    """

    def __init__(self, connection: Connection, patience: float = PATIENCE) -> None:
        self.connection = connection
        self._patience = patience
        self._calls = Calls(connection, patience)

    def add(self, ids: Sequence[str], documents: Sequence[bytes]) -> None:
        """Sends documents, each a JSON object with the id given for it; they are found after `commit`.

        Raises Refused when Solr will not have one of them: the others may be in by then, or not.
        """
        send_to_leaders(
            self._calls,
            self._path("/update"),
            ids,
            lambda places: b"[" + b",".join(documents[place] for place in places) + b"]",
        )

    def update(self, documents: bytes) -> None:
        """Sends a JSON array of documents to any node, which forwards them, and may lose some (solr.leaders)."""
        self.ask("/update", data=documents, headers=JSON)

    def commit(self) -> None:
        """From now on everything that was sent, by anybody, is found."""
        self.ask("/update", seconds=COMMIT, data=b'{"commit":{}}', headers=JSON)

    def delete(self, query: str) -> None:
        """The documents that a query finds (solr.queries makes safe ones); gone after `commit`."""
        self.ask("/update", seconds=COMMIT, json={"delete": {"query": query}})

    def delete_ids(self, ids: Sequence[str]) -> None:
        """The documents with these ids; gone after `commit`."""
        send_to_leaders(
            self._calls,
            self._path("/update"),
            ids,
            lambda places: json.dumps({"delete": [ids[place] for place in places]}).encode(),
        )

    def query(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Solr's "response" to a query: numFound and docs (solr.search has more)."""
        return dict(self.ask("/select", data=parameters)["response"])

    def schema(self) -> dict[str, Any]:
        """The fields of the collection, as Solr's Schema API gives them: name, uniqueKey, fields, dynamicFields, ..."""
        return dict(self.ask("/schema", method="GET")["schema"])

    def check(self) -> None:
        """Raises SolrError, soon, unless the collection is there and may be asked; Missing names what makes it."""
        self.ask("/select", patience=min(AT_FIRST, self._patience), data={"q": "*:*", "rows": "0"})

    def ask(self, path: str, **options: Any) -> dict[str, Any]:
        """The answer of a handler of the collection, such as /select; `options` are those of Calls.ask."""
        return self._calls.ask(self._path(path), **options)

    def ask_core(self, core: str, handler: str, **options: Any) -> dict[str, Any]:
        """The answer of one core, by its URL, without another try; `options` are those of Calls.once."""
        return self._calls.once(f"{core}{handler}", **options)

    def _path(self, handler: str) -> str:
        return f"/{quote(self.connection.collection, safe='')}{handler}"

    def close(self) -> None:
        self._calls.close()

    def __enter__(self) -> Solr:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()
