"""How an HDFS is reached: its namenodes, by whom, and what the cluster's files say of it."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

from metadata_digger.errors import ConfigError
from metadata_digger.storage.hdfs.hands import Late, within
from metadata_digger.storage.hdfs.properties import folder_of, properties_in
from metadata_digger.storage.hdfs.tickets import own_name

SCHEME = "hdfs"
PORT = 8020  # of a namenode, where none is written
_AUTHORITY = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^\s/:@\[\]]+)(?::(?P<port>\d{1,5}))?")
_LOOKUP = 5.0  # seconds for a name


@dataclass(frozen=True, slots=True)
class HdfsAccess:
    """`authority`: what URLs have behind `hdfs://`. `addresses`: HOST:PORT of the namenodes, several with HA.
    `properties`: of the cluster's files; machines that have no such files need nothing else."""

    authority: str
    addresses: tuple[str, ...]
    properties: tuple[tuple[str, str], ...] = ()
    user: str = ""  # without Kerberos; "": whoever this process is
    patience: float = 60.0  # seconds

    @property
    def kerberos(self) -> bool:
        return dict(self.properties).get("hadoop.security.authentication", "simple").lower() != "simple"

    @property
    def place(self) -> str:
        """For sentences."""
        return f"{SCHEME}://{self.authority}"


@dataclass(frozen=True, slots=True)
class Known:
    """What this machine says of name services; goes to machines that know nothing of them."""

    properties: tuple[tuple[str, str], ...] = ()
    lacking: str = ""  # why they say nothing of a default one
    user: str = ""
    patience: float = 60.0  # seconds

    @classmethod
    def here(cls, environ: Mapping[str, str], patience: float = 60.0) -> Known:
        """Raises ConfigError for a file that cannot be read."""
        folder = folder_of(environ)
        properties = properties_in(folder, environ)
        lacking = f"{folder} has none" if folder else "HADOOP_CONF_DIR names no folder of one"
        user = environ.get("HADOOP_USER_NAME") or own_name()
        return cls(tuple(sorted(properties.items())), lacking, user, patience)


def access_of(entry: str, known: Known) -> tuple[HdfsAccess, str]:
    """Of `hdfs://host:port/path`, `hdfs://name/path`, `hdfs:///path` or `/path`, nothing escaped: how it is reached,
    and the key. Raises ConfigError."""
    authority, path = _parts(entry)
    return _access(entry if not authority else f"{SCHEME}://{authority}", authority, known), re.sub(
        "/{2,}", "/", path
    ).lstrip("/")


@lru_cache(maxsize=64)
def _access(entry: str, authority: str, known: Known) -> HdfsAccess:
    properties = dict(known.properties)
    if not authority:
        authority, where = properties.pop("fs.defaultFS", ""), "hdfs-site.xml or core-site.xml"
        if not authority:
            raise ConfigError(f"{entry} names no namenode, nor does fs.defaultFS of core-site.xml: {known.lacking}")
        if not authority.lower().startswith(f"{SCHEME}://"):
            raise ConfigError(f"{entry}: fs.defaultFS in {where} is {authority}, which is no HDFS: name the namenode")
        authority, _ = _parts(authority)
    properties.pop("fs.defaultFS", None)
    found = _AUTHORITY.fullmatch(authority)
    if found is None or int(found["port"] or 0) > 65535:
        raise ConfigError(f"{entry}: {authority!r} is no HOST:PORT and no name of a name service")
    host = found["host"]
    addresses = (authority,) if found["port"] else _addresses(entry, host, properties)
    if addresses == (f"{host}:{PORT}",):
        authority = addresses[0]
    return HdfsAccess(authority, addresses, tuple(sorted(properties.items())), known.user, known.patience)


def _parts(entry: str) -> tuple[str, str]:
    """The authority, "" where none is written, and the path."""
    if entry.lower().startswith(f"{SCHEME}:/"):
        rest = entry[len(SCHEME) + 1 :]
        if not rest.startswith("//"):
            return "", rest
        authority, slash, path = rest[2:].partition("/")
        return authority, slash + path
    if entry.startswith("/"):
        return "", entry
    raise ConfigError(f"{entry} is no path of HDFS: write hdfs://host:port/path, or hdfs:///path")


def _addresses(entry: str, name: str, properties: Mapping[str, str]) -> tuple[str, ...]:
    """Of a name service, else of a host."""
    address = "dfs.namenode.rpc-address"
    services = [one.strip() for one in properties.get("dfs.nameservices", "").split(",") if one.strip()]
    nodes = [one.strip() for one in properties.get(f"dfs.ha.namenodes.{name}", "").split(",") if one.strip()]
    if nodes or name in services:
        keys = [f"{address}.{name}.{node}" for node in nodes] or [f"{address}.{name}"]
        if lacking := [key for key in keys if not properties.get(key)]:
            raise ConfigError(f"{entry}: {name} is a name service, but hdfs-site.xml has no {', no '.join(lacking)}")
        return tuple(properties[key] for key in keys)
    try:
        within(_LOOKUP, partial(socket.getaddrinfo, name.strip("[]"), PORT))
    except (Late, OSError, UnicodeError) as error:
        known = f"it has {', '.join(services)}" if services else "it has none; HADOOP_CONF_DIR names its folder"
        raise ConfigError(f"{entry}: {name} is no known host and no name service of hdfs-site.xml ({known})") from error
    return (f"{name}:{PORT}",)
