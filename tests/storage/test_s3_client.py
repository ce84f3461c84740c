"""Each request of S3Client against a real S3 server."""

from __future__ import annotations

import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from metadata_digger.errors import StorageError
from metadata_digger.storage.remote.client import Item
from metadata_digger.storage.s3.access import S3Access
from metadata_digger.storage.s3.client import S3Client, is_plain
from servers.process import free_port
from servers.s3 import ACCESS_KEY, S3, SECRET_KEY

pytestmark = pytest.mark.s3


@pytest.fixture
def access(s3: S3) -> S3Access:
    return S3Access(s3.endpoint, ACCESS_KEY, SECRET_KEY, patience=5.0)


@pytest.fixture
def client(s3: S3, access: S3Access, request: pytest.FixtureRequest) -> S3Client:
    name = f"bucket-{abs(hash(request.node.nodeid)) % 10**9}"
    s3.bucket(name)
    return S3Client(access, name)


NAMES = ("a b.jpg", "ü.jpg", "%41.jpg", "#x?.jpg", "*[a].jpg", "日本/😀.jpg", "a+b&c=d.jpg", "~.jpg", "-", "x;y:z")


def test_what_is_put_is_listed_and_read(client: S3Client) -> None:
    for name in NAMES:
        client.put(f"in/{name}", name.encode())
    found = {one.key: one for one in client.below("in/")}
    assert sorted(found) == sorted(f"in/{name}" for name in NAMES)
    assert all(one.size == len(one.key.removeprefix("in/").encode()) and one.modified for one in found.values())
    for key, one in found.items():
        assert client.fetch(key, 0, one.size, one.version) == key.removeprefix("in/").encode()
        assert client.look(key) == one
    assert [one if isinstance(one, str) else one.key for one in client.inside("")] == ["in/"]
    inside = {one if isinstance(one, str) else one.key for one in client.inside("in/")}
    assert inside == {f"in/{name}" for name in NAMES if "/" not in name} | {"in/日本/"}


def test_a_range_and_a_whole(client: S3Client) -> None:
    client.put("x", bytes(range(200)))
    assert client.fetch("x", 10, 20) == bytes(range(10, 20))
    assert client.read("x") == bytes(range(200))
    with pytest.raises(FileNotFoundError):
        client.read("y")
    assert client.look("y") is None


def test_changed_since_it_was_listed(client: S3Client) -> None:
    client.put("x", b"old")
    (one,) = client.below("")
    client.put("x", b"new")
    with pytest.raises(StorageError, match="changed since") as fault:
        client.fetch("x", 0, 3, one.version)
    assert fault.value.status == "failed"
    client.put("x", b"n")
    with pytest.raises(StorageError):
        client.fetch("x", 0, 3)


def test_folders(client: S3Client) -> None:
    client.put("a/b/c", b"1")
    assert client.is_folder("a/") and client.is_folder("a/b/") and client.is_folder("")
    assert not client.is_folder("a/b/c/") and not client.is_folder("b/")


def test_empty_objects_that_end_in_a_slash_are_folders(client: S3Client, s3: S3) -> None:
    (s3.root / client.bucket / "folder").mkdir()
    client.put("empty", b"")
    client.put("folder/x", b"1")
    assert [one.key for one in client.below("")] == ["empty", "folder/x"]


def test_of_several_creators_one_is_first(client: S3Client) -> None:
    with ThreadPoolExecutor(16) as threads:
        won = list(threads.map(lambda number: client.create("lock", str(number).encode()), range(16)))
    assert won.count(True) == 1
    assert client.read("lock") == str(won.index(True)).encode()


def test_copy_and_delete(client: S3Client, tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(os.urandom(12 << 20))
    client.put("a/large", large)
    client.copy("a/large", "b/large")
    assert client.read("b/large") == large.read_bytes()
    client.delete(["a/large", "never"])
    assert [one.key for one in client.below("")] == ["b/large"]
    client.delete_folder("b/")
    assert list(client.below("")) == []


def test_many_pages(client: S3Client, s3: S3) -> None:
    folder = s3.root / client.bucket / "many"
    folder.mkdir()
    for number in range(2_500):
        (folder / f"{number:05d}").write_bytes(b"x")
    assert [one.key for one in client.below("many/")] == [f"many/{number:05d}" for number in range(2_500)]
    client.delete_folder("many/")
    assert list(client.below("many/")) == []


def test_it_travels(client: S3Client) -> None:
    client.put("x", b"1")
    assert pickle.loads(pickle.dumps(client)).read("x") == b"1"  # noqa: S301


def test_another_region_is_found(client: S3Client) -> None:
    client.put("x", b"1")
    there = S3Client(replace(client.access, endpoint=client.access.endpoint + "/", region=""), client.bucket)
    assert there.read("x") == b"1"


WRONG = {"secret_key": "wrong-5f1e", "access_key": "nobody-9a7e"}


@pytest.mark.parametrize(
    "change, words",
    [
        ({"secret_key": WRONG["secret_key"]}, "storage.s3.secretKey is not the secret of"),
        ({"access_key": WRONG["access_key"]}, "storage.s3.accessKey: .* knows no such access key"),
        ({"bucket": "no-such-bucket"}, "there is no bucket no-such-bucket at http"),
        ({"region": "eu-west-9"}, "set storage.s3.region=us-east-1"),
        ({"endpoint": f"http://127.0.0.1:{free_port()}"}, "no answer from"),
        (
            {"endpoint": "http://no-such-host.invalid"},
            "storage.s3.endpoint: the host no-such-host.invalid is not known",
        ),
    ],
)
def test_faults_are_one_sentence(client: S3Client, change: dict[str, str], words: str) -> None:
    bucket = change.get("bucket", client.bucket)
    access = replace(client.access, **{name: value for name, value in change.items() if name != "bucket"})  # type: ignore[arg-type]
    with pytest.raises(StorageError, match=words) as fault:
        S3Client(access, bucket).check()
    text = str(fault.value)
    assert "\n" not in text and len(text) < 200
    assert not any(secret in text for secret in (SECRET_KEY, ACCESS_KEY, *WRONG.values(), "Signature"))
    assert SECRET_KEY not in repr(client)


def test_keys_of_obstore() -> None:
    assert is_plain("a/b.jpg") and is_plain("ü/😀 %41#") and is_plain("a/...")
    assert not any(map(is_plain, ("", "/a", "a//b", "a/", "a/./b", "../b", "a\n", "a\x7fb")))


def test_item_of_a_folder_put_by_hand(client: S3Client, s3: S3) -> None:
    (s3.root / client.bucket / "by hand.jpg").write_bytes(b"123")
    (one,) = client.below("")
    assert isinstance(one, Item)
    assert client.fetch(one.key, 0, 3, one.version) == b"123"
