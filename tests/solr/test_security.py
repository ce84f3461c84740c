"""A SolrCloud with https and users, under a chroot of its own."""

from __future__ import annotations

import base64
import hashlib
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from metadata_digger.cli import main
from metadata_digger.config import load
from metadata_digger.errors import ConfigError
from metadata_digger.solr.client import Solr
from metadata_digger.solr.collection import create
from metadata_digger.solr.connection import Connection, connection
from metadata_digger.solr.credentials import Login, read_login
from metadata_digger.solr.errors import SolrError
from metadata_digger.solr.search import count
from servers.certificates import certificates
from servers.solr import Cloud, Node, running
from solr.documents import document, send

PASSWORD = "Zażółć gęślą"  # noqa: S105  # not only ASCII
DIGGER = Login("digger", PASSWORD, "output.solr.credentialsFile")
READER = Login("reader", "eyes", "output.solr.credentialsFile")


@dataclass(frozen=True)
class Guarded:
    """A node, where it is in ZooKeeper, and the authority that signed its certificate."""

    node: Node
    zookeeper: str
    authority: str

    def connection(self, login: Login | None, **more: object) -> Connection:
        known = {"zookeepers": (self.zookeeper,), "chroot": "/guarded", "ca_file": self.authority, "login": login}
        return Connection("own", **{**known, **more})  # type: ignore[arg-type]


def stored(password: str) -> str:
    """As Solr's BasicAuthPlugin keeps it: the SHA-256 of the SHA-256 of salt and password, and the salt."""
    salt = b"salt"
    twice = hashlib.sha256(hashlib.sha256(salt + password.encode()).digest()).digest()
    return f"{base64.b64encode(twice).decode()} {base64.b64encode(salt).decode()}"


SECURITY = {
    "authentication": {
        "class": "solr.BasicAuthPlugin",
        "blockUnknown": True,
        "credentials": {login.user: stored(login.password) for login in (DIGGER, READER)},
    },
    "authorization": {
        "class": "solr.RuleBasedAuthorizationPlugin",
        "permissions": [{"name": "read", "role": "*"}, {"name": "all", "role": "writer"}],
        "user-role": {"digger": "writer"},
    },
}


@pytest.fixture(scope="module")
def guarded(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    made = certificates(folder / "certificates")
    cloud.zookeeper.write("/guarded/security.json", SECURITY)
    cloud.zookeeper.write("/guarded/clusterprops.json", {"urlScheme": "https"})
    node = Node(folder / "node", f"{cloud.servers}/guarded", properties=made.properties, https=True)
    with running(node):
        found = Guarded(node, cloud.servers, str(made.authority))
        create(found.connection(DIGGER), shards=1, replicas=1)
        yield found


@pytest.mark.solr
def test_whoever_may_write(guarded: Guarded) -> None:
    with Solr(guarded.connection(DIGGER)) as solr:
        solr.check()
        send(solr, document(1))
        solr.add([f"{2:032X}"], [b'{"id":"%032X","base_path":"b","file_path":"f","processing_datetime":"NOW"}' % 2])
        solr.commit()
        assert count(solr) == 2
    with Solr(guarded.connection(DIGGER, zookeepers=(), chroot="", url=guarded.node.url)) as solr:
        assert count(solr) == 2


@pytest.mark.solr
@pytest.mark.parametrize(
    ("login", "words"),
    [
        (None, "wants a user and a password: put them into a file and name it by output.solr.credentialsFile"),
        (
            replace(DIGGER, password="wrong word"),  # noqa: S106
            "does not know the user digger with this password: see output.solr.cre",
        ),
        (replace(DIGGER, user="nobody"), "does not know the user nobody"),
    ],
)
def test_whoever_is_not_let_in(guarded: Guarded, login: Login | None, words: str) -> None:
    with Solr(guarded.connection(login)) as solr, pytest.raises(SolrError, match=words) as caught:
        solr.check()
    assert "wrong word" not in repr(caught.value)


@pytest.mark.solr
def test_whoever_may_only_read(guarded: Guarded) -> None:
    with Solr(guarded.connection(READER)) as solr:
        solr.check()
        with pytest.raises(SolrError, match="does not allow this to the user reader of output"):
            send(solr, document(3))
        with pytest.raises(SolrError, match="does not allow this to the user reader of output"):
            solr.delete_ids(["x"])


@pytest.mark.solr
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"ca_file": None}, r"https://127.*: is not trusted, output.solr.caFile must name a PEM file.*certificate"),
        ({"ca_file": "/etc/hostname"}, r"output.solr.caFile=/etc/hostname"),
    ],
)
def test_a_certificate_that_nobody_vouches_for(guarded: Guarded, more: dict[str, object], words: str) -> None:
    with Solr(guarded.connection(DIGGER, **more)) as solr, pytest.raises((SolrError, ConfigError), match=words):
        solr.check()


