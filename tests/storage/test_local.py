"""Listing and opening files of this machine."""

from __future__ import annotations

import errno
import os
import pickle
import socket
import subprocess
from pathlib import Path

import pytest

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.metadata.errors import Truncated
from metadata_digger.storage import Entry, Fault, LocalStorage
from metadata_digger.storage.urls import path_of, url_of
from misbehaving import tear

STORAGE = LocalStorage()


def tree(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return root


def listed(*paths: object, skip: tuple[str, ...] = ()) -> list[str]:
    """Paths of the files found, relative to the first input path."""
    first = str(paths[0]).removeprefix("file://").removeprefix("file:")
    return [
        os.path.relpath(path_of(found.url), first)
        for found in STORAGE.walk([str(path) for path in paths], skip)
        if isinstance(found, Entry)
    ]


def faults(*paths: Path) -> list[tuple[str, str, str]]:
    return [
        (Path(path_of(found.url)).name, found.status, found.reason)
        for found in STORAGE.walk([str(path) for path in paths])
        if isinstance(found, Fault)
    ]


def test_walks_recursively_sorted_within_each_directory_with_hidden_files(tmp_path: Path) -> None:
    tree(tmp_path, "b/2.jpg", "b/10.jpg", "a.jpg", ".hidden.jpg", "c.jpg", "b/.deep/x.jpg", "Z.jpg", "empty/x/y/z.jpg")
    assert listed(tmp_path) == [
        ".hidden.jpg",
        "Z.jpg",
        "a.jpg",
        "b/.deep/x.jpg",
        "b/10.jpg",
        "b/2.jpg",
        "c.jpg",
        "empty/x/y/z.jpg",
    ]


def test_an_entry_tells_base_url_size_and_time(tmp_path: Path) -> None:
    tree(tmp_path, "d/a.jpg")
    os.utime(tmp_path / "d/a.jpg", (1_000_000_000, 1_234_567_890.5))
    assert list(STORAGE.walk([f"{tmp_path}/"])) == [
        Entry(f"file://{tmp_path}/", f"file:{tmp_path}/d/a.jpg", 7, 1_234_567_890.5)
    ]


@pytest.mark.parametrize(
    ("form", "base"),
    [
        ("{}", "{}"),
        ("{}/", "{}/"),
        ("file:{}", "{}"),
        ("file://{}", "{}"),
        ("{}/../in", "{}/../in"),
        ("{}/./", "{}/./"),
    ],
)
def test_an_entry_is_the_base_as_it_stands_there(tmp_path: Path, form: str, base: str) -> None:
    root = tree(tmp_path / "in", "a.jpg")
    path = form.format(root)
    STORAGE.check([path])
    assert [(found.base, found.url) for found in STORAGE.walk([path])] == [
        (f"file://{base.format(root)}", f"file:{root}/a.jpg")
    ]


def test_a_relative_entry_is_an_absolute_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree(tmp_path / "in", "a.jpg")
    monkeypatch.chdir(root)
    assert [found.base for found in STORAGE.walk(["../in/"])] == [f"file://{root}"]


def test_a_relative_path_and_one_with_spaces_and_percent_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, "my photos %41/100%.jpg")
    monkeypatch.chdir(tmp_path)
    assert [found.url for found in STORAGE.walk(["my photos %41"])] == [f"file:{tmp_path}/my photos %41/100%.jpg"]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["", "a"], ["a/1.jpg", "a/2.jpg", "b/1.jpg"]),
        (["", "a/1.jpg"], ["a/1.jpg", "a/2.jpg", "b/1.jpg"]),
        (["a/2.jpg", "a/2.jpg"], ["a/2.jpg"]),
        (["a", "", "b/*"], ["a/1.jpg", "a/2.jpg", "b/1.jpg"]),
        (["a/2.jpg", ""], ["a/1.jpg", "a/2.jpg", "b/1.jpg"]),
        (["*/1.jpg"], ["a/1.jpg", "b/1.jpg"]),
        (["**/2.*"], ["a/2.jpg"]),
        (["[ab]"], ["a/1.jpg", "a/2.jpg", "b/1.jpg"]),
    ],
)
def test_nothing_comes_twice(tmp_path: Path, paths: list[str], expected: list[str]) -> None:
    tree(tmp_path, "a/1.jpg", "a/2.jpg", "b/1.jpg")
    found = [found.url for found in STORAGE.walk([f"{tmp_path}/{path}" for path in paths])]
    assert sorted(found) == [f"file:{tmp_path}/{name}" for name in expected]


def test_a_glob_is_the_base_of_what_it_matches_and_a_name_with_brackets_is_none(tmp_path: Path) -> None:
    tree(tmp_path, "a/1.jpg", "[x].jpg")
    assert [found.base for found in STORAGE.walk([f"{tmp_path}/*/*.jpg"])] == [f"file://{tmp_path}/*/*.jpg"]
    assert [found.url for found in STORAGE.walk([f"{tmp_path}/[x].jpg"])] == [f"file:{tmp_path}/[x].jpg"]


