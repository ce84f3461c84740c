"""The worked example of docs/train-your-own-detector.md, its own commands, with the bundled base."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from checkout import ROOT

PAGE = ROOT / "docs" / "train-your-own-detector.md"


def commands() -> str:
    """The indented lines of the example's section."""
    section = PAGE.read_text("utf-8").split("## A worked example")[1].split("\n## ")[0]
    return "\n".join(line[4:] for line in section.splitlines() if line.startswith("    "))


def program(path: Path, arguments: str) -> None:
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments}\n')
    path.chmod(0o755)


def test_the_worked_example(tmp_path: Path) -> None:
    for name in ("demo", "tools", "configs"):
        (tmp_path / name).symlink_to(ROOT / name)
    # What a checkout has once it is set up; nothing else that is called Python is found.
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    program(tmp_path / ".venv" / "bin" / "python", '"$@"')
    for name in (".venv/bin/metadata-digger", "run-standalone-metadata-digger.sh"):
        program(tmp_path / name, '-m metadata_digger "$@"')
    (tmp_path / "bin").mkdir()
    for name in ("cp", "mkdir", "sh"):
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    made = subprocess.run(
        ["sh", "-e", "-c", commands()],
        cwd=tmp_path,
        env={**os.environ, "PATH": str(tmp_path / "bin")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert made.returncode == 0, made.stderr
    shown = re.search(r"```\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert shown is not None
    # Seconds aside the page shows what is printed.
    for line in shown[1].splitlines()[1:]:
        assert f"{line}\n" in made.stdout
    assert float(made.stdout.split("all labels exactly right")[1].split()[0]) >= 0.95
    with (tmp_path / "found" / "found.csv").open(newline="") as file:
        rows = {Path(row["FilePath"]).name: row["Labels"] for row in csv.DictReader(file)}
    assert len(rows) == 50
    assert {name for name, labels in rows.items() if labels} == {f"page-{number}.jpg" for number in range(24, 34)}
    assert set(rows.values()) == {"document", ""}
