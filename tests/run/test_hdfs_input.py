"""Input in a real HDFS: the rows of a run on this machine's files, whatever the place."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.storage.hdfs import connection
from metadata_digger.storage.hdfs.access import Known
from metadata_digger.storage.hdfs.client import HdfsClient, hdfs_client
from metadata_digger.storage.hdfs.storage import NameServices
from metadata_digger.storage.model import Entry, Fault
from metadata_digger.storage.patterns import EVERYTHING, Patterns
from metadata_digger.storage.remote.place import Place
from metadata_digger.storage.remote.storage import RemoteStorage
from servers.hadoop import Hadoop

pytestmark = pytest.mark.hdfs
PHOTOS = Path(__file__).parents[2] / "demo" / "photos"
NUMBERS = count()


def storage(hdfs: Hadoop, patterns: Patterns = EVERYTHING) -> RemoteStorage:
    return RemoteStorage(NameServices(Known.here(hdfs.environment, 20)), patterns)


@pytest.fixture
def client(hdfs: Hadoop) -> HdfsClient:
    return hdfs_client(f"{hdfs.url}/", {}, 20)[0]


@pytest.fixture
def home(client: HdfsClient) -> Iterator[str]:
    """The URL of a folder of nothing but this test."""
    key = f"input{next(NUMBERS)}"
    yield client.root + key
    client.delete_folder(f"{key}/")


def fill(client: HdfsClient, home: str, *names: str) -> None:
    for name in names:
        client.put(f"{home.removeprefix(client.root)}/{name}", name.encode())


def below(found: Any, home: str) -> list[str]:
    return [one.url.removeprefix(f"{home}/") for one in found]


def test_entries(hdfs: Hadoop, client: HdfsClient, home: str, tmp_path: Path) -> None:
    fill(client, home, "a/1.jpg", "a/b/2.jpg", "a/b/3.png", "c/4.jpg", "5.jpg", "list.txt")
    place, path = storage(hdfs), home.removeprefix(hdfs.url)
    for entry in (f"{home}/a", f"{home}/a/", f"hdfs://{path}/a", f"{path}/a"):
        assert below(place.walk([entry]), home) == ["a/1.jpg", "a/b/2.jpg", "a/b/3.png"]
    assert below(place.walk([f"{home}/*/*.jpg"]), home) == ["a/1.jpg", "c/4.jpg"]
    assert sorted(below(place.walk([f"{home}/**/*.jpg"]), home)) == ["5.jpg", "a/1.jpg", "a/b/2.jpg", "c/4.jpg"]
    one, *_ = place.walk([f"{home}/a/b", f"{home}/a"])
    assert isinstance(one, Entry) and one.base == f"{home}/a/b" and one.size == len("a/b/2.jpg")
    lines = "\n".join([f"{home}/a/b/2.jpg", f"hdfs://{path}/c", f"{home}/none.jpg"])
    (tmp_path / "list.txt").write_text(lines)
    client.put(f"{path[1:]}/list.txt", lines.encode())
    for entry in (f"@{tmp_path}/list.txt", f"@{home}/list.txt"):
        found = list(place.walk([entry]))
        assert below(found, home) == ["a/b/2.jpg", "c/4.jpg", "none.jpg"]
        assert isinstance(found[2], Fault) and found[2].status == "not_found"


def test_a_name_service(hdfs: Hadoop, client: HdfsClient, home: str) -> None:
    fill(client, home, "a/1.jpg")
    properties = {
        "fs.defaultFS": "hdfs://photos",
        "dfs.nameservices": "photos",
        "dfs.ha.namenodes.photos": "one",
        "dfs.namenode.rpc-address.photos.one": hdfs.url.removeprefix("hdfs://"),
    }
    place = RemoteStorage(NameServices(Known(tuple(properties.items()), patience=20)))
    path = home.removeprefix(hdfs.url)
    for entry in (f"hdfs://photos{path}", f"hdfs://{path}"):
        (one,) = place.walk([entry])
        assert isinstance(one, Entry) and one.url == f"hdfs://photos{path}/a/1.jpg"
        assert place.open(one).read_at(0, 7) == b"a/1.jpg"


def test_patterns(hdfs: Hadoop, client: HdfsClient, home: str) -> None:
    fill(client, home, "a.jpg", "a.tmp", "cache/b.jpg", ".out.metadata-digger/x", "out/_run/run.json")
    excluded, listed = Counter[str](), Counter[str]()
    found = list(storage(hdfs, Patterns(("*.jpg",), ("cache/",))).walk([home], (), excluded, listed))
    assert below([one for one in found if isinstance(one, Entry)], home) == ["a.jpg"]
    assert {one.url for one in found if isinstance(one, Fault)} == {f"{home}/.out.metadata-digger", f"{home}/out/_run"}
    assert (dict(excluded), dict(listed)) == ({"files": 1, "directories": 1}, {home: 1})


def test_what_is_not_there(hdfs: Hadoop, home: str) -> None:
    with pytest.raises(ConfigError, match=r"input.paths: hdfs://.*/nothing does not exist") as fault:
        storage(hdfs).check([f"{home}/nothing", f"{home}/*.jpg"])
    assert "nothing matches" in str(fault.value)
    with pytest.raises(ConfigError, match="write hdfs://host:port/path"):
        storage(hdfs).check(["s3a://bucket/x"])


def test_a_folder_that_is_not_for_everyone(
    hdfs: Hadoop, client: HdfsClient, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk it is a row that says so; an entry that cannot be listed at all ends the run."""
    from hdfs_native import Client as Native

    fill(client, home, "a/1.jpg", "b/2.jpg", "b/c/3.jpg", "d/4.jpg", "cache/5.jpg")
    native, path = Native(hdfs.url), home.removeprefix(hdfs.url)
    for name in ("b", "cache"):
        native.set_permission(f"{path}/{name}", 0o700)
    # hdfs-native takes the name from the environment whenever it connects.
    monkeypatch.setenv("HADOOP_USER_NAME", "somebody")
    monkeypatch.setattr(connection, "_open", {})
    place = RemoteStorage(NameServices(Known((), user="somebody", patience=20)), Patterns((), ("cache/",)))
    found = list(place.walk([home]))
    assert below(found, home) == ["a/1.jpg", "b", "d/4.jpg"]
    assert isinstance(found[1], Fault) and found[1].status == "denied" and "somebody" in found[1].reason
    found = list(place.walk([f"{home}/*/*.jpg"]))
    assert below(found, home) == ["a/1.jpg", "b", "cache", "d/4.jpg"]
    assert {(one.base, one.status) for one in found if isinstance(one, Fault)} == {(f"{home}/*/*.jpg", "denied")}
    with pytest.raises(StorageError, match=r"^input.paths: hdfs://.*/b/: .* does not allow it: Permission denied"):
        list(place.walk([f"{home}/b"]))


