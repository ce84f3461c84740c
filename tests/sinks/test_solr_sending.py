"""Documents that Solr fails with, found among the others; and a Solr that fails with all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from metadata_digger.sinks.solr_sending import FAULTS, sending
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.errors import SolrError

TRACE = "java.lang.NullPointerException: a bug\n\tat org.eclipse.jetty.server.Server.handle(Server.java:516)\n"
BUG = {"error": {"msg": "a bug", "trace": TRACE, "code": 500}}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metadata_digger.solr.tries.PAUSES", (0.0001, 0.0001))


@contextmanager
def failing(bad: Callable[[int], bool]) -> Iterator[tuple[Connection, list[int]]]:
    """A Solr that makes a mistake whenever it gets a document with such a number, and the numbers that it has."""
    taken: list[int] = []

    class Update(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer in one packet: Nagle would have the second one wait for 40 ms

        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            numbers = [int(one["id"]) for one in content]
            well = not any(map(bad, numbers))
            if well:
                taken.extend(numbers)
            answer = json.dumps({"responseHeader": {"status": 0}} if well else BUG).encode()
            self.send_response(200 if well else 500)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Update) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Connection("c", url=f"http://127.0.0.1:{server.server_port}/solr"), taken
        finally:
            server.shutdown()
            thread.join()


def sent(connection: Connection, count: int) -> dict[str, str]:
    """Sends documents with the numbers from 0; the reasons of those that Solr does not take."""
    refused: dict[str, str] = {}
    with sending(connection, lambda file, reason, *_: refused.update({file: reason})) as sender:
        for number in range(count):
            sender.add(str(number), str(number), json.dumps({"id": str(number)}).encode())
    assert sender.taken == count - len(refused)
    return refused


def test_a_document_that_meets_a_bug_costs_itself() -> None:
    with failing(lambda number: number in (0, 777, 1500)) as (connection, taken):
        assert sent(connection, 2000) == dict.fromkeys(("0", "777", "1500"), "Solr refused it: a bug")
        assert set(taken) == {*range(2000)} - {0, 777, 1500}


def test_some_that_do_side_by_side_and_many_scattered() -> None:
    with failing(lambda number: number < FAULTS // 2 or number % 100 == 99) as (connection, _):
        assert len(sent(connection, 2000)) == FAULTS // 2 + 20


@pytest.mark.parametrize("bad", [lambda _: True, lambda number: number > 1200, lambda number: number % 4 == 1])
def test_a_solr_that_fails_with_all_of_them_or_all_of_a_shard(bad: Callable[[int], bool]) -> None:
    words = rf"127.*: fails with a request: a bug; so with {FAULTS} documents one after the other: see Solr's log"
    with failing(bad) as (connection, _), pytest.raises(SolrError, match=words):
        sent(connection, 4000)
