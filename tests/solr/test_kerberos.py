"""A Solr that wants a ticket, and a real KDC that gives it.

Needs the extra `kerberos`, which is compiled: .ci/run has an environment for it, and runs these tests there.
"""

from __future__ import annotations

import sys
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests

from metadata_digger.errors import ConfigError
from metadata_digger.solr.client import Solr
from metadata_digger.solr.collection import write_configset
from metadata_digger.solr.connection import Connection, Kerberos
from metadata_digger.solr.errors import SolrError
from metadata_digger.solr.kerberos import Negotiate
from metadata_digger.solr.search import count
from servers.kdc import REALM, Kdc
from servers.process import HOST
from servers.solr import Node, running
from solr.documents import document, send

WORDS = r"principal=digger@.* gets no ticket for HTTP/localhost with .*keytabPath=.*stranger\.keytab: "


@dataclass(frozen=True)
class Realm:
    url: str
    digger: Path  # keytabs
    stranger: Path


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Realm]:
    folder = tmp_path_factory.mktemp("kerberos")
    kdc = Kdc(folder / "kdc")
    service = kdc.keytab("HTTP/localhost")
    properties = {
        "java.security.krb5.conf": str(kdc.configuration),
        "spnego.principal": f"HTTP/localhost@{REALM}",
        "spnego.keytab": str(service),
    }
    node = Node(folder / "node", properties=properties, host="localhost")
    # What CoreAdmin would be asked for; the core is there when Solr starts.
    write_configset(node.home / "own")
    (node.home / "own" / "core.properties").write_text("name=own\n")
    with running(kdc, node), pytest.MonkeyPatch.context() as environment:
        environment.setenv("KRB5_CONFIG", str(kdc.configuration))
        environment.setenv("KRB5CCNAME", f"FILE:{folder / 'nobody touches this'}")
        yield Realm(node.url, kdc.keytab("digger"), kdc.keytab("stranger"))
        assert not (folder / "nobody touches this").exists()


@pytest.mark.kerberos
def test_a_ticket_opens(realm: Realm, capfd: pytest.CaptureFixture[str]) -> None:
    kerberos = Kerberos(f"digger@{REALM}", str(realm.digger), debug=True)
    with Solr(Connection("own", url=realm.url, kerberos=kerberos)) as solr:
        solr.check()
        send(solr, *(document(number) for number in range(10)))
        assert count(solr) == 10
    assert f"metadata-digger: kerberos: a ticket for digger@{REALM} from {realm.digger}" in capfd.readouterr().err


@pytest.mark.kerberos
def test_without_a_ticket_it_stays_shut(realm: Realm) -> None:
    with Solr(Connection("own", url=realm.url)) as solr, pytest.raises(SolrError, match="wants Kerberos: set output"):
        solr.check()


@pytest.mark.kerberos
@pytest.mark.parametrize(
    ("principal", "words"),
    [
        (
            f"digger@{REALM}",
            r"principal=digger@.* gets no ticket for HTTP/localhost with .*keytabPath=.*stranger\.keytab: ",
        ),
        (f"nobody@{REALM}", "output.solr.security.principal=nobody@.* gets no ticket"),
    ],
)
def test_a_keytab_of_somebody_else(realm: Realm, principal: str, words: str) -> None:
    kerberos = Kerberos(principal, str(realm.stranger))
    with Solr(Connection("own", url=realm.url, kerberos=kerberos)) as solr, pytest.raises(SolrError, match=words):
        solr.check()


@pytest.mark.kerberos
def test_a_host_that_the_realm_does_not_know(realm: Realm) -> None:
    kerberos = Kerberos(f"digger@{REALM}", str(realm.digger))
    url = realm.url.replace("localhost", HOST)
    with (
        Solr(Connection("own", url=url, kerberos=kerberos)) as solr,
        pytest.raises(SolrError, match=r"gets no ticket for HTTP/127\.0\.0\.1 .*not found in Kerberos database"),
    ):
        solr.check()


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gssapi", None)
    place = Connection("own", url="http://127.0.0.1:9/solr", kerberos=Kerberos("p", "k"))
    with Solr(place) as solr, pytest.raises(ConfigError, match=r"Kerberos needs the extra kerberos.*pip install"):
        solr.check()


@dataclass
class Clock:
    """In place of time.monotonic."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class GssError(Exception):
    pass


@dataclass
class Library:
    """As much of gssapi as Negotiate uses; tickets are good for ten hours."""

    away: bool = False
    made: int = 0

    def credentials(self, **_: object) -> SimpleNamespace:
        if self.away:
            raise GssError("Cannot contact any KDC for realm")
        self.made += 1
        return SimpleNamespace(lifetime=36_000, number=self.made)

    @staticmethod
    def context(creds: SimpleNamespace, **_: object) -> SimpleNamespace:
        return SimpleNamespace(step=lambda: b"%d" % creds.number)

    @property
    def module(self) -> SimpleNamespace:
        return SimpleNamespace(
            exceptions=SimpleNamespace(GSSError=GssError),
            Name=lambda *_: None,
            NameType=SimpleNamespace(hostbased_service=1, kerberos_principal=2),
            OID=SimpleNamespace(from_int_seq=str),
            Credentials=self.credentials,
            SecurityContext=self.context,
        )


def test_a_kdc_that_is_away_when_a_ticket_is_half_over(monkeypatch: pytest.MonkeyPatch) -> None:
    library, clock = Library(), Clock()
    monkeypatch.setitem(sys.modules, "gssapi", library.module)
    monkeypatch.setattr("metadata_digger.solr.kerberos.time", SimpleNamespace(monotonic=clock))
    negotiate = Negotiate(Kerberos("p", "k"))

    def ticket() -> str:
        request = negotiate(requests.Request("POST", "http://h:1/solr").prepare())
        return b64decode(request.headers["Authorization"].removeprefix("Negotiate ")).decode()

    assert ticket() == "1"
    clock.now += 17_000
    assert ticket() == "1"
    library.away = True
    clock.now += 2_000
    assert ticket() == "1"
    library.away = False
    clock.now += 10
    assert ticket() == "1"  # not at every request: a KDC that is away takes its time
    clock.now += 60
    assert ticket() == "2"
    library.away = True
    clock.now += 35_999
    assert ticket() == "2"
    clock.now += 1
    with pytest.raises(SolrError, match=r"p gets no ticket for HTTP/h with .*keytabPath=k: Cannot contact any KDC"):
        ticket()
