"""Where ZooKeeper says that Solr is."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from metadata_digger.solr.client import Solr
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.errors import Missing, SolrError
from metadata_digger.solr.search import count
from metadata_digger.solr.zookeeper import layout_of, live_nodes, node_url
from servers.process import HOST, free_port
from servers.solr import Cloud, ask
from solr.documents import document, send


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("127.0.0.1:8983_solr", "https://127.0.0.1:8983/solr"),
        ("my_host:8983_solr", "https://my_host:8983/solr"),
        ("[::1]:8983_a%2Fb_c", "https://[::1]:8983/a/b_c"),
        ("host:8983_", "https://host:8983"),
    ],
)
def test_names_of_nodes(name: str, url: str) -> None:
    assert node_url(name, "https") == url


def test_no_zookeeper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metadata_digger.solr.zookeeper.SECONDS", 1.0)
    places = tuple(f"{HOST}:{free_port()}" for _ in range(2))
    with pytest.raises(SolrError, match=r"output\.zk\.servers=127.*,127.*/a: no ZooKeeper answers within 1 s"):
        Solr(Connection("c", places, "/a")).check()
    assert not [thread for thread in threading.enumerate() if "kazoo" in thread.name.lower()]


@pytest.mark.solr
def test_a_chroot_without_solr(cloud: Cloud) -> None:
    wrong = Connection("c", (cloud.servers,), "/elsewhere")
    with pytest.raises(SolrError, match=r"output\.zk\.znode=/elsewhere: no node of SolrCloud is registered there"):
        layout_of(wrong)


@pytest.mark.solr
def test_several_servers_of_which_one_is_gone(cloud: Cloud) -> None:
    threads = threading.active_count()
    start = time.monotonic()
    assert live_nodes(Connection("c", (f"{HOST}:{free_port()}", cloud.servers))) == (cloud.url,)
    assert time.monotonic() - start < 10
    assert threading.active_count() == threads


@pytest.mark.solr
def test_aliases(cloud: Cloud, solr: Solr) -> None:
    send(solr, document(1))
    name = solr.connection.collection
    admin = f"{cloud.url}/admin/collections"
    ask(admin, action="CREATEALIAS", name="pictures", collections=name)
    try:
        with Solr(replace(solr.connection, collection="pictures")) as client:
            assert layout_of(client.connection).nodes == (cloud.url,)
            client.check()
            send(client, document(2))
            assert count(client) == 2
    finally:
        ask(admin, action="DELETEALIAS", name="pictures")
    with pytest.raises(Missing):
        layout_of(Connection("pictures", (cloud.servers,)))


@pytest.mark.solr
def test_leaders_of_a_collection_with_per_replica_states(cloud: Cloud, collection: str) -> None:
    settings = {"collection.configName": f"{collection}.metadata-digger", "numShards": 1, "perReplicaState": "true"}
    connection = Connection(collection, (cloud.servers,))
    from metadata_digger.solr.calls import Calls
    from metadata_digger.solr.collection import _upload

    _upload(Calls(connection, 10, everywhere=True), collection)
    ask(f"{cloud.url}/admin/collections", action="CREATE", name=collection, waitForFinalState="true", **settings)
    assert layout_of(connection).nodes == (cloud.url,)
