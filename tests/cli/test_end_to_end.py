"""The whole command, as a user starts it: each exit code with the real engine."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest

from metadata_digger.config.keys import KEYS

COMMAND = [sys.executable, "-m", "metadata_digger"]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(width + 1))) + chunk(b"IEND", b"")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A configuration over two good pictures and a text."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.png").write_bytes(png(1))
    (tmp_path / "in" / "b ż.png").write_bytes(png(2))
    (tmp_path / "in" / "notes.txt").write_text("no picture")
    file = tmp_path / "c.properties"
    file.write_text("input.paths=in\noutput.directoryPath=out\noutput.format=csv\nprocessing.cores=1\n")
    return file


def run(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=path.parent, capture_output=True, text=True, check=False)


def test_0_done(path: Path) -> None:
    done = run(path, "extract", path.name)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[1] == ["written", "2"]
    assert ["1", "unknown", "file", "type"] in lines
    with (path.parent / "out" / "out.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["FilePath"], row["PNGIHDRImageWidth"]) for row in rows] == [
        (f"file:{path.parent}/in/a.png", "1"),
        (f"file:{path.parent}/in/b ż.png", "2"),
    ]
    report = json.loads((path.parent / "out" / "_run" / "run.json").read_text(encoding="utf-8"))
    assert (report["action"], report["seen"], report["written"], report["filtered"]) == ("extract", 3, 2, 1)
    assert set(report["config"]) == {key.name for key in KEYS}


def test_a_damaged_picture_has_a_row_in_full_with_its_hash_and_its_labels(path: Path) -> None:
    """Four bytes too many in front of the picture, and a file that ends in its tables."""
    sound = (Path(__file__).parents[2] / "demo" / "photos" / "ambulance.jpg").read_bytes()
    at = sound.index(b"\xff\xed")  # APP13, behind the Exif block
    (path.parent / "in" / "four.jpg").write_bytes(sound[:at] + bytes(4) + sound[at:])
    (path.parent / "in" / "cut.jpg").write_bytes(sound[: at + 40])
    keys = ("output.format=json", "processing.hash.types=md5", "input.include=*.jpg")
    done = run(path, "full", path.name, *(word for key in keys for word in ("--set", key)))
    assert (done.returncode, done.stderr) == (0, "")
    rows = [json.loads(line) for line in (path.parent / "out" / "out.json").read_text("utf-8").splitlines()]
    assert [Path(row["FilePath"]).name for row in rows] == ["cut.jpg", "four.jpg"]
    for row, labels in zip(rows, ([], ["truck"]), strict=True):
        file = path.parent / "in" / Path(row["FilePath"]).name
        assert row["HashMd5"] == hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
        assert row["FileType"] == "JPEG"
        assert {"JFIF", "ExifIFD0"} <= set(row["Metadata"])
        assert row["Labels"] == labels
        assert any("End of data" in note or "belong to no segment" in note for note in row["Notes"])


def test_a_run_into_files_starts_without_the_client_of_solr_and_without_networks(path: Path) -> None:
    code = (
        f"import sys; from metadata_digger.cli import main; main(['extract', {str(path)!r}])\n"
        "heavy = ('requests', 'kazoo', 'PIL', 'onnxruntime', 'pandas', 'metadata_digger.steps.label')\n"
        "print(*(m for m in heavy if m in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=path.parent, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1].strip() == ""


def test_1_the_output_exists(path: Path) -> None:
    (path.parent / "out").mkdir()
    done = run(path, "extract", path.name)
    assert done.returncode == 1
    assert "output.directoryPath" in done.stderr
    assert "--overwrite" in done.stderr
    assert done.stdout == ""
    assert run(path, "extract", path.name, "--overwrite").returncode == 0


@pytest.mark.parametrize(
    ("override", "named"),
    [
        ("input.paths=nowhere", "input.paths: nowhere does not exist"),
        ("enrichment.classifier.modelPath=nowhere", "enrichment.classifier.modelPath (--set): nowhere"),
    ],
)
def test_2_something_is_missing(path: Path, override: str, named: str) -> None:
    done = run(path, "full", path.name, "--set", override)
    assert done.returncode == 2
    assert done.stderr.startswith(f"metadata-digger: {named}")
    assert not (path.parent / "out").exists()


def test_2_configuration(path: Path) -> None:
    done = run(path, "extract", path.name, "--set", "output.format=xml", "--set", "foo=1")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "metadata-digger: 2 faults in the configuration c.properties:",
        "  --set: output.format=xml: must be csv, json, parquet, solr or index",
        "  --set: foo: unknown key; docs/reference/configuration.md lists all keys",
    ]
    assert not (path.parent / "out").exists()


def test_3_some_files_failed(path: Path) -> None:
    (path.parent / "in" / "gone.png").symlink_to("nowhere")
    done = run(path, "extract", path.name)
    assert done.returncode == 3
    assert "not found: symbolic link to nothing" in done.stdout
    assert (path.parent / "out" / "out.csv").exists()


def interrupted(path: Path, moment: str) -> str:
    """What is said when a run is interrupted as soon as there is a file of this pattern.

    On a busy machine a run may be over before this test has its turn: then there is another one.
    """
    for _ in range(10):
        process = subprocess.Popen([*COMMAND, "extract", path.name], cwd=path.parent, stderr=subprocess.PIPE, text=True)
        while not any(path.parent.glob(moment)) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        if process.returncode:
            break
        shutil.rmtree(path.parent / "out")
    assert process.returncode == 130
    return errors.strip()


def many(path: Path) -> None:
    for number in range(3000):
        os.link(path.parent / "in" / "a.png", path.parent / "in" / f"{number}.png")


def test_130_interrupted_before_a_file_is_done(path: Path) -> None:
    many(path)
    for _ in range(10):  # on a busy machine a batch may be done before the signal comes
        if (errors := interrupted(path, ".out*")) == "metadata-digger: interrupted":
            break
        shutil.rmtree(path.parent / ".out.metadata-digger")
    assert errors == "metadata-digger: interrupted"
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["c.properties", "in"]


def test_130_interrupted_and_gone_on_with(path: Path) -> None:
    many(path)
    errors = interrupted(path, ".out*/*/parts/*.part")
    assert " files done: to go on, give the same command with --resume; the work lies in " in errors
    done = run(path, "extract", path.name)
    assert done.returncode == 1
    assert "was interrupted, " in done.stderr
    assert "go on with it by --resume" in done.stderr
    done = run(path, "extract", path.name, "--resume", "--set", "filter.mandatoryTags=JPEG.Image Width")
    assert done.returncode == 1
    assert "filter.mandatoryTags (was not set, is JPEG.Image Width)" in done.stderr
    more = ["--set", "output.format=json", "--set", "processing.cores=2", "--set", "storage.s3.secretKey="]
    done = run(path, "extract", path.name, "--resume", *more)
    assert (done.returncode, done.stderr) == (0, "")
    assert ["written", "3,002"] in [line.split() for line in done.stdout.splitlines()]
    assert "note        resumed a run of " in done.stdout
    rows = [json.loads(line) for line in (path.parent / "out" / "out.json").read_text("utf-8").splitlines()]
    assert len({row["FilePath"] for row in rows}) == len(rows) == 3002
    record = json.loads((path.parent / "out" / "_run" / "run.json").read_text(encoding="utf-8"))
    assert len(record["resumed"]) == 1
    assert record["command"] == ["metadata-digger", "extract", path.name, "--resume", *more]
    done = run(path, "extract", path.name, "--resume", *more)
    assert done.returncode == 0
    assert "note        the output is complete; there was nothing left to do" in done.stdout
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["c.properties", "in", "out"]


def test_describe(path: Path) -> None:
    path.write_text("input.paths=in\n")
    done = run(path, "describe", path.name)
    assert done.returncode == 0
    rows = [line.strip("|").strip() for line in done.stdout.splitlines() if line.startswith("|")]
    assert rows[0] == "Metadata Directory and Tag Name"
    assert rows[1:] == sorted(rows[1:])
    assert "PNG-IHDR.Image Width" in rows
    assert not any(row.startswith("File.") for row in rows)


GOLDEN = Path(__file__).resolve().parents[2] / "../shared/golden"


@pytest.mark.skipif(not GOLDEN.exists(), reason="../shared is not there")
def test_describe_prints_what_the_original_printed(path: Path) -> None:
    done = run(path, "describe", path.name, "--set", f"input.paths={GOLDEN / 'data' / 'own'}")
    # XMP properties are tags here, named by their path; the original counted them only (tests/golden/differences.toml).
    # Capture is new (the same).
    lines = [line for line in done.stdout.splitlines() if not (line.startswith("|XMP.") and ":" in line)]
    lines = [line for line in lines if not line.startswith("|Capture.")]
    assert lines == (GOLDEN / "own_describe" / "stdout.txt").read_text().splitlines()
