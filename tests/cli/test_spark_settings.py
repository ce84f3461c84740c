"""The environment of run-distributed-metadata-digger.sh."""

from __future__ import annotations

import pytest

from metadata_digger.cli.spark_settings import spark_settings
from metadata_digger.errors import ConfigError


def test_every_setting() -> None:
    environment = {
        "SPARK_MASTER": "yarn ",
        "DEPLOY_MODE": "client",
        "DRIVER_MEMORY": "1g",
        "EXECUTOR_MEMORY": "2g",
        "EXECUTOR_CORES": "3",
        "NUM_EXECUTORS": "4",
        "QUEUE": "photos",
        "HOME": "/root",
    }
    assert spark_settings(environment) == (
        "yarn",
        {
            "spark.submit.deployMode": "client",
            "spark.driver.memory": "1g",
            "spark.executor.memory": "2g",
            "spark.executor.cores": "3",
            "spark.executor.instances": "4",
            "spark.yarn.queue": "photos",
        },
    )


def test_what_is_not_set_is_left_to_spark() -> None:
    assert spark_settings({"SPARK_MASTER": "local[2]", "QUEUE": ""}) == ("local[2]", {})


@pytest.mark.parametrize(
    ("environment", "text"),
    [
        ({}, "SPARK_MASTER is not set"),
        ({"SPARK_MASTER": " "}, "SPARK_MASTER is not set"),
        ({"SPARK_MASTER": "yarn", "DEPLOY_MODE": "cluster"}, "DEPLOY_MODE=cluster is not built yet"),
    ],
)
def test_faults(environment: dict[str, str], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        spark_settings(environment)
