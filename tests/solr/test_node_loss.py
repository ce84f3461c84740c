"""A node goes away in the middle: every document is there in the end, once."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from metadata_digger.solr.client import Solr
from metadata_digger.solr.errors import SolrError
from metadata_digger.solr.search import count
from servers.solr import Cloud, Node, running
from solr.documents import document, made

pytestmark = [pytest.mark.solr, pytest.mark.slow]


def test_one_of_two_nodes_is_killed_and_comes_back(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud", nodes=2)
    with running(cloud):
        # Of one collection the other node has a copy; documents of the other have to wait for this one.
        with made(cloud, "copied", shards=2, replicas=2) as copied, made(cloud, "single", shards=2) as single:
            gone = threading.Thread(target=away, args=(cloud.nodes[1],))
            for thousand in range(10):
                if thousand == 3:
                    gone.start()
                for solr in (copied, single):
                    send(solr, range(1000 * thousand, 1000 * thousand + 1000))
            gone.join()
            for solr in (copied, single):
                solr.commit()
                assert count(solr) == 10_000
        for node in cloud.nodes:
            node.kill()
        start = time.monotonic()
        with (
            Solr(single.connection, patience=2) as solr,
            pytest.raises(SolrError, match=r"refused|no node|of the nodes"),
        ):
            solr.commit()
        assert time.monotonic() - start < 10


def away(node: Node) -> None:
    """In the middle of a request, or between two: whichever it is."""
    time.sleep(0.2)
    node.kill()
    time.sleep(3)
    node.start()
    node.wait()


def send(solr: Solr, numbers: range) -> None:
    documents = [document(number) for number in numbers]
    solr.add([str(one["id"]) for one in documents], [json.dumps(one).encode() for one in documents])
