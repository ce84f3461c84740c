"""A Kerberos of the tests' own: MIT's krb5kdc with a private configuration, on a port of the loopback address."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from servers.process import HOST, Process, free_port

REALM = "TESTS.EXAMPLE"
PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/lib/mit/sbin"])


def missing() -> str | None:
    """What this machine lacks for a KDC; None when all is there."""
    lacking = [
        tool for tool in ("krb5kdc", "kdb5_util", "kadmin.local", "kinit") if shutil.which(tool, path=PATH) is None
    ]
    return (
        f"no {', no '.join(lacking)}: on Debian apt install krb5-kdc krb5-admin-server krb5-user" if lacking else None
    )


class Kdc(Process):
    """`configuration` is what KRB5_CONFIG takes."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        port = free_port()
        self.configuration = folder / "krb5.conf"
        self.configuration.write_text(
            f"[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n dns_lookup_realm = false\n"
            " dns_canonicalize_hostname = false\n rdns = false\n udp_preference_limit = 1\n"
            f"[realms]\n {REALM} = {{\n  kdc = {HOST}:{port}\n }}\n"
            f"[domain_realm]\n localhost = {REALM}\n"
        )
        profile = folder / "kdc.conf"
        profile.write_text(
            f"[realms]\n {REALM} = {{\n  kdc_listen = {HOST}:{port}\n  kdc_tcp_listen = {HOST}:{port}\n"
            f"  database_name = {folder / 'principals'}\n  key_stash_file = {folder / 'stash'}\n"
            f"  acl_file = {folder / 'acl'}\n }}\n"
        )
        self._settings = {"KRB5_CONFIG": str(self.configuration), "KRB5_KDC_PROFILE": str(profile), "PATH": PATH}
        self._run("kdb5_util", "create", "-s", "-r", REALM, "-P", "of the tests")
        super().__init__(["krb5kdc", "-n"], folder / "log", ready=port, environment=self._settings)

    def keytab(self, principal: str) -> Path:
        """Makes NAME or SERVICE/HOST; the file that it logs in with."""
        path = self._folder / f"{principal.replace('/', '-')}.keytab"
        self._run("kadmin.local", "-r", REALM, "addprinc", "-randkey", principal)
        self._run("kadmin.local", "-r", REALM, "ktadd", "-k", str(path), principal)
        return path

    def ticket(self, principal: str) -> dict[str, str]:
        """Environment of a process that has the ticket of a new principal."""
        cache = f"FILE:{self._folder / principal}.ticket"
        self._run("kinit", "-c", cache, "-k", "-t", str(self.keytab(principal)), principal)
        return {"KRB5_CONFIG": str(self.configuration), "KRB5CCNAME": cache}

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command, env={**os.environ, **self._settings}, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        assert done.returncode == 0, done.stdout + done.stderr
