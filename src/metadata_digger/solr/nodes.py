"""Which node of Solr is asked next: all in turn, those that just failed last."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from metadata_digger.solr.connection import Connection

SHUNNED = 10.0  # seconds that others are preferred to a node that failed


class Nodes:
    """The URLs of the nodes of one collection, or of the whole cloud (`everywhere`)."""

    def __init__(self, connection: Connection, *, everywhere: bool = False) -> None:
        self._connection = connection
        self._everywhere = everywhere
        self._urls: Sequence[str] = ()
        self._failed: dict[str, float] = {}  # URL -> until when it is shunned
        self._turn = random.randrange(1 << 16)  # noqa: S311  # so that workers begin at different nodes

    def next(self) -> str:
        """Raises SolrError when ZooKeeper names none."""
        if not self._urls:
            self._urls = self._found()
        now = time.monotonic()
        well = [url for url in self._urls if self._failed.get(url, 0.0) <= now]
        self._turn += 1
        choice = well or sorted(self._urls, key=lambda url: self._failed[url])[:1]
        return choice[self._turn % len(choice)]

    def failed(self, url: str) -> None:
        """What ZooKeeper knows is read again: the node may be gone, and others may lead now."""
        self._failed[url] = time.monotonic() + SHUNNED
        self._urls = ()

    def _found(self) -> Sequence[str]:
        if self._connection.url is not None:
            return (self._connection.url,)
        # kazoo takes 60 ms to import
        from metadata_digger.solr.zookeeper import live_nodes, nodes_of

        return live_nodes(self._connection) if self._everywhere else nodes_of(self._connection)
