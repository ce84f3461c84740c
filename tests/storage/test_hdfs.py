"""HDFS by hdfs-native, against a real one."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import shake_128
from itertools import count
from pathlib import Path

import pytest
from hdfs_native import FileWriter

from checkout import ROOT
from metadata_digger.errors import StorageError
from metadata_digger.storage.hdfs import connection, faults, order
from metadata_digger.storage.hdfs.client import PIECE, HdfsClient, _raw, hdfs_client
from metadata_digger.storage.remote.client import Client
from servers.hadoop import Hadoop
from servers.process import HOST, free_port
from servers.solr import running

pytestmark = pytest.mark.hdfs

ODD = [
    *("a b.jpg", "grün.jpg", "%41.jpg", "a#b?c=d&e.jpg", "[a]{b}*.jpg", "a\\b.jpg", "a\nb.jpg", "~", "-r"),
    *("\uffee.jpg", "😀.jpg"),
]
OWN = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
NUMBERS = count()


@pytest.fixture
def client(hdfs: Hadoop) -> HdfsClient:
    found, _ = hdfs_client(f"{hdfs.url}/", {}, 20)
    return found


@pytest.fixture
def folder(client: HdfsClient) -> Iterator[str]:
    """A key that nothing has yet."""
    name = f"test{next(NUMBERS)}/"
    yield name
    client.delete_folder(name)


def names(client: HdfsClient, folder: str) -> list[str]:
    return [one if isinstance(one, str) else one.key for one in client.inside(folder)]


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.create_server((HOST, 0)) as server:
        yield server.getsockname()[1]


def noise(length: int) -> bytes:
    """The same of each length, and nothing in it comes twice."""
    return shake_128(b"%d" % length).digest(length)


def status(of: pytest.ExceptionInfo[StorageError]) -> str:
    """One sentence, whatever Java said."""
    text = str(of.value)
    assert "\n" not in text
    assert "\\n" not in text
    assert "org.apache" not in text
    assert len(text) < 400
    return of.value.status


def test_is_a_client(client: HdfsClient, hdfs: Hadoop) -> None:
    one: Client = client
    one.check()
    assert one.root == f"{hdfs.url}/"
    assert one.renames


def test_a_file_comes_and_goes(client: HdfsClient, folder: str) -> None:
    key = f"{folder}new/a.jpg"
    before = time.time()
    assert client.look(key) is None
    client.put(key, b"0123456789")
    item = client.look(key)
    assert item is not None
    assert item.key == key
    assert item.size == 10
    assert item.modified is not None
    assert before - 60 < item.modified < time.time() + 60
    assert item.version == f"10-{round(item.modified * 1000)}"
    assert client.fetch(key, 0, 10, item.version) == b"0123456789"
    assert client.fetch(key, 3, 5) == b"34"
    assert client.fetch(key, 4, 4) == b""
    assert client.read(key) == b"0123456789"
    client.delete([key, f"{folder}none", f"{folder}none/none", key])
    assert client.look(key) is None
    with pytest.raises(FileNotFoundError):
        client.read(key)
    with pytest.raises(StorageError) as gone:
        client.fetch(key, 0, 1)
    assert status(gone) == "not_found"


def test_files_of_many_pieces(client: HdfsClient, folder: str, tmp_path: Path) -> None:
    data = noise(2 * PIECE + 17)
    local = tmp_path / "local"
    local.write_bytes(data)
    client.put(f"{folder}bytes", data)
    client.put(f"{folder}path", local)
    client.copy(f"{folder}path", f"{folder}deep/copy")
    for name in ("bytes", "path", "deep/copy"):
        item = client.look(folder + name)
        assert item is not None
        assert client.read(folder + name) == data
        assert client.fetch(folder + name, 5, len(data) - 1, item.version) == data[5:-1]
    with pytest.raises(StorageError) as missing:
        client.copy(f"{folder}none", f"{folder}other")
    assert status(missing) == "not_found"
    assert names(client, folder) == [f"{folder}bytes", f"{folder}deep/", f"{folder}path"]


def test_an_empty_file(client: HdfsClient, folder: str) -> None:
    client.put(f"{folder}empty", b"")
    assert client.read(f"{folder}empty") == b""
    assert [item.size for item in client.below(folder)] == [0]


def test_put_replaces(client: HdfsClient, folder: str) -> None:
    client.put(f"{folder}a", b"old")
    client.put(f"{folder}a", b"newer")
    assert client.read(f"{folder}a") == b"newer"
    assert names(client, folder) == [f"{folder}a"]


def test_a_file_that_is_not_written_to_its_end_is_not_there(client: HdfsClient, folder: str, tmp_path: Path) -> None:
    client.put(f"{folder}a", b"old")
    with pytest.raises(FileNotFoundError):
        client.put(f"{folder}a", tmp_path / "none")
    assert client.read(f"{folder}a") == b"old"
    assert names(client, folder) == [f"{folder}a"]


def test_no_file_in_place_of_a_folder(client: HdfsClient, folder: str) -> None:
    client.put(f"{folder}a/b", b"")
    with pytest.raises(StorageError, match="is a folder") as put:
        client.put(f"{folder}a", b"")
    assert status(put) == "failed"
    with pytest.raises(StorageError, match="is a folder"):
        client.create(f"{folder}a", b"")
    with pytest.raises(StorageError) as below:
        client.put(f"{folder}a/b/c", b"")
    assert status(below) == "not_found"
    assert client.look(f"{folder}a") is None
    assert client.look(f"{folder}a/b/c") is None
    assert client.look(f"{folder}a/b/") is None
    assert [item.key for item in client.below(folder)] == [f"{folder}a/b"]


def test_one_creator_wins(client: HdfsClient, folder: str) -> None:
    with ThreadPoolExecutor(16) as threads:
        won = list(threads.map(lambda number: client.create(f"{folder}lock", b"%d" % number), range(16)))
    assert won.count(True) == 1
    assert client.read(f"{folder}lock") == b"%d" % won.index(True)
    assert client.create(f"{folder}lock", b"") is False
    assert names(client, folder) == [f"{folder}lock"]


@pytest.mark.parametrize("name", ODD)
def test_odd_names(client: HdfsClient, folder: str, name: str) -> None:
    for key in (folder + name, f"{folder}{name}.d/{name}"):
        client.put(key, name.encode())
        item = client.look(key)
        assert item is not None
        assert client.fetch(key, 0, item.size, item.version) == name.encode()
    assert [item.key for item in client.below(folder)] == sorted([folder + name, f"{folder}{name}.d/{name}"])
    assert set(names(client, folder)) == {folder + name, f"{folder}{name}.d/"}
    client.move(f"{folder}{name}.d/", f"{folder}moved/{name}")
    assert names(client, f"{folder}moved/{name}") == [f"{folder}moved/{name}/{name}"]
    client.delete([folder + name])
    client.delete_folder(f"{folder}moved/")
    assert names(client, folder) == []


def test_names_that_hdfs_does_not_have(client: HdfsClient, folder: str) -> None:
    assert client.look(f"{folder}a:b") is None
    with pytest.raises(StorageError) as colon:
        client.put(f"{folder}a:b", b"")
    assert status(colon) == "failed"
    client.put(folder + "n" * 255, b"long")
    client.put(folder + "ü" * 127, b"long")
    with pytest.raises(StorageError) as long:
        client.put(folder + "n" * 256, b"")
    assert status(long) == "failed"
    assert len(names(client, folder)) == 2


def test_folders(client: HdfsClient, folder: str) -> None:
    client.put(f"{folder}a/b/c", b"")
    assert client.is_folder("")
    assert client.is_folder(f"{folder}a")
    assert client.is_folder(f"{folder}a/")
    assert not client.is_folder(f"{folder}a/b/c")
    assert not client.is_folder(f"{folder}none/")
    assert folder in names(client, "")
    assert names(client, folder.rstrip("/")) == [f"{folder}a/"]
    for other in (f"{folder}a/b/c/", f"{folder}none/"):
        with pytest.raises(StorageError) as missing:
            names(client, other)
        assert status(missing) == "not_found"
        client.delete_folder(other)
    assert client.look(f"{folder}a/b/c") is not None
    with pytest.raises(StorageError, match="root"):
        client.delete_folder("/")


def test_sorted_as_a_disk_is_walked(client: HdfsClient, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = ["a.jpg", "a/b.jpg", "a/b/c", "a/ä", "a-b", "z", "Z", "ä/1", "€", "😀", "\uffee", "a/b.jpg0"]
    for name in files:
        client.put(folder + name, b"")
    by_parts = sorted(files, key=lambda name: name.split("/"))
    assert [item.key.removeprefix(folder) for item in client.below(folder)] == by_parts
    assert names(client, folder) == [folder + n for n in ["Z", "a/", "a-b", "a.jpg", "z", "ä/", "€", "\uffee", "😀"]]
    monkeypatch.setattr(order, "RUN", 3)
    monkeypatch.setattr("metadata_digger.storage.hdfs.client.PAGE", 2)
    assert [item.key.removeprefix(folder) for item in client.below(folder)] == by_parts


def test_a_folder_of_many_pages(client: HdfsClient, folder: str) -> None:
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda number: client.put(f"{folder}{number:04}", b""), range(2_200)))
    assert [item.key for item in client.below(folder)] == [f"{folder}{number:04}" for number in range(2_200)]


def test_a_folder_moves_in_one_step(client: HdfsClient, folder: str) -> None:
    client.put(f"{folder}a/b/c", b"c")
    client.put(f"{folder}there/x", b"x")
    client.move(f"{folder}a/", f"{folder}new/place/a/")
    assert [item.key for item in client.below(folder)] == [f"{folder}new/place/a/b/c", f"{folder}there/x"]
    with pytest.raises(StorageError, match="is there already") as there:
        client.move(f"{folder}new/", f"{folder}there/")
    assert status(there) == "failed"
    with pytest.raises(StorageError) as missing:
        client.move(f"{folder}none/", f"{folder}other/")
    assert status(missing) == "not_found"


def test_ranges_lie_within_the_file(client: HdfsClient, folder: str) -> None:
    client.put(f"{folder}a", b"0123456789")
    for start, stop in ((0, 11), (10, 12), (100, 200)):
        with pytest.raises(StorageError, match="the file has 10") as outside:
            client.fetch(f"{folder}a", start, stop)
        assert status(outside) == "failed"


def test_a_file_that_changes_after_it_was_listed(client: HdfsClient, folder: str) -> None:
    key = f"{folder}a"
    client.put(key, b"old one")
    (item,) = client.below(folder)
    client.put(key, b"another")
    with pytest.raises(StorageError, match=faults.CHANGED) as changed:
        client.fetch(key, 0, 3, item.version)
    assert status(changed) == "failed"
    new = client.look(key)
    assert new is not None
    assert client.fetch(key, 0, 3, new.version) == b"ano"
    client.put(key, b"other")
    # The blocks of the version that is open may still be there; they are nothing else's.
    try:
        assert client.fetch(key, 3, 7, new.version) == b"ther"
    except StorageError as error:
        assert str(error) == faults.CHANGED
    client.delete([key])
    with pytest.raises(StorageError) as gone:
        client.fetch(key, 0, 3, item.version)
    assert status(gone) == "not_found"


def test_many_threads(client: HdfsClient, folder: str) -> None:
    contents = {f"{folder}{number}": noise(70_000 + number) for number in range(32)}

    def work(key: str) -> bool:
        client.put(key, contents[key])
        item = client.look(key)
        assert item is not None
        return all(
            client.fetch(key, at, min(at + 9_000, item.size), item.version) == contents[key][at : at + 9_000]
            for at in range(0, item.size, 9_000)
        )

    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(work, contents))


def test_a_writer_that_nobody_holds_is_not_closed() -> None:
    """Python closes a file when it goes, and that would wait for datanodes that are gone."""

    class Stuck:
        closed = False

        def close(self) -> None:
            self.closed = True

    stuck = Stuck()
    writer = FileWriter(stuck)  # type: ignore[arg-type]
    assert _raw(writer) is stuck  # type: ignore[comparison-overlap]
    del writer
    gc.collect()
    assert not stuck.closed


def test_travels_without_its_connection(client: HdfsClient, folder: str) -> None:
    client.put(f"{folder}a", b"a")
    there = pickle.loads(pickle.dumps(client))  # noqa: S301  # our own
    assert there == client
    assert there.read(f"{folder}a") == b"a"


def test_a_fork_has_a_connection_of_its_own(client: HdfsClient, folder: str) -> None:
    client.put(f"{folder}a", b"a")
    (item,) = client.below(folder)
    client.fetch(f"{folder}a", 0, 1, item.version)
    children = []
    for number in range(2):
        child = os.fork()
        if child == 0:
            try:
                client.put(f"{folder}{number}", client.fetch(f"{folder}a", 0, 1, item.version))
            finally:  # at once: what measures coverage would first do what can hang in a fork
                os.kill(os.getpid(), signal.SIGKILL)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    assert client.read(f"{folder}0") == client.read(f"{folder}1") == b"a"


def test_a_forked_process_ends(hdfs: Hadoop) -> None:
    """With all that Python does at its end: it must not wait for threads that only its parent has."""
    program = (
        "import os, sys\n"
        "from metadata_digger.storage.hdfs.client import hdfs_client\n"
        "client, _ = hdfs_client(sys.argv[1], {}, 20)\n"
        "assert client.is_folder('')\n"
        "if os.fork() == 0: sys.exit(0 if client.is_folder('') else 1)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))"
    )
    done = subprocess.run([sys.executable, "-c", program, f"{hdfs.url}/"], capture_output=True, timeout=60, env=OWN)
    assert (done.returncode, done.stderr) == (0, b"")


def test_nothing_is_imported_before_the_first_request(hdfs: Hadoop) -> None:
    program = (
        "import sys\n"
        "from metadata_digger.storage.hdfs.client import hdfs_client\n"
        "client, _ = hdfs_client(sys.argv[1], {}, 20)\n"
        "assert 'hdfs_native' not in sys.modules\n"
        "client.check()\n"
        "assert 'hdfs_native' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program, f"{hdfs.url}/"], check=True, timeout=60, env=OWN)


def test_a_namenode_that_stops_for_a_while(tmp_path: Path) -> None:
    server = Hadoop(tmp_path)
    with running(server):
        client, _ = hdfs_client(f"{server.url}/", {}, 3)
        client.put("a", b"a")
        (item,) = client.below("")
        server.pause()
        for ask in (lambda: client.look("a"), lambda: client.fetch("a", 0, 1, item.version), client.check):
            start = time.monotonic()
            with pytest.raises(StorageError) as late:
                ask()
            assert status(late) == "timed_out"
            assert time.monotonic() - start < 8
        server.go_on()
        assert client.fetch("a", 0, 1, item.version) == b"a"
        for block in tmp_path.glob("dfs/data/*/current/BP-*/current/finalized/**/blk_*"):
            block.unlink()
        end = time.monotonic() + 30
        while True:  # the namenode learns of it by and by
            with pytest.raises(StorageError, match="no datanode of hdfs://") as lost:
                client.read("a")
            if status(lost) == "failed" or time.monotonic() > end:
                break
        assert "has its blocks" in str(lost.value)
        server.kill()
        with pytest.raises(StorageError, match="Connection refused") as dead:
            client.look("a")
        assert status(dead) == "timed_out"


def test_what_a_user_may_not_see(
    client: HdfsClient, hdfs: Hadoop, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hdfs_native import Client as Native

    for name in ("a/1", "b/2", "c/3", "d"):
        client.put(folder + name, name.encode())
    native = Native(hdfs.url)
    native.set_permission(f"/{folder}b", 0o700)
    native.set_permission(f"/{folder}d", 0o600)
    # hdfs-native takes the name from the environment whenever it connects.
    monkeypatch.setenv("HADOOP_USER_NAME", "somebody")
    monkeypatch.setattr(connection, "_open", {})
    other, _ = hdfs_client(f"{hdfs.url}/", os.environ, 20)
    assert other.access.user == "somebody"
    lost: list[tuple[str, str]] = []
    found = [item.key for item in other.below(folder, lambda key, error: lost.append((key, error.status)))]
    assert found == [f"{folder}a/1", f"{folder}c/3", f"{folder}d"]
    assert lost == [(f"{folder}b/", "denied")]
    with pytest.raises(StorageError) as below:
        list(other.below(folder))
    assert status(below) == "denied"
    with pytest.raises(StorageError, match="somebody") as read:
        other.fetch(f"{folder}d", 0, 1)
    assert status(read) == "denied"
    with pytest.raises(StorageError) as put:
        other.put(f"{folder}new", b"")
    assert status(put) == "denied"
    monkeypatch.undo()
    assert names(client, folder) == [f"{folder}a/", f"{folder}b/", f"{folder}c/", f"{folder}d"]


def test_the_name_of_who_made_the_client_travels(hdfs: Hadoop, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_open", {})
    monkeypatch.setenv("HADOOP_USER_NAME", "of the node")
    other, _ = hdfs_client(f"{hdfs.url}/", {"HADOOP_USER_NAME": "somebody"}, 20)
    with pytest.raises(StorageError, match="user=somebody"):
        other.put(f"{folder}new", b"")


def test_hdfs_by_the_clusters_files(hdfs: Hadoop, client: HdfsClient, folder: str) -> None:
    client.put(f"{folder}a", b"a")
    for entry in (f"hdfs:///{folder}a", f"/{folder}a", f"hdfs:/{folder}a", f"hdfs:///{folder}/a"):
        other, key = hdfs_client(entry, hdfs.environment)
        assert key == f"{folder}a"
        assert other.root == client.root
        assert other.read(key) == b"a"
    assert dict(other.access.properties) == {"dfs.replication": "1"}


@pytest.mark.parametrize("host", ["closed", "unknown", "silent"])
def test_a_wrong_namenode(host: str) -> None:
    with silent() as port:
        place = {"closed": f"{HOST}:{free_port()}", "unknown": "no-such-host.invalid:8020", "silent": f"{HOST}:{port}"}
        client, key = hdfs_client(f"hdfs://{place[host]}/a", {}, 60)
        start = time.monotonic()
        with pytest.raises(StorageError) as found:
            client.check()
        assert time.monotonic() - start < 10
        assert status(found) == "timed_out"
        assert place[host] in str(found.value)
    assert key == "a"
