"""By whom HDFS is asked: a Kerberos ticket, a token that YARN handed over, or just a name."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

TOKENS = "HADOOP_TOKEN_FILE_LOCATION"
_SECONDS = 5  # for klist
_CACHE = re.compile(r"^\s*default_ccache_name\s*=\s*(\S+)", re.MULTILINE)


def own_name() -> str:
    """The name of whoever this process is; "" where the system knows none, as in some containers."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return ""


def lacks_ticket(environ: Mapping[str, str]) -> bool:
    """Whether it is certain that Kerberos will be asked in vain. hdfs-native would find out after a minute."""
    if _token_file(environ) or environ.get("KRB5_CLIENT_KTNAME"):
        return False
    if shutil.which("klist"):
        try:
            return subprocess.run(["klist", "-s"], timeout=_SECONDS, env=dict(environ)).returncode != 0  # noqa: S607  # wherever it lies
        except subprocess.TimeoutExpired:
            return False
    kind, colon, place = _cache(environ).partition(":")
    if not colon:
        kind, place = "FILE", kind
    return kind in ("FILE", "DIR") and not Path(place).exists()


def _cache(environ: Mapping[str, str]) -> str:
    if name := environ.get("KRB5CCNAME"):
        return name
    default = "FILE:/tmp/krb5cc_%{uid}"
    try:
        found = _CACHE.search(Path(environ.get("KRB5_CONFIG", "/etc/krb5.conf")).read_text("utf-8", "replace"))
    except OSError:
        found = None
    return (found[1] if found else default).replace("%{uid}", str(os.geteuid()))


def host_of_token(address: str, environ: Mapping[str, str]) -> str:
    """HOST:PORT of a namenode as its token has it: Hadoop mostly writes the IP address, and hdfs-native compares
    texts."""
    file = _token_file(environ)
    if file is None:
        return address
    host, _, port = address.rpartition(":")
    try:
        tokens = file.read_bytes()
        if address.encode() in tokens:
            return address
        for *_, place in socket.getaddrinfo(host.strip("[]"), int(port), socket.AF_INET, socket.SOCK_STREAM):
            if f"{place[0]}:{port}".encode() in tokens:
                return f"{place[0]}:{port}"
    except OSError:
        pass
    return address


def _token_file(environ: Mapping[str, str]) -> Path | None:
    name = environ.get(TOKENS)
    return Path(name) if name and Path(name).is_file() else None
