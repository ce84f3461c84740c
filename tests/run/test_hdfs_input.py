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

from metadata_digger.errors import StorageError
from metadata_digger.storage import Access
from metadata_digger.storage.hdfs.access import Known
from metadata_digger.storage.hdfs.client import HdfsClient, hdfs_client
from metadata_digger.storage.hdfs.storage import NameServices
from metadata_digger.storage.model import Entry, Fault
from metadata_digger.storage.patterns import EVERYTHING, Patterns
from metadata_digger.storage.remote.client import Item
from metadata_digger.storage.remote.place import Place
from metadata_digger.storage.remote.storage import RemoteStorage
from servers.hadoop import Hadoop

pytestmark = pytest.mark.hdfs
PHOTOS = Path(__file__).parents[2] / "demo" / "photos"
NUMBERS = count()


@pytest.fixture
def folder(hdfs: Hadoop) -> Place:
    client, _ = hdfs_client(f"{hdfs.url}/", {}, 20)
    return Place(client, f"in{next(NUMBERS)}")


def storage(patterns: Patterns = EVERYTHING, known: Known | None = None) -> RemoteStorage:
    access: Access = NameServices(Known.here({}, 20) if known is None else known)
    return RemoteStorage(access, patterns)


def fill(folder: Place, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(name.encode())


def names(found: Iterator[Any], folder: Place) -> list[str]:
    return [one.url.removeprefix(f"{folder}/") for one in found]


def test_entries(folder: Place, hdfs: Hadoop) -> None:
    fill(folder, "a/1.jpg", "a/b/2.jpg", "a/b/3.png", "c/4.jpg", "5.jpg")
    assert names(storage().walk([str(folder)]), folder) == ["5.jpg", "a/1.jpg", "a/b/2.jpg", "a/b/3.png", "c/4.jpg"]
    assert names(storage().walk([f"{folder}/*/*.jpg"]), folder) == ["a/1.jpg", "c/4.jpg"]
    assert sorted(names(storage().walk([f"{folder}/**/2.*"]), folder)) == ["a/b/2.jpg"]
    one, *_ = storage().walk([f"{folder}/a/b", f"{folder}/a"])
    assert isinstance(one, Entry)
    assert (one.base, one.size) == (f"{folder}/a/b", len("a/b/2.jpg"))
    known = Known.here(hdfs.environment, 20)
    for entry in (f"hdfs:///{folder.key}/a", f"/{folder.key}/a"):  # as core-site.xml has it
        assert names(storage(known=known).walk([entry]), folder) == ["a/1.jpg", "a/b/2.jpg", "a/b/3.png"]


def test_patterns_own_work_and_lists(folder: Place, tmp_path: Path) -> None:
    fill(
        folder,
        "a.jpg",
        "a.tmp",
        "cache/b.jpg",
        ".out.metadata-digger/x",
        "out/_run/run.json",
        ".mine.metadata-digger/y",
    )
    excluded, listed = Counter[str](), Counter[str]()
    walk = storage(Patterns(("*.jpg",), ("cache/",))).walk([str(folder)], [f"{folder}/mine"], excluded, listed)
    found = list(walk)
    assert [one.url for one in found if isinstance(one, Entry)] == [f"{folder}/a.jpg"]
    others = {f"{folder}/.out.metadata-digger", f"{folder}/out/_run"}
    assert {one.url for one in found if isinstance(one, Fault)} == others
    assert (dict(excluded), dict(listed)) == ({"files": 1, "directories": 1}, {str(folder): 1})
    lines = [f"{folder}/a.tmp", f"{folder}/cache", f"{folder}/none.jpg"]
    (tmp_path / "list.txt").write_text("\n".join(lines))
    (folder / "list.txt").write_text("\n".join(lines))
    for entry in (f"@{tmp_path}/list.txt", f"@{folder}/list.txt"):
        found = list(storage().walk([entry]))
        assert names(iter(found), folder) == ["a.tmp", "cache/b.jpg", "none.jpg"]
        assert isinstance(found[2], Fault)
        assert found[2].status == "not_found"


def test_a_folder_that_cannot_be_listed(folder: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs what is in it, and is told of."""
    fill(folder, "a/1.jpg", "b/2.jpg", "c/3.jpg")
    inside = HdfsClient.inside

    def closed(self: HdfsClient, key: str) -> Iterator[Item | str]:
        if key.endswith("b/"):
            raise StorageError("the server does not allow it", "denied")
        return inside(self, key)

    monkeypatch.setattr(HdfsClient, "inside", closed)
    found = list(storage().walk([str(folder)]))
    assert [one.url for one in found if isinstance(one, Entry)] == [f"{folder}/a/1.jpg", f"{folder}/c/3.jpg"]
    (fault,) = (one for one in found if isinstance(one, Fault))
    assert fault == Fault(str(folder), f"{folder}/b", "denied", "the server does not allow it")


def run(folder: Path, name: str, *lines: str) -> subprocess.CompletedProcess[str]:
    config = folder / f"{name}.properties"
    config.write_text("\n".join((*lines, f"output.directoryPath={folder / name / 'out'}", "processing.cores=2")))
    command = [sys.executable, "-m", "metadata_digger", "full", str(config)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def test_full_gives_the_rows_of_this_machine(folder: Place, tmp_path: Path) -> None:
    shutil.copytree(PHOTOS, tmp_path / "photos")
    (tmp_path / "photos" / "cut.jpg").write_bytes(next(PHOTOS.glob("*.jpg")).read_bytes()[:5_000])
    (tmp_path / "photos" / "empty.jpg").write_bytes(b"")
    (folder / "photos").upload(tmp_path / "photos")
    for one in (folder / "photos").iterdir():  # the times that HDFS gave them
        item = one.item()
        assert item is not None
        assert item.modified is not None
        os.utime(tmp_path / "photos" / one.name, (item.modified, item.modified))
    common = ("output.format=json", "processing.hash.types=sha256")
    here = run(tmp_path, "here", f"input.paths={tmp_path}/photos", *common)
    there = run(tmp_path, "there", f"input.paths={folder}/photos", "input.storage.name=hdfs", *common)
    assert (here.returncode, there.returncode) == (3, 3), there.stderr

    def rows(name: str) -> list[dict[str, Any]]:
        text = (tmp_path / name / "out" / "out.json").read_text().replace(f"{folder}/", f"file:{tmp_path}/")
        found = [json.loads(line) for line in text.splitlines()]
        for one in found:
            del one["ID"], one["BasePath"]
        return sorted(found, key=lambda one: str(one["FilePath"]))

    assert rows("there") == rows("here")
    assert len(rows("here")) > 20
