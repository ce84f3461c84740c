"""docs/actions: every example works as it stands there, in one folder a page, from the top to the end.

A block `properties` becomes the file that the line before it names; `sh` and `python` are run; `text` behind one of
these is what it prints. Of that a line `...` stands for any lines, and the time that it took is not compared.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from checkout import ROOT
from metadata_digger.actions import ACTIONS
from metadata_digger.cli import main

FOLDER = ROOT / "docs" / "actions"
PAGES = sorted(FOLDER.glob("*.md"))
BLOCK = re.compile(r"(?P<before>[^\n]*)\n\n```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
TIME = re.compile(r"[\d.,]+ s, [\d.,]+ files a second, \d+ workers?")
HOME = "/home/me"  # where the pages' commands are given


def test_every_action_has_a_page() -> None:
    commands = {"extract_single", "verify"}
    assert {page.stem for page in PAGES} == {action.name for action in ACTIONS} | commands
    for page in ("README.md", "docs/reference/actions.md"):
        text = (ROOT / page).read_text("utf-8")
        for path in PAGES:
            assert f"actions/{path.name})" in text, (page, path.name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "demo").symlink_to(ROOT / "demo")
    monkeypatch.chdir(tmp_path)
    printed = ""
    kinds = []
    for block in BLOCK.finditer(page.read_text("utf-8")):
        kind, text = block["kind"], block["text"]
        kinds.append(kind)
        if kind == "properties":
            (name,) = re.findall(r"`([\w.-]+\.properties)`", block["before"])
            Path(name).write_text(text, encoding="utf-8")
        elif kind == "text":
            compare(text, printed.replace(str(tmp_path), HOME))
        else:
            printed = {"sh": commands, "python": script}[kind](text)
    assert kinds[:2] in (["properties", "sh"], ["sh", "text"])
    assert kinds.count("text") == kinds.count("sh") + kinds.count("python")  # nothing goes unseen


def commands(text: str) -> str:
    """What the commands print to standard output."""
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(printed):
        for line in text.splitlines():
            program, *arguments = shlex.split(line)
            assert program == "metadata-digger"
            assert main(arguments) == 0
    printed.flush()
    return printed.buffer.getvalue().decode()  # type: ignore[attr-defined]  # the BytesIO above


def script(text: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(text, {})  # noqa: S102  # what the page has
    return printed.getvalue()


def compare(expected: str, printed: str) -> None:
    lines = TIME.sub("TIME", printed).strip("\n").split("\n")
    parts = [
        part.strip("\n").split("\n") for part in re.split(r"^\.\.\.$", TIME.sub("TIME", expected), flags=re.MULTILINE)
    ]
    if len(parts) == 1:
        assert lines == parts[0]
    start = 0
    for part in parts:
        found = [at for at in range(start, len(lines)) if lines[at : at + len(part)] == part]
        assert found, "\n".join([*part, "is not, in this order, in", *lines])
        start = found[0] + len(part)
    assert lines[: len(parts[0])] == parts[0]
    assert lines[-len(parts[-1]) :] == parts[-1]


@pytest.mark.parametrize("page", [*PAGES, ROOT / "docs" / "migration.md"], ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for link, _, place in re.findall(r"\]\(([^)#\s]*)(#([^)\s]+))?\)", page.read_text("utf-8")):
        target = page.parent / link if link else page
        assert target.exists(), link
        titles = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.MULTILINE)
        assert not place or place in [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles], (
            place
        )
