"""Lists of paths (`@list.txt`), directories of very many names, and the memory of both."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.storage import Entry, Fault, LocalStorage
from metadata_digger.storage import names as names_module
from metadata_digger.storage.lists import paths_in
from metadata_digger.storage.names import LINK, names_in
from metadata_digger.storage.urls import path_of

STORAGE = LocalStorage()


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("a.jpg", "d/b.jpg", "d/c.jpg", "#e, f.jpg", " g.jpg "):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "in"


def rows(*paths: str) -> list[tuple[str, str, str]]:
    """Base, path and status of what is found."""
    found = STORAGE.walk(paths)
    return [(one.base, path_of(one.url), "ok" if isinstance(one, Entry) else one.status) for one in found]


def test_a_list(photos: Path) -> None:
    text = f"\ufeff{photos}/a.jpg\r\n\nin/#e, f.jpg\nin/ g.jpg \nfile:{photos}/d/c.jpg\nin/gone.jpg\nin/*.jpg"
    Path("list.txt").write_bytes(text.encode())
    STORAGE.check(["@list.txt"])
    expected = [("a.jpg", "ok"), ("#e, f.jpg", "ok"), (" g.jpg ", "ok"), ("d/c.jpg", "ok")]
    expected += [("gone.jpg", "not_found"), ("*.jpg", "not_found")]  # no globs: any name can be a file's
    assert rows("@list.txt") == [(f"file://{photos}/{name}", f"{photos}/{name}", status) for name, status in expected]


def test_nothing_comes_twice(photos: Path) -> None:
    (photos / "other").symlink_to("d")
    Path("list.txt").write_text("in/d/b.jpg\nin/a.jpg\nin/d/b.jpg\nin/other/b.jpg\n")
    listed = [f"{photos}/d/b.jpg", f"{photos}/a.jpg"]
    assert [path for _, path, _ in rows("@list.txt", "in/a.jpg")] == listed
    rest = [f"{photos}/{name}" for name in (" g.jpg ", "#e, f.jpg", "d/c.jpg")]
    assert [path for _, path, status in rows("@list.txt", "in") if status == "ok"] == [*listed, *rest]
    assert {path for _, path, status in rows("in", "@list.txt") if status == "ok"} == {*listed, *rest}


def test_a_directory_in_a_list_is_walked(photos: Path) -> None:
    Path("list.txt").write_text("in/d\n")
    assert rows("@list.txt") == [(f"file://{photos}/d", f"{photos}/d/{name}", "ok") for name in ("b.jpg", "c.jpg")]


def test_what_is_named_in_the_output_or_a_stage_is_told_of_and_not_read(photos: Path) -> None:
    inside = ["out/out.csv", "out/_run/run.json", "out/_run", "out", "link/run.json", ".out.metadata-digger/1/listing"]
    for name in ("out/out.csv", "out/_run/run.json", ".out.metadata-digger/1/listing", "output/x.jpg"):
        (photos / name).parent.mkdir(parents=True, exist_ok=True)
        (photos / name).touch()
    (photos / "link").symlink_to("out/_run")
    named = [f"in/{name}" for name in ("a.jpg", *inside, "output/x.jpg")]
    Path("list.txt").write_text("\n".join(named))
    for paths in (["@list.txt"], named, [*named[:2], "in/out/_*/*", *named[3:]]):
        found = list(STORAGE.walk(paths, ["in/out"]))
        assert [Path(path_of(one.url)).name for one in found if isinstance(one, Entry)] == ["a.jpg", "x.jpg"]
        told = [(one.status, one.reason) for one in found if isinstance(one, Fault)]
        assert told == [("filtered", "in the output or in an unfinished run's directory")] * len(inside)


def test_lines_that_are_no_paths(photos: Path) -> None:
    Path("list.txt").write_bytes(b"in/caf\xe9.jpg\n" + b"x" * 200_000 + b"\nin/a\0b.jpg\nin/a.jpg\n")
    found = list(STORAGE.walk(["@list.txt"]))
    assert [one.status if isinstance(one, Fault) else "ok" for one in found] == [
        "not_found",
        *["failed"] * 4,
        "not_found",
        "ok",
    ]
    assert found[0].url == f"file://{photos}/caf%E9.jpg"
    assert isinstance(found[5], Fault)
    assert found[5].reason == "no path: it has a NUL in it"


NULS = [b"a.jpg", b"line\nbreak.jpg", b" b.jpg\r\n", b"x" * 70_000, b"caf\xe9.jpg"]


@pytest.mark.parametrize("end", [b"\0", b""])
@pytest.mark.parametrize("first", [b"", b"\n"])
def test_a_list_with_a_nul_behind_each_path(photos: Path, first: bytes, end: bytes) -> None:
    Path("list.txt").write_bytes(b"\0".join([first + NULS[0], *NULS[1:]]) + end)
    given = list(map(os.fsencode, paths_in("list.txt")))
    assert given == [first + NULS[0], NULS[1], NULS[2], b"x" * (1 << 16), b"x" * (70_000 - (1 << 16)), NULS[4]]


def test_find_print0_is_a_list(photos: Path) -> None:
    (photos / "line\nbreak.jpg").touch()
    with subprocess.Popen(["find", "in", "-type", "f", "-print0"], stdout=subprocess.PIPE) as find:
        assert find.stdout is not None
        found = rows(f"@/dev/fd/{find.stdout.fileno()}")
    assert {path for _, path, _ in found} == set(map(str, photos.rglob("*.jpg"))) | {f"{photos}/ g.jpg "}
    assert {status for _, _, status in found} == {"ok"}


def test_a_list_in_utf16(photos: Path) -> None:
    Path("list.txt").write_text("in/a.jpg\n", "utf-16")
    with pytest.raises(ConfigError, match=r"input\.paths: @list\.txt is UTF-16, .*: save it as UTF-8"):
        rows("@list.txt")


def test_a_list_that_is_not_there(photos: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        STORAGE.check(["@gone.txt", "@in", "in"])
    assert str(raised.value).splitlines() == [
        f"input.paths: @gone.txt: the list {photos.parent}/gone.txt does not exist (./@gone.txt is a file of that "
        "name)",
        "input.paths: @in: the list is a directory; without the @ its files are the input",
    ]
    Path("@gone.txt").touch()
    STORAGE.check(["./@gone.txt"])
    assert rows("./@gone.txt") == [(f"file://{photos.parent}/@gone.txt", f"{photos.parent}/@gone.txt", "ok")]


def test_a_list_from_a_pipe(photos: Path) -> None:
    read, write = os.pipe()
    os.write(write, b"in/a.jpg\n")
    os.close(write)
    path = f"@/dev/fd/{read}"
    STORAGE.check([path])
    assert [path for _, path, _ in rows(path)] == [f"{photos}/a.jpg"]
    os.close(read)


@pytest.mark.parametrize("run", [1, 3, 7, 100])
def test_names_are_sorted_however_many_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: int) -> None:
    monkeypatch.setattr(names_module, "RUN", run)
    monkeypatch.setattr(names_module, "_BLOCK", 5)
    given = [b"b", b"a", b"\xff", "ż".encode(), b"line\nbreak", b"Z", b"10", b"9", "😀".encode(), b"c" * 200]
    for name in given:
        (tmp_path / os.fsdecode(name)).touch()
    for name in ("c", "b-link", "a link"):
        (tmp_path / name).symlink_to("b")
    plain = sorted([*map(os.fsdecode, given), "c", "b-link", "a link"])
    found = names_in(str(tmp_path), "10")
    names = list(found.names)
    assert [name.removesuffix(LINK) for name in names] == plain
    assert [name for name in names if name.endswith(LINK)] == [f"a link{LINK}", f"b-link{LINK}", f"c{LINK}"]
    assert (found.error, found.has) == (None, True)


def test_no_place_for_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abc":
        (tmp_path / name).touch()
    monkeypatch.setattr(names_module, "RUN", 2)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(StorageError, match="let TMPDIR name a directory with more room"):
        list(STORAGE.walk([str(tmp_path)]))


MEASURED = """
import resource, sys
from metadata_digger.storage import LocalStorage
count = sum(1 for _ in LocalStorage().walk(sys.argv[1:]))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak(*paths: object) -> tuple[int, int]:
    """Entries walked in a process of its own, and its peak in KiB."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *map(str, paths)], capture_output=True, text=True, check=True, env=os.environ
    )
    count, size = map(int, done.stdout.split())
    return count, size


def test_memory_does_not_grow_with_the_lines_of_a_list(photos: Path) -> None:
    for name, lines in (("short.txt", 1_000), ("long.txt", 200_000)):
        with Path(name).open("w") as file:
            file.writelines(f"in/{number:012d}.jpg\nin/a.jpg\n" for number in range(lines // 2))
    few, small = peak("@short.txt")
    many, large = peak("@long.txt")
    assert (few, many) == (501, 100_001)  # those that are missing each time, the file once
    assert large - small < 10_000


@pytest.mark.slow
def test_a_directory_of_half_a_million_names(tmp_path: Path) -> None:
    """92 MB a million when all names were held; now those of one run are."""
    (tmp_path / "few").mkdir()
    (tmp_path / "many").mkdir()
    (tmp_path / "file").touch()
    links = 500_000
    number = made = 0
    while made < links:  # a file has at most 65,000 links on ext4
        source = tmp_path / f"source{number}"
        source.touch()
        for _ in range(min(60_000, links - made)):
            os.link(source, tmp_path / "many" / f"IMG_{made:012d}.jpg")
            made += 1
        number += 1
    _, small = peak(tmp_path / "few")
    count, large = peak(tmp_path / "many")
    assert count == links
    assert large - small < 45_000
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >= large
