"""How run-tests.sh shares the tests out to processes (pytest-xdist)."""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

SOLR = ("tests/solr/", "tests/test_docs_solr.py")


class Sharing(LoadScopeScheduling):
    """A file's tests stay together, so that its fixtures are made once, and all that use the one Solr.

    Not xdist's own marks of groups: they do nothing with pytest 9.2, which has another place for a test's name.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(SOLR):
            return "solr"
        # A file has few slow tests, and they are what takes long.
        return nodeid if self.config.option.markexpr == "slow" else nodeid.partition("::")[0]


def scheduler(config: pytest.Config, log: object) -> Sharing | None:
    """None when another way was asked for on the command line."""
    return Sharing(config, log) if config.option.dist == "loadfile" else None
