"""The worked example of docs/train-your-own-detector.md, its own commands, with the bundled base."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

from checkout import ROOT

PAGE = ROOT / "docs" / "train-your-own-detector.md"


def commands() -> str:
    """The indented lines of the example's section."""
    section = PAGE.read_text("utf-8").split("## A worked example")[1].split("\n## ")[0]
    return "\n".join(line[4:] for line in section.splitlines() if line.startswith("    "))


def test_the_worked_example(tmp_path: Path) -> None:
    for name in ("demo", "tools", "configs"):
        (tmp_path / name).symlink_to(ROOT / name)
    programs = (
        f'set -e\npython() {{ "{sys.executable}" "$@"; }}\nmetadata-digger() {{ python -m metadata_digger "$@"; }}\n'
    )
    made = subprocess.run(
        ["bash", "-c", programs + commands()], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert made.returncode == 0, made.stderr
    shown = re.search(r"```\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert shown is not None
    # Seconds aside, and the last digits, the page shows what is printed.
    for line in shown[1].splitlines()[1:]:
        assert line[:24] in made.stdout
    assert float(made.stdout.split("all labels exactly right")[1].split()[0]) >= 0.95
    with (tmp_path / "found" / "found.csv").open(newline="") as file:
        rows = {Path(row["FilePath"]).name: row["Labels"] for row in csv.DictReader(file)}
    assert len(rows) == 50
    assert {name for name, labels in rows.items() if labels} == {f"page-{number}.jpg" for number in range(24, 34)}
    assert set(rows.values()) == {"document", ""}
