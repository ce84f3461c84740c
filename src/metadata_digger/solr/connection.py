"""Where a collection is and who asks: plain values that travel to worker processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from metadata_digger.solr.credentials import Login, login

if TYPE_CHECKING:
    from metadata_digger.config import Config


@dataclass(frozen=True, slots=True)
class Kerberos:
    principal: str
    keytab: str
    debug: bool = False


@dataclass(frozen=True, slots=True)
class Connection:
    """`zookeepers` (HOST:PORT, with a chroot "" or "/path") or `url` (ends with the context, "http://host:8983/solr").

    `ca_file`: PEM; None stands for the authorities of the system.
    """

    collection: str
    zookeepers: tuple[str, ...] = ()
    chroot: str = ""
    url: str | None = None
    login: Login | None = None
    kerberos: Kerberos | None = None
    ca_file: str | None = None

    @property
    def place(self) -> str:
        """The key that says where Solr is, with its value, for errors."""
        if self.url is not None:
            return f"output.solr.url={self.url}"
        znode = f", output.zk.znode={self.chroot}" if self.chroot else ""
        return f"output.zk.servers={','.join(self.zookeepers)}{znode}"


def connection(config: Config, environment: Mapping[str, str]) -> Connection:
    """What a checked configuration says; raises ConfigError when the file with the password cannot be used."""
    principal, keytab = (config[f"output.solr.security.{name}"] for name in ("principal", "keytabPath"))
    znode = (config["output.zk.znode"] or "").strip("/")
    ca_file = config["output.solr.caFile"]
    return Connection(
        collection=config["output.collection"],
        zookeepers=config["output.zk.servers"],
        chroot=f"/{znode}" if znode else "",
        url=config["output.solr.url"],
        login=login(config, environment),
        kerberos=Kerberos(principal, _absolute(keytab), config["output.solr.security.debug"]) if principal else None,
        ca_file=_absolute(ca_file) if ca_file else None,
    )


def _absolute(path: str) -> str:
    """Workers may stand elsewhere."""
    return str(Path(path).absolute())
