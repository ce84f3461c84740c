"""Command lines, directories and descriptors that are not what a program expects."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checkout import ROOT

GIF = b"GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
MODULE = (sys.executable, "-m", "metadata_digger")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory whose name is no UTF-8, with two pictures."""
    found = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    (found / "in").mkdir(parents=True)
    for name in ("a.gif", "b.gif"):
        (found / "in" / name).write_bytes(GIF)
    (found / "c.properties").write_text(
        "input.paths=in\noutput.directoryPath=out\noutput.format=csv\nprocessing.hash.types=sha256\n"
        "processing.cores=1\nprocessing.timezone=UTC\n"
    )
    return found


def digger(place: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*MODULE, *arguments], cwd=place, capture_output=True, check=False)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_working_directory_that_is_no_utf_8(place: Path, form: str) -> None:
    for option in ("--overwrite", "--update", "--resume"):
        done = digger(place, "extract", "c.properties", f"--set=output.format={form}", option)
        assert (done.returncode, done.stderr) == (0, b""), option
    record = json.loads((place / "out" / "_run" / "run.json").read_bytes())
    assert (record["written"], record["changes"]["unchanged"]) == (2, 2)
    assert b"\\udce9/out" in done.stdout
    assert digger(place, "verify", "out").returncode == 0


def test_a_ranking_in_such_a_directory(place: Path) -> None:
    for path in sorted((ROOT / "demo" / "photos").iterdir())[:4]:
        shutil.copy(path, place / "in")
    settings = ("--set=processing.hash.types=", "--set=analytics.similar.tags=JPEG.Image Width:LONG:9")
    done = digger(place, "find_similar", "c.properties", f"in/{path.name}", *settings)
    assert done.returncode == 0, done.stderr
    assert (place / "out" / "out.csv").stat().st_size > 200


def test_arguments_and_an_output_that_are_no_utf_8(place: Path) -> None:
    settings = (f"--set=input.paths={place}/in", f"--set=output.directoryPath={place.parent}/out\udce8")
    done = digger(place.parent, "extract", str(place / "c.properties"), *settings)
    assert (done.returncode, done.stderr) == (0, b"")
    record = json.loads((place.parent / "out\udce8" / "_run" / "run.json").read_bytes())
    assert record["config"]["input.paths"] == f"{place}/in"
    assert record["command"][-2:] == [*settings]
    assert record["files"]["out\udce8.csv"]["bytes"]
    assert digger(place.parent, "extract", str(place / "c.properties"), *settings, "--resume").returncode == 0
    assert digger(place.parent, "verify", "out\udce8").returncode == 0


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_standard_streams_that_are_closed(place: Path, closed: str) -> None:
    for arguments in ("extract c.properties --overwrite", "extract c.properties --update", "verify out"):
        done = subprocess.run(
            ["sh", "-c", f'exec "$0" -m metadata_digger {arguments} {closed}', sys.executable],
            cwd=place,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert bool(done.stdout) == (">&-" not in closed.replace("2>&-", ""))
        assert (place / "out" / "out.csv").read_bytes().count(b"\n") == 3


def test_1_rows_to_a_standard_output_that_is_closed(place: Path) -> None:
    settings = "--set output.format=json --set output.directoryPath=-"
    done = subprocess.run(
        ["sh", "-c", f'"$0" -m metadata_digger extract c.properties {settings} >&-', sys.executable],
        cwd=place,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == b"metadata-digger: output.directoryPath=- writes to standard output, which is closed\n"