@pytest.mark.parametrize("paths", [["", "/a/x", "/a"], ["/a", "", "/a/x"], ["/a/x", "/a", "/a/x", ""]])
def test_the_nearest_directory_that_is_an_entry_is_the_base(tmp_path: Path, paths: list[str]) -> None:
    tree(tmp_path, "1.jpg", "a/2.jpg", "a/x/3.jpg", "a/x/y/4.jpg", "b/5.jpg")
    found = STORAGE.walk([f"{tmp_path}{path}" for path in paths])
    assert sorted((found.url.removeprefix(f"file:{tmp_path}/"), found.base) for found in found) == [
        ("1.jpg", f"file://{tmp_path}"),
        ("a/2.jpg", f"file://{tmp_path}/a"),
        ("a/x/3.jpg", f"file://{tmp_path}/a/x"),
        ("a/x/y/4.jpg", f"file://{tmp_path}/a/x"),
        ("b/5.jpg", f"file://{tmp_path}"),
    ]


@pytest.mark.parametrize("pattern", ["*", "**", "**/*", "**/*.jpg"])
def test_a_directory_that_is_an_entry_is_nearer_than_a_glob(tmp_path: Path, pattern: str) -> None:
    tree(tmp_path, "1.jpg", "a/2.jpg", "b/3.jpg")
    (tmp_path / "z").symlink_to("a")
    for paths in ([pattern, "a"], ["a", pattern]):
        found = list(STORAGE.walk([f"{tmp_path}/{path}" for path in paths]))
        bases = {Path(path_of(one.url)).name: one.base.removeprefix(f"file://{tmp_path}/") for one in found}
        assert bases == {"1.jpg": pattern, "2.jpg": "a", "3.jpg": pattern, "z": pattern}


def test_every_missing_input_path_is_named(tmp_path: Path) -> None:
    tree(tmp_path, "a.jpg")
    (tmp_path / "link").symlink_to("share")
    paths = ["", "/gone", "/*.png", "/[a", "/[]", "/a.jpg/b", "/link"]
    with pytest.raises(ConfigError) as raised:
        STORAGE.check([*(f"{tmp_path}{path}" for path in paths), "s3://bucket/x"])
    unclosed = "; a [ needs its ], as in [a-f], and [[] is a bracket itself"
    assert str(raised.value).splitlines() == [
        f"input.paths: {tmp_path}/gone does not exist: correct it, or mount what it lies on",
        f"input.paths: nothing matches {tmp_path}/*.png",
        f"input.paths: nothing matches {tmp_path}/[a{unclosed}",
        f"input.paths: nothing matches {tmp_path}/[]{unclosed}",
        f"input.paths: {tmp_path}/a.jpg/b does not exist: correct it, or mount what it lies on",
        f"input.paths: {tmp_path}/link is a symbolic link to nothing: mount what it leads to, or correct it",
        "input.paths: s3://bucket/x is no path of this machine; input.storage.name says where to look",
    ]


def test_an_entry_that_cannot_be_read_is_no_fault_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tear(monkeypatch, tmp_path.name, -1)
    with pytest.raises(StorageError, match="cannot be read: Permission denied"):
        STORAGE.check([str(tmp_path)])


def test_what_is_no_file_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        (tmp_path / "null").symlink_to("/dev/null")
        (tmp_path / "nowhere").symlink_to("missing")
        (tmp_path / "self").symlink_to("self")
        assert faults(tmp_path) == [
            ("fifo", "filtered", "not a file: a FIFO"),
            ("nowhere", "not_found", "symbolic link to nothing"),
            ("null", "filtered", "not a file: a character device"),
            ("self", "failed", os.strerror(errno.ELOOP)),
            ("socket", "filtered", "not a file: a socket"),
        ]
    with pytest.raises(StorageError, match="a FIFO"):
        STORAGE.open(Entry("", url_of(str(tmp_path / "fifo")), 0, None))


def test_links_to_directories_are_followed_once_and_loops_noticed(tmp_path: Path) -> None:
    tree(tmp_path, "in/real/a.jpg", "outside/b.jpg")
    (tmp_path / "in/alias").symlink_to("real")
    (tmp_path / "in/real/up").symlink_to("..")
    (tmp_path / "in/there").symlink_to(tmp_path / "outside")
    (tmp_path / "in/there too").symlink_to(tmp_path / "outside")
    (tmp_path / "outside/back").symlink_to(tmp_path / "in")
    assert listed(tmp_path / "in") == ["real/a.jpg", "there/b.jpg"]
    again = ("filtered", "symbolic link to a directory that is listed already")
    assert faults(tmp_path / "in") == [(name, *again) for name in ("alias", "up", "there too", "back")]


