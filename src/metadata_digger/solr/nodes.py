"""Which node of Solr is asked next: all in turn, those that just failed last."""

from __future__ import annotations

import random
import time

from metadata_digger.solr.connection import Connection
from metadata_digger.solr.routing import Layout

SHUNNED = 10.0  # seconds that others are preferred to a node that failed


class Nodes:
    """The nodes of one collection, or of the whole cloud (`everywhere`)."""

    def __init__(self, connection: Connection, *, everywhere: bool = False) -> None:
        self._connection = connection
        self._everywhere = everywhere
        self._layout: Layout | None = None
        self._failed: dict[str, float] = {}  # URL -> until when it is shunned
        self._turn = random.randrange(1 << 16)  # noqa: S311  # so that workers begin at different nodes

    def next(self) -> str:
        """The URL of a node; raises SolrError when ZooKeeper names none."""
        urls = self.layout.nodes
        now = time.monotonic()
        well = [url for url in urls if self._failed.get(url, 0.0) <= now]
        self._turn += 1
        choice = well or sorted(urls, key=lambda url: self._failed[url])[:1]
        return choice[self._turn % len(choice)]

    def failed(self, url: str = "") -> None:
        """The node may be gone, and others may lead now: what ZooKeeper knows is read again."""
        if url:
            self._failed[url] = time.monotonic() + SHUNNED
        self._layout = None

    @property
    def layout(self) -> Layout:
        """As last read; raises SolrError."""
        if self._layout is None:
            self._layout = self._read()
        return self._layout

    def _read(self) -> Layout:
        if self._connection.url is not None:
            return Layout((self._connection.url,))
        from metadata_digger.solr.zookeeper import layout_of, live_nodes  # kazoo takes 60 ms to import

        return Layout(live_nodes(self._connection)) if self._everywhere else layout_of(self._connection)
