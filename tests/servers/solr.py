"""A real Solr of the tests, in cloud mode with a real ZooKeeper or alone, on the loopback address."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import requests
from kazoo.client import KazooClient

from servers.build import JAVA, class_path
from servers.process import HOST, Process, free_port

# The JVM starts in half the time with these; nothing here runs long enough to miss what they leave out.
FAST = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.net.preferIPv4Stack=true")

SOLR_XML = f"""\
<solr>
  <solrcloud>
    <str name="zkHost">${{zkHost:}}</str>
    <str name="host">{HOST}</str>
    <int name="hostPort">${{hostPort:8983}}</int>
    <str name="hostContext">solr</str>
    <int name="zkClientTimeout">5000</int>
  </solrcloud>
</solr>
"""


class ZooKeeper(Process):
    """One server without a quorum; `address` is what output.zk.servers takes."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        port = free_port()
        config = folder / "zoo.cfg"
        config.write_text(
            f"clientPort={port}\nclientPortAddress={HOST}\ndataDir={folder / 'data'}\nadmin.enableServer=false\n"
            "tickTime=500\nmaxClientCnxns=0\n"
        )
        main = "org.apache.zookeeper.server.ZooKeeperServerMain"
        super().__init__(["java", "-Xmx128m", *FAST, "-cp", class_path(), main, config], folder / "log", ready=port)
        self.address = f"{HOST}:{port}"

    def write(self, path: str, content: Any = None) -> None:
        """A node with a JSON text in it, and those above it."""
        client = KazooClient(self.address)
        client.start()
        try:
            client.ensure_path(path)
            client.set(path, b"" if content is None else json.dumps(content).encode())
        finally:
            client.stop()
            client.close()


class Node(Process):
    """One Solr; started again after `kill` it has its data and its port."""

    def __init__(
        self,
        folder: Path,
        zookeeper: str | None = None,
        *,
        properties: Mapping[str, str] | None = None,
        https: bool = False,
        host: str = HOST,
    ) -> None:
        """`zookeeper`: HOST:PORT and the chroot, None for a Solr alone. `properties`: of the JVM, -Dname=value."""
        folder.mkdir()
        self.home = folder / "home"
        self.home.mkdir()
        (self.home / "solr.xml").write_text(SOLR_XML if zookeeper else "<solr/>")
        self.port = free_port()
        self.url = f"http{'s' if https else ''}://{host}:{self.port}/solr"
        known = {
            "jetty.testMode": "true",  # without it JettySolrRunner speaks no https and no HTTP/2
            "solr.log.dir": str(folder),
            "log4j2.configurationFile": str(JAVA / "log4j2.xml"),
            **(properties or {}),
        }
        options = [f"-D{name}={value}" for name, value in known.items()]
        arguments = [str(self.home), str(self.port), *([zookeeper] if zookeeper else [])]
        super().__init__(
            ["java", "-Xmx512m", *FAST, *options, "-cp", class_path(), "SolrServer", *arguments],
            folder / "log",
            ready="READY",
        )


class Cloud:
    """A SolrCloud: ZooKeeper and nodes that share it."""

    def __init__(self, folder: Path, nodes: int = 1) -> None:
        folder.mkdir()
        self._numbers = count()
        self.zookeeper = ZooKeeper(folder / "zookeeper")
        self.nodes = [Node(folder / f"node{number}", self.zookeeper.address) for number in range(nodes)]

    def start(self) -> None:
        self.zookeeper.start()
        self.zookeeper.wait()
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait()

    @property
    def url(self) -> str:
        return self.nodes[0].url

    @property
    def servers(self) -> str:
        """For output.zk.servers."""
        return self.zookeeper.address

    def collections(self) -> list[str]:
        return list(ask(f"{self.url}/admin/collections", action="LIST")["collections"])

    @contextmanager
    def collection(self) -> Iterator[str]:
        """A name of which there is no collection yet; one that is there at the end goes, with its configset."""
        name = f"test{next(self._numbers)}"
        yield name
        with suppress(requests.HTTPError):
            ask(f"{self.url}/admin/collections", action="DELETE", name=name)
        with suppress(requests.HTTPError):
            ask(f"{self.url}/admin/configs", action="DELETE", name=f"{name}.metadata-digger")


@contextmanager
def running(*servers: Process | Cloud) -> Iterator[None]:
    """All of them started, and killed at the end."""
    processes: Sequence[Process] = [
        process
        for server in servers
        for process in ([server.zookeeper, *server.nodes] if isinstance(server, Cloud) else [server])
    ]
    try:
        for server in servers:
            server.start()
            if isinstance(server, Process):
                server.wait()
        yield
    finally:
        for process in processes:
            process.kill()


def ask(url: str, **parameters: Any) -> dict[str, Any]:
    """The answer to a request, by nothing of ours; raises requests.HTTPError."""
    answer = requests.get(url, params=parameters, timeout=60)
    answer.raise_for_status()
    return dict(answer.json())
