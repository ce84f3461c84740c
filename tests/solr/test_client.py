"""The client against a real SolrCloud."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator

import pytest

from metadata_digger.solr.client import Solr
from metadata_digger.solr.collection import create
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.errors import Missing, Refused
from metadata_digger.solr.search import count, facets, get, pages, search
from servers.solr import Cloud

pytestmark = pytest.mark.solr


def document(number: int, **more: object) -> dict[str, object]:
    return {
        "id": f"{number:032X}",
        "base_path": "file:///data/own",
        "file_path": f"file:/data/own/{number % 7}/{number}.jpg",
        "file_type": "JPEG",
        "processing_datetime": "2026-01-02T03:04:05Z",
        **more,
    }


@pytest.fixture
def connection(cloud: Cloud, collection: str) -> Connection:
    return Connection(collection, zookeepers=(cloud.servers,))


@pytest.fixture
def solr(connection: Connection) -> Iterator[Solr]:
    create(connection, shards=2, replicas=1)
    with Solr(connection) as client:
        yield client


def send(solr: Solr, *documents: dict[str, object]) -> None:
    solr.update(json.dumps(documents).encode())
    solr.commit()


def test_documents_in_and_out(solr: Solr) -> None:
    solr.check()
    send(solr, *(document(number, labels=["car"] if number % 3 else ["car", "person"]) for number in range(2500)))
    assert count(solr) == 2500
    assert count(solr, "labels:(person AND car)") == 834
    assert solr.query({"q": "labels:person", "rows": 0})["numFound"] == 834
    assert solr.schema()["uniqueKey"] == "id"
    assert facets(solr, ["labels"])["labels"] == {"car": 2500, "person": 834}
    found = search(solr, "labels:person", rows=5, fields=["id"], sort="id desc", filters=["file_type:JPEG"])
    assert (found.total, len(found.documents), found.documents[0]) == (834, 5, {"id": f"{2499:032X}"})
    read = [one["id"] for page in pages(solr, fields=["id"], rows=400) for one in page]
    assert read == sorted(f"{number:032X}" for number in range(2500))
    solr.update(json.dumps([document(9999)]).encode())
    wanted = [f"{number:032X}" for number in (3, 9999, 12345)]
    assert {one["id"] for one in get(solr, wanted, fields=["id"])} == set(wanted[:2])
    assert get(solr, wanted[2:]) == []
    solr.delete_ids([wanted[0]])
    solr.delete("labels:person")
    solr.commit()
    assert count(solr) == 2500 - 834 + 1


def test_what_solr_refuses(solr: Solr) -> None:
    with pytest.raises(Refused) as caught:
        send(solr, document(1), document(2, md_jpeg_image_width="wide"))
    assert caught.value.reason.startswith("ERROR: [doc=00000000000000000000000000000002] Error adding field")
    with pytest.raises(Refused, match="Cannot parse"):
        search(solr, "labels:((")


def test_a_collection_that_is_not_there(connection: Connection) -> None:
    with pytest.raises(Missing, match=r"output.collection=test\d+: there is no such collection .*solr-init"):
        Solr(connection).check()


def test_a_connection_travels(connection: Connection) -> None:
    assert pickle.loads(pickle.dumps(connection)) == connection  # noqa: S301  # made in the line
