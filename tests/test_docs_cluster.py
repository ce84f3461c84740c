"""docs/cluster.md: its blocks work as they stand there, names of machines aside; that of Kubernetes is only checked."""

from __future__ import annotations

import csv
import re
import shlex
import shutil
from pathlib import Path

import pytest

from checkout import PHOTOS, ROOT, run
from servers.spark_cluster import SparkCluster

PAGE = (ROOT / "docs" / "cluster.md").read_text("utf-8")
BLOCKS = {
    head: "\n".join(line.strip() for line in body.splitlines() if line.startswith("    "))
    for head, body in re.findall(r"^## (.+)\n((?:.|\n)*?)(?=^## |\Z)", PAGE, re.M)
}
needs_java = pytest.mark.skipif(shutil.which("java") is None, reason="needs Java")


def test_every_setting_is_told() -> None:
    file = (ROOT / "metadata-digger-env.sh").read_text("utf-8")
    for name in re.findall(r"^(\w+)=", file, re.M):
        assert f"`{name}`" in PAGE, name


@pytest.mark.spark
@pytest.mark.slow
@needs_java
def test_standalone(spark_cluster: SparkCluster, tmp_path: Path) -> None:
    lines = BLOCKS["Standalone"].replace("spark://master.example.org:7077", spark_cluster.master)
    done = run(
        "sh", "-ec", f"{lines} --set output.directoryPath={tmp_path}/out", cwd=ROOT,
        env=spark_cluster.environment | {"XDG_CACHE_HOME": str(tmp_path / "cache")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with (tmp_path / "out" / "out.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(list(PHOTOS.iterdir()))


@pytest.mark.spark
@needs_java
@pytest.mark.parametrize("head", ["YARN", "Kubernetes"])
def test_the_command(head: str, tmp_path: Path) -> None:
    config = tmp_path / "my.config.properties"
    config.write_text(f"input.paths={PHOTOS}\noutput.format=csv\noutput.directoryPath={tmp_path}/out\n")
    lines = BLOCKS[head].replace("my.config.properties", str(config))
    done = run("sh", "-ec", f"{lines} --dry-run", cwd=ROOT, env={"PYSPARK_PYTHON": "python3.11"})
    assert done.returncode == 0, done.stderr
    words = shlex.split(done.stdout.splitlines()[-1])
    assert words[0] == "spark"
    assert words[1].endswith("/bin/spark-submit")
    found = dict(one.split("=", 1) for one in words if "=" in one)
    assert words[2:4] == ["--master", "yarn" if head == "YARN" else "k8s://https://kubernetes.example.org:6443"]
    # Heap 2 GB, of which a tenth is less than 384 MB; four cores that decode pictures.
    assert found["spark.executor.memoryOverhead"] == f"{384 + 4 * 280}m"
    assert found["spark.executor.instances"] == "50"
    assert found["spark.pyspark.python"] == "python3.11"
    assert found.get("spark.yarn.queue") == ("photos" if head == "YARN" else None)
    assert found["spark.archives"].endswith(".tar.gz#environment")
    assert found["spark.archives"].startswith("s3a://programs/metadata-digger/") == (head == "Kubernetes")
