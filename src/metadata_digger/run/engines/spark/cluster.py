"""What Spark is asked for: properties for a master and a job, and the command that hands a run over."""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from metadata_digger.errors import ConfigError, DiggerError
from metadata_digger.pipeline import compose
from metadata_digger.run.engines.memory import WORKER, WORKER_WITH_PICTURES
from metadata_digger.run.engines.process import ONE_THREAD
from metadata_digger.run.engines.spark.ship.archive import NAME
from metadata_digger.run.job import Job
from metadata_digger.storage.hdfs.properties import read

CLIENT, CLUSTER = "client", "cluster"
MASTERS = re.compile(r"local(\[(\d+|\*)(,\d+)?\])?|local-cluster\[\d+,\d+,\d+\]|spark://[^,/]+(,[^,/]+)*|yarn|k8s://.+")
_PACKED = re.compile(r"(?P<archive>[^#]+\.(tar\.gz|tgz|tar|zip|jar))#(?P<python>[^#]+)")
_MEMORY = re.compile(r"(\d+)([kmgt]?)b?", re.IGNORECASE)
_UNITS = {"k": 1 << 10, "": 1 << 20, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}  # of a bare number: MiB, as Spark has it
# What a JVM has beside its heap: Spark's own default, which a stated overhead replaces.
SECONDS = 5.0  # for a connection to a master
RESOURCE_MANAGER = 8032  # its port, where none is named
JVM_LEAST, JVM_SHARE = 384 << 20, 0.1


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where a job goes, from metadata-digger-env.sh."""

    master: str
    mode: str = CLIENT  # of deployment: where the driver runs
    driver_memory: str = ""
    executor_memory: str = ""
    executor_cores: int = 0  # 0: not said
    executors: int = 0
    queue: str = ""
    python: str = ""  # the nodes': a command, a path, or ARCHIVE#PATH IN IT
    archive_url: str = ""  # a folder where the archive is kept, "" for none
    home: Path | None = None  # SPARK_HOME
    facts: Mapping[str, str] = field(default_factory=dict)  # further properties

    def __post_init__(self) -> None:
        if not MASTERS.fullmatch(self.master):
            raise ConfigError(f"SPARK_MASTER={self.master}: expected local[N], spark://HOST:PORT, yarn or k8s://...")
        if self.mode not in (CLIENT, CLUSTER):
            raise ConfigError(f"DEPLOY_MODE={self.mode}: expected {CLIENT} or {CLUSTER}")
        if self.mode == CLUSTER and not self.manages:
            raise ConfigError(
                f"DEPLOY_MODE={CLUSTER} and SPARK_MASTER={self.master}: Spark runs drivers in Python on YARN and "
                f"Kubernetes only; set DEPLOY_MODE={CLIENT}"
            )

    @property
    def ships(self) -> bool:
        """Whether there are nodes that have nothing of this program yet."""
        return ships(self.master)

    @property
    def manages(self) -> bool:
        """Whether it starts executors in containers, whose memory is asked for in whole."""
        return self.master == "yarn" or self.master.startswith("k8s://")

    def properties(self, job: Job, archive: str = "") -> dict[str, str]:
        """Spark's, without any secret; `archive`: where the nodes get the program from."""
        wanted = {
            "spark.submit.deployMode": self.mode,
            "spark.driver.memory": self.driver_memory,
            "spark.executor.memory": self.executor_memory,
            "spark.executor.cores": str(self.executor_cores or ""),
        }
        if self.master == "yarn":
            wanted["spark.yarn.queue"] = self.queue
        if self.manages:
            wanted["spark.executor.instances"] = str(self.executors or "")
            wanted["spark.executor.memoryOverhead"] = f"{self._beside_heap(job) >> 20}m"
        elif self.master.startswith("spark:") and self.executors and self.executor_cores:
            # A standalone master counts cores, and gives all that it has.
            wanted["spark.cores.max"] = str(self.executors * self.executor_cores)
        if self.ships:
            wanted |= self._of_nodes(job, archive)
        return {name: value for name, value in (wanted | dict(self.facts)).items() if value}

    def _of_nodes(self, job: Job, archive: str) -> dict[str, str]:
        python, packed = self._python()
        there = {"PYTHONPATH": f"./{NAME}", "TZ": job.timezone, **ONE_THREAD, "TOKIO_WORKER_THREADS": "1"}
        properties = {
            "spark.archives": ",".join(filter(None, (archive and f"{archive}#{NAME}", packed))),
            "spark.pyspark.python": python,
            "spark.speculation": "true",
            **{f"spark.executorEnv.{name}": value for name, value in there.items()},
        }
        if self.mode == CLUSTER:
            prefix = "spark.yarn.appMasterEnv." if self.master == "yarn" else "spark.kubernetes.driverEnv."
            properties |= {f"{prefix}{name}": value for name, value in {**there, "PYSPARK_PYTHON": python}.items()}
            properties["spark.yarn.submit.waitAppCompletion"] = "true"
            properties["spark.yarn.maxAppAttempts"] = "1"  # what a driver that is gone has done, --resume goes on with
            properties["spark.kubernetes.submission.waitAppCompletion"] = "true"
        return properties

    def _python(self) -> tuple[str, str]:
        """The command on a node, and what has to be unpacked there for it."""
        if not self.python:
            return python_of_nodes(), ""
        if found := _PACKED.fullmatch(self.python):
            return f"./python/{found['python'].lstrip('/')}", f"{found['archive']}#python"
        return self.python, ""

    def _beside_heap(self, job: Job) -> int:
        """Bytes of a container for what is not Java's heap: the JVM's own, and a Python process a core."""
        heap = memory(self.executor_memory or "1g", "EXECUTOR_MEMORY")
        python = WORKER_WITH_PICTURES if compose(job.steps).pixels else WORKER
        return max(JVM_LEAST, int(heap * JVM_SHARE)) + max(self.executor_cores, 1) * python


