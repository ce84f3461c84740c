"""docs/actions/find_similar.md: its examples give what stands there, and its table of kinds is the program's."""

from __future__ import annotations

import csv
import re
import shlex
from pathlib import Path

import pytest

from checkout import ROOT
from metadata_digger.cli import main
from metadata_digger.steps.similar.kinds import KINDS

PAGE = (ROOT / "docs" / "actions" / "find_similar.md").read_text("utf-8")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with the demo and the configurations of the page, to be in."""
    (tmp_path / "demo").symlink_to(ROOT / "demo")
    for name, text in re.findall(r"`(\w+\.properties)`:?\n\n```properties\n(.*?)```", PAGE, re.DOTALL):
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


COMMANDS = [shlex.split(line)[1:] for line in re.findall(r"^    (metadata-digger .*\.properties .*)$", PAGE, re.M)]


def rows(path: Path) -> list[tuple[str, str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        found = [(row["FilePath"], row["SimilarScore"], row["SimilarReasons"]) for row in csv.DictReader(file)]
    return [(url.rpartition("/")[2], score, reasons) for url, score, reasons in found]


def test_with_rules(here: Path) -> None:
    assert main(COMMANDS[0]) == 0
    expected = re.findall(r"^\| `\.\.\./(.+)` \| (\d) \| (.+) \|$", PAGE, re.MULTILINE)
    assert rows(here / "output" / "similar" / "similar.csv") == expected


def test_without_rules(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(COMMANDS[1]) == 0
    (expected,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert expected in capfd.readouterr().out
    scores = [(name, int(score)) for name, score, _ in rows(here / "output" / "look" / "look.csv")]
    assert scores == [(name, int(score)) for score, name in re.findall(r"^ +(\d+)  demo/photos/(.+?):", expected, re.M)]


def test_every_kind_is_in_the_table() -> None:
    told = {
        kind: (int(worth), int(least))
        for names, worth, least in re.findall(r"^\| ([a-z, ]+) \| .+ \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
        for kind in names.split(", ")
    }
    percent = {kind.name: [kind.worth * 100, kind.worth * kind.least * 100] for kind in KINDS}
    assert told == {name: tuple(int(value + 0.5) for value in values) for name, values in percent.items()}
