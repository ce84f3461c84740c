"""Extraction in processes, and what is kept of it."""

from __future__ import annotations

import os
from pathlib import Path

import build_training
import numpy as np
import pytest
from build_training import draw_set, picture, write_base

from metadata_digger.labels.training import features
from metadata_digger.labels.training.base import load_base
from metadata_digger.labels.training.cache import Cache, Found, cache_folder, key_of


def cache(folder: Path | None = None) -> Cache:
    return Cache(folder, "key", 48)


def test_a_picture_that_ends_its_process_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "work", build_training.deadly)
    monkeypatch.setattr(features, "TASK", 3)
    paths = sorted(draw_set(tmp_path / "set", {"red": 7}).rglob("*.png"))
    poison = tmp_path / "poison.png"
    picture((1, 2, 3), 1).save(poison)
    paths.insert(4, poison)
    seen: list[tuple[int, int | None]] = []
    base = load_base(write_base(tmp_path / "base"), "flat")
    outcomes = features.extract(base, paths, cache(), 2, lambda done, total: seen.append((done, total)))
    assert [isinstance(outcome, Found) for outcome in outcomes] == [index != 4 for index in range(8)]
    assert outcomes[4] == features.KILLER
    assert seen[0] == (0, 8)
    assert seen[-1] == (8, 8)


def test_reasons(tmp_path: Path) -> None:
    base = load_base(write_base(tmp_path / "base"), "flat")
    whole = tmp_path / "a.png"
    picture((10, 20, 30), 1).save(whole)
    (tmp_path / "cut.png").write_bytes(whole.read_bytes()[:-100])
    (tmp_path / "text.txt").write_text("no picture")
    paths = [whole, tmp_path / "cut.png", tmp_path / "text.txt", tmp_path / "gone.png"]
    first, cut, *reasons = features.extract(base, paths, cache(), 1, lambda done, total: None)
    assert isinstance(first, Found)
    assert isinstance(cut, Found)
    assert (len(first.notes), len(cut.notes)) == (0, 1)
    assert reasons == [
        "no picture format that can be decoded here, or its header is broken",
        "No such file or directory",
    ]


def found(value: float = 1.5) -> Found:
    return Found(
        b"\1" * 32, np.full(48, value, np.float32), np.arange(1024, dtype=np.uint8).reshape(32, 32), ("a", "b")
    )


def test_rows_come_back_until_the_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"12345")
    rows = cache(tmp_path / "kept")
    assert rows.get(path) is None
    rows.put([(path, found())])
    rows.close()
    again = cache(tmp_path / "kept").get(path)
    assert again is not None
    assert again.features.tolist() == found().features.tolist()
    assert (again.digest, again.notes) == (found().digest, found().notes)
    assert (again.thumbnail == found().thumbnail).all()
    os.utime(path, ns=(1, 1))
    assert cache(tmp_path / "kept").get(path) is None
    assert Cache(tmp_path / "kept", "other base", 48).get(path) is None
    assert key_of(tmp_path / "gone") is None


@pytest.mark.parametrize("trouble", ["damaged", "a file in the way"])
def test_a_cache_that_cannot_be_used_is_told_of(tmp_path: Path, trouble: str) -> None:
    folder = tmp_path / "kept"
    if trouble == "damaged":
        folder.mkdir()
        (folder / "key.sqlite").write_bytes(b"no database" * 100)
    else:
        folder.write_bytes(b"")
    path = tmp_path / "a.png"
    path.write_bytes(b"12345")
    rows = cache(folder)
    assert rows.fault.startswith(f"features are not kept: {folder}: ")
    rows.put([(path, found())])
    assert rows.get(path) is not None  # for as long as this run lasts


def test_the_cache_lies_where_xdg_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "metadata-digger" / "features"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "metadata-digger" / "features"