@pytest.mark.solr
def test_another_authority(guarded: Guarded, tmp_path: Path) -> None:
    other = str(certificates(tmp_path / "other").authority)
    words = rf"output.solr.caFile={other} does not hold the authority"
    with Solr(guarded.connection(DIGGER, ca_file=other)) as solr, pytest.raises(SolrError, match=words):
        solr.check()


@pytest.mark.solr
def test_what_the_environment_says_counts_for_nothing(guarded: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    """requests would let it replace our authority, and send what is for this machine to a proxy."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with Solr(guarded.connection(DIGGER)) as solr:
        solr.check()


@pytest.mark.solr
def test_from_the_configuration_to_the_server(
    guarded: Guarded, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.touch(0o600)
    secret.write_text(f"# of Solr\nuser=digger\npassword={PASSWORD}\n")
    path = tmp_path / "c.properties"
    lines = {
        "input.paths": tmp_path,
        "output.storage.name": "solr",
        "output.format": "solr",
        "output.collection": "second",
        "output.zk.servers": guarded.zookeeper,
        "output.zk.znode": "guarded",
        "output.solr.caFile": guarded.authority,
        "output.solr.credentialsFile": secret,
    }
    path.write_text("".join(f"{key}={value}\n" for key, value in lines.items()))
    assert main(["solr-init", str(path)]) == 0
    config = load(str(path), [], "full")
    found = connection(config, {})
    assert found.chroot == "/guarded"
    assert PASSWORD not in repr(found) + str(config.effective())
    with Solr(pickle.loads(pickle.dumps(found))) as solr:  # noqa: S301  # made in the line
        solr.check()
    assert main(["config", str(path)]) == 0
    secret.write_text("user=digger\npassword=wrong word\n")
    assert main(["solr-init", str(path)]) == 1
    said = "".join(capsys.readouterr())
    assert "does not know the user digger with this password: see output.solr.credentialsFile" in said
    assert "wrong word" not in said
    assert PASSWORD not in said

    monkeypatch.setenv("METADATA_DIGGER_SOLR_USER", "digger")
    monkeypatch.setenv("METADATA_DIGGER_SOLR_PASSWORD", PASSWORD)
    assert main(["solr-init", str(path), "--set", "output.solr.credentialsFile="]) == 1
    assert "exists already" in capsys.readouterr().err


def test_a_redirect_is_not_followed() -> None:
    """Whoever answers in Solr's place must not have the password sent to a place of theirs."""
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", f"{url}/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            place = Connection("own", url=f"{url}/solr", login=DIGGER)
            with Solr(place) as solr, pytest.raises(SolrError, match=rf"answers with a redirect to {url}/elsewhere"):
                solr.check()
        finally:
            server.shutdown()
            thread.join()
    assert asked == ["/solr/own/select?wt=json"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("user=u\n", "it must have the two lines user=NAME and password=WORD"),
        ("user=u\npassword=\n", "it must have the two lines"),
        ("user=u\npasswort=hush\n", "line 2 is not one of them"),
        ("user=u\nuser=v\npassword=hush\n", "line 2 is not one of them"),
        ("hush", "line 1 is not one of them"),
        (b"user=u\npassword=\xff\n", "is not UTF-8"),
        ("user=u\npassword=hush\n" + "#" * 70_000, "it must have the two lines"),
    ],
)
def test_a_faulty_file_of_credentials(tmp_path: Path, text: str | bytes, fault: str) -> None:
    path = tmp_path / "secret"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError, match=fault) as caught:
        read_login(path)
    assert str(caught.value).startswith(f"output.solr.credentialsFile={path}: ")
    assert "hush" not in str(caught.value)


def test_a_password_may_hold_anything(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("user = u\npassword = a=b#c \n")
    login = read_login(path)
    assert (login.user, login.password) == ("u", "a=b#c")
