"""The start scripts, in a copy of the checkout as a clone would be, in a directory with a space in its name."""

from __future__ import annotations

import csv
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

from checkout import PHOTOS, ROOT, clone, run

SCRIPT = "run-standalone-metadata-digger.sh"
DISTRIBUTED = "run-distributed-metadata-digger.sh"
SAYS_VERSION = re.compile(r"metadata-digger \d+\.")
# The environment's Python must be the one that runs the tests, whatever the PATH has.
WITH_PYTHON = {"PYTHON": sys.executable}


def start_and_stop(root: Path, stop: signal.Signals) -> int:
    """Starts the script and ends it, and all that it started, in the middle of its set-up (which takes over 2 s)."""
    process = subprocess.Popen(
        ["sh", root / SCRIPT, "--version"],
        env={**os.environ, **WITH_PYTHON},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    patience = time.monotonic() + 60
    while not os.path.lexists(root / ".venv.lock") and time.monotonic() < patience:
        time.sleep(0.02)
    time.sleep(0.7)
    os.killpg(process.pid, stop)
    return process.wait(timeout=30)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone whose set-up was first interrupted, then killed, then done by two starts at once."""
    root = clone(tmp_path_factory.mktemp("wrapper") / "a clone")
    assert start_and_stop(root, signal.SIGINT) == 130
    assert not os.path.lexists(root / ".venv.lock")
    start_and_stop(root, signal.SIGKILL)
    assert os.path.lexists(root / ".venv.lock"), "a killed set-up leaves its lock; the next start must see through it"
    both = [
        subprocess.Popen(
            ["sh", root / SCRIPT, "--version"],
            env={**os.environ, **WITH_PYTHON},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=600) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert all(SAYS_VERSION.match(out) for out, _ in said)
    assert sum("Setting up" in err for _, err in said) == 1, "one sets up, the other waits for it"
    assert not list(root.glob(".venv.lock*"))
    return root


def test_demo_as_the_readme_has_it(root: Path) -> None:
    command = ["sh", SCRIPT, "full", "configs/demo.config.properties"]
    done = run(*command, cwd=root)
    assert done.returncode == 0, done.stderr
    with (root / "output/demo/demo.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(list(PHOTOS.iterdir()))
    again = run(*command, cwd=root)
    assert again.returncode != 0
    assert "--overwrite" in again.stderr
    assert run(*command, "--overwrite", "--includeAWS", cwd=root).returncode == 0


def test_started_from_elsewhere_through_links(root: Path, tmp_path: Path) -> None:
    (tmp_path / "first").symlink_to(root / SCRIPT)
    (tmp_path / "second").symlink_to("first")
    shutil.copy(PHOTOS / "car-roadside.jpg", tmp_path / "picture of a car.jpg")
    done = run("sh", tmp_path / "second", "extract_single", "picture of a car.jpg", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "iPhone 4S" in done.stdout
    assert done.stderr == ""


def test_files_lying_about_are_not_imported(root: Path, tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('imported from the current directory')")
    done = run("sh", root / SCRIPT, "--version", cwd=tmp_path)
    assert SAYS_VERSION.match(done.stdout), done.stderr


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment of Python's own variables that lead to modules which must not be imported."""
    base = tmp_path_factory.mktemp("poison")
    own = Path(sysconfig.get_path("purelib", f"{os.name}_user", {"userbase": str(base / "base")}))
    for folder in (base / "path", own):
        folder.mkdir(parents=True)
        for name in ("json", "numpy", "pyarrow", "multiprocessing", "sitecustomize", "usercustomize"):
            (folder / f"{name}.py").write_text(f"import os\nos.write(2, b'POISON {name}')\nos._exit(77)\n")
    return {"PYTHONPATH": str(base / "path"), "PYTHONUSERBASE": str(base / "base"), "PYTHONINSPECT": "1"}


@pytest.mark.parametrize("command", [("sh", SCRIPT), (".venv/bin/metadata-digger",)])
def test_variables_of_python_do_not_reach_the_program(
    root: Path, tmp_path: Path, poisoned: dict[str, str], command: tuple[str, ...]
) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(PHOTOS / "car-roadside.jpg", tmp_path / "in")
    settings = (f"--set=input.paths={tmp_path}/in", f"--set=output.directoryPath={tmp_path}/out")
    done = run(*command, "full", "configs/demo.config.properties", *settings, cwd=root, env=poisoned)
    assert (done.returncode, done.stderr) == (0, "")
    assert "car" in (tmp_path / "out" / "out.csv").read_text(encoding="utf-8")


def test_a_set_up_of_before_gets_the_new_program(root: Path, poisoned: dict[str, str]) -> None:
    program = root / ".venv/bin/metadata-digger"
    program.write_text('#!/bin/sh\nexec "$(dirname -- "$0")/python" -P -m metadata_digger "$@"\n')
    assert run("sh", SCRIPT, "--version", cwd=root).returncode == 0
    done = run(program, "--version", cwd=root, env=poisoned)
    assert SAYS_VERSION.match(done.stdout), done.stderr


def test_second_start_is_instant(root: Path) -> None:
    def spent() -> float:
        """Seconds of CPU, which a busy machine does not change much."""
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return children.ru_utime + children.ru_stime

    def fastest(*command: str | Path) -> float:
        times = []
        for _ in range(7):
            begin = spent()
            assert run(*command, cwd=root).returncode == 0
            times.append(spent() - begin)
        return min(times)

    bare = fastest(root / ".venv/bin/python", "-P", "-m", "metadata_digger", "--version")
    assert fastest("sh", root / SCRIPT, "--version") - bare < 0.05  # seconds; 4 ms on a quiet machine


def test_program_in_the_environment_is_the_same(root: Path, tmp_path: Path) -> None:
    assert SAYS_VERSION.match(run(root / ".venv/bin/metadata-digger", "--version", cwd=tmp_path).stdout)


@pytest.fixture
def bare_root(tmp_path: Path) -> Path:
    """Only what set-up reads: for starts that fail before there is anything to run."""
    for name in (SCRIPT, DISTRIBUTED, "metadata-digger-env.sh"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools/environment.sh", tmp_path / "tools")
    return tmp_path


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def path_without_python(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "dirname", "readlink", "cmp", "ln", "rm", "mkdir", "sleep", "ps", "tail", "grep", "cut"):
        (folder / name).symlink_to(str(shutil.which(name)))
    return folder


def test_python_too_old(bare_root: Path) -> None:
    folder = path_without_python(bare_root)
    program(folder / "python3", "echo False 3.9.2 /usr/bin/python3")
    done = run("sh", SCRIPT, "--version", cwd=bare_root, env={"PATH": str(folder), "PYTHON": ""})
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed, the newest found is 3.9.2" in done.stderr
    assert not list(bare_root.glob(".venv.lock*"))


def test_named_python_too_old(bare_root: Path) -> None:
    old = program(bare_root / "old" / "python", "echo False 3.10.1 /usr/bin/python")
    done = run("sh", SCRIPT, "--version", cwd=bare_root, env={"PYTHON": str(old)})
    assert done.returncode == 1
    assert f"PYTHON={old} is 3.10.1" in done.stderr


def test_no_python(bare_root: Path) -> None:
    folder = path_without_python(bare_root)
    done = run("sh", SCRIPT, "--version", cwd=bare_root, env={"PATH": str(folder), "PYTHON": ""})
    assert done.returncode == 1
    assert "no Python found" in done.stderr


def test_network_away(bare_root: Path) -> None:
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_FIND_LINKS": ""}
    done = run("sh", SCRIPT, "--version", cwd=bare_root, env={**WITH_PYTHON, **nowhere, "PIP_NO_CACHE_DIR": "1"})
    assert done.returncode == 1
    assert "is the network reachable" in done.stderr
    assert ".venv.log" in done.stderr
    assert not list(bare_root.glob(".venv.lock*"))


def test_lock_of_a_live_process_is_respected(bare_root: Path) -> None:
    (bare_root / ".venv.lock").symlink_to(f"process {os.getpid()}")
    with pytest.raises(subprocess.TimeoutExpired) as waiting:
        run("sh", SCRIPT, "--version", cwd=bare_root, timeout=3)
    assert f"process {os.getpid()}" in (waiting.value.stderr or b"").decode()
    assert os.path.lexists(bare_root / ".venv.lock")


def test_distributed_without_java(bare_root: Path) -> None:
    done = run("sh", DISTRIBUTED, "--version", cwd=bare_root, env={"JAVA_HOME": str(bare_root)})
    assert done.returncode == 1
    assert "Java 17 or newer" in done.stderr


def test_distributed_with_old_java(bare_root: Path) -> None:
    program(bare_root / "bin" / "java", """echo 'openjdk version "1.8.0_292"' >&2""")
    done = run("sh", DISTRIBUTED, "--version", cwd=bare_root, env={"JAVA_HOME": str(bare_root)})
    assert done.returncode == 1
    assert "Spark needs Java 17 or newer" in done.stderr


def test_environment_wins_over_its_file() -> None:
    show = '. ./metadata-digger-env.sh; echo "$SPARK_MASTER $QUEUE"'
    assert run("sh", "-c", show, cwd=ROOT, env={"SPARK_MASTER": "", "QUEUE": ""}).stdout == "local[2] default\n"
    assert run("sh", "-c", show, cwd=ROOT, env={"SPARK_MASTER": "yarn", "QUEUE": "q"}).stdout == "yarn q\n"


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("java") is None, reason="needs Java")
def test_distributed(root: Path, poisoned: dict[str, str]) -> None:
    settings = ["--set", "output.directoryPath=output/spark", "--includeAWS"]
    done = run(
        "sh", DISTRIBUTED, "full", "configs/demo.config.properties", *settings, cwd=root, env=WITH_PYTHON | poisoned
    )
    assert done.returncode == 0, done.stderr
    with (root / "output/spark/spark.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(list(PHOTOS.iterdir()))
    assert SAYS_VERSION.match(run("sh", SCRIPT, "--version", cwd=root).stdout), "and the other one is still there"
