"""What a 500 of Solr means: that a node is in trouble, or that Solr meets a bug of its own."""

from __future__ import annotations

import json

import pytest
import requests

from metadata_digger.solr.answers import fault
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.errors import Failed, Faulty, Passing, SolrError

# As Solr 9.10 sends it with every 500: Jetty's frames stand below everything.
FRAMES = """
\tat org.apache.solr.update.processor.RunUpdateProcessor.processAdd(RunUpdateProcessor.java:83)
\tat org.apache.solr.servlet.HttpSolrCall.call(HttpSolrCall.java:541)
\tat org.eclipse.jetty.servlet.FilterHolder.doFilter(FilterHolder.java:202)
\tat java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1136)
\tat java.base/java.lang.Thread.run(Thread.java:840)
"""
SOLR = "org.apache.solr.common.SolrException"
ASYNC = "org.apache.solr.update.processor.DistributedUpdateProcessor$DistributedUpdatesAsyncException"


def answered(message: str, thrown: str = "", root: str | None = None, status: int = 500) -> SolrError:
    """The error for an answer of the core c; `root`: of a SolrException, which has metadata."""
    error: dict[str, object] = {"msg": message, "code": status}
    if thrown:
        error["trace"] = f"{thrown}: {message}{FRAMES}"
    if root:
        error["metadata"] = ["error-class", SOLR, "root-error-class", root]
    answer = requests.Response()
    answer.status_code, answer.url = status, "http://h:8983/solr/c_shard1_replica_n1/update"
    answer._content = json.dumps({"responseHeader": {"status": status}, "error": error}).encode()
    return fault(answer, Connection("c", ("z:1",)))


@pytest.mark.parametrize(
    ("message", "thrown", "root"),
    [
        ('Cannot invoke "x" because "y" is null', "java.lang.NullPointerException", None),
        ('Cannot invoke "x" because "y" is null', "", None),  # with hideStackTrace
        ("Error adding field", SOLR, "java.lang.ArrayIndexOutOfBoundsException"),
        ("java.lang.NullPointerException", "java.util.concurrent.ExecutionException", None),
        (
            "Async exception during distributed update: Error from server at http://h:1/solr/c_shard2: null\n\n"
            "request: http://h:1/solr/c_shard2\nRemote error message: a bug",
            ASYNC,
            ASYNC,
        ),
    ],
)
def test_a_bug_of_solr(message: str, thrown: str, root: str | None) -> None:
    error = answered(message, thrown, root)
    assert isinstance(error, Failed)
    assert isinstance(error.final, Faulty)
    assert str(error).startswith("http://h:8983: fails with a request: ")


@pytest.mark.parametrize(
    ("message", "thrown", "root"),
    [
        ("2 Async exceptions during distributed update: \njava.nio.channels.ClosedChannelException", ASYNC, ASYNC),
        ("Async exception during distributed update: Connection refused", "", ASYNC),
        (f"{SOLR}: Connection refused", SOLR, "java.net.ConnectException"),
        ("No space left on device", "java.io.IOException", None),
        ("this IndexWriter is closed", "org.apache.lucene.store.AlreadyClosedException", None),
        ("Server error writing document id 1 to the index", SOLR, "org.apache.lucene.store.AlreadyClosedException"),
        ("Java heap space", "java.lang.OutOfMemoryError", None),
        ("java.lang.OutOfMemoryError: Java heap space", "java.lang.RuntimeException", None),
        ("Task rejected", "java.util.concurrent.RejectedExecutionException", None),
        ("openNewSearcher called on closed core", SOLR, SOLR),
        ("Core Container Unavailable", SOLR, SOLR),
        ("Error processing the request. CoreContainer is either not initialized or shutting down.", SOLR, SOLR),
        (
            "Session expired",
            f"{SOLR}: no\nCaused by: org.apache.zookeeper.KeeperException$SessionExpiredException",
            None,
        ),
    ],
)
def test_a_node_in_trouble(message: str, thrown: str, root: str | None) -> None:
    error = answered(message, thrown, root)
    assert isinstance(error, Passing)
    assert not isinstance(error, Failed)


def test_a_node_that_is_busy() -> None:
    assert type(answered("no active servers hosting shard: shard3", status=503)) is Passing
