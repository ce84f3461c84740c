"""`--dry-run`: what would be read; what ends a run before its first file ends it too, and nothing is written."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

import pytest

from metadata_digger.cli import main
from metadata_digger.cli.dry_run import size
from metadata_digger.run.engines.dry import extension

JPEG = bytes.fromhex("ffd8ffd9")
END = "dry run     nothing was read or written; what can be checked before a run is right"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with an input of four files and a configuration, which is the current one."""
    for name, content in (("a.jpg", JPEG), ("b.JPG", JPEG * 500), ("sub/c.tiff", b"II"), ("sub/README", b"")):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(content)
    text = "input.paths=in\noutput.directoryPath=out\noutput.format=csv\nprocessing.cores=1\n"
    (tmp_path / "c.properties").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tree(place: Path) -> dict[str, tuple[int, int]]:
    """Everything there, and when it was changed."""
    found = (path for path in place.rglob("*"))
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in found}


def dry(place: Path, *options: str, action: str = "extract") -> int:
    """The exit code; nothing may be written."""
    before = tree(place)
    code = main([action, "c.properties", "--dry-run", *options])
    assert tree(place) == before
    return code


def test_what_would_be_read(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert dry(place) == 0
    out, err = capfd.readouterr()
    assert err == ""
    assert out.splitlines() == [
        "files                 4   2.0 kB",
        "  .jpg                2   2.0 kB",
        "  (no extension)      1   0 B",
        "  .tiff               1   2 B",
        f"output      {place}/out (is not there yet)",
        END,
    ]


@pytest.mark.parametrize("action", ["describe", "detect_categories", "full"])
def test_of_every_action(place: Path, action: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert dry(place, action=action) == 0
    out, err = capfd.readouterr()
    assert (err if action == "describe" else out).startswith("files                 4")  # as the summary of a run


def test_entries_patterns_and_what_is_no_file(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (place / "empty").mkdir()
    (place / "list.txt").write_text("in/a.jpg\n")
    (place / "in" / "gone").symlink_to("nowhere")
    os.mkfifo(place / "in" / "fifo")
    assert dry(place, "--set", "input.paths=@list.txt,in,empty", "--set", "input.exclude=*.tiff") == 3
    lines = capfd.readouterr().out.splitlines()
    assert lines[3:10] == [
        f"input                 2   file://{place}/in",
        f"input                 0   file://{place}/empty",
        "input                 1   in lists",
        "not read              2",
        "              1  not a file: a FIFO",
        "              1  not found: symbolic link to nothing",
        "left out              1   files, by input.include and input.exclude",
    ]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (["output.format=xml"], 2),
        (["input.paths=nowhere"], None),
        (["enrichment.classifier.modelPath=nowhere"], 2),
        (["enrichment.classifier.mapping=80:ghost"], 2),
        (["output.directoryPath=in/a.jpg"], 1),
        (["output.directoryPath=old"], 1),
        (["output.columns.namingConvention=snakeCase", "output.directoryPath=other"], 1),
        (["output.directoryPath=-"], 2),
    ],
)
def test_what_ends_a_run_before_its_first_file(
    place: Path, capfd: pytest.CaptureFixture[str], settings: list[str], code: int | None
) -> None:
    for name in ("old/old.csv", "other/notes.txt"):
        (place / name).parent.mkdir()
        (place / name).touch()
    options = [word for setting in settings for word in ("--set", setting)]
    ended = dry(place, *options, action="full")
    said = capfd.readouterr()
    assert said.out == ""
    assert (main(["full", "c.properties", *options]), capfd.readouterr()) == (ended, said)
    assert code in (ended, None)


def test_an_update_says_what_is_new_changed_and_gone(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert dry(place, "--update") == 0
    assert "\nupdate" not in capfd.readouterr().out
    assert main(["extract", "c.properties"]) in (0, 3)
    (place / "in" / "new.jpg").write_bytes(JPEG)
    (place / "in" / "a.jpg").write_bytes(JPEG * 2)
    (place / "in" / "b.JPG").unlink()
    capfd.readouterr()
    assert dry(place) == 1
    assert "exists already" in capfd.readouterr().err
    assert dry(place, "--update") == 0
    out = capfd.readouterr().out
    (line,) = (line for line in out.splitlines() if line.startswith("update"))
    assert {"1 new", "1 changed", "1 gone"} <= set(line.removeprefix("update").strip().split(", "))
    assert f"output      {place}/out (is there already)" in out
    options = ("--update", "--update-by", "hash", "--set", "processing.hash.types=md5")
    assert dry(place, *options) == 0
    assert "all files are read anew: other than in the last run: processing.hash.types" in capfd.readouterr().out


@pytest.mark.parametrize("more", [(), ("--update-by", "hash")])
def test_an_update_of_an_input_that_is_not_there(
    place: Path, capfd: pytest.CaptureFixture[str], more: tuple[str, ...]
) -> None:
    hashes = ("--set", "processing.hash.types=md5")
    assert main(["extract", "c.properties", *hashes]) in (0, 3)
    (place / "in").rename(place / "elsewhere")
    (place / "in").mkdir()
    capfd.readouterr()
    assert dry(place, "--update", *more, *hashes) == 1
    assert "--update: in had 4 files and has none now\n" in capfd.readouterr().err
    assert dry(place, "--update", "--accept-gone", *more, *hashes) == 0


def test_an_interrupted_run_and_a_complete_one(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "c.properties"]) in (0, 3)
    capfd.readouterr()
    assert dry(place, "--resume") == 0
    assert "note        the output is complete; there is nothing left to do" in capfd.readouterr().out
    # What a killed run leaves: the record of the job, its listing, a part.
    record = json.loads((place / "out" / "_run" / "run.json").read_text())
    left = place / ".out.metadata-digger" / "abcd"
    (left / "parts").mkdir(parents=True)
    (part,) = (path for path in (place / "out" / "_run" / "rows").iterdir())
    (left / "parts" / part.name).write_bytes(part.read_bytes())
    facts = {key: record[key] for key in ("version", "action", "config", "directory")}
    job = {"facts": facts, "started": "2026-01-01T00:00:00Z", "resumed": [], "overwrite": False, "update": False}
    (left / "job.json").write_text(json.dumps(job))
    (place / "out").rename(place / "moved")
    code = dry(place)
    assert (code, "was interrupted" in capfd.readouterr().err) == (1, True)
    assert dry(place, "--resume") == 0
    assert "note        goes on with a run of 2026-01-01T00:00:00Z, " in capfd.readouterr().out
    assert dry(place, "--overwrite") == 0
    assert "note        throws an interrupted run's work away (" in capfd.readouterr().out


def test_an_output_in_what_is_no_directory(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert dry(place, "--set", "output.directoryPath=c.properties/a/out") == 1
    assert capfd.readouterr().err == f"metadata-digger: cannot write {place}/c.properties/a: Not a directory\n"


@pytest.mark.skipif(os.getuid() == 0, reason="everything may be written by root")
def test_an_output_that_may_not_be_written(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (place / "sub").mkdir(mode=0o555)
    assert dry(place, "--set", "output.directoryPath=sub/a/out") == 1
    assert capfd.readouterr().err.startswith(f"metadata-digger: cannot write {place}/sub/a: ")


def test_another_run_is_writing(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    home = place / ".out.metadata-digger"
    home.mkdir()
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert dry(place) == 1
    assert f"another run is writing {place}/out" in capfd.readouterr().err


def test_on_spark(place: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("SPARK_MASTER", raising=False)
    assert main(["--engine", "spark", "extract", "c.properties", "--dry-run"]) == 2
    monkeypatch.setenv("SPARK_MASTER", "local[2]")
    stream = ("--set", "output.format=json", "--set", "output.directoryPath=-")
    assert main(["--engine", "spark", "extract", "c.properties", "--dry-run", *stream]) == 2
    assert "is for one machine" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("file:/a/b.JPG", ".jpg"),
        ("file:/a.d/b", ""),
        ("file:/.jpg", ""),
        ("file:/..jpg", ""),
        ("file:/a.", ""),
        ("file:/a.tar.gz", ".gz"),
        ("file:///a/%FF.jpg", ".jpg"),
        ("file:/a.this is no extension", ""),
    ],
)
def test_extensions(url: str, kind: str) -> None:
    assert extension(url) == kind


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (99_949, "99.9 kB"),
        (99_951, "100 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (5 * 10**12, "5.0 TB"),
        (5 * 10**18, "5,000 PB"),
    ],
)
def test_sizes(count: int, text: str) -> None:
    assert size(count) == text
