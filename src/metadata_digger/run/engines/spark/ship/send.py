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
from metadata_digger.run.engines.spark.ship.contents import Shipped, shipped
from metadata_digger.run.engines.spark.ship.networks import networks
from metadata_digger.run.job import Job
from metadata_digger.storage.model import Values
from metadata_digger.storage.remote.client import Client
from metadata_digger.storage.remote.place import Folder, Place

Tell = Callable[[str], None]


def place(job: Job, cluster: Cluster, environment: Mapping[str, str]) -> str:
    """Where nodes will get the archive of a job; nothing is made."""
    name = name_of(shipped(networks(job)))
    return f"{_folder(cluster.archive_url)}/{name}" if cluster.archive_url else str(cache(environment) / name)


def send(job: Job, cluster: Cluster, environment: Mapping[str, str], tell: Tell, values: Values) -> str:
    """The same, and it is there afterwards; made and uploaded where it was not. `tell` is told a sentence before what
    takes its time; `values`: of the configuration, for keys of storage. Raises DiggerError."""
    files = shipped(networks(job))
    kept = cache(environment)
    if not cluster.archive_url:
        return str(archive(files, kept, tell))
    folder = _folder(cluster.archive_url)
    if "://" in folder:
        client, key = _client(folder, values, environment)
        _upload(files, kept, client, f"{key.strip('/')}/{name_of(files)}".lstrip("/"), tell)
    else:
        _copy(files, kept, Path(folder) / name_of(files), tell)
    return f"{folder}/{name_of(files)}"


def shared(cluster: Cluster, environment: Mapping[str, str], values: Values) -> Folder | None:
    """The folder of ARCHIVE_URL; None where there is none. Raises ConfigError."""
    if not cluster.archive_url:
        return None
    folder = _folder(cluster.archive_url)
    if "://" not in folder:
        return Path(folder)
    client, key = _client(folder, values, environment)
    return Place(client, key.strip("/"))


def _folder(url: str) -> str:
    """As Hadoop, which fetches it, has it: s3a:// of all that S3 is called; a path of this machine as it is."""
    scheme, separator, rest = url.rstrip("/").partition("://")
    if not separator or scheme.lower() == "file":
        return str(Path(local(url)).absolute())
    return f"{'s3a' if scheme.lower() in ('s3', 's3n') else scheme.lower()}://{rest}"


def _client(folder: str, values: Values, environment: Mapping[str, str]) -> tuple[Client, str]:
    if folder.startswith("s3a://"):
        from metadata_digger.storage.s3.access import access_of, bucket_and_key
        from metadata_digger.storage.s3.client import S3Client

        bucket, key = bucket_and_key(folder)
        return S3Client(access_of(_OwnKeys(values)), bucket), key
    if folder.startswith("hdfs://"):
        from metadata_digger.storage.hdfs.client import hdfs_client

        return hdfs_client(folder, environment, values["storage.patience"])
    raise ConfigError(
        f"ARCHIVE_URL={folder}: expected a folder of this machine that nodes share, s3a://... or hdfs://..."
    )


class _OwnKeys:
    """A configuration whose input need not be in S3: without keys in it, those of this machine are taken."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def __getitem__(self, key: str) -> object:
        if key == "storage.s3.credsProvided":
            return bool(self._values[key] and self._values["storage.s3.accessKey"])
        return self._values[key]


def _upload(files: Shipped, kept: Path, client: Client, key: str, tell: Tell) -> None:
    if client.look(key) is None:
        made = archive(files, kept, tell)
        tell(f"Uploading the program to {client.root}{key} ...")
        client.put(key, made)


def _copy(files: Shipped, kept: Path, target: Path, tell: Tell) -> None:
    if target.is_file():
        return
    made = archive(files, kept, tell)
    tell(f"Copying the program to {target.parent} ...")
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
