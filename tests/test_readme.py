"""What newcomers read first: the commands work, the links lead somewhere, the locks fit the project."""

from __future__ import annotations

import re
import tomllib

import pytest

from checkout import ROOT, run

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = ["sh run-standalone-metadata-digger.sh full configs/demo.config.properties", "sh run-tests.sh"]


def test_first_two_commands() -> None:
    """`.ci/run` takes them from README.md by this pattern and runs them."""
    assert re.findall(r"^    (sh run-.*)$", README, re.M)[:2] == COMMANDS
    found = r"""sed -n 's/^    \(sh run-.*\)$/\1/p' README.md | head -n 2"""
    assert found in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


PAGES = [
    "README.md",
    "CHANGELOG.md",
    "docs/reference/actions.md",
    "docs/reference/output.md",
    "docs/what-a-picture-says.md",
]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in link:
            assert (ROOT / page).parent.joinpath(link).exists(), link


def test_locks_name_hashes_and_no_places() -> None:
    for lock in (ROOT / "requirements").glob("*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert text.count("==") <= text.count("--hash=sha256:"), lock.name


def test_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    run_time = [*project["project"]["dependencies"], *extras["heif"]]
    wanted = {
        "run": run_time,
        "spark": [*run_time, *extras["spark"]],
        "dev": [*run_time, *project["dependency-groups"]["dev"]],
    }
    pinned = {
        name: dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / f"requirements/{name}.lock").read_text(), re.M))
        for name in wanted
    }
    for name, packages in wanted.items():
        assert {re.split(r"[<>=\[ ]", package)[0] for package in packages} <= pinned[name].keys(), "run tools/lock.sh"
        for package in pinned["run"]:
            assert pinned[name][package] == pinned["run"][package], "all locks must fit into one environment"


def test_scripts_are_plain_sh() -> None:
    scripts = [*ROOT.glob("*.sh"), *(ROOT / "tools").glob("*.sh"), ROOT / "bench" / "run"]
    assert len(scripts) >= 7
    for script in scripts:
        assert run("sh", "-n", script, cwd=ROOT).returncode == 0, script
