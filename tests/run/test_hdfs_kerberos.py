"""An HDFS that wants Kerberos, from its namenode to its datanodes: read and written with a ticket, by workers too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from metadata_digger.storage.hdfs.faults import PERHAPS_KERBEROS
from servers.hadoop import Hadoop
from servers.kdc import REALM, Kdc
from servers.solr import running

pytestmark = [pytest.mark.kerberos, pytest.mark.hdfs]
PHOTOS = Path(__file__).parents[2] / "demo" / "photos"


class Secured(NamedTuple):
    server: Hadoop
    ticket: Mapping[str, str]  # of an environment


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("kerberos")
    kdc = Kdc(folder / "kdc")
    with running(kdc):
        service, web = "hdfs/localhost", "HTTP/localhost"
        properties = {
            "hadoop.security.authentication": "kerberos",
            "hadoop.rpc.protection": "authentication",
            "dfs.data.transfer.protection": "authentication",
            "dfs.block.access.token.enable": "true",
            "dfs.web.authentication.kerberos.principal": f"{web}@{REALM}",
            "dfs.web.authentication.kerberos.keytab": str(kdc.keytab(web)),
            "ignore.secure.ports.for.testing": "true",
        }
        keytab = str(kdc.keytab(service))
        for node in ("namenode", "datanode"):
            properties |= {f"dfs.{node}.kerberos.principal": f"{service}@{REALM}", f"dfs.{node}.keytab.file": keytab}
        of_java = {"JAVA_TOOL_OPTIONS": f"-Djava.security.krb5.conf={kdc.configuration}"}
        server = Hadoop(folder / "hdfs", properties=properties, environment=of_java)
        with running(server):
            yield Secured(server, kdc.ticket("hdfs"))


def extract(folder: Path, environment: Mapping[str, str], settings: Mapping[str, str]) -> tuple[int, str]:
    config = folder / "c.properties"
    given = {"output.format": "json", "processing.cores": "2", **settings}
    config.write_text("\n".join(f"{key}={value}" for key, value in given.items()))
    command = [sys.executable, "-m", "metadata_digger", "extract", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, **environment})
    return done.returncode, done.stdout + done.stderr


def test_with_a_ticket(secured: Secured, tmp_path: Path) -> None:
    """Workers are processes of their own, each with a connection of its own."""
    environment = {**secured.server.environment, **secured.ticket}
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from metadata_digger.storage.hdfs.client import hdfs_client\n"
        "from metadata_digger.storage.remote.place import Place\n"
        "Place(hdfs_client('hdfs:///', os.environ, 20)[0], 'in').upload(Path(sys.argv[1]))"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(PHOTOS)], check=True, timeout=60, env={**os.environ, **environment}
    )
    there = {"input.storage.name": "hdfs", "input.paths": "hdfs:///in"}
    code, said = extract(tmp_path, environment, {**there, "output.directoryPath": str(tmp_path / "out")})
    assert code == 0, said
    rows = [json.loads(line) for line in (tmp_path / "out" / "out.json").read_text().splitlines()]
    assert {row["FilePath"].rpartition("/")[2] for row in rows} == {photo.name for photo in PHOTOS.iterdir()}
    code, said = extract(
        tmp_path, environment, {**there, "output.storage.name": "hdfs", "output.directoryPath": "hdfs:///out"}
    )
    assert code == 0, said
    assert f"output      {secured.server.url}/out/out.json" in said


def test_without_one(secured: Secured, tmp_path: Path) -> None:
    settings = {"input.storage.name": "hdfs", "output.directoryPath": str(tmp_path / "out")}
    url = f"{secured.server.url}/in"
    none = {**secured.ticket, "KRB5CCNAME": str(tmp_path / "none")}
    code, said = extract(tmp_path, {**secured.server.environment, **none}, {**settings, "input.paths": url})
    assert (code, said.count("\n")) == (1, 1)
    assert f"input.paths: {url}: HDFS wants Kerberos and there is no valid ticket: run kinit" in said
    code, said = extract(tmp_path, {"HADOOP_CONF_DIR": ""}, {**settings, "input.paths": url})
    assert (code, said.count("\n")) == (1, 1)
    assert f"input.paths: {url}: no answer from {secured.server.url}{PERHAPS_KERBEROS}" in said
