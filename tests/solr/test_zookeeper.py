"""Where ZooKeeper says that Solr is."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest

from metadata_digger.solr.client import Solr
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.errors import Missing, Passing, SolrError
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


@contextmanager
def answering(*moves: bytes | None) -> Iterator[Connection]:
    """A ZooKeeper that opens a session and answers its first requests so; None: with the end of the connection.

    After that it answers nothing, and only ends the session. Frames are Jute's: a length and the record.
    """

    def serve(peer: socket.socket) -> None:
        with peer:
            peer.recv(4096)
            peer.sendall(struct.pack(">iiiqi16x", 36, 0, 10_000, 1, 16))  # ConnectResponse: version, timeout, session
            for move in moves:
                peer.recv(4096)
                if move is None:
                    return
                peer.sendall(struct.pack(">i", len(move)) + move)
            while (frame := peer.recv(4096)) and not frame.endswith(struct.pack(">i", -11)):  # closeSession
                pass

    def accept() -> None:
        with suppress(OSError):  # the listener is shut
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server((HOST, 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield Connection("c", (f"{HOST}:{listener.getsockname()[1]}",))
        listener.shutdown(socket.SHUT_RDWR)


def test_a_zookeeper_that_goes_away_while_it_is_read() -> None:
    with answering(None) as connection, pytest.raises(Passing, match=r"servers=.*: ZooKeeper breaks off \(Connection"):
        layout_of(connection)


def test_a_zookeeper_that_falls_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metadata_digger.solr.zookeeper.SECONDS", 1.0)
    with answering() as connection, pytest.raises(Passing, match="no ZooKeeper answers within 1 s"):
        live_nodes(connection)


@pytest.mark.parametrize(("code", "name"), [(-7, "OperationTimeoutError"), (-112, "SessionExpiredError")])
def test_a_zookeeper_that_elects(code: int, name: str) -> None:
    reply = struct.pack(">iqi", 1, 0, code)  # ReplyHeader: request, transaction, error
    with answering(reply) as connection, pytest.raises(Passing, match=name):
        live_nodes(connection)


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
    (shard,) = layout_of(connection).shards
    assert str(shard.leader).startswith(f"{cloud.url}/{collection}_shard1_replica_")
    with Solr(connection, 0) as solr:
        send(solr, document(1))
        assert count(solr) == 1
