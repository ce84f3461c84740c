"""What the cluster's administrator wrote down: core-site.xml and hdfs-site.xml of a Hadoop client."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementInclude, ElementTree

from metadata_digger.errors import ConfigError

FILES = ("core-site.xml", "hdfs-site.xml")  # a later one has the last word
# What a client needs to know of them. The rest stays here: core-site.xml may hold keys of other storage.
_WANTED = (
    "dfs.blocksize",
    "dfs.client.",
    "dfs.data.transfer.",
    "dfs.encrypt.data.transfer",
    "dfs.ha.namenodes.",
    "dfs.namenode.kerberos.principal",
    "dfs.namenode.rpc-address",
    "dfs.nameservices",
    "dfs.replication",
    "fs.defaultFS",
    "fs.permissions.umask-mode",
    "hadoop.rpc.protection",
    "hadoop.security.authentication",
    "hadoop.security.key.provider.path",
)
_SECRET = re.compile(r"password|secret", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{([^{}$\s]+)\}")
_DEPTH = 20  # of variables in variables, as in Hadoop
_UNITS = {"k": 10, "m": 20, "g": 30, "t": 40, "p": 50, "e": 60}


def folder_of(environ: Mapping[str, str]) -> Path | None:
    """Where this machine keeps them, if it says so."""
    for name, below in (("HADOOP_CONF_DIR", ""), ("YARN_CONF_DIR", ""), ("HADOOP_HOME", "etc/hadoop")):
        if value := environ.get(name):
            return Path(value, below)
    return None


def properties_in(folder: Path | None, environ: Mapping[str, str]) -> dict[str, str]:
    """The properties a client needs, variables put in. Raises ConfigError for a file that cannot be read."""
    found: dict[str, str] = {}
    for name in FILES if folder else ():
        file = Path(folder or "", name)
        if file.exists():
            found.update(read(file))
    return {
        name: _full(value, found, environ)
        for name, value in found.items()
        if name.startswith(_WANTED) and not _SECRET.search(name)
    }


def read(file: Path) -> dict[str, str]:
    """The properties of a file, as they stand in it. Raises ConfigError."""
    try:
        root = ElementTree.parse(file).getroot()  # noqa: S314  # of this machine's own administrator
        ElementInclude.include(root, base_url=str(file))
    except (OSError, SyntaxError) as error:
        why = (isinstance(error, OSError) and error.strerror) or f"it is no XML ({error})"
        raise ConfigError(f"{file} cannot be read: {why}; HADOOP_CONF_DIR names its folder") from error
    pairs = ((one.findtext("name"), one.findtext("value")) for one in root.iter("property"))
    return {name.strip(): value.strip() for name, value in pairs if name and value is not None}


def _full(value: str, found: Mapping[str, str], environ: Mapping[str, str]) -> str:
    """`${name}` is another property, `${env.NAME}` of the environment; what is neither stays as it is."""

    def put_in(variable: re.Match[str]) -> str:
        name = variable[1]
        known = environ.get(name[4:]) if name.startswith("env.") else found.get(name)
        return variable[0] if known is None else known

    for _ in range(_DEPTH):
        value, before = _VARIABLE.sub(put_in, value), value
        if value == before:
            break
    return value


def bytes_of(text: str) -> int | None:
    """`134217728` or `128m`; None for what is no size."""
    found = re.fullmatch(r"(\d+)([kmgtpe]?)", text.strip().lower())
    return int(found[1]) << _UNITS.get(found[2], 0) if found else None
