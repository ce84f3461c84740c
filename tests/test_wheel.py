"""A wheel built from the checkout, installed elsewhere, works as the checkout does; importing it costs little."""

from __future__ import annotations

import json
import re
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest

from checkout import PHOTOS, ROOT, clone, run

HEAVY = ("PIL", "numpy", "onnxruntime", "pandas", "pi_heif", "pyarrow", "pyspark", "tqdm")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    checkout = clone(tmp_path_factory.mktemp("source") / "checkout")
    target = tmp_path_factory.mktemp("dist")
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target, cwd=checkout)
    assert built.returncode == 0, built.stderr
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin directory of an environment that has the wheel, and sees the packages of the one that runs the tests."""
    environment = tmp_path_factory.mktemp("elsewhere") / "env"
    made = run(sys.executable, "-m", "venv", environment, cwd=environment.parent)
    assert made.returncode == 0, made.stderr
    python = environment / "bin" / "python"
    put = run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=environment)
    assert put.returncode == 0, put.stderr
    packages = next(environment.glob("lib/python*/site-packages"))
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python.parent


def labels(*program: str | Path, output: Path, env: dict[str, str]) -> list[dict[str, Any]]:
    config = output.parent / "labels.properties"
    config.write_text(f"input.paths={PHOTOS}\noutput.format=json\noutput.directoryPath={output}\n")
    done = run(*program, "detect_categories", config, cwd=output.parent, env=env)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in (output / f"{output.name}.json").read_text(encoding="utf-8").splitlines()]


def test_same_labels_as_the_checkout(installed: Path, tmp_path: Path) -> None:
    where = run(installed / "python", "-c", "import metadata_digger; print(metadata_digger.__file__)", cwd=tmp_path)
    assert where.stdout.startswith(str(installed.parent)), where.stdout
    elsewhere = labels(installed / "metadata-digger", output=tmp_path / "wheel", env={"PYTHONPATH": ""})
    checkout = {"PYTHONPATH": str(ROOT / "src")}
    here = labels(sys.executable, "-P", "-m", "metadata_digger", output=tmp_path / "checkout", env=checkout)
    assert elsewhere == here
    assert any("person" in row["Labels"] for row in here)


def test_what_the_wheel_holds(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as package:
        names = set(package.namelist())
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        described = package.read(metadata).decode()
    for path in (ROOT / "src" / "metadata_digger").rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            assert path.relative_to(ROOT / "src").as_posix() in names
    assert "metadata_digger/py.typed" in names
    for folder in ("models", "configs"):
        kept = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert {f"metadata_digger/bundled/{name}" for name in kept} <= names
    assert not any("demo" in name and "config" not in name for name in names)
    assert {"LICENSE", "NOTICE"} <= {Path(name).name for name in names}
    assert re.search(r"^License-Expression: Apache-2\.0$", described, re.M)


def test_import_brings_in_nothing_heavy() -> None:
    code = f"import sys, metadata_digger; print([name for name in {HEAVY} if name in sys.modules])"
    done = run(sys.executable, "-P", "-c", code, cwd=ROOT, env={"PYTHONPATH": str(ROOT / "src")})
    assert done.stdout == "[]\n", done.stderr


TIMED = """
from time import process_time
moments = [process_time()]
sum(n * n for n in range(300_000))
moments.append(process_time())
import metadata_digger
moments.append(process_time())
sum(n * n for n in range(300_000))
moments.append(process_time())
begin, yard, imported, end = moments
print(2 * (imported - yard) / (yard - begin + end - imported))
"""


def test_import_is_quick() -> None:
    """Beside 300,000 squares, which take 16 ms: on a busy or a slower machine both take longer."""
    apart = {"PYTHONPATH": str(ROOT / "src"), "COVERAGE_PROCESS_CONFIG": ""}
    times = [float(run(sys.executable, "-P", "-c", TIMED, cwd=ROOT, env=apart).stdout) for _ in range(7)]
    assert min(times) < 3.75  # 60 ms; 2.4 today
