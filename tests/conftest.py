"""Servers that tests of several rooms use. Each is started once, by the first test that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from servers import browser, build, kdc, proxy
from servers import s3 as s3_server
from servers import spark_cluster as standalone
from servers.hadoop import Hadoop
from servers.s3 import S3
from servers.solr import Cloud, running
from servers.spark_cluster import SparkCluster

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LACKS = pytest.StashKey[list[str]]()


def lack(item: pytest.Item) -> str | None:
    """Why a test of a server, or of an extra, has to be left out; None when it can run."""
    if item.get_closest_marker("kerberos") and item.get_closest_marker("hdfs"):
        extra = None if find_spec("hdfs_native") else "the extra hdfs is not installed"
        return extra or build.missing() or kdc.missing()
    if item.get_closest_marker("kerberos"):
        extra = None if find_spec("gssapi") else "the extra kerberos is not installed"
        return extra or build.missing() or kdc.missing()
    if item.get_closest_marker("c2pa"):
        return None if find_spec("c2pa") else "the extra c2pa is not installed"
    if item.get_closest_marker("browser") and (words := browser.missing()):
        return words
    if item.get_closest_marker("s3") and (words := s3_server.missing()):
        return words
    if item.get_closest_marker("hdfs") or item.get_closest_marker("yarn"):
        extra = None if find_spec("hdfs_native") else "the extra hdfs is not installed"
        return extra or build.missing()
    return build.missing() if item.get_closest_marker("solr") else None


@pytest.hookimpl(optionalhook=True)  # pytest-xdist's
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    from sharing import scheduler

    return scheduler(config, log)


# What takes longest begins first, for tests that run side by side.
FIRST = ("tests/solr/", "tests/test_wrapper.py", "tests/run/")


def place(item: pytest.Item) -> int:
    return next((number for number, start in enumerate(FIRST) if item.nodeid.startswith(start)), len(FIRST))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What a machine is not made for is left out, and said at the end; .ci/run has all of it."""
    items.sort(key=place)
    lacks = [lack(item) for item in items]
    left_out = [item for item, words in zip(items, lacks, strict=True) if words is not None]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item, words in zip(items, lacks, strict=True) if words is None]
        counts = {words: lacks.count(words) for words in lacks if words is not None}
        config.stash[LACKS] = [
            f"{count} tests with real servers are left out: {words}" for words, count in counts.items()
        ]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(LACKS, []):
        terminalreporter.write_line(line, yellow=True)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A SolrCloud of one node for the whole session; its tests use a `collection` of their own."""
    found = Cloud(tmp_path_factory.mktemp("solr") / "cloud")
    with running(found):
        yield found


@pytest.fixture
def collection(cloud: Cloud) -> Iterator[str]:
    """The name of a collection that is not there yet, and will not be afterwards."""
    with cloud.collection() as name:
        yield name


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """A real S3 server for the whole session; its tests make buckets of their own."""
    found = S3(tmp_path_factory.mktemp("s3"))
    with running(found):
        yield found


@pytest.fixture(scope="session")
def hdfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hadoop]:
    """An HDFS of one datanode for the whole session; its tests make folders of their own."""
    found = Hadoop(tmp_path_factory.mktemp("hdfs"))
    with running(found):
        yield found


@pytest.fixture(scope="session")
def yarn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hadoop]:
    """A YARN of one node and the HDFS below it, for the whole session."""
    found = Hadoop(tmp_path_factory.mktemp("yarn"), managers=1)
    with running(found):
        yield found


@pytest.fixture(scope="session")
def bad_weather(s3: S3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[proxy.Proxy]:
    """What stands before that server, and lets everything pass until it is told otherwise."""
    with proxy.before(tmp_path_factory.mktemp("proxy"), s3.port) as found:
        yield found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real browser for the whole session; its tests open contexts of their own."""
    with browser.running() as found:
        yield found


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe-core, to be run in a page."""
    return browser.axe()


@pytest.fixture(scope="session")
def spark_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkCluster]:
    """A standalone Spark for the whole session: a master, two workers, nodes with a Python without packages."""
    with standalone.running(tmp_path_factory.mktemp("spark")) as found:
        yield found
