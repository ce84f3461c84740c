"""What SolrCloud writes into ZooKeeper: its nodes, its collections and who leads their shards.

Solr reference guide, "ZooKeeper file management": /live_nodes, /collections/NAME/state.json, /aliases.json,
/clusterprops.json. Each call opens a connection of its own and ends it, with its threads: what is asked here is asked
at the start and after a failure, not once a batch.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from kazoo.client import KazooClient  # type: ignore[import-untyped]  # it ships no types
from kazoo.exceptions import (  # type: ignore[import-untyped]
    ConnectionLoss,
    KazooException,
    NoAuthError,
    NoNodeError,
    OperationTimeoutError,
    SessionExpiredError,
    WriterNotClosedException,
)
from kazoo.handlers.threading import KazooTimeoutError  # type: ignore[import-untyped]

from metadata_digger.solr.connection import Connection
from metadata_digger.solr.errors import Passing, SolrError, missing
from metadata_digger.solr.routing import Layout, Shard, shards_of

SECONDS = 15.0  # until a server of ZooKeeper has to have answered

# What servers do that go away or elect. The next try has its own connection: kazoo's retry would wait on the old one.
_BREAKS = (ConnectionLoss, SessionExpiredError, OperationTimeoutError, WriterNotClosedException)

# kazoo's own words, one for each server that does not answer, would otherwise end on standard error.
_SILENT = logging.getLogger("metadata_digger.solr.kazoo")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


class _Tree:
    """Reads below the chroot. kazoo's own chroot warns on standard error when it is not there."""

    def __init__(self, client: KazooClient, chroot: str) -> None:
        self._client = client
        self._chroot = chroot

    def children(self, path: str) -> list[str]:
        """Empty when there is no such node."""
        try:
            return [str(name) for name in _got(self._client.get_children_async(self._chroot + path))]
        except NoNodeError:
            return []

    def json(self, path: str) -> dict[str, Any]:
        """The object that a node holds; an empty one when there is none."""
        try:
            data, _ = _got(self._client.get_async(self._chroot + path))
        except NoNodeError:
            return {}
        return dict(json.loads(data or b"{}"))


def _got(asked: Any) -> Any:
    """Not kazoo's plain calls: those wait for ever when the connection is lost between two of them."""
    return asked.get(timeout=SECONDS)


def live_nodes(connection: Connection) -> tuple[str, ...]:
    """URL of each live node, sorted; raises SolrError when there is no ZooKeeper, no SolrCloud in it, or no node."""
    with _reading(connection) as tree:
        return tuple(sorted(_live(tree, connection).values()))


def layout_of(connection: Connection) -> Layout:
    """The collection may be an alias; documents go to the first one that it stands for. Raises Missing, SolrError."""
    with _reading(connection) as tree:
        live = _live(tree, connection)
        leading: set[str] = set()
        holding: set[str] = set()
        shards: tuple[Shard, ...] = ()
        names = _resolved(tree, connection.collection)
        for name in names:
            state = tree.json(f"/collections/{name}/state.json").get(name)
            if state is None:
                raise missing(connection)
            leads = _leads(tree, name)
            for shard in state["shards"].values():
                for core, replica in shard["replicas"].items():
                    node = live.get(replica["node_name"])
                    if node is not None:
                        holding.add(node)
                        if replica.get("leader") == "true" or core in leads:
                            leading.add(node)
            if len(names) == 1:  # an alias for several may be one that Solr routes by a field
                shards = shards_of(state, live, leads)
    if not holding:
        raise Passing(f"none of the nodes that hold the collection {connection.collection} is live: start them")
    return Layout(tuple(sorted(leading or holding)), shards)


def node_url(name: str, scheme: str) -> str:
    """The URL of a node by its name in /live_nodes: "host:8983_solr", the context percent-encoded."""
    cut = name.find("_", name.rfind(":") + 1)
    host, context = (name, "") if cut < 0 else (name[:cut], unquote(name[cut + 1 :]))
    return f"{scheme}://{host}/{context}".rstrip("/")


def _live(tree: _Tree, connection: Connection) -> dict[str, str]:
    """URL by name."""
    names = tree.children("/live_nodes")
    if not names:
        raise Passing(f"{connection.place}: no node of SolrCloud is registered there; does Solr run, with this chroot?")
    scheme = tree.json("/clusterprops.json").get("urlScheme", "http")
    return {name: node_url(name, scheme) for name in names}


def _resolved(tree: _Tree, collection: str) -> list[str]:
    """The collections behind a name. An alias may stand for further ones, and must not lead in a circle for ever."""
    aliases = tree.json("/aliases.json").get("collection") or {}
    names = [collection]
    for _ in range(len(aliases)):
        names = [one for name in names for one in str(aliases.get(name, name)).split(",")]
    return list(dict.fromkeys(names))


def _leads(tree: _Tree, collection: str) -> set[str]:
    """The replicas that lead, of a collection with per-replica states: children such as core_node3:2:A:L."""
    children = [name.split(":") for name in tree.children(f"/collections/{collection}/state.json")]
    return {parts[0] for parts in children if parts[-1] == "L"}


@contextmanager
def _reading(connection: Connection) -> Iterator[_Tree]:
    client = KazooClient(",".join(connection.zookeepers), timeout=10, logger=_SILENT)
    try:
        try:
            client.start(timeout=SECONDS)
            yield _Tree(client, connection.chroot)
        finally:
            client.stop()
            client.close()
    except KazooTimeoutError as error:
        raise Passing(
            f"{connection.place}: no ZooKeeper answers within {SECONDS:.0f} s: does it run, are host and port right?"
        ) from error
    except _BREAKS as error:
        raise Passing(f"{connection.place}: ZooKeeper breaks off ({type(error).__name__})") from error
    except NoAuthError as error:
        raise SolrError(
            f"{connection.place}: this ZooKeeper does not let everybody read what Solr keeps in it"
        ) from error
    except (KazooException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SolrError(f"{connection.place}: what is in ZooKeeper cannot be read: {error!r}") from error
