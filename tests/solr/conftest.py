"""A collection of our own making, and a client of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from metadata_digger.solr.client import Solr
from metadata_digger.solr.connection import Connection
from servers.solr import Cloud
from solr.documents import made


@pytest.fixture
def connection(cloud: Cloud, collection: str) -> Connection:
    """Of a collection that is not there yet."""
    return Connection(collection, zookeepers=(cloud.servers,))


@pytest.fixture
def solr(cloud: Cloud, collection: str) -> Iterator[Solr]:
    """Of one that is there, empty, with two shards."""
    with made(cloud, collection) as client:
        yield client
