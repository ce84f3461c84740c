"""Runs on a real standalone cluster, whose nodes have a Python without packages, as a user starts them."""

from __future__ import annotations

import csv
import shutil
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest

from checkout import PHOTOS, ROOT, run
from servers.process import free_port
from servers.spark_cluster import SCRIPT, SparkCluster, another, bare, older, spark_is_there, start

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(not spark_is_there(), reason="needs pyspark and Java 17 or newer"),
]


def rows(output: Path) -> list[dict[str, Any]]:
    with (output / f"{output.name}.csv").open(encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: row["FilePath"])


def config(folder: Path, output: str, paths: Path = PHOTOS) -> Path:
    made = folder / f"{output}.properties"
    made.write_text(f"input.paths={paths}\noutput.format=csv\noutput.directoryPath={folder}/{output}/out\n")
    return made


@pytest.mark.slow
def test_nodes_with_a_bare_python_give_the_rows_of_this_machine(spark_cluster: SparkCluster, tmp_path: Path) -> None:
    environment = {**spark_cluster.environment, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    here = start("full", config(tmp_path, "here"))
    assert here.returncode == 0, here.stderr
    done = run("sh", SCRIPT, "full", config(tmp_path, "there"), cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stderr
    assert "Packing the program for the nodes" in done.stderr
    found = rows(tmp_path / "there" / "out")
    assert found == rows(tmp_path / "here" / "out")
    assert any("person" in row["Labels"] for row in found)
    (made,) = (tmp_path / "cache").rglob("*.tar.gz")
    state = made.stat()
    assert state.st_size <= 160_000_000

    # The second start makes nothing, and other actions have what they need too.
    again = run("sh", SCRIPT, "full", config(tmp_path, "again"), cwd=ROOT, env=environment)
    assert again.returncode == 0, again.stderr
    assert "Packing" not in again.stderr
    assert (made.stat().st_ino, [*(tmp_path / "cache").rglob("*.tar.gz")]) == (state.st_ino, [made])
    assert rows(tmp_path / "again" / "out") == found


def few(folder: Path) -> Path:
    (folder / "in").mkdir()
    shutil.copy(next(iter(sorted(PHOTOS.glob("*.jpg")))), folder / "in")
    return folder / "in"


@pytest.mark.slow
def test_an_archive_kept_elsewhere_and_a_python_in_an_archive(spark_cluster: SparkCluster, tmp_path: Path) -> None:
    """The Python is a link to this machine's; what counts is where it is started from."""
    bare(tmp_path / "packed")
    with tarfile.open(tmp_path / "python.tar.gz", "w:gz", compresslevel=1) as tar:
        tar.add(tmp_path / "packed", ".")
    environment = {
        **spark_cluster.environment,
        "ARCHIVE_URL": str(tmp_path / "shared"),
        "PYSPARK_PYTHON": f"{tmp_path}/python.tar.gz#bin/python",
    }
    done = start("--engine", "spark", "extract", config(tmp_path, "there", few(tmp_path)), **environment)
    assert done.returncode == 0, done.stderr
    assert len(rows(tmp_path / "there" / "out")) == 1
    assert [path.suffix for path in (tmp_path / "shared").iterdir()] == [".gz"]


@pytest.mark.slow
@pytest.mark.parametrize("python", ["other", "missing"])
def test_another_python_on_the_nodes(spark_cluster: SparkCluster, tmp_path: Path, python: str) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    command, theirs = another(tmp_path / "another") if python == "other" else (tmp_path / "python", "")
    environment = {**spark_cluster.environment, "PYSPARK_PYTHON": str(command)}
    done = start("--engine", "spark", "extract", config(tmp_path, "there", few(tmp_path)), **environment)
    words = f"Python on the nodes is {theirs} and here {version}" if theirs else f"the nodes have no {command}"
    advice = f": install Python {version} on the nodes, or name theirs: PYSPARK_PYTHON"
    told = [line for line in done.stderr.splitlines() if line.startswith("metadata-digger: ")]
    assert (done.returncode, told) == (2, [f"metadata-digger: {words}{advice}"]), done.stderr
    assert not (tmp_path / "there").exists()


def test_no_master(tmp_path: Path) -> None:
    master = f"spark://127.0.0.1:{free_port()}"
    begun = time.monotonic()
    done = start("--engine", "spark", "extract", config(tmp_path, "there", few(tmp_path)), SPARK_MASTER=master)
    assert (done.returncode, done.stderr) == (
        1,
        f"metadata-digger: SPARK_MASTER={master}: no Spark answers there; start it, or name another master\n",
    )
    assert time.monotonic() - begun < 10


def test_a_master_that_cannot_be_told_to_run_the_driver(tmp_path: Path) -> None:
    environment = {"SPARK_MASTER": "spark://127.0.0.1:1", "DEPLOY_MODE": "cluster"}
    done = start("--engine", "spark", "extract", config(tmp_path, "there", few(tmp_path)), **environment)
    assert done.returncode == 2
    assert "Spark runs drivers in Python on YARN and Kubernetes only" in done.stderr


@pytest.mark.slow
def test_an_older_spark(tmp_path: Path) -> None:
    """Spark 3.5 of SPARK_HOME, with executors in processes of their own, which need the archive."""
    environment = {
        "SPARK_HOME": str(older()),
        "SPARK_MASTER": "local-cluster[2,1,1024]",
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": str(bare(tmp_path / "bare")),
        "EXECUTOR_MEMORY": "600m",
    }
    done = run("sh", SCRIPT, "extract", config(tmp_path, "there"), cwd=ROOT, env={**environment})
    assert done.returncode == 0, done.stderr
    here = start("extract", config(tmp_path, "here"))
    assert here.returncode == 0, here.stderr
    assert rows(tmp_path / "there" / "out") == rows(tmp_path / "here" / "out")
