"""The stage, the parts in it, the plan of the output, the listing."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_local import contents

from metadata_digger.errors import OutputError
from metadata_digger.run.counts import Summary
from metadata_digger.run.engines.memory import SMALLEST, share
from metadata_digger.run.job import Job
from metadata_digger.run.publish.output import plan, slices
from metadata_digger.run.publish.run_records import write_records
from metadata_digger.run.records.record import read_record
from metadata_digger.run.report import OTHER, REASONS, Report
from metadata_digger.run.stage import parts
from metadata_digger.run.stage.listing import CHUNK, Listing
from metadata_digger.run.stage.parts import Stretch
from metadata_digger.run.stage.place import Stage, exchange, publish
from metadata_digger.run.stage.place import stage as stage_of
from metadata_digger.run.tasks import Slice
from metadata_digger.sinks import CsvSink
from metadata_digger.storage import Entry, Fault, LocalStorage


def into(output: Path, overwrite: bool = False) -> Job:
    return Job(LocalStorage(), (), (), (CsvSink(),), output, overwrite=overwrite)


def stage(output: Path, overwrite: bool) -> AbstractContextManager[Stage]:
    return stage_of(into(output, overwrite))


FOLDERS = Stage(Path("r"), Path("r/parts"), Path("r/pieces"), Path("r/output"), Path("r"), Path("r/logs"))
ROW = pa.schema([("status", pa.string()), ("n", pa.int64())])


def rows(*statuses: str, first: int = 0) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(
        {"status": list(statuses), "n": list(range(first, first + len(statuses)))}, schema=ROW
    )


def test_a_run_leaves_its_output_and_nothing_else(tmp_path: Path) -> None:
    output = tmp_path / "new" / "deep" / "out"
    with stage(output, False) as folders:
        (folders.output / "out.csv").write_text("x")
        publish(folders, into(output))
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))] == [
        "new",
        "new/deep",
        "new/deep/out",
        "new/deep/out/out.csv",
    ]


def test_a_run_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), stage(tmp_path / "new" / "out", False) as folders:
        (folders.parts / "x").write_text("x")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_exists_is_an_error_that_names_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(OutputError, match=r"output\.directoryPath: .*/out exists already.*--overwrite"):
        stage(tmp_path / "out", False).__enter__()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def old_output(output: Path) -> Path:
    output.mkdir()
    (output / f"{output.name}.csv").write_text("old")
    (output / f"{output.name}_12.json").write_text("old")
    (output / "_run").mkdir()
    (output / "_run" / "run.json").write_text("{}")
    return output


def test_overwrite_replaces_the_old_output_at_the_very_end(tmp_path: Path) -> None:
    output = old_output(tmp_path / "out")
    with stage(output, True) as folders:
        (folders.output / "out.csv").write_text("new")
        assert (output / "out.csv").read_text() == "old"
        publish(folders, into(output, True))
    assert {path.name: path.read_text() for path in output.iterdir()} == {"out.csv": "new"}
    assert list(tmp_path.iterdir()) == [output]


def test_overwrite_keeps_the_old_output_when_the_run_fails(tmp_path: Path) -> None:
    output = old_output(tmp_path / "out")
    with pytest.raises(KeyboardInterrupt), stage(output, True):
        raise KeyboardInterrupt
    assert (output / "out.csv").read_text() == "old"


@pytest.mark.parametrize(
    "stranger",
    ["photo.jpg", "out.jpg", "out_0001.JPG", "out_0001.json", "out.csv.bak", "other.csv", "out.d/", "_run/mine.txt"],
)
def test_overwrite_leaves_alone_what_is_no_output(tmp_path: Path, stranger: str) -> None:
    output = old_output(tmp_path / "out")
    path = output / stranger
    path.mkdir() if stranger.endswith("/") else path.write_text("mine")
    with pytest.raises(OutputError, match="holds more than an output"):
        stage(output, True).__enter__()
    assert path.exists()


@pytest.mark.parametrize("way", [{"overwrite": True}, {"update": "time"}, {"gives_way": True}])
@pytest.mark.parametrize(("folder", "name"), [("DSC", "DSC_0001.JPG"), ("IMG", "IMG_1.jpg"), ("scan", "scan.tiff")])
def test_photographs_named_as_their_directory_are_no_output(
    tmp_path: Path, folder: str, name: str, way: dict[str, Any]
) -> None:
    photo = tmp_path / folder / name
    photo.parent.mkdir()
    photo.write_text("mine")
    with pytest.raises(OutputError, match=rf"holds more than an output of this program \({name}\)"):
        stage_of(replace(into(tmp_path / folder), **way)).__enter__()
    assert photo.read_text() == "mine"


@pytest.mark.parametrize("way", [{"update": "time"}, {"gives_way": True}])
@pytest.mark.parametrize("record", ["none", "{}", "half {"])
def test_only_overwrite_replaces_what_has_no_record(tmp_path: Path, record: str, way: dict[str, Any]) -> None:
    output = tmp_path / "out"
    output.mkdir()
    with stage_of(replace(into(output), **way)):  # empty: nothing could be lost
        pass
    (output / "out_0.csv").write_text("of another program, or of 0.2.1")
    if record != "none":
        (output / "_run").mkdir()
        (output / "_run" / "run.json").write_text(record)
    with pytest.raises(OutputError, match=r"has no record .*\(_run/run\.json\): only --overwrite replaces it"):
        stage_of(replace(into(output), **way)).__enter__()
    with stage(output, True) as folders:
        (folders.output / "out.csv").write_text("new")
        publish(folders, into(output, True))
    assert contents(output) == ["out.csv"]


def test_overwrite_leaves_alone_files_and_links(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    old_output(tmp_path / "real")
    (tmp_path / "link").symlink_to("real")
    for name in ("file", "link"):
        with pytest.raises(OutputError, match="is not a directory"):
            stage(tmp_path / name, True).__enter__()


def test_two_runs_on_one_output(tmp_path: Path) -> None:
    with (
        stage(tmp_path / "out", False) as folders,
        pytest.raises(OutputError, match="another run is writing"),
        stage(tmp_path / "out", False),
    ):
        pass
    assert not folders.root.exists()
    with stage(tmp_path / "other", False):
        pass


def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    home = tmp_path / ".out.metadata-digger"
    (home / "12ab34cd" / "parts").mkdir(parents=True)
    (home / "12ab34cd" / "parts" / "000000001.parquet").write_text("x")
    (home / "lock").touch()
    with stage(tmp_path / "out", False) as folders:
        assert [path for path in home.iterdir() if path.is_dir()] == [folders.root]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("overwrite", [False, True])
def test_an_old_output_comes_back_when_its_replacement_was_killed_between_two_renames(
    tmp_path: Path, overwrite: bool
) -> None:
    home = tmp_path / ".out.metadata-digger"
    home.mkdir()
    old_output(tmp_path / "out").rename(home / "replaced")
    if overwrite:
        with stage(tmp_path / "out", True):
            assert (tmp_path / "out" / "out.csv").read_text() == "old"
    else:
        with pytest.raises(OutputError, match="exists already"), stage(tmp_path / "out", False):
            pass
    assert (tmp_path / "out").exists()
    assert not home.exists()


@pytest.fixture
def replacing(tmp_path: Path) -> Path:
    """The old output where a run put it that was killed between two renames."""
    home = tmp_path / ".out.metadata-digger"
    (home / "12ab34cd" / "output").mkdir(parents=True)
    return old_output(tmp_path / "out").rename(home / "replaced")


def test_an_old_output_comes_back_over_an_empty_directory(tmp_path: Path, replacing: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(OutputError, match="exists already"), stage(tmp_path / "out", False):
        pass
    assert contents(tmp_path / "out") == ["_run", "out.csv", "out_12.json"]
    with stage(tmp_path / "out", True):
        pass
    assert contents(tmp_path) == ["out"]


@pytest.mark.parametrize("other", ["file", "link", "directory", "output"])
def test_an_old_output_is_kept_when_something_else_has_its_place(tmp_path: Path, replacing: Path, other: str) -> None:
    output = tmp_path / "out"
    match other:
        case "file":
            output.write_text("mine")
        case "link":
            output.symlink_to("nowhere")
        case "directory":
            output.mkdir()
            (output / "photo.jpg").write_text("mine")
        case "output":
            old_output(output)
            (output / "_run" / "run.json").write_text('{"run": "5678ef90"}')
    with pytest.raises(OutputError, match=rf"something else is there now; what it was replacing is {replacing}: move"):
        stage(output, True).__enter__()
    assert contents(replacing) == ["_run", "out.csv", "out_12.json"]
    assert os.path.lexists(output)


def test_what_a_run_left_that_was_killed_behind_its_end_is_deleted(tmp_path: Path, replacing: Path) -> None:
    output = old_output(tmp_path / "out")
    (output / "_run" / "run.json").write_text('{"run": "12ab34cd"}')
    with pytest.raises(OutputError, match="exists already"), stage(output, False):
        pass
    assert contents(tmp_path) == ["out"]


def test_two_names_are_exchanged_or_nothing_happens(tmp_path: Path) -> None:
    (tmp_path / "ż").mkdir()
    assert not exchange(tmp_path / "ż", tmp_path / "nowhere")
    (tmp_path / "b").write_text("b")
    exchanged = exchange(tmp_path / "ż", tmp_path / "b")
    assert (tmp_path / "ż").is_file() == (tmp_path / "b").is_dir() == exchanged


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"cannot write .*/file.*: "), stage(tmp_path / "file" / "out", False):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def write(folder: Path, part: str, *batches: pa.RecordBatch) -> Summary:
    summary = Summary(part, Counter(status for batch in batches for status in batch.column("status").to_pylist()))
    return parts.write(folder, part, ROW, batches, lambda: summary)


def test_a_part_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    def broken() -> Iterator[pa.RecordBatch]:
        yield rows("ok")
        raise KeyError

    with pytest.raises(KeyError):
        parts.write(tmp_path, "1", ROW, broken(), lambda: Summary("1"))
    assert parts.names(tmp_path) == []
    assert parts.summary(tmp_path, "1") is None
    parts.path_of(tmp_path, "1").write_bytes(b"PAR1 torn")
    first = Summary("1", Counter(ok=2))
    assert write(tmp_path, "1", rows("ok", "ok")) == first
    assert write(tmp_path, "1", rows("ok")) == first
    assert [path.name for path in tmp_path.iterdir()] == ["1.part"]
    assert parts.summary(tmp_path, "1") == parts.standing(tmp_path, "1", 2) == first
    assert parts.standing(tmp_path, "1", 3) is None
    assert sum(map(len, parts.read(tmp_path, [Slice("1", 0, 9)]))) == 2


@pytest.mark.parametrize("damage", [b"", b"x", b"PAR1" * 100])
def test_a_part_that_is_not_whole_is_none(tmp_path: Path, damage: bytes) -> None:
    parts.path_of(tmp_path, "1").write_bytes(damage)
    assert parts.summary(tmp_path, "1") is None


def test_what_is_counted_comes_back_from_the_part() -> None:
    reasons = Counter({("failed", 'a "reason"'): 2, ("denied", "no"): 1})
    tags = {("JPEG", "Image Width"), ("JPEG", ""), ("XMP", "dc:title[1]")}
    summary = Summary("1", Counter(ok=1, failed=2, denied=1), reasons, Counter(person=1, zażółć=3), tags)
    assert Summary.from_json("1", summary.to_json().encode()) == summary


@pytest.mark.parametrize("stretch", [Stretch(0, 1), Stretch(999_999_999_999, 999_999), Stretch(0, 1_250_000)])
def test_a_part_is_named_by_its_stretch(stretch: Stretch) -> None:
    assert parts.stretch_of(parts.name_of(stretch)) == stretch
    assert not parts.is_kept(parts.name_of(stretch))


def test_a_part_that_is_kept_has_no_stretch() -> None:
    assert parts.stretch_of(parts.kept_name(1)) is None
    assert parts.is_kept(parts.kept_name(1))


def test_slices_count_the_rows_that_are_ok(tmp_path: Path) -> None:
    write(tmp_path, "1", rows("ok", "failed", "ok"), rows("filtered", "ok", first=3))
    write(tmp_path, "2")
    write(tmp_path, "3", rows("ok", "ok", first=5))
    cut = [Slice("1", 1, 3), Slice("2", 0, 5), Slice("3", 0, 1)]
    assert [n for batch in parts.read(tmp_path, cut) for n in batch.column("n").to_pylist()] == [2, 4, 5]


def test_a_directory_that_may_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    root = os.geteuid() == 0  # who may write everywhere
    if root:
        os.seteuid(65534)
    try:
        with pytest.raises(OutputError, match=r"cannot write .*/locked.*: Permission denied"):
            stage(tmp_path / "locked" / "deep" / "out", False).__enter__()
    finally:
        if root:
            os.seteuid(0)
    assert list((tmp_path / "locked").iterdir()) == []


def writing(files: int) -> Job:
    return Job(LocalStorage(), (), (), (CsvSink(),), Path("out"), files_number=files)


@given(st.lists(st.integers(0, 3_000), max_size=8), st.integers(-1, 7), st.integers(1, 5))
def test_every_row_is_in_one_piece_in_order(counts: list[int], files: int, workers: int) -> None:
    known = {f"{number:09d}": count for number, count in enumerate(counts)}
    planned = plan(known, writing(files), workers, FOLDERS)
    assert len(planned) == max(files, 1)
    expected = [(part, row) for part, count in known.items() for row in range(count)]
    sizes = []
    found = []
    for file in planned:
        before = len(found)
        for _, cut, first in file.pieces:
            assert first == len(found)
            found += [(one.part, row) for one in cut for row in range(one.start, one.stop)]
        sizes.append(len(found) - before)
    assert found == expected
    assert max(sizes) - min(sizes) <= 1
    targets = [target for file in planned for target, _, _ in file.pieces]
    assert len(set(targets)) == len(targets)


@pytest.mark.parametrize(
    ("files", "names"),
    [(-1, ["out.csv"]), (0, ["out.csv"]), (1, ["out.csv"]), (3, ["out_0.csv", "out_1.csv", "out_2.csv"])],
)
def test_names_of_the_files(files: int, names: list[str]) -> None:
    assert [file.target.name for file in plan({"1": 2}, writing(files), 2, FOLDERS)] == names


def test_slices_of_nothing() -> None:
    assert slices([], 0, 0) == ()
    assert slices([("a", 3), ("b", 0), ("c", 2)], 2, 4) == (Slice("a", 2, 3), Slice("c", 0, 1))


def at_once(tasks: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """A run.tasks.Do without processes."""
    for task in tasks:
        yield task, task.run(None, lambda files: None)


def test_the_records_list_every_file_left_out(tmp_path: Path) -> None:
    report = Report(started="2026-01-01T00:00:00+00:00")
    name, other = parts.name_of(Stretch(0, 3)), parts.name_of(Stretch(3, 1))
    paths, why = ["file:/a/zażółć.jpg", "file:/b", "file:/c"], ['a "reason"\n', None, "unknown file type"]
    batch = pa.RecordBatch.from_pydict(
        {"file_path": paths, "status": ["failed", "ok", "filtered"], "reason": why, "notes": [[], ["GPS: x"], ["no"]]}
    )
    summary = Summary(
        name, Counter(ok=1, failed=1, filtered=1), Counter({("failed", str(why[0])): 1}), Counter(person=1)
    )
    report.add(summary)
    job = replace(into(tmp_path / "out"), facts={"version": "1", "model": {"name": "m"}}, command=("md", "full"))
    with stage_of(job) as folders:
        for part in (name, other):  # the second is left over: nobody was told of it
            parts.write(folders.parts, part, batch.schema, [batch], lambda: summary)
        (folders.output / "out.csv").write_text("x")
        report.digests["out.csv"] = {"bytes": 1, "sha256": "ab"}
        write_records(job, report, {name: 1}, "local", folders, at_once)
        record, records = read_record(folders.output), folders.output / "_run"
    assert not records.exists()
    assert (record["run"], record["command"], record["engine"]) == (folders.root.name, ["md", "full"], "local")
    assert (record["seen"], record["written"], record["filtered"], record["failed"]) == (3, 1, 1, 1)
    assert record["reasons"] == [{"status": "failed", "reason": 'a "reason"\n', "files": 1}]
    assert (record["labels"], record["version"], record["model"]["name"]) == ({"person": 1}, "1", "m")
    assert list(record["files"]) == [
        "out.csv",
        *(f"_run/{name}.jsonl" for name in ("failed", "filtered", "notes")),
        "_run/rows.sha256",
    ]


def test_reasons_are_counted_by_name_up_to_a_limit() -> None:
    report = Report()
    for number in range(REASONS + 50):
        report.add(Summary("1", Counter(failed=1), Counter({("failed", f"at {number}"): 1})))
    assert len(report.reasons) == REASONS + 1
    assert report.reasons["failed", OTHER] == 50
    assert report.failed == report.reasons.total() == REASONS + 50


@pytest.mark.parametrize("count", [0, 1, CHUNK, 3 * CHUNK + 7])
def test_a_listing_gives_everything_in_order(tmp_path: Path, count: int) -> None:
    found = [
        Fault("b", f"u{number}", "failed", "r") if number % 5 == 0 else Entry("b", f"u{number}", number, 1.5)
        for number in range(count)
    ]
    listing = Listing(iter(found), tmp_path / "listing")
    taken = []
    while not listing.complete:
        listing.more()
        taken += listing.take(7)[1]
    assert (listing.total, listing.left) == (count, count - len(taken))
    while chunk := listing.take(100)[1]:
        taken += chunk
    listing.close()
    assert taken == found
    assert listing.left == 0


@pytest.mark.parametrize(
    ("cores", "memory", "pictures", "workers"),
    [(2, 2, False, 2), (2, 2, True, 2), (64, 2, False, 12), (64, 2, True, 6), (4, 0.1, True, 1), (64, 64, True, 64)],
)
def test_memory_bounds_the_processes_and_what_they_hold(
    cores: int, memory: float, pictures: bool, workers: int
) -> None:
    found = share(cores, memory, pictures)
    assert found.workers == workers
    assert (found.note is None) == (workers == cores)
    assert found.limits.whole >= SMALLEST
    if memory >= 2:
        assert workers * (found.limits.batch + found.limits.whole) <= memory * 2**30
