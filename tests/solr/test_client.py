"""The client against a real SolrCloud."""

from __future__ import annotations

import json
import pickle

import pytest

from metadata_digger.solr.client import Solr
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.errors import Missing, Refused
from metadata_digger.solr.search import count, facets, get, pages, search
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


def test_a_connection_travels(connection: Connection) -> None:
    assert pickle.loads(pickle.dumps(connection)) == connection  # noqa: S301  # made in the line
