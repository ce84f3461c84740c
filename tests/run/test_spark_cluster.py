"""What Spark is asked for, as data; and the two texts of Spark that tell of the nodes' Python."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from acting_steps import ActingStep
from test_local import job

from metadata_digger.errors import ConfigError, DiggerError
from metadata_digger.labels.bundled import bundled_model
from metadata_digger.labels.model import load_model
from metadata_digger.run.engines.spark import java
from metadata_digger.run.engines.spark.cluster import Cluster, command, memory, ships
from metadata_digger.run.engines.spark.session import of_java, of_nodes
from metadata_digger.steps.label import LabelStep

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
ARCHIVE = "/cache/environment-0123.tar.gz"
OF_NODES = {
    "spark.archives": f"{ARCHIVE}#environment",
    "spark.pyspark.python": f"python{HERE}",
    "spark.speculation": "true",
    "spark.executorEnv.PYTHONPATH": "./environment",
    "spark.executorEnv.TZ": "UTC",
    "spark.executorEnv.OMP_NUM_THREADS": "1",
    "spark.executorEnv.OPENBLAS_NUM_THREADS": "1",
    "spark.executorEnv.MKL_NUM_THREADS": "1",
    "spark.executorEnv.ARROW_NUM_THREADS": "1",
    "spark.executorEnv.TOKIO_WORKER_THREADS": "1",
}
SIZES = {"driver_memory": "1g", "executor_memory": "2g", "executor_cores": 3, "executors": 4, "queue": "photos"}
OF_SIZES = {"spark.driver.memory": "1g", "spark.executor.memory": "2g", "spark.executor.cores": "3"}


def test_on_this_machine_nothing_is_sent(tmp_path: Path) -> None:
    assert Cluster("local[2]").properties(job(tmp_path)) == {"spark.submit.deployMode": "client"}
    assert not Cluster("local").ships
    assert ships("local-cluster[2,1,1024]")


def test_standalone(tmp_path: Path) -> None:
    """Cores in all are what this master counts; there is no overhead of memory."""
    assert Cluster("spark://a:7077,b:7077", **SIZES).properties(job(tmp_path), ARCHIVE) == {  # type: ignore[arg-type]
        "spark.submit.deployMode": "client",
        **OF_SIZES,
        "spark.cores.max": "12",
        **OF_NODES,
    }


def test_yarn(tmp_path: Path) -> None:
    """Beside the heap: 384 MB of the JVM, 160 MB a core; where pictures are decoded 280."""
    found = Cluster("yarn", **SIZES).properties(job(tmp_path), ARCHIVE)  # type: ignore[arg-type]
    assert found == {
        "spark.submit.deployMode": "client",
        **OF_SIZES,
        "spark.yarn.queue": "photos",
        "spark.executor.instances": "4",
        "spark.executor.memoryOverhead": f"{384 + 3 * 160}m",
        **OF_NODES,
    }
    seeing = job(tmp_path, steps=(LabelStep(load_model(bundled_model())),))
    found = Cluster("yarn", executor_memory="10g", executor_cores=2).properties(seeing, ARCHIVE)
    assert found["spark.executor.memoryOverhead"] == f"{1024 + 2 * 280}m"


@pytest.mark.parametrize(
    ("master", "prefix"),
    [("yarn", "spark.yarn.appMasterEnv."), ("k8s://https://a:6443", "spark.kubernetes.driverEnv.")],
)
def test_a_driver_in_the_cluster_has_the_environment_too(tmp_path: Path, master: str, prefix: str) -> None:
    found = Cluster(master, "cluster").properties(job(tmp_path), ARCHIVE)
    assert found["spark.submit.deployMode"] == "cluster"
    assert found[f"{prefix}PYTHONPATH"] == "./environment"
    assert found[f"{prefix}PYSPARK_PYTHON"] == f"python{HERE}"
    assert "spark.yarn.queue" not in found or master == "yarn"


def test_kubernetes_as_a_command(tmp_path: Path) -> None:
    given = Cluster("k8s://https://a:6443", executor_memory="2g", executor_cores=4, executors=50)
    assert command(
        "/opt/spark/bin/spark-submit", given.master, given.properties(job(tmp_path), "s3a://b/e.tar.gz")
    ) == [
        "/opt/spark/bin/spark-submit",
        "--master",
        "k8s://https://a:6443",
        *("--conf", "spark.submit.deployMode=client"),
        *("--conf", "spark.executor.memory=2g"),
        *("--conf", "spark.executor.cores=4"),
        *("--conf", "spark.executor.instances=50"),
        *("--conf", "spark.executor.memoryOverhead=1024m"),
        *("--conf", "spark.archives=s3a://b/e.tar.gz#environment"),
        *(
            word
            for name, value in OF_NODES.items()
            if name != "spark.archives"
            for word in ("--conf", f"{name}={value}")
        ),
        "pyspark-shell",
    ]


@pytest.mark.parametrize(
    ("given", "python", "archives"),
    [
        ("", f"python{HERE}", f"{ARCHIVE}#environment"),
        ("/opt/python/bin/python3", "/opt/python/bin/python3", f"{ARCHIVE}#environment"),
        (
            "hdfs:///programs/python.tar.gz#bin/python3",
            "./python/bin/python3",
            f"{ARCHIVE}#environment,hdfs:///programs/python.tar.gz#python",
        ),
    ],
)
def test_the_python_of_the_nodes(tmp_path: Path, given: str, python: str, archives: str) -> None:
    found = Cluster("yarn", python=given).properties(job(tmp_path), ARCHIVE)
    assert (found["spark.pyspark.python"], found["spark.archives"]) == (python, archives)


def test_no_secret_is_a_property(tmp_path: Path) -> None:
    """Properties are in Spark's pages, in event logs, in lists of processes."""
    found = Cluster("yarn", "cluster", **SIZES).properties(  # type: ignore[arg-type]
        job(tmp_path, command=("digger", "hunter2"), steps=(ActingStep(),)), ARCHIVE
    )
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("text", "bytes_"),
    [("1g", 1 << 30), ("512m", 512 << 20), ("2048", 2 << 30), ("1500MB", 1500 << 20), ("1T", 1 << 40)],
)
def test_memory_as_spark_has_it(text: str, bytes_: int) -> None:
    assert memory(text, "EXECUTOR_MEMORY") == bytes_


@pytest.mark.parametrize("text", ["", "g", "1.5g", "-1g", "1 g", "1x"])
def test_memory_that_is_none(text: str) -> None:
    with pytest.raises(ConfigError, match=f"EXECUTOR_MEMORY={text}"):
        memory(text, "EXECUTOR_MEMORY")


ADVICE = f"install Python {HERE} on the nodes, or name theirs: PYSPARK_PYTHON"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            'java.io.IOException: Cannot run program "python3.11": error=2, No such file or directory',
            f"the nodes have no python3.11: {ADVICE}",
        ),
        ("java.lang.OutOfMemoryError: Java heap space", ""),
    ],
)
def test_what_is_wrong_with_the_python_of_the_nodes(text: str, words: str) -> None:
    assert of_nodes(text) == words


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("WARN a\nError: Master must be yarn\n\tat b", "Error: Master must be yarn"),
        ("An error occurred\n: java.lang.A: b", "An error occurred"),
    ],
)
def test_the_line_that_says_most(text: str, line: str) -> None:
    assert of_java(text) == line


def test_a_home_without_a_spark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_HOME", str(tmp_path))
    monkeypatch.delitem(sys.modules, "pyspark", raising=False)
    with pytest.raises(DiggerError, match=f"SPARK_HOME={tmp_path}: no Spark is there"):
        java.check_spark()
