"""input.include and input.exclude: which paths a pattern is of, and what is walked because of it."""

from __future__ import annotations

import pickle
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.storage import Entry, LocalStorage, Patterns
from metadata_digger.storage.patterns import Matcher
from metadata_digger.storage.urls import path_of

# Pattern, files that it is of, files that it is not of.
TABLE = [
    ("*.jpg", ["a.jpg", "A.JPG", "d/e/a.jpg", ".jpg", "a.jpg/b"], ["a.jpeg", "jpg", "a.jpg.txt"]),
    ("IMG_????.*", ["img_1234.png", "d/IMG_1234.jpg"], ["IMG_123.jpg", "IMG_12345.jpg"]),
    ("[a-c]?.gif", ["ax.gif", "d/C1.gif"], ["dx.gif", "a.gif", "a/.gif"]),
    ("[!a-c].gif", ["d.gif", "-.gif"], ["a.gif", "B.gif"]),
    ("a[]].x", ["a].x"], ["a.x"]),
    ("a[b", ["a[b"], ["ab"]),
    ("[z-a]", ["[z-a]"], ["z", "a", "m"]),
    ("[a--b]", ["[a--b]"], ["a"]),
    ("(a|b)+.^$", ["(a|b)+.^$"], ["a", "ab.^$"]),
    ("cache", ["cache", "cache/a", "d/cache/e/f", "d/Cache"], ["cached", "d/xcache/e"]),
    ("cache/", ["cache/a", "d/cache/e/f"], ["cache", "d/cache", "cached/a"]),
    ("/cache", ["cache", "cache/a"], ["d/cache", "d/cache/a"]),
    ("./cache/", ["cache/a"], ["cache", "d/cache/a"]),
    ("2019/**", ["2019/a", "2019/b/c"], ["2019", "2019x/a", "d/2019/a"]),
    ("2019/*.jpg", ["2019/a.jpg"], ["2019/b/c.jpg", "d/2019/a.jpg"]),
    ("2019/**/x.jpg", ["2019/x.jpg", "2019/b/c/x.jpg"], ["2019/b/y.jpg", "x.jpg"]),
    ("**/raw/*.nef", ["raw/a.nef", "d/e/raw/a.nef"], ["d/raw/e/a.nef", "draw/a.nef"]),
    ("**/raw/**", ["raw/a", "d/raw/e/a"], ["raw", "draw/a"]),
    ("*/b", ["a/b", "a/b/c"], ["b", "a/a/b"]),
    ("**", ["a", "a/b"], []),
    ("*", ["a", "a/b", ".x"], []),
    ("a\nb*", ["a\nbc"], ["a"]),
    ("ŻÓŁW.*", ["żółw.jpg", "d/Żółw.png"], ["zolw.jpg"]),
]


@pytest.mark.parametrize(("pattern", "of", "not_of"), TABLE, ids=[row[0] for row in TABLE])
def test_files_of_a_pattern(pattern: str, of: list[str], not_of: list[str]) -> None:
    include = Matcher(Patterns(include=(pattern,)))
    assert [path for path in [*of, *not_of] if include.file(path)] == of
    for path in of:  # and the walk gets there
        parts = path.split("/")
        assert all(include.directory("/".join(parts[:number])) for number in range(1, len(parts)))
    exclude = Matcher(Patterns(exclude=(pattern,)))
    for path in [*of, *not_of]:
        parts = path.split("/")
        entered = all(exclude.directory("/".join(parts[:number])) for number in range(1, len(parts)))
        assert (entered and exclude.file(path)) == (path in not_of), path


def test_directories_that_cannot_hold_a_wanted_file_are_not_entered() -> None:
    wanted = Matcher(Patterns(include=("2019/*/raw/**", "/best/*.jpg")))
    entered = ["2019", "2019/05", "2019/05/raw", "2019/05/raw/deep/er", "best"]
    assert [path for path in [*entered, "2020", "2019/05/jpg", "x/2019"] if wanted.directory(path)] == entered
    assert Matcher(Patterns(include=("2019/**", "*.jpg"))).directory("2020")


def test_exclude_is_stronger_and_nothing_is_everything() -> None:
    both = Matcher(Patterns(include=("*.jpg", "*.png"), exclude=("draft*",)))
    assert [both.file(path) for path in ("a.jpg", "a.gif", "draft.jpg")] == [True, False, False]
    assert not both.directory("drafts")
    assert Patterns().matcher() is None
    assert pickle.loads(pickle.dumps(Patterns(("a",)))) == Patterns(("a",))  # noqa: S301  # what was just made


@given(st.text(st.sampled_from("ab*?[]!-/.^\\&|~{(+$"), max_size=12), st.text(st.sampled_from("ab[]-/."), max_size=12))
def test_any_text_is_a_pattern(pattern: str, path: str) -> None:
    matcher = Matcher(Patterns((pattern,), (pattern,)))
    matcher.file(path)
    matcher.directory(path)


def test_a_name_made_to_be_slow_is_not() -> None:
    matcher = Matcher(Patterns(("*a*a*a*b",)))
    start = time.process_time()
    assert not matcher.file("a" * 255)
    assert time.process_time() - start < 1


def walked(
    root: Path, *paths: str, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()
) -> tuple[set[str], Counter[str]]:
    left_out: Counter[str] = Counter()
    storage = LocalStorage(Patterns(include, exclude))
    found = list(storage.walk([str(root / path) for path in paths or ("",)], (), left_out))
    return {str(Path(path_of(one.url)).relative_to(root)) for one in found if isinstance(one, Entry)}, left_out


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for name in ("a.jpg", "b.TMP", "2019/c.JPG", "2019/d.png", "2019/.cache/e.jpg", "x/.cache/y/f.jpg", "x/g.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_a_walk(photos: Path) -> None:
    found, left_out = walked(photos, include=("*.jpg",), exclude=(".cache/", "b.*"))
    assert found == {"a.jpg", "2019/c.JPG", "x/g.jpg"}
    assert left_out == {"files": 2, "directories": 2}
    found, left_out = walked(photos, exclude=("2019/**",))
    assert found == {"a.jpg", "b.TMP", "x/.cache/y/f.jpg", "x/g.jpg"}
    assert left_out == {"directories": 1}
    assert walked(photos)[1] == {}


def test_patterns_are_relative_to_the_entry_and_a_file_has_its_name_alone(photos: Path) -> None:
    assert walked(photos, "2019", "x", include=("/*.jpg",))[0] == {"2019/c.JPG", "x/g.jpg"}
    assert walked(photos, "2019/d.png", "a.jpg", include=("*.jpg",)) == ({"a.jpg"}, {"files": 1})
    assert walked(photos, "*/", include=(".cache/",))[0] == {"2019/.cache/e.jpg", "x/.cache/y/f.jpg"}


def test_links_and_what_is_no_file_are_left_out_too(photos: Path) -> None:
    (photos / "link").symlink_to("2019")
    (photos / "nowhere.jpg").symlink_to("missing")
    (photos / "link to x").symlink_to("x")
    storage = LocalStorage(Patterns((), ("nowhere*", "2019", "link to x", "x")))
    left_out: Counter[str] = Counter()
    found = [path_of(one.url) for one in storage.walk([str(photos)], (), left_out)]
    assert found == [f"{photos}/a.jpg", f"{photos}/b.TMP"] + [
        f"{photos}/link/{name}" for name in (".cache/e.jpg", "c.JPG", "d.png")
    ]
    assert left_out == {"files": 1, "directories": 3}
