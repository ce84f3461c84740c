"""`verify`, as a user starts it: every form of output, every kind of difference."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

NAMES = ("a.png", "b ż.png", 'quote ".png', "back\\nslash.png", "line\nend.png", "tab\t.png", "%41.png", " blank .png")
CASES = [
    ("csv", []),
    ("csv", ["output.csv.dialect=spark", "output.csv.raw=true"]),
    ("csv", ["output.csv.dialect=spark"]),
    ("csv", ["output.columns.namingConvention=snakeCase", "output.columns.metadataPrefix=md_", "output.filesNumber=3"]),
    ("json", ["output.filesNumber=2"]),
    ("json", ["output.columns.namingConvention=snakeCase"]),
    ("parquet", ["output.filesNumber=2"]),
]


def gif(width: int) -> bytes:
    return b"GIF89a" + bytes([width, 0, 1, 0]) + bytes(3) + b",\0\0\0\0" + bytes([width, 0, 1, 0]) + b"\0\2\2D\1\0;"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    for number, name in enumerate(NAMES):
        (tmp_path / "in" / name).write_bytes(gif(number))
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/in/\xff.png")).write_bytes(gif(99))
    (tmp_path / "in" / "text.txt").write_text("no picture")
    (tmp_path / "c.properties").write_text(
        "input.paths=in\noutput.directoryPath=out\nprocessing.hash.types=crc32,sha256\nprocessing.cores=1\n"
    )
    return tmp_path


def digger(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "metadata_digger", *arguments]
    return subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)


def dig(place: Path, form: str, settings: list[str]) -> None:
    words = [word for setting in (f"output.format={form}", *settings) for word in ("--set", setting)]
    done = digger(place, "extract", "c.properties", "--overwrite", *words)
    assert done.returncode in (0, 3), done.stderr


def verified(place: Path, *options: str) -> tuple[int, list[dict[str, Any]], dict[str, Any]]:
    done = digger(place, "verify", "out", "--json", "--cores", "2", *options)
    *differences, counts = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, differences, counts


@pytest.mark.parametrize(("form", "settings"), CASES)
def test_every_form_of_output(place: Path, form: str, settings: list[str]) -> None:
    dig(place, form, settings)
    rows = json.loads((place / "out" / "_run" / "run.json").read_text())["written"]
    assert rows >= len(NAMES)
    code, differences, counts = verified(place)
    assert (code, differences) == (0, [])
    assert (counts["files"], counts["equal"], counts["hashes"]) == (rows, rows, ["crc32", "sha256"])

    (place / "in" / "line\nend.png").write_bytes(gif(77))
    (place / "in" / "a.png").unlink()
    (place / "in" / "new.png").write_bytes(gif(78))
    code, differences, counts = verified(place)
    assert code == 3
    assert [(one["kind"], one["file"]) for one in differences] == [
        ("missing", f"file:{place}/in/a.png"),
        ("changed", f"file:{place}/in/line\nend.png"),
        ("new", f"file:{place}/in/new.png"),
    ]
    assert set(differences[1]["was"]) == {"crc32", "sha256"}
    assert differences[1]["was"] != differences[1]["now"]
    found = [counts[kind] for kind in ("equal", "changed", "missing", "new", "altered")]
    assert found == [rows - 2, 1, 1, 1, 0]


def test_a_tree_that_is_mounted_elsewhere(place: Path) -> None:
    """Relative entries, patterns, files that were left out: all of them count from where they are now."""
    (place / "deep" / "in").mkdir(parents=True)
    (place / "deep" / "in" / "d.png").write_bytes(gif(50))
    paths = ["input.paths=in,deep/in", "input.exclude=*.tmp"]
    dig(place, "csv", paths)
    (place / "mnt").mkdir()
    (place / "in").rename(place / "mnt" / "evidence")
    code, differences, _ = verified(place)
    assert (code, {one["kind"] for one in differences}) == (3, {"missing"})
    assert verified(place, "--map", f"{place}/in={place}/mnt/evidence")[:2] == (0, [])
    assert verified(place, "--map", "in/=mnt/evidence/")[:2] == (0, [])
    for name in ("new.png", "new.tmp"):
        (place / "mnt" / "evidence" / name).write_bytes(gif(51))
    (place / "mnt" / "evidence" / "a.png").write_bytes(gif(52))
    code, differences, counts = verified(place, "--map", "in=mnt/evidence")
    assert [(one["kind"], one["file"]) for one in differences] == [
        ("changed", f"file:{place}/in/a.png"),
        ("new", f"file:{place}/mnt/evidence/new.png"),
    ]
    assert (code, counts["new"]) == (3, 1)


def test_a_map_that_no_file_is_about_is_told(place: Path) -> None:
    dig(place, "csv", [])
    cases = [(f"{place}/inn=elsewhere", True), ("in/sub=elsewhere", True), ("in=in", False), ("/=/", False)]
    for option, told in cases:
        done = digger(place, "verify", "out", "--cores", "1", "--map", option)
        assert done.returncode == 0
        assert (": no file of the output was in " in done.stderr) == told, done.stderr


def test_2_a_map_is_two_directories(place: Path) -> None:
    dig(place, "csv", [])
    for text in ("in", "in=", "=in"):
        done = digger(place, "verify", "out", "--map", text)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"--map {text}: write --map OLD=NEW" in done.stderr


def test_an_output_that_was_altered(place: Path) -> None:
    dig(place, "csv", [])
    path = place / "out" / "out.csv"
    text = path.read_text("utf-8")
    path.write_text(text.replace("GIF", "JPG", 1), "utf-8")
    (place / "out" / "_run" / "failed.jsonl").unlink()
    code, differences, counts = verified(place)
    assert code == 3
    assert [(one["kind"], Path(one["file"]).name) for one in differences] == [
        ("altered", "out.csv"),
        ("altered", "failed.jsonl"),
    ]
    assert counts["altered"] == 2
    done = digger(place, "verify", "out")
    assert done.returncode == 3
    lines = done.stdout.splitlines()
    assert lines[0].startswith(
        f"altered     {path}: it is not what it was when the run ended (_run/run.json): sha256 was "
    )
    assert lines[-1] == f"output      {place}/out: 2 of its files altered"


def test_a_row_whose_path_was_altered_is_not_believed(place: Path) -> None:
    dig(place, "json", [])
    path = place / "out" / "out.json"
    path.write_text(path.read_text("utf-8").replace("/in/a.png", "/in/%41.png", 1), "utf-8")
    _, differences, _ = verified(place)
    assert [one["kind"] for one in differences] == ["altered", "unreadable"]
    assert "its ID is that of another path" in differences[1]["reason"]


def test_without_a_record_the_output_itself_is_not_vouched_for(place: Path) -> None:
    dig(place, "csv", [])
    (place / "out" / "_run" / "run.json").unlink()
    done = digger(place, "verify", "out")
    assert done.returncode == 0
    assert done.stderr == (
        "metadata-digger: warning: there is no _run/run.json: whether the output itself was altered cannot be told\n"
    )


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        ("no hashes", "out has no hashes to compare with: set processing.hash.types (sha256, for example)"),
        ("no output", "out is no output of this program: No such file or directory"),
        ("other directory", "out is no output of this program: it has no out.csv, .json or .parquet"),
    ],
)
def test_2_nothing_to_compare_with(place: Path, prepare: str, words: str) -> None:
    if prepare == "no hashes":
        dig(place, "csv", ["processing.hash.types="])
    elif prepare == "other directory":
        (place / "out").mkdir()
    done = digger(place, "verify", "out")
    assert done.returncode == 2
    assert done.stderr.startswith("metadata-digger: ")
    assert words in done.stderr
    assert done.stdout == ""


def test_1_an_output_that_cannot_be_read_back(place: Path) -> None:
    (place / "out").mkdir()
    (place / "out" / "out.csv").write_text('"x","y"\n"1","2"\n')
    done = digger(place, "verify", "out")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("/out/out.csv cannot be read back: it has no columns for path and ID")


def test_an_output_without_rows(place: Path) -> None:
    (place / "empty").mkdir()
    for form in ("csv", "json"):
        dig(place, form, ["input.paths=empty"])
        assert verified(place)[0] == 0
