"""Servers that tests of several rooms use. Each is started once, by the first test that asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servers.build import missing
from servers.solr import Cloud, running

LACK = pytest.StashKey[str]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where there is no Java and no Maven, the tests that need a Solr are left out, and a line says so."""
    lack = missing()
    wanting = [item for item in items if item.get_closest_marker("solr")] if lack else []
    if wanting:
        config.hook.pytest_deselected(items=wanting)
        items[:] = [item for item in items if not item.get_closest_marker("solr")]
        config.stash[LACK] = f"{len(wanting)} tests with a real Solr are left out: {lack}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if LACK in config.stash:
        terminalreporter.write_line(config.stash[LACK], yellow=True)


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
