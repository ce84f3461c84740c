"""Making a collection with the configset that comes with the program (Solr's Collections and Configsets API)."""

from __future__ import annotations

import io
import time
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

from metadata_digger.errors import OutputError
from metadata_digger.solr.calls import Calls
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.errors import SolrError
from metadata_digger.solr.tries import AT_FIRST

CONFIGSET = Path(__file__).parent / "configset"
SUFFIX = ".metadata-digger"  # of the name that the configset has in Solr: nobody else's is ever written over
SECONDS = 180.0  # until a collection stands


def create(connection: Connection, shards: int, replicas: int) -> str:
    """Makes the collection and waits until all of it is active; the name of its configset.

    Raises OutputError when there is such a collection, or when this Solr is none that makes collections.
    """
    with closing(Calls(connection, AT_FIRST, everywhere=True)) as calls:
        _need_cloud(calls, connection)
        name = connection.collection
        if name in _cluster(calls)["collections"] or name in _aliases(calls):
            raise OutputError(
                f"output.collection={name}: this collection exists already and stays as it is; one that solr-init "
                "made gets the fields of this version by --update-configset"
            )
        configset = _upload(calls, name)
        calls.ask(
            "/admin/collections",
            seconds=SECONDS,
            patience=0,  # a second try would find the collection of the first one
            data={
                "action": "CREATE",
                "name": name,
                "collection.configName": configset,
                "numShards": shards,
                "replicationFactor": replicas,
                "maxShardsPerNode": shards * replicas,  # Solr 8 allows one; 9 has no such limit
                "waitForFinalState": "true",
            },
        )
        _wait(calls, name)
        return configset


def update_configset(connection: Connection) -> str:
    """Gives a collection that `create` made the configset of this version; the name of it. Its documents stay.

    Raises OutputError for a collection with another configset.
    """
    with closing(Calls(connection, AT_FIRST, everywhere=True)) as calls:
        _need_cloud(calls, connection)
        name = connection.collection
        found = _cluster(calls)["collections"].get(name)
        if found is None:
            raise OutputError(
                f"output.collection={name}: there is no such collection; without --update-configset it is made"
            )
        if found["configName"] != name + SUFFIX:
            raise OutputError(
                f"output.collection={name}: its configset {found['configName']} is not from solr-init, so it stays"
            )
        configset = _upload(calls, name)
        calls.ask("/admin/collections", seconds=SECONDS, data={"action": "RELOAD", "name": name})
        return configset


def packed() -> bytes:
    """The configset as a zip file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for path in sorted(CONFIGSET.iterdir()):
            package.write(path, path.name)
    return target.getvalue()


def write_configset(target: Path) -> Path:
    """The configset in target/conf, as `bin/solr create -d` takes it. Raises OutputError if it is there."""
    folder = target / "conf"
    try:
        folder.mkdir(parents=True)
        for path in sorted(CONFIGSET.iterdir()):
            (folder / path.name).write_bytes(path.read_bytes())
    except FileExistsError:
        raise OutputError(f"{folder}: exists already; name another directory") from None
    except OSError as error:
        raise OutputError(f"{error.filename or folder}: {error.strerror or error}") from error
    return folder


def _need_cloud(calls: Calls, connection: Connection) -> None:
    if connection.url is not None and calls.ask("/admin/info/system").get("mode") != "solrcloud":
        raise OutputError(
            f"{connection.place} runs without ZooKeeper, where a collection can only be made on the server itself: "
            "`metadata-digger solr-init --print-configset DIRECTORY` writes what it needs, then "
            f"`bin/solr create -c {connection.collection} -d DIRECTORY` there"
        )


def _cluster(calls: Calls) -> dict[str, Any]:
    return dict(calls.ask("/admin/collections", data={"action": "CLUSTERSTATUS"})["cluster"])


def _aliases(calls: Calls) -> dict[str, Any]:
    return dict(calls.ask("/admin/collections", data={"action": "LISTALIASES"}).get("aliases") or {})


def _upload(calls: Calls, collection: str) -> str:
    name = collection + SUFFIX
    form = {"action": "UPLOAD", "name": name, "overwrite": "true", "cleanup": "true"}
    headers = {"Content-Type": "application/octet-stream"}
    calls.ask("/admin/configs", query=form, data=packed(), headers=headers)
    return name


def _wait(calls: Calls, name: str) -> None:
    end = time.monotonic() + SECONDS
    while True:
        shards = _cluster(calls)["collections"][name]["shards"].values()
        states = {replica["state"] for shard in shards for replica in shard["replicas"].values()}
        if states == {"active"}:
            return
        if time.monotonic() > end:
            raise SolrError(
                f"output.collection={name}: made, but after {SECONDS:.0f} s not all of it is active: {states}"
            )
        time.sleep(0.2)
