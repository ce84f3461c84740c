"""What ends a request by https, and what is tried again."""

from __future__ import annotations

import shutil
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from metadata_digger.solr.client import Solr
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.errors import Passing, SolrError
from servers.certificates import own
from servers.process import HOST

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n{"response": {"a":1}}'
LARGE = b"x" * (8 << 20)  # more than sockets hold

# What a peer does with a connection before it closes it.
Peer = Callable[[socket.socket, ssl.SSLContext], None]


def shaking_hands(peer: socket.socket, _: ssl.SSLContext) -> None:
    peer.recv(65536)


def before_tls(peer: socket.socket, _: ssl.SSLContext) -> None:
    peer.recv(65536)
    peer.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")


def being_written_to(peer: socket.socket, context: ssl.SSLContext) -> None:
    with context.wrap_socket(peer, server_side=True) as secure:
        secure.recv(1000)


def being_killed(peer: socket.socket, context: ssl.SSLContext) -> None:
    with context.wrap_socket(peer, server_side=True) as secure:
        secure.recv(1000)
        secure.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def answering(peer: socket.socket, context: ssl.SSLContext) -> None:
    with context.wrap_socket(peer, server_side=True) as secure:
        _read(secure)
        secure.sendall(ANSWER[:-5])


def answered(peer: socket.socket, context: ssl.SSLContext) -> None:
    with context.wrap_socket(peer, server_side=True) as secure:
        _read(secure)
        secure.sendall(ANSWER)


def _read(secure: ssl.SSLSocket) -> None:
    """A request, whose body is `LARGE` or nothing."""
    text = b""
    while b"\r\n\r\n" not in text:
        text += secure.recv(65536)
    head, _, body = text.partition(b"\r\n\r\n")
    left = (len(LARGE) if b"Content-Length: %d" % len(LARGE) in head else 0) - len(body)
    while left > 0:
        left -= len(secure.recv(65536))


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return own(tmp_path_factory.mktemp("tls") / "own")


@contextmanager
def serving(pem: tuple[Path, Path], *peers: Peer) -> Iterator[str]:
    """The URL of one who deals with the first connection as the first of `peers`, and so on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pem)

    def serve() -> None:
        for peer in peers:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                peer(connection, context)

    with socket.create_server((HOST, 0)) as listener:
        thread = Thread(target=serve)
        thread.start()
        yield f"https://{HOST}:{listener.getsockname()[1]}/solr"
        thread.join()


@pytest.mark.parametrize("peer", [shaking_hands, being_written_to, being_killed, answering])
def test_a_node_that_goes_away_in_the_middle(pem: tuple[Path, Path], peer: Peer) -> None:
    with serving(pem, peer) as url, Solr(Connection("c", url=url, ca_file=str(pem[0])), 0) as solr:
        with pytest.raises(Passing) as caught:
            solr.update(LARGE)
        assert "trust" not in str(caught.value)
    with serving(pem, peer, peer, answered) as url, Solr(Connection("c", url=url, ca_file=str(pem[0]))) as solr:
        solr.update(LARGE)


@pytest.mark.parametrize(
    ("peer", "file", "words"),
    [
        (answered, None, r"is not trusted, output\.solr\.caFile must name a PEM file"),
        (answered, "{other}", r"is not trusted, output\.solr\.caFile=.* does not hold the authority"),
        (answered, "{key}", r"is not trusted, output\.solr\.caFile=.*own\.key does not hold the authority"),
        (before_tls, None, r"does not speak https \(output\.solr\.url=https"),
    ],
)
def test_what_no_second_try_helps(
    pem: tuple[Path, Path], tmp_path: Path, peer: Peer, file: str | None, words: str
) -> None:
    other, _ = own(tmp_path / "other")
    ca_file = file and file.format(other=other, key=pem[1])
    with serving(pem, peer) as url, Solr(Connection("c", url=url, ca_file=ca_file)) as solr:
        with pytest.raises(SolrError, match=words) as caught:
            solr.query({"q": "*:*"})
        assert not isinstance(caught.value, Passing)
