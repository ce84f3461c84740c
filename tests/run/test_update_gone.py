"""--update over an input that is not there, or not all of it: nothing is lost by mistake."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from serving import FolderSink
from test_local import contents, files, job, left_out, names
from test_update import FACTS, grow, hashed, same_as_fresh

from metadata_digger.errors import OutputError
from metadata_digger.run.engines.local import run
from metadata_digger.run.job import Job
from metadata_digger.run.records.record import read_record, report_of
from metadata_digger.storage import LocalStorage
from metadata_digger.storage.urls import base_of
from misbehaving import tear

REMEDY = (
    "--update: is all of it mounted, and may it be read? If these files are gone for good, say so by --accept-gone; "
    "nothing was changed"
)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(work: Job) -> list[str]:
    """The lines of the refusal, which changed nothing."""
    assert work.output is not None
    before = bytes_of(work.output)
    with pytest.raises(OutputError) as raised:
        run(work)
    assert raised.value.exit_code == 1
    assert bytes_of(work.output) == before
    *lines, last = str(raised.value).splitlines()
    assert last.endswith(REMEDY.removeprefix("--update: "))
    return lines


@pytest.mark.parametrize("by", ["time", "hash"])
def test_rows_below_a_directory_that_cannot_be_listed_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    root = files(tmp_path / "in", "a.jpg", "locked/1.jpg", "locked/sub/2.jpg", "locked0/5.jpg", "z.jpg")
    (root / os.fsdecode(b"locked/\xff.jpg")).write_bytes(b"odd")
    files(root, *(f"torn/{number}.jpg" for number in range(6)))
    (root / "locked" / "fifo").symlink_to("missing")
    run(hashed(tmp_path))
    before = names(tmp_path / "out" / "out.csv")
    grow(root / "torn" / "1.jpg")
    (root / "z.jpg").unlink()
    files(root, "new.jpg", "torn/0new.jpg")
    with monkeypatch.context() as patch:
        tear(patch, "/locked", -1)
        tear(patch, "/torn", 3)  # 0.jpg, 0new.jpg, 1.jpg
        report = run(hashed(tmp_path, update=by))
    # The two directories are two of the new rows.
    assert report.changes == {"unchanged": 3, "new": 4, "changed": 1, "gone": 1, "unlisted": 8, "moved": 0}
    before[before.index("z.jpg")] = "new.jpg"
    assert sorted(names(tmp_path / "out" / "out.csv")) == sorted([*before, "0new.jpg"])
    assert left_out(tmp_path / "out") == {
        "fifo": ("not_found", "symbolic link to nothing"),
        "locked": ("denied", "Permission denied"),
        "torn": ("failed", "Input/output error"),
    }
    assert report.failed == 3  # so the exit code is 3
    assert report.notes == ["--update: 8 rows of files in directories that could not be listed are kept as they were"]
    assert read_record(tmp_path / "out")["entries"] == {f"file://{root}": 13}
    report = run(hashed(tmp_path, update=by))
    assert report.changes == {"unchanged": 14, "new": 0, "changed": 0, "gone": 2, "moved": 0}
    assert report.failed == 1
    same_as_fresh(tmp_path, hashed(tmp_path, update=by))


def test_documents_below_a_directory_that_cannot_be_listed_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = files(tmp_path / "in", "a.jpg", "locked/1.jpg", "locked/2.jpg", "z.jpg")
    server = tmp_path / "server"
    server.mkdir()
    run(job(tmp_path, sinks=(FolderSink(str(server)),)))
    (root / "z.jpg").unlink()
    before = set(contents(server))
    tear(monkeypatch, "/locked", -1)
    run(job(tmp_path, sinks=(FolderSink(str(server)),), update="time"))
    assert len(before - set(contents(server))) == 1


def test_rows_below_a_link_to_a_share_that_is_not_mounted_stay(tmp_path: Path) -> None:
    root = files(tmp_path / "in", *(f"{number}.jpg" for number in range(9)))
    share = files(tmp_path / "share", "a.jpg", "b/c.jpg")
    (root / "link").symlink_to(share)
    run(job(tmp_path))
    share.rename(tmp_path / "elsewhere")
    report = run(job(tmp_path, update="time"))
    assert report.changes == {"unchanged": 9, "new": 1, "changed": 0, "gone": 0, "unlisted": 2}
    assert left_out(tmp_path / "out") == {"link": ("not_found", "symbolic link to nothing")}
    report = run(job(tmp_path, update="time", accept_gone=True))
    assert report.changes == {"unchanged": 10, "new": 0, "changed": 0, "gone": 2}


def test_where_all_are_read_anew_rows_that_would_be_lost_stop_the_update(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files(tmp_path / "in", *(f"{number}.jpg" for number in range(9)), "locked/1.jpg", "locked/2.jpg")
    run(job(tmp_path, facts=FACTS))
    tear(monkeypatch, "/locked", -1)
    work = job(tmp_path, facts=FACTS | {"version": "2"}, update="time")
    assert refused(work) == [
        f"--update: file:{tmp_path}/in/locked cannot be listed and has 2 rows",
    ]
    assert contents(tmp_path) == ["in", "out"]
    report = run(job(tmp_path, facts=FACTS | {"version": "2"}, update="time", accept_gone=True))
    assert (report.written, report.failed) == (9, 1)


@pytest.mark.parametrize("anew", [False, True])
@pytest.mark.parametrize("by", ["time", "hash"])
@pytest.mark.parametrize(("left", "now"), [(0, "none"), (1, "1"), (4, "4"), (5, ""), (9, "")])
def test_an_entry_that_lacks_most_of_its_files_stops_the_update(
    tmp_path: Path, left: int, now: str, by: str, anew: bool
) -> None:
    root = files(tmp_path / "in", *(f"{number}.jpg" for number in range(10)))
    run(hashed(tmp_path, facts=FACTS))
    for number in range(left, 10):
        (root / f"{number}.jpg").unlink()
    work = hashed(tmp_path, facts=FACTS | ({"version": "2"} if anew else {}), update=by)
    if now:
        assert refused(work) == [f"--update: {root} had 10 files and has {now} now"]
        assert names(tmp_path / "out" / "out.csv") == [f"{number}.jpg" for number in range(10)]
        if by == "time":
            assert contents(tmp_path) == ["in", "out"]
        # What was compared by hash is not read again.
        work = hashed(tmp_path, facts=work.facts, update=by, accept_gone=True, resume=True)
    report = run(work)
    assert report.written == left
    assert anew or report.changes["gone"] == 10 - left


def test_an_empty_mount_point_empties_no_collection(tmp_path: Path) -> None:
    root = files(tmp_path / "in", "a.jpg", "b.jpg")
    server = tmp_path / "server"
    server.mkdir()
    work = job(tmp_path, sinks=(FolderSink(str(server)),), update="time")
    run(work)
    before = contents(server)
    for path in root.iterdir():
        path.unlink()
    assert refused(work) == [f"--update: {root} had 2 files and has none now"]
    assert contents(server) == before


def emptied(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


@pytest.mark.parametrize(
    ("paths", "change", "told"),
    [
        (["a", "b"], lambda root: emptied(root / "b"), ["b had 3 files and has none now"]),
        (["a", "*/?.jpg"], lambda root: emptied(root / "b"), []),  # the glob still has c's
        (["a", "b*/*"], lambda root: (root / "b/1.jpg").unlink(), []),
        (["a", "b*/*"], lambda root: (root / "b/1.jpg").rename(root / "b/1"), []),
        (["@list"], lambda root: emptied(root / "b"), []),
        (["@list"], lambda root: (emptied(root / "a"), emptied(root / "b")), ["@list had 9 files and has 3 now"]),
        (["@list"], lambda root: (root / "list").write_text("a/0.jpg"), ["@list had 9 files and has 1 now"]),
        (["a/0.jpg", "b"], lambda root: (root / "a/0.jpg").write_text("other"), []),
    ],
)
def test_entries_of_all_kinds_are_counted(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    paths: list[str],
    change: Callable[[Path], object],
    told: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    every = [f"{folder}/{number}.jpg" for folder in "abc" for number in range(3)]
    files(tmp_path, *every)
    (tmp_path / "list").write_text("\n".join(every))
    work = job(tmp_path, paths=tuple(paths), update="time")
    run(work)
    change(tmp_path)
    if told:
        assert refused(work) == [f"--update: {line}" for line in told]
    else:
        run(work)


def test_an_entry_is_the_same_however_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = files(tmp_path / "in", *(f"{number}.jpg" for number in range(10)))
    monkeypatch.chdir(tmp_path)
    run(job(tmp_path, paths=("in/",)))
    emptied(root)
    for path in ("in", str(root), f"file://{root}/", "./in/../in"):
        assert refused(job(tmp_path, paths=(path,), update="time")) == [
            f"--update: {path} had 10 files and has none now"
        ]


def test_a_record_that_was_edited_stops_nothing(tmp_path: Path) -> None:
    root = files(tmp_path / "in", "a.jpg")
    record = tmp_path / "out" / "_run" / "run.json"
    for entries in ('{"file://ROOT": "many"}', "[]", "null"):
        run(job(tmp_path, overwrite=True))
        text = record.read_text().replace(f'{{\n    "file://{root}": 1\n  }}', entries.replace("ROOT", str(root)))
        assert entries.replace("ROOT", str(root)) in text
        record.write_text(text)
        assert run(job(tmp_path, update="time")).written == 1


@pytest.mark.parametrize("anew", [False, True])
@pytest.mark.parametrize(("left", "now"), [(0, "none"), (4, "4"), (5, "")])
def test_records_from_before_entries_were_counted(tmp_path: Path, left: int, now: str, anew: bool) -> None:
    """Outputs of earlier development versions: their rows tell how many files there were."""
    root = files(tmp_path / "in", *(f"{number}.jpg" for number in range(10)))
    (root / "fifo").symlink_to("missing")  # a row, and no file
    told = FACTS | {"config": {"input.paths": str(root)}}
    run(job(tmp_path, facts=told))
    record = tmp_path / "out" / "_run" / "run.json"
    facts = json.loads(record.read_text())
    del facts["entries"]
    record.write_text(json.dumps(facts))
    for number in range(left, 10):
        (root / f"{number}.jpg").unlink()
    later = told | {"config": told["config"] | {"input.links": "follow"}, **({"version": "2"} if anew else {})}
    work = job(tmp_path, facts=later, update="time")
    if now:
        assert refused(work) == [f"--update: {root} had 10 files and has {now} now"]
    else:
        assert run(work).written == left


def config(**changes: str) -> dict[str, Any]:
    return {"facts": {"config": {"input.paths": "in", "input.include": "*.jpg"} | changes}}


def test_other_patterns_may_leave_out_most_but_not_all(tmp_path: Path) -> None:
    from metadata_digger.storage import Patterns

    root = files(tmp_path / "in", *(f"{number}.jpg" for number in range(10)))
    run(job(tmp_path, **config(), storage=LocalStorage(Patterns(("*.jpg",)))))
    for include, told in (("9*", []), ("none", [f"--update: {root} had 10 files and has none now"])):
        changes = config(**{"input.include": include})
        work = job(tmp_path, **changes, storage=LocalStorage(Patterns((include,))), update="time")
        if told:
            assert refused(work)[0].startswith(f"--update: {root} had 1 files and has none now")
        else:
            assert run(work).written == 1


def test_files_that_another_entry_took_over_are_not_gone(tmp_path: Path) -> None:
    root = files(tmp_path / "in", "a.jpg", *(f"sub/{number}.jpg" for number in range(9)))
    run(job(tmp_path))
    work = job(tmp_path, paths=(str(root), str(root / "sub")), update="time")
    assert run(work).written == 10
    assert read_record(tmp_path / "out")["entries"] == {base_of(str(root)): 1, base_of(str(root / "sub")): 9}
    assert report_of(tmp_path / "out").entries == read_record(tmp_path / "out")["entries"]


def test_an_update_that_was_interrupted_and_accepted_goes_on_without_the_word(tmp_path: Path) -> None:
    root = files(tmp_path / "in", *(f"{number:03d}.jpg" for number in range(200)))
    run(job(tmp_path))
    emptied(root)
    files(root, *(f"slow-{number:03d}.jpg" for number in range(60)))

    def interrupt(done: int, *_: object) -> None:
        if done > 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(job(tmp_path, update="time", accept_gone=True), interrupt)
    report = run(job(tmp_path, update="time", resume=True))
    assert (report.written, report.changes["gone"]) == (60, 200)
    assert read_record(tmp_path / "out")["entries"] == {f"file://{root}": 60}


def test_files_that_moved(tmp_path: Path) -> None:
    names_ = [f"old/{number}.jpg" for number in range(6)]
    root = files(tmp_path / "in", *names_, "stays.jpg", "twin-1.jpg", "gone.jpg")
    (root / "twin-2.jpg").write_bytes((root / "twin-1.jpg").read_bytes())
    run(hashed(tmp_path))
    (root / "old").rename(root / "renamed")
    (root / "stays.jpg").rename(root / "0.jpg")
    (root / "twin-2.jpg").rename(root / "stays.jpg")  # one that changed
    (root / "copy.jpg").write_bytes((root / "twin-1.jpg").read_bytes())
    (root / "gone.jpg").unlink()
    files(root, "new.jpg")
    report = run(hashed(tmp_path, update="time"))
    # 0.jpg is new: its content was that of a path that is still there. copy.jpg may as well be twin-2.jpg.
    assert report.changes == {"unchanged": 1, "new": 2, "changed": 1, "gone": 1, "moved": 7}
    assert read_record(tmp_path / "out")["changes"] == report.changes
    assert run(hashed(tmp_path, update="hash")).changes["moved"] == 0
