"""Collections and documents for the tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from metadata_digger.solr.client import Solr
from metadata_digger.solr.collection import create
from metadata_digger.solr.connection import Connection
from servers.solr import Cloud


@contextmanager
def made(cloud: Cloud, collection: str, shards: int = 2, replicas: int = 1) -> Iterator[Solr]:
    """A client of a new collection."""
    connection = Connection(collection, zookeepers=(cloud.servers,))
    create(connection, shards, replicas)
    with Solr(connection) as client:
        yield client


def document(number: int, **more: object) -> dict[str, object]:
    """What every document has, and more."""
    return {
        "id": f"{number:032X}",
        "base_path": "file:///data/own",
        "file_path": f"file:/data/own/{number % 7}/{number}.jpg",
        "file_type": "JPEG",
        "processing_datetime": "2026-01-02T03:04:05Z",
        **more,
    }


def send(solr: Solr, *documents: dict[str, object]) -> None:
    """They can be found afterwards."""
    solr.update(json.dumps(documents).encode())
    solr.commit()
