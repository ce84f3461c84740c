"""A real HDFS, and a YARN where it is asked for, on the loopback address: Hadoop's own mini clusters, one process."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from servers.build import JAVA, class_path
from servers.process import Process
from servers.solr import FAST

HERE = JAVA / "hadoop"  # with what Java finds there by itself: log4j.properties, capacity-scheduler.xml


class Hadoop(Process):
    """`conf` is what HADOOP_CONF_DIR takes. `properties` are of the servers and of their clients."""

    def __init__(
        self,
        folder: Path,
        *,
        datanodes: int = 1,
        managers: int = 0,
        properties: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`managers`: YARN's nodes, none for HDFS alone. `environment`: of Java, what is there besides."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.conf = folder / "conf"
        pairs = [f"{name}={value}" for name, value in (properties or {}).items()]
        path = class_path(HERE, "HadoopServer", "hadoop-jars", "hadoop-classes")
        memory = "-Xmx768m" if managers else "-Xmx512m"
        super().__init__(
            [
                "java",
                memory,
                *FAST,
                "-cp",
                f"{HERE}:{path}",
                "HadoopServer",
                folder,
                str(datanodes),
                str(managers),
                *pairs,
            ],
            folder / "log",
            ready="READY hdfs://",
            environment=environment,
        )

    @property
    def url(self) -> str:
        """hdfs://localhost:PORT"""
        return self.log().partition("READY ")[2].split()[0]

    @property
    def environment(self) -> dict[str, str]:
        """Of its clients."""
        return {"HADOOP_CONF_DIR": str(self.conf), "YARN_CONF_DIR": str(self.conf)}

    def kill(self) -> None:
        """With the containers, which are in groups of their own."""
        started = below(self._process.pid) if self._process is not None else []
        super().kill()
        for process in started:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def below(process: int) -> list[int]:
    """The processes that it started, and theirs. None where there is no /proc: they find out by themselves, later."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            parents.setdefault(parent, []).append(int(stat.parent.name))
    found = list(parents.get(process, []))
    for one in found:
        found += parents.get(one, [])
    return found
