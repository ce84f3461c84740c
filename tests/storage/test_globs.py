"""Globs in input.paths: what they match, and that nothing is walked twice or before its time."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from metadata_digger.errors import ConfigError
from metadata_digger.storage import Entry, Fault, LocalStorage, Patterns
from metadata_digger.storage.globs import Glob, Match, is_glob
from metadata_digger.storage.urls import path_of

STORAGE = LocalStorage()
FILES = ["1.jpg", "a/1.jpg", "a/2.png", "a/b/1.jpg", "a/b/a/b/.jpg", "a-c/1.jpg", "b/.h/a/1.jpg", "b/a.jpg/b", ".h/b"]


def files(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def walked(
    root: Path, *patterns: str, skip: tuple[str, ...] = (), wanted: Patterns | None = None
) -> tuple[list[str], list[tuple[str, str]], Counter[str]]:
    """Paths of the files below the root, of faults also their status, and what the patterns left out."""
    left_out: Counter[str] = Counter()
    storage = LocalStorage(wanted or Patterns())
    found = list(
        storage.walk([f"{root}/{pattern}" for pattern in patterns], [f"{root}/{one}" for one in skip], left_out)
    )
    paths = {one.url: os.path.relpath(path_of(one.url), root) for one in found}
    entries = [paths[one.url] for one in found if isinstance(one, Entry)]
    return entries, [(paths[one.url], one.status) for one in found if isinstance(one, Fault)], left_out


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return files(tmp_path_factory.mktemp("tree"), *FILES)


@given(st.lists(st.sampled_from(["**", "*", "a", "b", "?", "[!a]", "a*", "*.jpg", ".h", "[a", "none"]), min_size=1))
@example(["**", "a", "**", "b", "**"])
@example(["**", "**"])
@example(["none", "**"])
@example(["a", "1.jpg", "**"])
def test_a_glob_matches_what_python_says_and_below_that_nothing_is_asked(tree: Path, parts: list[str]) -> None:
    pattern = "/".join([str(tree), *parts])
    assume(is_glob(pattern))
    paths = glob.iglob(pattern, recursive=True, include_hidden=True)  # noqa: PTH207  # pathlib has rules of its own
    expected = {Path(path) for path in paths if os.path.lexists(path)}  # it says "none/" of none/**
    outermost = sorted(path for path in expected if not set(path.parents) & expected)
    one = Glob(pattern, "")
    found = [found for found in one.walk(one.start, lambda *_: True) if not isinstance(found, Fault)]
    assert all(isinstance(match, Match) for match in found)
    assert [Path(match.path) for match in found] == outermost


def test_a_glob_follows_each_link_once_and_notices_loops(tmp_path: Path) -> None:
    files(tmp_path, "in/a.jpg", "in/real/b.jpg", "in/real/deep/c.jpg", "outside/d.jpg")
    for number in range(4):
        (tmp_path / f"in/loop{number}").symlink_to(".")
    (tmp_path / "in/real/back").symlink_to(tmp_path)
    (tmp_path / "in/alias").symlink_to("real/deep")
    with pytest.raises(ConfigError, match="nothing matches"):
        STORAGE.check([f"{tmp_path}/in/**/*.png"])
    again = [("in/alias", "filtered"), *((f"in/loop{number}", "filtered") for number in range(4))]
    again.append(("in/real/back/in", "filtered"))
    found, faults, _ = walked(tmp_path, "in/**/*.jpg")
    assert found == ["in/a.jpg", "in/real/b.jpg", "in/real/deep/c.jpg", "in/real/back/outside/d.jpg"]
    assert faults == again
    assert walked(tmp_path, "in/**")[:2] == (found, again)
    deep = walked(tmp_path, "in" + "/*" * 40 + "/*.jpg")[0]
    assert sorted(Path(path).name for path in deep) == ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]


def test_a_link_that_a_glob_names_is_a_way(tmp_path: Path) -> None:
    files(tmp_path, "in/a.jpg", "in/real/b.jpg")
    (tmp_path / "in/x").symlink_to(".")
    (tmp_path / "in/y").symlink_to("real")
    (tmp_path / "in/nowhere.jpg").symlink_to("missing")
    assert walked(tmp_path, "in/**/x/*.jpg")[:2] == (
        ["in/x/a.jpg"],
        [("in/x/nowhere.jpg", "not_found"), ("in/y", "filtered")],
    )
    assert walked(tmp_path, "in/y*/*.jpg", "in/re*/*.jpg")[:2] == (["in/real/b.jpg"], [])
    assert walked(tmp_path, "in/y", "in/real/*")[:2] == (["in/y/b.jpg"], [("in/real", "filtered")])
    assert walked(tmp_path, "in/*l", "in/[y]")[:2] == (["in/real/b.jpg"], [("in/y", "filtered")])
    assert walked(tmp_path, "in/real", "in/**/y/b*")[:2] == (
        ["in/real/b.jpg"],
        [("in/x", "filtered"), ("in/y", "filtered")],
    )


def test_globs_that_overlap(tmp_path: Path) -> None:
    files(tmp_path, "a/1.jpg", "a/2.png", "a/3.gif", "a/b/1.jpg", "a/b/4.tif")
    assert walked(tmp_path, "a/**/*.jpg", "a/**/*.png")[0] == ["a/1.jpg", "a/b/1.jpg", "a/2.png"]
    assert walked(tmp_path, "a/**/b", "a/**/*.jpg")[0] == ["a/b/1.jpg", "a/b/4.tif", "a/1.jpg"]
    assert sorted(walked(tmp_path, "a/**/*.jpg", "a")[0]) == sorted(walked(tmp_path, "a")[0])
    assert walked(tmp_path, "a", "a/**/*.jpg", "*/*")[0] == walked(tmp_path, "a")[0]


def test_patterns_are_about_what_is_below_the_first_two_stars(tmp_path: Path) -> None:
    files(tmp_path, "a/in/1.jpg", "a/in/cache/2.jpg", "a/in/raw/cache/3.jpg", "a/in/raw/4.nef", "a/in/raw/4.jpg")
    (tmp_path / "a/in/none.jpg").symlink_to("missing")
    wanted = Patterns((), ("/cache/", "none*"))
    assert walked(tmp_path, "*/in/**/*.jpg", wanted=wanted) == (
        ["a/in/1.jpg", "a/in/raw/4.jpg", "a/in/raw/cache/3.jpg"],
        [],
        {"directories": 1, "files": 1},
    )
    wanted = Patterns(("raw/*.nef",))
    assert walked(tmp_path, "*/in/**/raw", wanted=wanted)[0] == ["a/in/raw/4.nef"]
    assert walked(tmp_path, "*/in/raw", wanted=wanted)[0] == []  # an entry of its own, and its name above it
    assert walked(tmp_path, "*/in/raw/*", wanted=Patterns(("/*.nef",)))[0] == ["a/in/raw/4.nef"]


def test_a_directory_that_a_glob_cannot_look_into_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files(tmp_path, "a/1.jpg", "locked/1.jpg", "z/1.jpg")
    real = os.lstat, os.scandir

    def lstat(path: str) -> os.stat_result:  # the tests may run as root, who may look everywhere
        if "locked/" in path:
            raise PermissionError(13, "Permission denied", path)
        return real[0](path)

    def scandir(path: str) -> Iterator[os.DirEntry[str]]:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return real[1](path)

    monkeypatch.setattr(os, "lstat", lstat)
    monkeypatch.setattr(os, "scandir", scandir)
    for pattern in ("*/1.jpg", "*/?.jpg", "**/*.jpg"):
        assert walked(tmp_path, pattern)[:2] == (["a/1.jpg", "z/1.jpg"], [("locked", "denied")])


def test_a_glob_lists_a_directory_when_its_turn_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files(tmp_path, *(f"{number}/{name}.jpg" for number in range(5) for name in "cab"))
    scanned: list[str] = []
    real = os.scandir

    def scandir(path: str) -> Iterator[os.DirEntry[str]]:
        scanned.append(os.path.relpath(path, tmp_path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = STORAGE.walk([f"{tmp_path}/*/*.jpg"])
    assert [path_of(next(found).url)[-7:] for _ in range(4)] == ["0/a.jpg", "0/b.jpg", "0/c.jpg", "1/a.jpg"]
    assert scanned == [".", "0", "1"]
    assert all(before < after for before, after in pairwise(one.url for one in found))
    assert walked(tmp_path, "*/a.jpg")[0] == [f"{number}/a.jpg" for number in range(5)]
    assert scanned == [".", *map(str, range(5)), "."]  # of a name without stars nothing is listed


PHOTOS = ["a.jpg", "d/b.jpg", "d/out/c.jpg"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", PHOTOS),
        ("**", PHOTOS),
        ("**/*", PHOTOS),
        ("*/*", PHOTOS[1:]),
        *((pattern, []) for pattern in (".*/*", "out*/**", "[o]ut/*", "**/_run/*", "**/*.json", "*/_run", "**/lock")),
    ],
)
def test_a_glob_leaves_out_stages_and_what_is_skipped(tmp_path: Path, pattern: str, expected: list[str]) -> None:
    files(tmp_path, *PHOTOS, "out/out.csv", "out/_run/run.json", ".out.metadata-digger/lock")
    files(tmp_path, ".out.metadata-digger/1/job.json", "d/.x.metadata-digger/lock")
    for name, target in (("link", "out"), ("link2", "out/_run"), ("link3", ".out.metadata-digger/1")):
        (tmp_path / name).symlink_to(target)
    found, faults, _ = walked(tmp_path, pattern, skip=("out",))
    assert found == expected
    assert set(faults) <= {("d/.x.metadata-digger", "filtered")}
