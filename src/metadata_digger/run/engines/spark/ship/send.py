"""The archive to where nodes can get it: this machine serves it, or ARCHIVE_URL keeps it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from metadata_digger.config.places import local
from metadata_digger.errors import ConfigError
from metadata_digger.run.disk import writing
from metadata_digger.run.engines.spark.cluster import Cluster
from metadata_digger.run.engines.spark.ship.archive import archive, cache, name_of
from metadata_digger.run.engines.spark.ship.contents import shipped
from metadata_digger.run.engines.spark.ship.networks import networks
from metadata_digger.run.job import Job


def place(job: Job, cluster: Cluster, environment: Mapping[str, str]) -> str:
    """Where nodes will get the archive of a job; nothing is made."""
    name = name_of(shipped(networks(job)))
    return f"{cluster.archive_url.rstrip('/')}/{name}" if cluster.archive_url else str(cache(environment) / name)


def send(job: Job, cluster: Cluster, environment: Mapping[str, str], tell: Callable[[str], None]) -> str:
    """The same, and it is there afterwards; made and uploaded where it was not. `tell` is told a sentence before what
    takes its time. Raises DiggerError."""
    files = shipped(networks(job))
    if not cluster.archive_url:
        return str(archive(files, cache(environment), tell))
    if "://" in cluster.archive_url and not cluster.archive_url.lower().startswith("file:"):
        raise ConfigError(f"ARCHIVE_URL={cluster.archive_url}: expected a folder that this machine and the nodes share")
    folder = Path(local(cluster.archive_url)).absolute()
    target = folder / name_of(files)
    if not target.is_file():
        made = archive(files, cache(environment), tell)
        tell(f"Copying the program to {folder} ...")
        _copy(made, target)
    return str(target)


def _copy(made: Path, target: Path) -> None:
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(prefix=".", dir=target.parent, delete=False) as half:
            try:
                with made.open("rb") as content:
                    shutil.copyfileobj(content, half, 1 << 20)
                Path(half.name).chmod(0o644)
                Path(half.name).rename(target)
            finally:
                Path(half.name).unlink(missing_ok=True)
