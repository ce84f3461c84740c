"""extract_single: what it prints, for people and for programs."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from metadata_digger.cli import main, single
from metadata_digger.cli.terminal import printable
from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.extract import Reading
from metadata_digger.metadata.model import Directory, TagTable, XmpProperty
from metadata_digger.storage.urls import url_of

GOLDEN = Path(__file__).resolve().parents[2] / "../shared/golden"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 3, 8, 2, 0, 0, 0)) + chunk(b"IEND", b"")
TABLE = TagTable({1: "Width", 2: "Odd"})
DIRECTORY = Directory(
    "Made\x1b[31m Up", TABLE, {1: 5, 2: "a\ud800\x00\nb", 3: "é"}, ["broken"], [XmpProperty("http://n/", "n:a[1]", "v")]
)


@pytest.fixture
def odd_directory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(single, "_read", lambda path, *, with_file: Reading([DIRECTORY], None))
    yield


@pytest.mark.usefixtures("odd_directory")
def test_json_is_exactly_this(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["extract_single", "--json", "any.jpg"]) == 0
    output = capfdbinary.readouterr().out
    assert output.count(b"\n") == 1
    assert output.isascii()  # so it is UTF-8, and no tool can take a character for the end of the line
    assert json.loads(output) == {
        "path": "any.jpg",
        "directories": [
            {
                "name": "Made\x1b[31m Up",
                "tags": [
                    {"id": 1, "name": "Width", "description": "5"},
                    {"id": 2, "name": "Odd", "description": "a\ud800\x00\nb"},
                    {"id": 3, "name": "Unknown tag (0x0003)", "description": "é"},
                ],
                "errors": ["broken"],
                "xmp": [{"ns": "http://n/", "path": "n:a[1]", "value": "v"}],
            }
        ],
        "error": None,
    }


def test_a_name_that_is_no_utf_8_is_written_as_in_the_rows_of_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "ż \udcff.png").write_bytes(PNG)
    monkeypatch.chdir(tmp_path)
    assert main(["extract_single", "--json", "ż \udcff.png", "none\udcff"]) == 3
    one, other = map(json.loads, capfdbinary.readouterr().out.splitlines())
    assert one["path"] == f"file://{tmp_path}/%C5%BC%20%FF.png"
    assert one["path"] == url_of(f"{tmp_path}/ż \udcff.png")  # which a run writes
    (file,) = (directory for directory in one["directories"] if directory["name"] == "File")
    assert file["tags"][0]["description"] == "%C5%BC%20%FF.png"
    assert other["path"] == f"file://{tmp_path}/none%FF"


@pytest.mark.usefixtures("odd_directory")
def test_plain_form(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["extract_single", "any.jpg"]) == 0
    assert capfdbinary.readouterr().out.decode() == (
        "\nNumber of Metadata Directories: 1\nNumber of Metadata Tags: 3\n\n"
        "Made\\x1b[31m Up:\n\tWidth: 5\n\tOdd: a\\ud800\\x00\\nb\n\tUnknown tag (0x0003): é\n\tERROR: broken\n"
        "------------------------------------------------\n"
    )


@pytest.mark.usefixtures("odd_directory")
def test_several_files_have_headings(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["extract_single", "a.jpg", "b.jpg"]) == 0
    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert [line for line in lines if line.endswith(".jpg")] == ["a.jpg", "b.jpg"]


def test_files_that_cannot_be_read_are_objects_too(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    (tmp_path / "good.png").write_bytes(PNG)
    (tmp_path / "text.txt").write_text("no picture")
    (tmp_path / "empty").touch()
    (tmp_path / "directory").mkdir()
    os.mkfifo(tmp_path / "fifo")
    names = ["text.txt", "good.png", "empty", "directory", "fifo", "missing"]
    assert main(["extract_single", "--json", *(str(tmp_path / name) for name in names)]) == 3
    records = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert [Path(record["path"]).name for record in records] == names
    for record in records:
        good = record["path"].endswith("good.png")
        assert (record["error"] is None) == good
        assert bool(record["directories"]) == good
    assert records[-1]["error"] == "No such file or directory"


def test_what_stands_before_a_fault_is_given_with_the_fault(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cut.jpg"
    path.write_bytes(b"\xff\xd8\xff\xfe\0\x0ca comment\0\xff\xe1\xff\xff")
    assert main(["extract_single", "--json", str(path)]) == 0
    record = json.loads(capfd.readouterr().out)
    assert [directory["name"] for directory in record["directories"]] == ["JpegComment", "File Type", "File"]
    assert record["error"] == record["directories"][0]["errors"][0] == "End of data reached."
    assert main(["extract_single", str(path)]) == 0
    plain = capfd.readouterr()
    assert "\tJPEG Comment: a comment" in plain.out
    assert "\tERROR: End of data reached." in plain.out
    assert plain.err == ""


def test_file_type_and_file_come_last(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    (tmp_path / "good.png").write_bytes(PNG)
    assert main(["extract_single", "--json", str(tmp_path / "good.png")]) == 0
    names = [directory["name"] for directory in json.loads(capfdbinary.readouterr().out)["directories"]]
    assert names[-2:] == ["File Type", "File"]


def test_plain_form_of_files_that_cannot_be_read(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.png").write_bytes(PNG)
    assert main(["extract_single", str(tmp_path / "mis\nsing"), str(tmp_path / "good.png")]) == 3
    out, err = capfd.readouterr()
    assert err == f"metadata-digger: {tmp_path}/mis\\nsing: No such file or directory\n"
    assert "Number of Metadata Directories" in out


def test_any_reader_fault_is_one_file_s(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    def fail(path: str, *, with_file: bool) -> Reading:
        return Reading([], MetadataError("no such thing"))

    monkeypatch.setattr(single, "_read", fail)
    assert main(["extract_single", "--json", "a", "b"]) == 3
    assert capfd.readouterr().out.count('"error": "no such thing"') == 2


def test_output_is_utf_8_in_every_locale(tmp_path: Path) -> None:
    path = tmp_path / "ż.png"
    path.write_bytes(PNG)
    run = subprocess.run(
        [sys.executable, "-m", "metadata_digger", "extract_single", path, tmp_path / "none ż"],
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert run.returncode == 3
    assert b"Traceback" not in run.stderr
    assert "ż.png".encode() in run.stdout or b"Number of" in run.stdout


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "good.png"
    path.write_bytes(PNG)
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run(
        [sys.executable, "-m", "metadata_digger", "extract_single", *[path] * 2000],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert run.returncode == 141
    assert run.stderr == b""


def test_output_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    path = tmp_path / "good.png"
    path.write_bytes(PNG)
    with Path(os.devnull).open("rb") as for_reading:
        command = [sys.executable, "-m", "metadata_digger", "extract_single", path]
        run = subprocess.run(command, stdout=for_reading, stderr=subprocess.PIPE, check=False)
    assert run.returncode == 1
    assert run.stderr == b"metadata-digger: what is to be printed cannot be written: Bad file descriptor\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb", "a\tb"),
        ("\x1b]0;x\x07", "\\x1b]0;x\\x07"),
        ("\x9b1m", "\\x9b1m"),
        ("a\r\nb", "a\\r\\nb"),
        ("ż😀", "ż😀"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_needs_little_to_start() -> None:
    code = (
        "import sys; from metadata_digger.cli import main; main(['extract_single', 'none'])\n"
        "print(*(m for m in ('pyarrow', 'numpy', 'PIL', 'onnxruntime', 'tqdm', 'javaproperties', 'asyncio', 'zoneinfo')"
        " if m in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


@pytest.mark.skipif(not GOLDEN.exists(), reason="../shared is not there")
@pytest.mark.parametrize(
    ("case", "file"),
    [
        ("single_own", "landscape-4518195_960_720_pixabay_license.jpg"),
        ("single_png", "ALPHA_landscape-4518195_960_720_pixabay_license.png"),
    ],
)
def test_plain_form_has_the_original_s_structure(case: str, file: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Order apart: the original's is that of a hash table."""
    assert main(["extract_single", str(GOLDEN / "data" / "own" / file)]) == 0
    ours, theirs = capfd.readouterr().out, (GOLDEN / case / "stdout.txt").read_text()
    names = re.compile(r"^(?:\t[^:]+:|[^\t\n:]+:$)", re.M)
    assert sorted(names.findall(ours)) == sorted(names.findall(theirs))
    assert ours.splitlines()[:4] == theirs.splitlines()[:4]
