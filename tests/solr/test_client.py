"""The client against a real SolrCloud."""

from __future__ import annotations

import json
import pickle
import threading
import time

import pytest

from metadata_digger.solr.client import Solr
from metadata_digger.solr.collection import create
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.errors import Missing, Refused, SolrError
from metadata_digger.solr.search import count, facets, get, pages, search
from servers.process import HOST, free_port
from servers.solr import Cloud
from solr.documents import document, send

pytestmark = pytest.mark.solr


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


def test_a_node_that_does_not_answer_for_a_while(cloud: Cloud, solr: Solr) -> None:
    send(solr, document(1))
    (node,) = cloud.nodes
    node.pause()
    later = threading.Timer(2.5, node.go_on)
    later.start()
    start = time.monotonic()
    try:
        assert solr.ask("/select", seconds=1, data={"q": "*:*"})["response"]["numFound"] == 1
        assert time.monotonic() - start > 2
    finally:
        later.join()
    node.pause()
    later = threading.Timer(2, node.go_on)
    later.start()
    try:
        with pytest.raises(SolrError, match=r"Read timed out.* \(output\.zk\.servers="):
            solr.ask("/select", seconds=0.5, patience=0.5, data={"q": "*:*"})
    finally:
        later.join()


def test_a_wrong_address(cloud: Cloud) -> None:
    url = cloud.url.replace("/solr", "/sorl")
    with pytest.raises(SolrError, match=rf"output\.solr\.url={url}: there is no Solr at this address"):
        create(Connection("c", url=url), 1, 1)
    url = f"http://{HOST}:{free_port()}/solr"
    start = time.monotonic()
    with pytest.raises(SolrError, match=rf"Failed to establish a new connection.*refused \(output\.solr\.url={url}\)"):
        Solr(Connection("c", url=url)).check()
    assert time.monotonic() - start < 8


def test_a_connection_travels(connection: Connection) -> None:
    assert pickle.loads(pickle.dumps(connection)) == connection  # noqa: S301  # made in the line
