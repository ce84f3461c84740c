"""A run killed at any step of its publishing: what is there is the old output or the new one, and the next run goes on
to what an unbroken one makes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from acting_steps import ActingStep
from serving import FolderSink
from test_kills import Wanted, found
from test_local import contents, files, job

from metadata_digger.run.engines.local import run
from metadata_digger.run.job import Job, Progress
from metadata_digger.run.stage import parts
from metadata_digger.run.stage import place as stage
from metadata_digger.sinks import CsvSink
from metadata_digger.steps.hash import HashStep

STEPS = ("link", "mkdir", "rename", "replace", "rmdir", "unlink")


class Moments:
    """Copies of a directory, one before each step that changes its names; a killed process leaves no other states."""

    def __init__(self, place: Path, target: Path) -> None:
        self.place, self.target = place, target
        self.seen: list[Path] = []
        self._last: list[tuple[str, int]] = []
        self._working = False

    @contextmanager
    def watched(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Progress]:
        """Gives a run's progress: the moments begin when all files are done."""
        with monkeypatch.context() as patch:

            def begin(done: int, total: int | None, *_: object) -> None:
                if done == total and not self._working:
                    self._working = True
                    for name in STEPS:
                        patch.setattr(os, name, self._before(getattr(os, name)))

            yield begin
        self._working = False

    def _before(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*given: Any, **named: Any) -> Any:
            self._look()
            return step(*given, **named)

        return stepping

    def _look(self) -> None:
        now = [
            (str(path.relative_to(self.place)), 0 if path.is_dir() else path.stat().st_size)
            for path in sorted(self.place.rglob("*"))
        ]
        if self._working and now != self._last:
            self._working, self._last = False, now  # copying takes steps too
            self.seen.append(self.target / str(len(self.seen)))
            shutil.copytree(self.place, self.seen[-1])
            self._working = True

    def restore(self, moment: Path) -> None:
        shutil.rmtree(self.place)
        shutil.copytree(moment, self.place)


class Left(NamedTuple):
    """What is told of an output, and what is kept for an update."""

    told: Wanted
    kept: list[tuple[str, str]]


def left(output: Path) -> Left:
    rows = output / "_run" / "rows"
    batches = (
        batch for name in parts.names(rows) for batch in parts.every_row(parts.path_of(rows, name), ("id", "status"))
    )
    return Left(found(output), sorted((row["id"], row["status"]) for batch in batches for row in batch.to_pylist()))


def can_exchange(folder: Path) -> bool:
    one, other = folder / "one", folder / "other"
    one.mkdir()
    other.touch()
    return stage.exchange(one, other)


def into_a_server(tmp_path: Path) -> Job:
    """It refuses two."""
    (tmp_path / "server").mkdir()
    sink = FolderSink(str(tmp_path / "server"))
    return job(tmp_path, cores=1, sinks=(sink,), steps=(ActingStep(), HashStep(("md5",))))


def into_a_server_without_equal_files(tmp_path: Path) -> Job:
    """There are two."""
    return replace(into_a_server(tmp_path), distinct=("hash_md5",))


def into_files(tmp_path: Path) -> Job:
    return job(tmp_path, cores=1, sinks=(CsvSink(),), files_number=2)


@pytest.mark.parametrize(
    ("kind", "way", "exchanging"),
    [
        (into_a_server_without_equal_files, {}, True),
        (into_a_server, {"update": "time"}, True),
        (into_files, {"update": "time"}, True),
        (into_files, {"overwrite": True}, False),
    ],
)
def test_killed_at_any_step_of_publishing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Callable[[Path], Job], way: dict[str, Any], exchanging: bool
) -> None:
    """`exchanging`: whether the file system can exchange two names."""
    if not exchanging:
        monkeypatch.setattr(stage, "exchange", lambda first, second: False)
    elif not can_exchange(tmp_path):
        pytest.skip("two names cannot be exchanged here")
    root = files(tmp_path / "in", *(f"{number:03d}.jpg" for number in range(6)), "bad-1.jpg", "bad-2.jpg")
    for name in ("000.jpg", "004.jpg"):
        shutil.copy(root / name, root / f"twin of {name}")
    place = tmp_path / "place"
    work = replace(kind(tmp_path), output=place / "out")
    if way:
        run(work)
        files(root, "new.jpg")
    old = left(place / "out") if way else None
    moments = Moments(place, tmp_path / "moments")
    with moments.watched(monkeypatch) as begin:
        run(replace(work, **way), begin)
    new = left(place / "out")
    assert len(moments.seen) > 5
    outputs = [left(moment / "out") if (moment / "out").exists() else None for moment in moments.seen]
    assert outputs.count(new) > 2
    assert all(one in (old, new) or (one is None and not exchanging) for one in outputs)
    for moment in moments.seen:
        moments.restore(moment)
        report = run(replace(work, resume=True))
        assert left(place / "out") == new
        assert report.statuses == new.told.counts["statuses"]
        assert contents(place) == ["out"]
