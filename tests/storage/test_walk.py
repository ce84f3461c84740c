"""What is walked once, what is told of, and that no directory vanishes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from metadata_digger.storage import Entry, Fault, LocalStorage
from metadata_digger.storage.urls import path_of
from misbehaving import equal_inodes, tear

AGAIN = "a directory whose files are listed under another path"
LOOP = "a directory that lies in itself: its files are listed above it"
OUTPUT = "an output of Metadata Digger, known by its _run/run.json"
STAGE = "an unfinished run's directory"


def tree(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


def walked(root: Path, *paths: str, skip: tuple[str, ...] = ()) -> tuple[list[str], list[tuple[str, str, str]]]:
    """Files, and faults with status and reason, by their paths below the root."""
    found = list(LocalStorage().walk([f"{root}/{path}" for path in paths or ("",)], [f"{root}/{one}" for one in skip]))
    names = {one.url: os.path.relpath(path_of(one.url), root) for one in found}
    faults = [(names[one.url], one.status, one.reason) for one in found if isinstance(one, Fault)]
    return [names[one.url] for one in found if isinstance(one, Entry)], faults


COLLIDING = ["col/a/1.jpg", "col/b/1.jpg", "col/b/deep/er/2.jpg", "col/c/c/c/3.jpg", "z.jpg"]


@pytest.mark.parametrize("paths", [("",), ("col", ""), ("**",), ("**/*.jpg",), ("col/a", "col/*", "")])
def test_directories_of_one_inode_are_all_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, paths: tuple[str, ...]
) -> None:
    tree(tmp_path, *COLLIDING)
    equal_inodes(monkeypatch, lambda path: "/col/" in path)
    found, faults = walked(tmp_path, *paths)
    assert (sorted(found), faults) == (COLLIDING, [])


def test_directories_of_one_inode_in_globs_and_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, *COLLIDING)
    (tmp_path / "list.txt").write_text("\n".join(f"{tmp_path}/{name}" for name in COLLIDING))
    equal_inodes(monkeypatch, lambda path: "/col/" in path)
    assert walked(tmp_path, "col/*/1.jpg") == (COLLIDING[:2], [])
    found = list(LocalStorage().walk([f"@{tmp_path}/list.txt", f"{tmp_path}/col"]))
    assert sorted(path_of(one.url) for one in found) == [f"{tmp_path}/{name}" for name in COLLIDING]


def test_a_tree_that_shows_itself_within_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As some FUSE file systems do; here the way that has no end is told by os.path.isdir."""
    tree(tmp_path, "col/a/all/1.jpg", "col/all/1.jpg")
    equal_inodes(monkeypatch, lambda path: path.rstrip("/").endswith(("/a", "/all")) and "/a" in path)
    monkeypatch.setattr(os.path, "isdir", lambda path: True)
    monkeypatch.setattr(os, "listdir", lambda path: ["1.jpg", "all"])
    assert walked(tmp_path, "col") == (["col/all/1.jpg"], [("col/a/all", "filtered", LOOP)])


def test_a_directory_reached_through_a_link_above_it_is_told_of(tmp_path: Path) -> None:
    tree(tmp_path, "in/a.jpg", "outside/x/b.jpg", "outside/c.jpg")
    (tmp_path / "in/1").symlink_to(tmp_path / "outside/x")
    (tmp_path / "in/2").symlink_to(tmp_path / "outside")
    (tmp_path / "in/3").symlink_to(tmp_path)
    assert walked(tmp_path, "in") == (
        ["in/a.jpg", "in/1/b.jpg", "in/2/c.jpg"],
        [
            ("in/2/x", "filtered", AGAIN),
            ("in/3/in", "filtered", AGAIN),
            ("in/3/outside", "filtered", AGAIN),
        ],
    )


def test_an_entry_that_is_named_twice_is_no_news(tmp_path: Path) -> None:
    tree(tmp_path, "in/a/1.jpg", "in/b/2.jpg")
    assert walked(tmp_path, "in", "in", "in/*", "in/a", "in/a/1.jpg") == (["in/b/2.jpg", "in/a/1.jpg"], [])


WITH_MOUNTS = """
mount --bind col/a col/b && mount --bind col "col/a loop/up" && mount --bind . col/z/up && exec "$0" -c '
import os, sys
from metadata_digger.storage import LocalStorage
for one in LocalStorage().walk(["col"]): print(one.url.removeprefix(f"file:{os.getcwd()}/"), getattr(one, "status", ""))
'
"""


def test_bind_mounts(tmp_path: Path) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("no unshare")
    tree(tmp_path, "col/a/1.jpg", "col/b/hidden.jpg", "col/a loop/up/hidden.jpg", "col/z/up/hidden.jpg")
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", WITH_MOUNTS, sys.executable]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    if "mount" in done.stderr or "unshare" in done.stderr:
        pytest.skip(f"this machine lets nobody mount: {done.stderr}")
    assert done.stdout.splitlines() == [
        "col/a/1.jpg ",
        "col/a loop/up filtered",
        "col/b/1.jpg ",
        "col/z/up/col filtered",
    ]


