"""metadata-digger-env.sh, which run-distributed-metadata-digger.sh exports, as properties of Spark."""

from __future__ import annotations

from collections.abc import Mapping

from metadata_digger.errors import ConfigError

FILE = "metadata-digger-env.sh"
# The names are the original's, which passed them to spark-submit; the properties are those of its options.
PROPERTIES = {
    "DEPLOY_MODE": "spark.submit.deployMode",
    "DRIVER_MEMORY": "spark.driver.memory",
    "EXECUTOR_MEMORY": "spark.executor.memory",
    "EXECUTOR_CORES": "spark.executor.cores",
    "NUM_EXECUTORS": "spark.executor.instances",
    "QUEUE": "spark.yarn.queue",
}


def spark_settings(environment: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The master and the properties that are set; raises ConfigError when there is no master, or it cannot be used."""
    master = environment.get("SPARK_MASTER", "").strip()
    if not master:
        raise ConfigError(f"SPARK_MASTER is not set: set it in {FILE}, for example SPARK_MASTER=local[2]")
    if environment.get("DEPLOY_MODE", "").strip() == "cluster":
        raise ConfigError(f"DEPLOY_MODE=cluster is not built yet in this version; set DEPLOY_MODE=client in {FILE}")
    settings = {name: environment.get(variable, "").strip() for variable, name in PROPERTIES.items()}
    return master, {name: value for name, value in settings.items() if value}
