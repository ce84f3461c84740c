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
from servers.solr import Cloud, running
from solr.documents import document, made

pytestmark = pytest.mark.solr


def test_one_of_two_nodes_is_killed_and_comes_back(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud", nodes=2)
    with running(cloud):
        with made(cloud, "copied", shards=2, replicas=2) as solr:
            losing(cloud, solr, back=False)
            second = cloud.nodes[1]
            second.start()
            second.wait()
        # Without copies the documents of its shard wait until it is back.
        with made(cloud, "single", shards=2, replicas=1) as solr:
            losing(cloud, solr, back=True)
            for node in cloud.nodes:
                node.kill()
            start = time.monotonic()
            with pytest.raises(SolrError, match=r"no node|none of the nodes|refused"):
                Solr(solr.connection, patience=2).commit()
            assert time.monotonic() - start < 40


def losing(cloud: Cloud, solr: Solr, *, back: bool) -> None:
    """10,000 documents, and the second node killed after the third thousand."""
    second = cloud.nodes[1]

    def return_later() -> None:
        time.sleep(3)
        second.start()
        second.wait()

    for thousand in range(10):
        if thousand == 3:
            second.kill()
            if back:
                thread = threading.Thread(target=return_later)
                thread.start()
        documents = [document(1000 * thousand + number) for number in range(1000)]
        solr.add([str(one["id"]) for one in documents], [json.dumps(one).encode() for one in documents])
    if back:
        thread.join()
    solr.commit()
    assert count(solr) == 10_000
