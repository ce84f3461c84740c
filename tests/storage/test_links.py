"""input.links."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from metadata_digger.storage import Entry, LocalStorage
from metadata_digger.storage.model import Found
from metadata_digger.storage.patterns import Patterns
from metadata_digger.storage.urls import path_of

LEAVES = "symbolic link out of the input (input.links=inside)"
SKIPPED = "symbolic link (input.links=skip)"


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A disk with links out of it and within it, beside somebody's own files."""
    for name in ("disk/a.jpg", "disk/sub/b.jpg", "own/c.jpg", "own/deep/d.jpg", "diskette/e.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for name, target in {
        "1-out": tmp_path / "own",
        "2-out.jpg": tmp_path / "own/c.jpg",
        "3-in": "sub",
        "4-in.jpg": "sub/../a.jpg",
        "5-near.jpg": "../diskette/e.jpg",
        "6-nowhere": "/no/such/place",
        "sub/7-nowhere": "missing",
    }.items():
        (tmp_path / "disk" / name).symlink_to(target)
    return tmp_path


def told(root: Path, found: list[Found]) -> dict[str, str]:
    return {
        os.path.relpath(path_of(one.url), root): one.note if isinstance(one, Entry) else f"{one.status}: {one.reason}"
        for one in found
    }


def out(root: Path, name: str) -> str:
    return f"symbolic link out of the input: it is file:{root}/{name}"


def everything(root: Path, policy: str) -> dict[str, str]:
    """What becomes of each."""
    leaves = {"inside": f"filtered: {LEAVES}", "skip": f"filtered: {SKIPPED}"}.get(policy)
    inner = f"filtered: {SKIPPED}" if policy == "skip" else None
    outside = (
        {"1-out": leaves}
        if leaves
        else {"1-out/c.jpg": out(root, "own/c.jpg"), "1-out/deep/d.jpg": out(root, "own/deep/d.jpg")}
    )
    return {
        "a.jpg": "",
        "sub/b.jpg": "",
        **outside,
        "2-out.jpg": leaves or out(root, "own/c.jpg"),
        "3-in": inner or "filtered: symbolic link to a directory that is listed already",
        "4-in.jpg": inner or "",
        "5-near.jpg": leaves or out(root, "diskette/e.jpg"),
        "6-nowhere": leaves or "not_found: symbolic link to nothing",
        "sub/7-nowhere": inner or "not_found: symbolic link to nothing",
    }


@pytest.mark.parametrize("entry", ["disk", "alias", "disk/*", "disk/**", "disk/**/*", "alias/**/*"])
@pytest.mark.parametrize("policy", ["follow", "inside", "skip"])
def test_links_in_an_entry(disk: Path, policy: str, entry: str) -> None:
    (disk / "alias").symlink_to("disk")  # an entry that is a link is followed: it was named
    found = list(LocalStorage(links=policy).walk([f"{disk}/{entry}"]))
    assert told(disk / entry.partition("/")[0], found) == everything(disk, policy)


def test_a_name_that_is_not_utf8_in_a_note(disk: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(disk) + b"/own/\xff.jpg"))
    odd.touch()
    (disk / "disk/8.jpg").symlink_to(odd)
    found = told(disk / "disk", list(LocalStorage().walk([f"{disk}/disk"])))
    assert found["8.jpg"] == f"symbolic link out of the input: it is file://{disk}/own/%FF.jpg"


@pytest.mark.parametrize("policy", ["follow", "inside", "skip"])
def test_links_that_a_list_names(disk: Path, policy: str) -> None:
    lines = ["a.jpg", "2-out.jpg", "4-in.jpg", "1-out", "sub"]
    (disk / "list").write_text("".join(f"{disk}/disk/{line}\n" for line in lines))
    found = told(disk / "disk", list(LocalStorage(links=policy).walk([f"@{disk}/list"])))
    left_out = {"inside": f"filtered: {LEAVES}", "skip": f"filtered: {SKIPPED}"}.get(policy)
    expected = dict.fromkeys(("2-out.jpg", "4-in.jpg", "1-out"), left_out or "")
    if left_out is None:
        # In a list each line is an entry of its own, so whatever a link leads to is outside.
        expected = {"2-out.jpg": out(disk, "own/c.jpg"), "4-in.jpg": out(disk, "disk/a.jpg")}
        expected |= {f"1-out/{name}": out(disk, f"own/{name}") for name in ("c.jpg", "deep/d.jpg")}
    nowhere = left_out if policy == "skip" else "not_found: symbolic link to nothing"
    assert found == {"a.jpg": "", "sub/b.jpg": "", "sub/7-nowhere": nowhere, **expected}


def test_what_patterns_leave_out_has_no_row(disk: Path) -> None:
    storage = LocalStorage(Patterns(("*.jpg",), ("1-out/", "2*", "3-in/")), "inside")
    found = told(disk / "disk", list(storage.walk([f"{disk}/disk"])))
    assert found == {"a.jpg": "", "sub/b.jpg": "", "4-in.jpg": "", "5-near.jpg": f"filtered: {LEAVES}"}
