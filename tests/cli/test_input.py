"""Which files are read, as a user says it: lists, patterns, types."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0:~\x9bU\0\0\0\nIDATx\x9cc`\0\0\0\2\0\1H\xaf\xa4q"
    b"\0\0\0\0IEND\xaeB`\x82"
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("a.png", "b.PNG", "cache/c.png", "d/e.png", "d/f.dat"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(PNG)
    (tmp_path / "in" / "g.gif").write_bytes(b"GIF89a\1\0\1\0\0\0\0;")
    (tmp_path / "c.properties").write_text(
        "input.paths=in\noutput.directoryPath=out\noutput.format=json\nprocessing.cores=1\n"
    )
    return tmp_path


def extract(place: Path, *settings: str) -> tuple[int, list[str], dict[str, Any], str]:
    """Exit code, paths of the rows, the report, and what was printed."""
    options = [word for setting in settings for word in ("--set", setting)]
    command = [sys.executable, "-m", "metadata_digger", "extract", "c.properties", "--overwrite", *options]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    rows = [json.loads(line)["FilePath"] for line in (place / "out" / "out.json").read_text().splitlines()]
    records = place / "out" / "_run"
    report = json.loads((records / "run.json").read_text())
    lines = [line for name in ("failed", "filtered") for line in (records / f"{name}.jsonl").read_text().splitlines()]
    report["left_out"] = [json.loads(line) for line in lines]
    return done.returncode, [row.removeprefix(f"file:{place}/in/") for row in rows], report, done.stdout


def test_patterns(place: Path) -> None:
    code, rows, report, printed = extract(place, "input.include=*.png,*.gif", "input.exclude=cache/,g.*")
    assert (code, rows) == (0, ["a.png", "b.PNG", "d/e.png"])
    note = "input.include and input.exclude leave out 2 files and 1 directory, which are not counted"
    assert (report["seen"], report["notes"]) == (3, [note])
    assert note in printed


def test_a_list_whose_files_are_not_all_there(place: Path) -> None:
    (place / "list.txt").write_text("in/d/e.png\nin/gone.png\n\nin/a.png\n")
    code, rows, report, _ = extract(place, "input.paths=@list.txt")
    assert (code, rows) == (3, ["d/e.png", "a.png"])
    assert report["left_out"] == [
        {"file": f"file:{place}/in/gone.png", "status": "not_found", "reason": "No such file or directory"}
    ]


def test_file_types_are_told_by_the_bytes(place: Path) -> None:
    code, rows, report, _ = extract(place, "filter.allowedFileTypes=png")
    assert (code, rows) == (0, ["a.png", "b.PNG", "cache/c.png", "d/e.png", "d/f.dat"])
    assert report["left_out"] == [
        {
            "file": f"file:{place}/in/g.gif",
            "status": "filtered",
            "reason": "file type GIF is not among filter.allowedFileTypes",
        }
    ]