def test_links_to_files_are_files_of_their_own(tmp_path: Path) -> None:
    tree(tmp_path, "a.jpg")
    (tmp_path / "b.jpg").symlink_to("a.jpg")
    assert listed(tmp_path) == ["a.jpg", "b.jpg"]


def test_a_directory_that_cannot_be_listed_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, "a/1.jpg", "locked/2.jpg", "z.jpg")
    tear(monkeypatch, "/locked", -1)  # the tests may run as root, who may list everything
    assert listed(tmp_path) == ["a/1.jpg", "z.jpg"]
    assert faults(tmp_path) == [("locked", "denied", "Permission denied")]


def test_stages_and_skipped_directories_are_not_entered(tmp_path: Path) -> None:
    tree(tmp_path, "a.jpg", ".out.metadata-digger/1/parts/0.parquet", "out/out.csv", "sub/out/b.jpg")
    (tmp_path / "link").symlink_to("out")
    assert listed(tmp_path, skip=(str(tmp_path / "out"),)) == ["a.jpg", "sub/out/b.jpg"]


def test_a_tree_deeper_than_the_recursion_limit(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1_100):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("a.jpg", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    assert listed(tmp_path) == ["d/" * 1_100 + "a.jpg"]
    subprocess.run(["rm", "-r", str(tmp_path / "d")], check=True)  # shutil.rmtree recurses


@pytest.mark.parametrize(
    "name",
    ["zażółć gęślą.jpg", "日本.jpg", "😀.jpg", "line\nbreak.jpg", 'quote".jpg', "100%.jpg", "%FF.jpg", "a\\b.jpg"],
)
def test_names_that_are_text_stay_as_they_are(tmp_path: Path, name: str) -> None:
    tree(tmp_path, name)
    (found,) = STORAGE.walk([str(tmp_path)])
    assert found.url == f"file:{tmp_path}/{name}"
    assert read(found.url) == name.encode()


def test_names_that_are_not_utf8_survive(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    Path(os.fsdecode(folder)).mkdir()
    for name in (b"\xff.jpg", b"a b%.jpg"):
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(name)
    found = list(STORAGE.walk([str(tmp_path)]))
    assert [one.url for one in found] == [
        f"file://{tmp_path}/caf%E9/a%20b%25.jpg",
        f"file://{tmp_path}/caf%E9/%FF.jpg",
    ]
    assert [read(one.url) for one in found] == [b"a b%.jpg", b"\xff.jpg"]
    (inner, _) = STORAGE.walk([os.fsdecode(folder)])
    assert inner.base == f"file://{tmp_path}/caf%E9"
    inner.base.encode()


def read(url: str) -> bytes:
    file = STORAGE.open(Entry("", url, 0, None))
    try:
        return file.read_at(0, file.size)
    finally:
        file.close()


@pytest.mark.parametrize(
    ("offset", "length", "expected"), [(0, 5, b"hello"), (1, 3, b"ell"), (5, 0, b""), (0, 6, None), (-1, 1, None)]
)
def test_read_at(tmp_path: Path, offset: int, length: int, expected: bytes | None) -> None:
    (tmp_path / "a").write_bytes(b"hello")
    file = STORAGE.open(Entry("", url_of(str(tmp_path / "a")), 0, None))
    if expected is None:
        with pytest.raises(Truncated):
            file.read_at(offset, length)
    else:
        assert file.read_at(offset, length) == expected
    file.close()
    file.close()


def test_a_file_that_shrinks_while_it_is_open(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"hello")
    file = STORAGE.open(Entry("", url_of(str(tmp_path / "a")), 0, None))
    (tmp_path / "a").write_bytes(b"he")
    with pytest.raises(Truncated, match="2 read: the file shrank"):
        file.read_at(0, 5)
    file.close()


@pytest.mark.parametrize(
    ("error", "status"),
    [(errno.ENOENT, "not_found"), (errno.EACCES, "denied"), (errno.ETIMEDOUT, "timed_out"), (errno.EIO, "failed")],
)
def test_the_status_of_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int, status: str) -> None:
    def fail(*_: object) -> int:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(StorageError, match=os.strerror(error)) as raised:
        STORAGE.open(Entry("", "file:/a", 0, None))
    assert raised.value.status == status


def test_reading_leaves_access_times_alone(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    os.utime(path, (1, 2))
    read(url_of(str(path)))
    assert path.stat().st_atime == 1


@pytest.mark.parametrize("url", ["s3://b/a", "/abs", "file:relative"])
def test_urls_of_other_places(url: str) -> None:
    with pytest.raises(StorageError):
        STORAGE.open(Entry("", url, 0, None))


def test_storages_travel() -> None:
    assert pickle.loads(pickle.dumps(LocalStorage())) == LocalStorage()  # noqa: S301  # our own
