"""`metadata-digger solr-init`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkout import ROOT
from metadata_digger.cli import main
from metadata_digger.solr.client import Solr
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.search import count
from servers.solr import Cloud, Node, ask, running
from solr.documents import document, send

CONFIGSET = ROOT / "src" / "metadata_digger" / "solr" / "configset"


@pytest.fixture
def config(cloud: Cloud, collection: str, tmp_path: Path) -> Path:
    path = tmp_path / "solr.properties"
    path.write_text(
        "output.storage.name=solr\noutput.format=solr\n"
        f"output.collection={collection}\noutput.zk.servers={cloud.servers}\n"
    )
    return path


@pytest.mark.solr
def test_makes_the_collection(cloud: Cloud, config: Path, collection: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solr-init", str(config), "--shards", "2"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"collection  {collection}: made; shards: 2, replicas of each: 1",
        f"configset   {collection}.metadata-digger",
    ]
    status = ask(f"{cloud.url}/admin/collections", action="CLUSTERSTATUS", collection=collection)
    assert len(status["cluster"]["collections"][collection]["shards"]) == 2

    assert main(["solr-init", str(config)]) == 1
    assert f"output.collection={collection}: this collection exists already" in capsys.readouterr().err

    with Solr(Connection(collection, (cloud.servers,))) as solr:
        send(solr, document(1))
        assert main(["solr-init", str(config), "--update-configset"]) == 0
        assert "has the configset of this version" in capsys.readouterr().out
        assert count(solr) == 1


@pytest.mark.solr
def test_what_is_not_ours_stays(
    cloud: Cloud, config: Path, collection: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["solr-init", str(config), "--update-configset"]) == 1
    assert f"output.collection={collection}: there is no such collection" in capsys.readouterr().err
    assert main(["solr-init", str(config)]) == 0
    admin = f"{cloud.url}/admin/collections"
    with cloud.collection() as other:
        # somebody's own collection
        ask(
            admin,
            action="CREATE",
            name=other,
            numShards=1,
            **{"collection.configName": f"{collection}.metadata-digger"},
        )
        assert main(["solr-init", str(config), "--set", f"output.collection={other}", "--update-configset"]) == 1
        assert "is not from solr-init, so it stays" in capsys.readouterr().err
        ask(admin, action="CREATEALIAS", name=f"{other}-alias", collections=other)
        assert main(["solr-init", str(config), "--set", f"output.collection={other}-alias"]) == 1
        assert "exists already" in capsys.readouterr().err
        ask(admin, action="DELETEALIAS", name=f"{other}-alias")


@pytest.mark.solr
def test_by_the_url_of_a_node(cloud: Cloud, config: Path, collection: str) -> None:
    by_url = ["--set", "output.zk.servers=", "--set", f"output.solr.url={cloud.url}"]
    assert main(["solr-init", str(config), *by_url]) == 0
    with Solr(Connection(collection, url=cloud.url)) as solr:
        solr.check()


@pytest.mark.parametrize("arguments", [[], ["--set", "output.format=csv"]])
def test_without_a_configuration(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solr-init", *arguments]) == 2
    assert "solr-init needs CONFIG" in capsys.readouterr().err


def test_the_configset_for_a_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "there" / "x"
    assert main(["solr-init", "--print-configset", str(target)]) == 0
    assert {path.name: path.read_bytes() for path in (target / "conf").iterdir()} == {
        path.name: path.read_bytes() for path in CONFIGSET.iterdir()
    }
    assert capsys.readouterr().out == f"configset   {target / 'conf'}\n"
    assert main(["solr-init", "--print-configset", str(target)]) == 1
    assert "exists already" in capsys.readouterr().err


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A Solr without ZooKeeper."""
    node = Node(tmp_path_factory.mktemp("solr") / "alone")
    with running(node):
        yield node


@pytest.mark.solr
def test_a_solr_without_zookeeper(alone: Node, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "solr.properties"
    path.write_text(
        f"output.storage.name=solr\noutput.format=solr\noutput.collection=own\noutput.solr.url={alone.url}\n"
    )
    assert main(["solr-init", str(path)]) == 1
    said = capsys.readouterr().err
    assert re.search(r"runs without ZooKeeper.*solr-init --print-configset DIRECTORY.*bin/solr create -c own", said)
    # what it advises: bin/solr create copies the folder into the home and asks CoreAdmin
    assert main(["solr-init", "--print-configset", str(alone.home / "own")]) == 0
    ask(f"{alone.url}/admin/cores", action="CREATE", name="own", instanceDir="own")
    with Solr(Connection("own", url=alone.url)) as solr:
        solr.check()
        send(solr, document(1, labels=["car"]), document(2))
        assert count(solr, "labels:car") == 1
