"""How long a request is tried again, and when not at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from metadata_digger.solr.client import Solr
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.errors import Passing, SolrError
from servers.process import HOST, free_port

ANSWER = b'{"responseHeader":{"status":0}}'


@contextmanager
def slow(seconds: float, answers: bool) -> Iterator[Connection]:
    """A Solr that is busy with the first request for some seconds and then answers, or ends the connection."""
    asked: list[str] = []

    class Update(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(self.path)
            if len(asked) == 1:
                time.sleep(seconds)
                if not answers:
                    return
            with suppress(BrokenPipeError):  # nobody waits any more
                self.send_response(200)
                self.end_headers()
                self.wfile.write(ANSWER)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((HOST, 0), Update) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Connection("c", url=f"http://{HOST}:{server.server_port}/solr")
        finally:
            server.shutdown()
            thread.join()
    assert len(asked) == 2


@pytest.mark.parametrize(("seconds", "answers"), [(1.5, True), (0.8, False)])
def test_a_commit_that_takes_longer_than_the_patience(
    monkeypatch: pytest.MonkeyPatch, seconds: float, answers: bool
) -> None:
    """Silent for too long the first time, or given up by a node that dies in the middle of it."""
    monkeypatch.setattr("metadata_digger.solr.calls.ANSWER", 0.6)
    monkeypatch.setattr("metadata_digger.solr.client.COMMIT", 1.0)
    with slow(seconds, answers) as connection, Solr(connection, 0.5) as solr:
        solr.commit()


@pytest.mark.parametrize("act", [lambda solr: solr.add(["a"], [b"{}"]), lambda solr: solr.commit()])
def test_patience_has_an_end(act: Callable[[Solr], None]) -> None:
    start = time.monotonic()
    url = f"http://{HOST}:{free_port()}/solr"
    with Solr(Connection("c", url=url), 2) as solr, pytest.raises(SolrError, match="refused"):
        act(solr)
    assert 0.7 < time.monotonic() - start < 8  # pauses of 0.1 to 0.8 s, of each at least a half


@pytest.mark.parametrize("host", ["*foo", "so lr", ".x", "a..b", "a" * 64, "host%zz"])
def test_an_address_that_is_none(host: str) -> None:
    place = Connection("c", url=f"http://{host}:8983/solr")
    with Solr(place) as solr, pytest.raises(SolrError, match=r"output\.solr\.url=http://") as caught:
        solr.commit()
    assert not isinstance(caught.value, Passing)


@pytest.mark.parametrize("proxy", ["http://", "http://h:port", "foo://bar:1", "[::1"])
def test_a_proxy_that_is_none(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    place = Connection("c", url="http://solr.invalid:8983/solr")
    with Solr(place) as solr, pytest.raises(SolrError, match=r"http://solr\.invalid:8983: ") as caught:
        solr.commit()
    assert not isinstance(caught.value, Passing)
