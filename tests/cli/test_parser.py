"""The command line itself: usage, help, the generated reference."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from metadata_digger import __version__
from metadata_digger.actions import ACTIONS
from metadata_digger.cli import main
from metadata_digger.cli.parser import parsed, parser

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [*(action.name for action in ACTIONS), "extract_single", "config", "solr-init"]


def test_actions_are_those_of_the_original() -> None:
    names = {"extract", "describe", "detect_categories", "full", "find_similar", "extract_single"}
    assert names == set(COMMANDS) - {"config", "solr-init"}


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["full"],
        ["full", "a", "b"],
        ["extract_single"],
        ["extract", "c", "--set"],
        ["extract", "c", "--nope"],
        ["describe", "c", "--overwrite"],
        ["find_similar", "c"],
        ["find_similar", "c", "a.jpg", "--overwrite", "b.jpg", "--nope"],
        ["extract", "c", "--overwrite", "b"],
        ["config", "c", "--for", "nonsense"],
        ["solr-init", "c", "--shards", "0"],
        ["--engine", "hadoop", "extract", "c"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: metadata-digger" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["find_similar", "c", "a.jpg", "--overwrite", "b.jpg", "--set", "x=y", "c.jpg"], "image"),
        (["find_similar", "--overwrite", "c", "a.jpg", "b.jpg", "c.jpg"], "image"),
        (["extract_single", "a.jpg", "--json", "b.jpg", "c.jpg"], "files"),
    ],
)
def test_files_may_stand_on_both_sides_of_an_option(arguments: list[str], name: str) -> None:
    assert getattr(parsed(arguments), name) == ["a.jpg", "b.jpg", "c.jpg"]


@pytest.mark.parametrize(
    ("arguments", "action"),
    [
        (["find-similar", "c", "a.jpg"], "find_similar"),
        (["detect-categories", "c"], "detect_categories"),
        (["extract-single", "a.jpg"], "extract_single"),
        (["import_model", "a", "-o", "b"], "import-model"),
        (["solr_init", "c"], "solr-init"),
        (["--engine", "spark", "find-similar", "c", "a.jpg"], "find_similar"),
        (["--engine=spark", "detect-categories", "c"], "detect_categories"),
    ],
)
def test_dashes_and_underscores_are_the_same_in_an_action(arguments: list[str], action: str) -> None:
    assert parsed(arguments).action == action


def test_so_they_are_where_an_action_is_named() -> None:
    assert parsed(["config", "c", "--for", "find-similar"]).action_for == "find_similar"
    assert parsed(["config", "c", "--for", "solr_init"]).action_for == "solr-init"


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["find_similr", "c"], "there is no action 'find_similr'; did you mean find_similar?"),
        (["find-simlar", "c"], "there is no action 'find-simlar'; did you mean find_similar?"),
        (["Extract", "c"], "there is no action 'Extract'; did you mean extract?"),
        (["--engine", "spark", "ful", "c"], "there is no action 'ful'; did you mean full?"),
        (["--overwrite", "full", "c"], "--overwrite stands behind the action: metadata-digger ACTION ... --overwrite"),
        (["--set", "a=b", "full", "c"], "--set stands behind the action: metadata-digger ACTION ... --set"),
        (["--versoin"], "unrecognized argument: --versoin; did you mean --version?"),
        (["xyz"], "there is no action 'xyz'; --help lists them"),
        (["extract", "c", "--overwite"], "unrecognized arguments: --overwite; did you mean --overwrite?"),
        (["extract", "c", "--dryrun"], "unrecognized arguments: --dryrun; did you mean --dry-run?"),
        (["extract", "c", "--sett", "a=b"], "unrecognized arguments: --sett a=b; did you mean --set?"),
        (["find_similar", "c", "a.jpg", "--update_by=hash"], "; did you mean --update-by?"),
        (["extract_single", "a.jpg", "--jsn"], "unrecognized arguments: --jsn; did you mean --json?"),
        (["train", "p", "-o", "m", "--negativ=x"], "; did you mean --negative?"),
        (["extract", "c", "--nothing-like-it"], "unrecognized arguments: --nothing-like-it"),
    ],
)
def test_what_was_meant(arguments: list[str], meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.strip().endswith(meant)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_page(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    page = capsys.readouterr().out
    assert f"usage: metadata-digger {command}" in page
    assert "includeAWS" not in page


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    page = capsys.readouterr().out
    for command in COMMANDS:
        assert re.search(rf"^    {command}\s", page, re.M)
    assert "exit codes:" in page
    assert "--engine" not in page


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"metadata-digger {__version__}\n"


def test_what_old_scripts_pass_is_accepted() -> None:
    options = parser().parse_args(["extract", "c.properties", "--includeAWS"])
    assert (options.action, options.config) == ("extract", "c.properties")
    assert parser().parse_args(["--engine", "spark", "full", "c"]).engine == "spark"


def test_set_may_be_repeated() -> None:
    assert parser().parse_args(["full", "--set", "a=1", "c", "--set", "b=2"]).set == ["a=1", "b=2"]
    assert parser().parse_args(["full", "c"]).set == []


def test_reference_pages_are_up_to_date() -> None:
    made = subprocess.run(
        [sys.executable, ROOT / "tools" / "make_reference.py", "--check"], capture_output=True, text=True, check=False
    )
    assert made.stderr == ""
    assert made.returncode == 0


@pytest.mark.parametrize("arguments", [[], ["--help"], ["--bogus", "a"], ["a.jpg", "--jso"]])
def test_extract_single_alone_says_the_same(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for single in (False, True):
        with pytest.raises(SystemExit) as left:
            parser(single=single).parse_args(["extract_single", *arguments])
        said.append((left.value.code, *capsys.readouterr()))
    assert said[0] == said[1]
    assert parser(single=True).parse_args(["extract_single", "a", "--json"]) == parser().parse_args(
        ["extract_single", "a", "--json"]
    )