def run(folder: Path, name: str, environment: dict[str, str], *lines: str) -> subprocess.CompletedProcess[str]:
    config = folder / f"{name}.properties"
    config.write_text("\n".join((*lines, f"output.directoryPath={folder / name / 'out'}", "processing.cores=2")))
    command = [sys.executable, "-m", "metadata_digger", "full", str(config)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env={**os.environ, **environment})


def test_full_gives_the_rows_of_this_machine(hdfs: Hadoop, client: HdfsClient, home: str, tmp_path: Path) -> None:
    key = home.removeprefix(client.root)
    for name in ("photos", "again"):
        shutil.copytree(PHOTOS, tmp_path / "in" / name)
    (tmp_path / "in" / "cut.jpg").write_bytes(next(PHOTOS.glob("*.jpg")).read_bytes()[:5_000])
    (tmp_path / "in" / "empty.jpg").write_bytes(b"")
    Place(client, key).upload(tmp_path / "in")
    for item in client.below(f"{key}/"):  # HDFS tells when it was written there
        assert item.modified is not None
        os.utime(tmp_path / "in" / item.key.removeprefix(f"{key}/"), (item.modified, item.modified))
    common = ("output.format=json", "processing.hash.types=sha256")
    here = run(tmp_path, "here", {}, f"input.paths={tmp_path}/in", *common)
    paths = f"input.paths=hdfs:///{key}"
    there = run(tmp_path, "there", hdfs.environment, "input.storage.name=hdfs", paths, *common)
    assert (here.returncode, there.returncode) == (3, 3), there.stderr

    def rows(name: str) -> list[str]:
        """The lines, byte for byte but for what tells of the place."""
        found = []
        for line in (tmp_path / name / "out" / "out.json").read_text().splitlines():
            row = json.loads(line)
            for column, value in {"ID": row["ID"], "BasePath": row["BasePath"]}.items():
                line = line.replace(json.dumps(value, ensure_ascii=False), f'"{column}"')
            found.append(line.replace(home, f"file:{tmp_path}/in"))
        return sorted(found)

    assert rows("there") == rows("here")
    assert len(rows("here")) > 40
    failed = [(tmp_path / name / "out" / "_run" / "failed.jsonl").read_text() for name in ("here", "there")]
    assert failed[1].replace(home, f"file:{tmp_path}/in") == failed[0]
