"""An authority of the tests' own and a certificate by it for this machine, made by openssl and keytool."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

WORD = "changeit"  # of stores that hold nothing worth a password


@dataclass(frozen=True, slots=True)
class Certificates:
    """`authority` is a PEM file; `keys` and `trusted` are stores for Java."""

    authority: Path
    keys: Path
    trusted: Path

    @property
    def properties(self) -> dict[str, str]:
        """For a JVM."""
        store = "javax.net.ssl"
        return {
            f"{store}.keyStore": str(self.keys),
            f"{store}.keyStorePassword": WORD,
            f"{store}.trustStore": str(self.trusted),
            f"{store}.trustStorePassword": WORD,
            "solr.http1": "true",  # SolrServer.java
        }


def certificates(folder: Path) -> Certificates:
    folder.mkdir()

    def run(*command: str) -> None:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr + done.stdout

    new = ("-newkey", "rsa:2048", "-nodes")
    run("openssl", "req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Tests")
    run("openssl", "req", *new, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    run(
        *("openssl", "x509", "-req", "-in", "server.csr", "-out", "server.pem", "-days", "2", "-extfile", "names"),
        *("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
    )
    run(
        *("openssl", "pkcs12", "-export", "-in", "server.pem", "-inkey", "server.key", "-certfile", "ca.pem"),
        *("-out", "keys.p12", "-passout", f"pass:{WORD}", "-name", "solr"),
    )
    # openssl's stores do not say of a certificate that it is trusted, and Java wants to be told
    run(
        *("keytool", "-importcert", "-noprompt", "-alias", "ca", "-file", "ca.pem"),
        *("-keystore", "trusted.p12", "-storetype", "PKCS12", "-storepass", WORD),
    )
    return Certificates(folder / "ca.pem", folder / "keys.p12", folder / "trusted.p12")


def own(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine that vouches for itself, and its key: PEM files, made by openssl alone."""
    folder.mkdir()
    certificate, key = folder / "own.pem", folder / "own.key"
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    command = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject)
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key