@pytest.mark.parametrize(("path", "first"), [("", ["in/a.jpg"]), ("in/*", []), ("**/*.jpg", [])])
def test_what_was_listed_before_an_error_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, first: list[str]
) -> None:
    tree(tmp_path, "in/a.jpg", "in/torn/1.jpg", "in/torn/2.jpg", "in/torn/3.jpg", "in/z.jpg")
    tear(monkeypatch, "/torn", 2)
    found, faults = walked(tmp_path, path)
    assert sorted(found) == ["in/a.jpg", "in/torn/1.jpg", "in/torn/2.jpg", "in/z.jpg"]
    assert faults == [("in/torn", "failed", "Input/output error")]
    assert found[: len(first)] == first


def output(folder: Path, *, name: str = "result", **changes: object) -> Path:
    """What a run leaves."""
    record = {"run": "1f", "version": "1", "action": "full", "started": "2026-01-01", "files": {f"{name}.csv": {}}}
    tree(folder, f"{name}.csv", "_run/failed.jsonl", "_run/rows/000000000000-000001.part")
    (folder / "_run/run.json").write_text(json.dumps(record | changes))
    return folder


@pytest.mark.parametrize("path", ["", "*", "**", "old", "old/_run", "old/result.csv", "old/*.csv"])
def test_an_old_output_is_no_input(tmp_path: Path, path: str) -> None:
    output(tree(tmp_path, "a.jpg") / "old")
    named = {"old/_run": path, "old/result.csv": path}.get(path, "old")
    assert walked(tmp_path, path) == (["a.jpg"] if path in ("", "*", "**") else [], [(named, "filtered", OUTPUT)])


def test_a_link_to_an_old_output_or_a_stage_is_told_of(tmp_path: Path) -> None:
    output(tmp_path / "elsewhere/old")
    tree(tmp_path, "in/a.jpg", "elsewhere/.x.metadata-digger/lock")
    (tmp_path / "in/1").symlink_to(tmp_path / "elsewhere/old/_run")
    (tmp_path / "in/2").symlink_to(tmp_path / "elsewhere/.x.metadata-digger")
    told = [("in/1", "filtered", OUTPUT), ("in/2", "filtered", STAGE)]
    assert walked(tmp_path, "in") == (["in/a.jpg"], told)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda old: tree(old, "a.jpg"),
        lambda old: tree(old, "sub/a.jpg"),
        lambda old: tree(old, "_run/a.jpg"),
        lambda old: output(old, files={"result.csv": {}, "result.jpg": {}}, name="result") and tree(old, "result.jpg"),
        lambda old: (old / "_run/run.json").write_text('{"run": "1f"}'),
        lambda old: (old / "_run/run.json").write_text("[" * 100_000),
        lambda old: (old / "_run/run.json").write_bytes(b"\xff"),
    ],
)
def test_what_only_looks_like_an_output_is_read(tmp_path: Path, spoil: object) -> None:
    output(tmp_path / "old")
    spoil(tmp_path / "old")  # type: ignore[operator]
    found, faults = walked(tmp_path)
    assert len(found) == sum(len(files) for _, _, files in os.walk(tmp_path))
    assert faults == []


def test_stages_of_others_are_told_of_and_this_runs_own_are_not(tmp_path: Path) -> None:
    tree(tmp_path, "a.jpg", ".out.metadata-digger/1/listing", ".x.metadata-digger/lock", "out/out.csv")
    assert walked(tmp_path, skip=("out",)) == (["a.jpg"], [(".x.metadata-digger", "filtered", STAGE)])


def test_files_are_counted_by_the_entry_that_gave_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, "a/1.jpg", "a/sub/2.jpg", "b/3.jpg", "b/4.jpg", "c/5.jpg", "d/6.jpg", "e/7.jpg")
    (tmp_path / "a/link").symlink_to(tmp_path / "d")
    (tmp_path / "a/nowhere").symlink_to("missing")
    (tmp_path / "list").write_text(f"{tmp_path}/c/5.jpg\n{tmp_path}/gone.jpg\n")
    monkeypatch.chdir(tmp_path)
    listed: Counter[str] = Counter()
    entries = ["a/", "e*/*", "b", "@list", "a/sub"]
    assert len(list(LocalStorage().walk(entries, (), None, listed))) == 9
    base = f"file://{tmp_path}"
    assert listed == {f"{base}/a": 2, f"{base}/a/sub": 1, f"{base}/e*/*": 1, f"{base}/b": 2, f"@{base}/list": 1}