def ships(master: str) -> bool:
    return not re.fullmatch(r"local(\[.*\])?", master)


def reach(master: str, environment: Mapping[str, str]) -> None:
    """Raises DiggerError where no standalone master, and no ResourceManager, answers: Spark itself would try for
    minutes."""
    if master.startswith("spark://"):
        if not _answers(master.removeprefix("spark://").split(",")):
            raise DiggerError(f"SPARK_MASTER={master}: no Spark answers there; start it, or name another master")
    elif master == "yarn":
        managers = resource_managers(environment)
        if managers and not _answers(managers):
            raise DiggerError(f"SPARK_MASTER=yarn: no ResourceManager answers at {' or '.join(managers)}")


def _answers(places: Sequence[str]) -> bool:
    for place in places:
        host, _, port = place.rpartition(":")
        with suppress(OSError, ValueError), socket.create_connection((host.strip("[]"), int(port)), SECONDS):
            return True
    return False


def resource_managers(environment: Mapping[str, str]) -> list[str]:
    """HOST:PORT of each in the cluster's yarn-site.xml, none where it does not tell. Raises ConfigError."""
    folder = environment.get("YARN_CONF_DIR") or environment.get("HADOOP_CONF_DIR", "")
    file = Path(folder, "yarn-site.xml")
    known = read(file) if folder and file.exists() else {}
    name = "yarn.resourcemanager"
    ids = [f".{one.strip()}" for one in known.get(f"{name}.ha.rm-ids", "").split(",") if one.strip()]
    found = []
    for one in ids or [""]:
        host = known.get(f"{name}.hostname{one}", "")
        place = known.get(f"{name}.address{one}") or (host and f"{host}:{RESOURCE_MANAGER}")
        if place and "${" not in place and not place.startswith("0.0.0.0:"):
            found.append(place)
    return found


def python_of_nodes() -> str:
    """With its minor version: `python3` is another one on half of all machines."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def advice() -> str:
    return f"install Python {python_of_nodes()[6:]} on the nodes, or name theirs: PYSPARK_PYTHON"


def memory(text: str, name: str) -> int:
    """Bytes of Spark's `1g` or `512m`; raises ConfigError."""
    found = _MEMORY.fullmatch(text)
    if found is None:
        raise ConfigError(f"{name}={text}: expected a number and a unit, for example 2g or 1500m")
    return int(found[1]) * _UNITS[found[2].lower()]


def command(
    submit: Path | str, master: str, properties: Mapping[str, str], program: Sequence[str] = ("pyspark-shell",)
) -> list[str]:
    """spark-submit with everything that it is told; `pyspark-shell` is Spark's word for a driver that is there."""
    settings = [word for name, value in properties.items() for word in ("--conf", f"{name}={value}")]
    return [str(submit), "--master", master, *settings, *program]
