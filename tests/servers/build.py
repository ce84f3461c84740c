"""What the tests' servers are made of, made once, kept in .cache: of Solr jars from Maven and a main class of ours."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from checkout import ROOT

CACHE = ROOT / ".cache" / "servers"
JAVA = Path(__file__).parent / "java"
TOOLS = ("java", "javac", "mvn")
SECONDS = 900  # for 67 MB of jars


def missing() -> str | None:
    """What this machine lacks for a Solr; None when all is there."""
    lacking = [tool for tool in TOOLS if shutil.which(tool) is None]
    return f"needs Java 17 (JDK) and Maven: there is no {', no '.join(lacking)}" if lacking else None


def class_path() -> str:
    """Where Java finds everything. The first call fetches and compiles; later ones need no network."""
    pom, source = JAVA / "pom.xml", JAVA / "SolrServer.java"
    jars = made("jars", pom.read_bytes(), lambda folder: _fetch(pom, folder))
    inputs = pom.read_bytes() + source.read_bytes()
    classes = made("classes", inputs, lambda folder: _run("javac", "-cp", f"{jars}/*", "-d", folder, source))
    return f"{classes}:{jars}/*"


def _fetch(pom: Path, folder: Path) -> None:
    goal = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
    _run("mvn", "-q", "-B", "-f", pom, goal, f"-DoutputDirectory={folder}", "-DincludeScope=runtime")


def made(name: str, inputs: bytes, make: Callable[[Path], None]) -> Path:
    """A folder that depends on nothing but `inputs`: there whole or not at all, made by one process at a time."""
    folder = CACHE / f"{name}-{hashlib.sha256(inputs).hexdigest()[:12]}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            for old in CACHE.glob(f"{name}-*"):
                shutil.rmtree(old)
            half = Path(tempfile.mkdtemp(dir=CACHE))
            try:
                make(half)
                half.rename(folder)
            finally:
                shutil.rmtree(half, ignore_errors=True)
    return folder


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
