"""docs/migration.md: what it says of keys is what the table of keys and the golden tests say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checkout import ROOT
from golden.cases import OLD_FORM
from metadata_digger.config import load
from metadata_digger.config.keys import KEYS
from metadata_digger.storage import LocalStorage, Patterns

PAGE = (ROOT / "docs" / "migration.md").read_text("utf-8")


def section(text: str, title: str) -> str:
    return text.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_what_is_not_built_yet_is_what_the_table_says() -> None:
    words = set(re.findall(r"`([^`]+)`", section(PAGE, "Not yet")))
    assert {key.name for key in KEYS if key.built is False} <= words
    for key in KEYS:
        if isinstance(key.built, tuple):
            assert any(word.startswith(f"{key.name}=") for word in words), key.name
            assert {word.strip("`") for word in key.kind.name.split(" or ")} - set(key.built) <= {"hdfs", "s3"}
    assert not {word for word in words if word in {key.name for key in KEYS if key.built}}


@pytest.mark.parametrize("page", ["README.md", "metadata-digger-env.sh"])
def test_others_say_it_too(page: str) -> None:
    assert re.search(r"cluster.* not built yet", (ROOT / page).read_text("utf-8"))


def test_the_old_form_is_that_of_the_golden_tests(tmp_path: Path) -> None:
    lines = re.findall(r"```properties\n(.*?)```", section(PAGE, "Exactly the old output"), re.DOTALL)[0]
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
