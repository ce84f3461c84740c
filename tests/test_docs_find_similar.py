"""docs/actions/find_similar.md: its table of kinds is the program's. The examples are tests/test_docs_actions.py's."""

from __future__ import annotations

import re

from checkout import ROOT
from metadata_digger.steps.similar.kinds import KINDS

PAGE = (ROOT / "docs" / "actions" / "find_similar.md").read_text("utf-8")


def test_every_kind_is_in_the_table() -> None:
    told = {
        kind: (int(worth), int(least))
        for names, worth, least in re.findall(r"^\| ([a-z, ]+) \| .+ \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
        for kind in names.split(", ")
    }
    percent = {kind.name: [kind.worth * 100, kind.worth * kind.least * 100] for kind in KINDS}
    assert told == {name: tuple(int(value + 0.5) for value in values) for name, values in percent.items()}
