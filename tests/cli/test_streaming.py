"""output.directoryPath=-, as it is used in a shell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

PHOTOS = Path(__file__).parents[2] / "demo" / "photos"
COMMAND = [sys.executable, "-m", "metadata_digger"]
STREAM = ["--set", "output.directoryPath=-"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    (tmp_path / "tmp").mkdir()
    (tmp_path / "work").mkdir()
    (tmp_path / "c.properties").write_text(
        f"input.paths={PHOTOS}\noutput.format=json\noutput.directoryPath=out\nprocessing.cores=2\n"
    )
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *arguments]
    return subprocess.run(command, cwd=folder / "work", capture_output=True, text=True, check=False)


def test_the_rows_are_those_of_a_file(folder: Path) -> None:
    config = str(folder / "c.properties")
    done = run(folder, "extract", config, *STREAM)
    assert done.returncode == 0
    assert list((folder / "work").iterdir()) == list((folder / "tmp").iterdir()) == []
    assert done.stderr.startswith("files seen")
    assert "record" not in done.stderr
    assert run(folder, "extract", config).returncode == 0
    written = (folder / "work" / "out" / "out.json").read_text("utf-8")
    # A run that knows all its names spells those alike that differ in case: exif:FlashpixVersion, exif:FlashPixVersion.
    lines, others = (sorted(text.replace("FlashPixV", "FlashpixV").splitlines()) for text in (done.stdout, written))
    assert lines == others


def test_a_long_path_of_temporary_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket's name has 107 bytes."""
    long = folder / ("temporary-" * 20)
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    assert run(folder, "extract", str(folder / "c.properties"), *STREAM).returncode == 0
    assert list(long.iterdir()) == []


def test_what_the_run_keeps_for_itself_is_not_read(folder: Path) -> None:
    (folder / "tmp" / "a.jpg").write_bytes((PHOTOS / "street.jpg").read_bytes())
    done = run(folder, "extract", str(folder / "c.properties"), *STREAM, "--set", f"input.paths={folder / 'tmp'}")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)


@pytest.mark.parametrize("option", ["--resume", "--update"])
def test_there_is_nothing_to_go_on_from(folder: Path, option: str) -> None:
    done = run(folder, "extract", str(folder / "c.properties"), *STREAM, option)
    assert done.returncode == 2
    assert done.stderr.startswith("metadata-digger: output.directoryPath=- leaves nothing that --resume")


def test_failed_files_are_named_on_standard_error(folder: Path) -> None:
    (folder / "in").mkdir()
    (folder / "in" / "a.jpg").write_bytes((PHOTOS / "street.jpg").read_bytes())
    (folder / "in" / "b\x1b[2J.jpg").symlink_to("nowhere")
    done = run(folder, "extract", str(folder / "c.properties"), *STREAM, "--set", f"input.paths={folder}/in")
    assert done.returncode == 3
    assert [json.loads(line)["FilePath"] for line in done.stdout.splitlines()] == [f"file:{folder}/in/a.jpg"]
    assert f"lost        file:{folder}/in/b\\x1b[2J.jpg: symbolic link to nothing\n" in done.stderr


def test_a_reader_that_goes_away_ends_the_run_quietly(folder: Path) -> None:
    (folder / "in").mkdir()
    (folder / "in" / "a.jpg").write_bytes((PHOTOS / "street.jpg").read_bytes())
    for number in range(3_000):
        os.link(folder / "in" / "a.jpg", folder / "in" / f"{number}.jpg")
    process = subprocess.Popen(
        [*COMMAND, "extract", str(folder / "c.properties"), *STREAM, "--set", f"input.paths={folder}/in"],
        cwd=folder / "work",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert json.loads(process.stdout.readline())["FilePath"].endswith(".jpg")
    process.stdout.close()
    assert process.wait(30) == 141
    assert process.stderr.read() == b""
    process.stderr.close()
    assert list((folder / "tmp").iterdir()) == []
