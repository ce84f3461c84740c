"""config: the effective configuration and all faults."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from metadata_digger.cli import main
from metadata_digger.config.keys import KEYS

GOOD = "input.paths=/data/in\noutput.format=csv\noutput.directoryPath=/data/out\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "c.properties"
    file.write_text(GOOD)
    return file


def test_every_key_with_its_source(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["config", str(path), "--set", "output.format=json"]) == 0
    out, err = capfd.readouterr()
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert [line.partition("=")[0] for line in lines] == [key.name for key in KEYS]
    assert f"input.paths=/data/in (line 1 of {path})" in lines
    assert "output.format=json (--set)" in lines
    assert "processing.timezone=UTC (default)" in lines
    assert err == f"no faults in {path} for full; whether what it names is there, full will see\n"


def test_faults_and_warnings_follow(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path.write_text(GOOD + "output.format=xml\nfoo=1\nstorage.s3.secretKey=hush\n")
    assert main(["config", str(path)]) == 2
    out, err = capfd.readouterr()
    assert len(out.splitlines()) == len(KEYS)
    assert err.splitlines() == [
        f"warning: {path}:4: output.format is set again and replaces the value of {path}:2",
        f"fault: {path}:4: output.format=xml: must be csv, json, parquet, solr or index",
        f"fault: {path}:5: foo: unknown key; docs/reference/configuration.md lists all keys",
    ]
    assert "hush" not in out


def test_secrets_are_masked(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["config", str(path), "--set", "storage.s3.secretKey=hush"]) == 0
    out, err = capfd.readouterr()
    assert "storage.s3.secretKey=********" in out
    assert "hush" not in out + err


def test_what_is_needed_depends_on_the_action(path: Path) -> None:
    path.write_text("input.paths=/data/in\n")
    assert main(["config", str(path)]) == 2
    assert main(["config", str(path), "--for", "describe"]) == 0


def test_no_such_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["config", str(tmp_path / "none")]) == 2
    assert capfd.readouterr().err == f"metadata-digger: {tmp_path / 'none'}: there is no such file\n"


def test_needs_little_to_start(path: Path) -> None:
    code = (
        f"import sys; from metadata_digger.cli import main; main(['config', {str(path)!r}])\n"
        "print(*(m for m in ('pyarrow', 'numpy', 'PIL', 'onnxruntime', 'tqdm') if m in sys.modules), file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stderr.splitlines()[-1].strip() == ""
