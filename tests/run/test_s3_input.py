"""Input in a real S3: the rows of a run on this machine's files, whatever the place."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from metadata_digger.errors import ConfigError
from metadata_digger.storage.model import Entry, Fault
from metadata_digger.storage.patterns import EVERYTHING, Patterns
from metadata_digger.storage.remote.storage import RemoteStorage
from metadata_digger.storage.s3.access import S3Access
from metadata_digger.storage.s3.storage import Buckets
from servers.s3 import ACCESS_KEY, S3, SECRET_KEY

pytestmark = pytest.mark.s3
PHOTOS = Path(__file__).parents[2] / "demo" / "photos"


def storage(s3: S3, patterns: Patterns = EVERYTHING) -> RemoteStorage:
    return RemoteStorage(Buckets(S3Access(s3.endpoint, ACCESS_KEY, SECRET_KEY, patience=5.0)), patterns)


@pytest.fixture
def bucket(s3: S3, request: pytest.FixtureRequest) -> Path:
    return s3.bucket(f"in-{abs(hash(request.node.nodeid)) % 10**9}")


def fill(bucket: Path, *names: str) -> None:
    for name in names:
        (bucket / name).parent.mkdir(parents=True, exist_ok=True)
        (bucket / name).write_bytes(name.encode())


def urls(found: Any, bucket: Path) -> list[str]:
    return [one.url.removeprefix(f"s3a://{bucket.name}/") for one in found]


def test_entries(s3: S3, bucket: Path) -> None:
    fill(bucket, "a/1.jpg", "a/b/2.jpg", "a/b/3.png", "c/4.jpg", "5.jpg")
    place, found = storage(s3), bucket.name
    for entry in (f"s3://{found}/a", f"s3a://{found}/a/", f"s3n://{found}/a", f"{found}/a"):
        assert urls(place.walk([entry]), bucket) == ["a/1.jpg", "a/b/2.jpg", "a/b/3.png"]
    assert urls(place.walk([f"s3a://{found}"]), bucket) == ["5.jpg", "a/1.jpg", "a/b/2.jpg", "a/b/3.png", "c/4.jpg"]
    assert urls(place.walk([f"s3a://{found}/*/*.jpg"]), bucket) == ["a/1.jpg", "c/4.jpg"]
    assert sorted(urls(place.walk([f"s3a://{found}/**/*.jpg"]), bucket)) == ["5.jpg", "a/1.jpg", "a/b/2.jpg", "c/4.jpg"]
    assert urls(place.walk([f"s3a://{found}/[ac]"]), bucket) == ["a/1.jpg", "a/b/2.jpg", "a/b/3.png", "c/4.jpg"]
    one, *_ = place.walk([f"s3a://{found}/a/b", f"s3a://{found}/a"])
    assert isinstance(one, Entry) and one.base == f"s3a://{found}/a/b" and one.size == len("a/b/2.jpg")


def test_nothing_comes_twice(s3: S3, bucket: Path) -> None:
    fill(bucket, "a/1.jpg", "a/b/2.jpg", "a/b/3.png")
    base = f"s3a://{bucket.name}"
    found = list(storage(s3).walk([f"{base}/a/b/2.jpg", f"{base}/a", f"{base}/a/b", f"{base}/a/1.jpg", f"{base}/a"]))
    assert sorted(urls(found, bucket)) == ["a/1.jpg", "a/b/2.jpg", "a/b/3.png"]
    assert {one.url.rpartition("/")[2]: one.base.removeprefix(base) for one in found} == {
        "2.jpg": "/a/b/2.jpg",
        "1.jpg": "/a",
        "3.png": "/a/b",
    }


def test_patterns_and_own_work(s3: S3, bucket: Path) -> None:
    fill(bucket, "in/a.jpg", "in/a.tmp", "in/cache/b.jpg", "in/.out.metadata-digger/x", "in/out/_run/run.json")
    fill(bucket, "in/mine/x.jpg", "in/.mine.metadata-digger/y.jpg")
    excluded, listed = Counter[str](), Counter[str]()
    base = f"s3a://{bucket.name}/in"
    found = list(storage(s3, Patterns(("*.jpg",), ("cache/",))).walk([base], [f"{base}/mine"], excluded, listed))
    assert [one.url for one in found if isinstance(one, Entry)] == [f"{base}/a.jpg"]
    assert {one.url for one in found if isinstance(one, Fault)} == {f"{base}/.out.metadata-digger", f"{base}/out/_run"}
    assert (dict(excluded), dict(listed)) == ({"files": 1, "directories": 1}, {base: 1})


def test_lists(s3: S3, bucket: Path, tmp_path: Path) -> None:
    fill(bucket, "a/1.jpg", "a/2.jpg", "b/3.jpg")
    base = f"s3a://{bucket.name}"
    lines = [f"{base}/a/2.jpg", f"{base}/b", f"{base}/none.jpg", f"{base}/a/2.jpg"]
    (tmp_path / "list.txt").write_text("\n".join(lines))
    (bucket / "list.txt").write_text("\n".join(lines))
    for entry in (f"@{tmp_path}/list.txt", f"@{base}/list.txt"):
        found = list(storage(s3).walk([entry]))
        assert urls(found, bucket) == ["a/2.jpg", "b/3.jpg", "none.jpg"]
        assert isinstance(found[2], Fault) and found[2].status == "not_found"


def test_what_is_not_there(s3: S3, bucket: Path) -> None:
    with pytest.raises(ConfigError, match=r"input.paths: s3a://.*/nothing does not exist") as fault:
        storage(s3).check([f"s3a://{bucket.name}/nothing", f"s3a://{bucket.name}/*.jpg"])
    assert "nothing matches" in str(fault.value)
    with pytest.raises(ConfigError, match="write s3a://BUCKET/DIRECTORY"):
        storage(s3).check(["http://host/x"])


def run(folder: Path, name: str, *lines: str) -> subprocess.CompletedProcess[str]:
    config = folder / f"{name}.properties"
    config.write_text("\n".join((*lines, f"output.directoryPath={folder / name / 'out'}", "processing.cores=2")))
    command = [sys.executable, "-m", "metadata_digger", "full", str(config)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def test_full_gives_the_rows_of_this_machine(s3: S3, bucket: Path, tmp_path: Path) -> None:
    shutil.copytree(PHOTOS, bucket / "photos")
    (bucket / "photos" / "cut.jpg").write_bytes(next(PHOTOS.glob("*.jpg")).read_bytes()[:5_000])
    (bucket / "photos" / "empty.jpg").write_bytes(b"")
    for photo in (bucket / "photos").iterdir():  # S3 tells whole seconds
        os.utime(photo, (1_700_000_000, 1_700_000_000))
    common = ("output.format=json", "processing.hash.types=sha256")
    here = run(tmp_path, "here", f"input.paths={bucket}/photos", *common)
    settings = s3.settings(**{"input.paths": f"s3a://{bucket.name}/photos"})
    there = run(tmp_path, "there", *(f"{key}={value}" for key, value in settings.items()), *common)
    assert (here.returncode, there.returncode) == (3, 3), there.stderr
    assert SECRET_KEY not in there.stdout + there.stderr

    def rows(name: str) -> list[dict[str, Any]]:
        text = (tmp_path / name / "out" / "out.json").read_text().replace(f"s3a://{bucket.name}", f"file:{bucket}")
        found = [json.loads(line) for line in text.splitlines()]
        for one in found:
            del one["ID"], one["BasePath"]
        return sorted(found, key=lambda one: str(one["FilePath"]))

    assert rows("there") == rows("here")
    assert len(rows("here")) > 20
    failed = [(tmp_path / name / "out" / "_run" / "failed.jsonl").read_text() for name in ("here", "there")]
    assert failed[1].replace(f"s3a://{bucket.name}", f"file:{bucket}") == failed[0]
