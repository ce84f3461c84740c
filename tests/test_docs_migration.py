"""docs/migration.md: what it says of keys is what the table of keys and the golden tests say."""

from __future__ import annotations

import re
from pathlib import Path

from checkout import ROOT
from golden.cases import OLD_FORM
from metadata_digger.config import load
from metadata_digger.storage import LocalStorage, Patterns

PAGE = (ROOT / "docs" / "migration.md").read_text("utf-8")


def test_the_old_form_is_that_of_the_golden_tests(tmp_path: Path) -> None:
    lines = re.findall(r"```properties\n(.*?)```", PAGE.partition("## Exactly the old output")[2], re.DOTALL)[0]
    assert dict(line.split("=", 1) for line in lines.splitlines()) == OLD_FORM
    (tmp_path / "c.properties").write_text(f"input.paths=/a\noutput.format=csv\noutput.directoryPath=/b\n{lines}")
    assert load(str(tmp_path / "c.properties"), [], "full").warnings == ()


def test_the_old_form_reads_what_was_read_then(tmp_path: Path) -> None:
    for name in ("a.jpg", "_b.jpg", ".c.jpg", "sub/d.jpg", "_x/e.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    exclude = tuple(OLD_FORM["input.exclude"].split(","))
    found = [(found.base, found.url) for found in LocalStorage(Patterns((), exclude)).walk([f"{tmp_path}/"])]
    assert found == [(f"file://{tmp_path}/", f"file:{tmp_path}/a.jpg")]
