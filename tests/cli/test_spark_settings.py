"""The environment of run-distributed-metadata-digger.sh."""

from __future__ import annotations

from pathlib import Path

import pytest

from metadata_digger.cli.spark_settings import spark_settings
from metadata_digger.errors import ConfigError
from metadata_digger.run.engines.spark.cluster import Cluster


def test_every_setting() -> None:
    environment = {
        "SPARK_MASTER": "yarn ",
        "DEPLOY_MODE": "cluster",
        "DRIVER_MEMORY": "1g",
        "EXECUTOR_MEMORY": "2g",
        "EXECUTOR_CORES": "3",
        "NUM_EXECUTORS": "4",
        "QUEUE": "photos",
        "PYSPARK_PYTHON": "/opt/python/bin/python3",
        "ARCHIVE_URL": "hdfs:///programs",
        "SPARK_HOME": "/opt/spark",
        "HADOOP_CONF_DIR": "/etc/hadoop",
        "HOME": "/root",
    }
    assert spark_settings(environment) == Cluster(
        "yarn", "cluster", "1g", "2g", 3, 4, "photos", "/opt/python/bin/python3", "hdfs:///programs", Path("/opt/spark")
    )


def test_what_is_not_set_is_left_to_spark() -> None:
    assert spark_settings({"SPARK_MASTER": "local[2]", "QUEUE": "", "EXECUTOR_CORES": ""}) == Cluster("local[2]")


@pytest.mark.parametrize(
    ("environment", "text"),
    [
        ({}, "SPARK_MASTER is not set: set it in metadata-digger-env.sh"),
        ({"SPARK_MASTER": " "}, "SPARK_MASTER is not set"),
        ({"SPARK_MASTER": "here"}, r"SPARK_MASTER=here: expected local\[N\], spark://HOST:PORT, yarn or k8s://"),
        ({"SPARK_MASTER": "spark://"}, "SPARK_MASTER=spark://: expected"),
        ({"SPARK_MASTER": "yarn"}, "HADOOP_CONF_DIR has to name the folder with the cluster's yarn-site.xml"),
        ({"SPARK_MASTER": "local[2]", "DEPLOY_MODE": "remote"}, "DEPLOY_MODE=remote: expected client or cluster"),
        (
            {"SPARK_MASTER": "spark://a:7077", "DEPLOY_MODE": "cluster"},
            "DEPLOY_MODE=cluster and SPARK_MASTER=spark://a:7077: Spark runs drivers in Python on YARN and Kubernetes",
        ),
        ({"SPARK_MASTER": "local[2]", "EXECUTOR_CORES": "two"}, "EXECUTOR_CORES=two: expected a whole number from 1"),
        ({"SPARK_MASTER": "local[2]", "NUM_EXECUTORS": "0"}, "NUM_EXECUTORS=0: expected a whole number from 1"),
        ({"SPARK_MASTER": "local[2]", "EXECUTOR_MEMORY": "much"}, "EXECUTOR_MEMORY=much: expected a number and a unit"),
    ],
)
def test_faults(environment: dict[str, str], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        spark_settings(environment)
