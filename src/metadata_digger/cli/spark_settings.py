"""metadata-digger-env.sh, which run-distributed-metadata-digger.sh exports."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from metadata_digger.errors import ConfigError
from metadata_digger.run.engines.spark.cluster import CLIENT, Cluster, memory

FILE = "metadata-digger-env.sh"


def spark_settings(environment: Mapping[str, str]) -> Cluster:
    """Raises ConfigError when there is no master, or a value cannot be used. The names are the original's."""

    def given(name: str) -> str:
        return environment.get(name, "").strip()

    def count(name: str) -> int:
        text = given(name)
        if text and not (text.isascii() and text.isdecimal() and int(text)):
            raise ConfigError(f"{name}={text}: expected a whole number from 1 on; set it in {FILE}")
        return int(text or 0)

    master = given("SPARK_MASTER")
    if not master:
        raise ConfigError(f"SPARK_MASTER is not set: set it in {FILE}, for example SPARK_MASTER=local[2]")
    for name in ("DRIVER_MEMORY", "EXECUTOR_MEMORY"):
        if given(name):
            memory(given(name), name)
    if master == "yarn" and not (given("HADOOP_CONF_DIR") or given("YARN_CONF_DIR")):
        raise ConfigError("SPARK_MASTER=yarn: HADOOP_CONF_DIR has to name the folder with the cluster's yarn-site.xml")
    return Cluster(
        master,
        given("DEPLOY_MODE") or CLIENT,
        given("DRIVER_MEMORY"),
        given("EXECUTOR_MEMORY"),
        count("EXECUTOR_CORES"),
        count("NUM_EXECUTORS"),
        given("QUEUE"),
        given("PYSPARK_PYTHON"),
        given("ARCHIVE_URL"),
        Path(given("SPARK_HOME")) if given("SPARK_HOME") else None,
    )
