"""--update: what is read again, and that the output is that of a fresh run."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from acting_steps import ActingStep
from PIL import Image
from serving import FolderSink
from test_kills import found
from test_local import contents, files, job, names, vanishing

from metadata_digger.errors import ConfigError, OutputError, StorageError
from metadata_digger.pipeline import compose
from metadata_digger.run.engines.local import run
from metadata_digger.run.engines.memory import SMALLEST
from metadata_digger.run.engines.spark import engine as spark
from metadata_digger.run.job import Job
from metadata_digger.run.publish import server_rows
from metadata_digger.run.records.record import read_record
from metadata_digger.run.report import Report
from metadata_digger.run.stage import parts
from metadata_digger.run.stage.folders import Stage
from metadata_digger.run.stage.hashes import Hashed, Hashes, begun, count
from metadata_digger.run.update.changes import Update
from metadata_digger.schema import FILE
from metadata_digger.sinks import CsvSink, JsonSink
from metadata_digger.steps.extract import ExtractStep
from metadata_digger.steps.hash import HashStep
from metadata_digger.steps.thumbnail import ThumbnailStep
from metadata_digger.storage import Entry, LocalStorage
from metadata_digger.storage.local import LocalFile
from metadata_digger.storage.model import Found

LOG = "TEST_UPDATE_LOG"


class Counting(LocalStorage):
    """Writes the name of every file that is opened, in whichever process, into a file."""

    def open(self, one: Entry) -> LocalFile:
        if LOG in os.environ:
            with Path(os.environ[LOG]).open("a") as log:
                log.write(one.url.rsplit("/", 1)[1] + "\n")
        return super().open(one)


@pytest.fixture
def opened(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """The names of the files opened since the last call."""
    log = tmp_path_factory.mktemp("log") / "opened"
    monkeypatch.setenv(LOG, str(log))

    def read() -> list[str]:
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return sorted(lines)

    return read


def counted(tmp_path: Path, **changes: Any) -> Job:
    import test_update  # the name that worker processes know this module by

    return job(tmp_path, **{"storage": test_update.Counting()} | changes)


def grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"!")


def same_as_fresh(tmp_path: Path, work: Job) -> None:
    """The output is that of a run from nothing, rows in an order of their own."""
    fresh = replace(work, update=None, overwrite=True, output=tmp_path / "fresh" / "out")
    run(fresh)
    assert work.output is not None
    assert fresh.output is not None
    assert found(work.output) == found(fresh.output)
    assert contents(tmp_path / "fresh") == ["out"]


def test_of_a_thousand_files_only_those_are_read_that_are_new_or_changed(
    tmp_path: Path, opened: Callable[[], list[str]]
) -> None:
    root = files(tmp_path / "in", *(f"{number % 7}/{number:04d}.jpg" for number in range(1_000)))
    (root / "nowhere.jpg").symlink_to("missing")
    run(counted(tmp_path))
    assert len(opened()) == 1_000
    changed = [root / f"{number % 7}/{number:04d}.jpg" for number in range(50, 1_000, 100)]
    for path in changed[:5]:
        grow(path)
    for path in changed[5:]:
        os.utime(path, (1, 1))
    files(root, *(f"new/{number}.jpg" for number in range(5)))
    for number in (0, 400, 999):
        (root / f"{number % 7}/{number:04d}.jpg").unlink()
    work = counted(tmp_path, update="time")
    report = run(work)
    assert opened() == sorted([*(path.name for path in changed), *(f"{number}.jpg" for number in range(5))])
    assert report.changes == {"unchanged": 988, "new": 5, "changed": 10, "gone": 3}
    assert (report.seen, report.written, report.failed) == (1_003, 1_002, 1)
    assert read_record(tmp_path / "out")["changes"] == report.changes
    same_as_fresh(tmp_path, work)
    opened()

    report = run(work)
    assert opened() == []
    assert report.changes == {"unchanged": 1_003, "new": 0, "changed": 0, "gone": 0}
    (root / "new" / "3.jpg").unlink()
    grow(root / "1" / "0001.jpg")
    run(work)
    assert opened() == ["0001.jpg"]
    same_as_fresh(tmp_path, work)


def test_everything_may_be_gone_when_the_user_says_so(tmp_path: Path) -> None:
    root = files(tmp_path / "in", "a.jpg", "b.jpg")
    run(job(tmp_path))
    for path in root.iterdir():
        path.unlink()
    report = run(job(tmp_path, update="time", accept_gone=True))
    assert report.changes == {"unchanged": 0, "new": 0, "changed": 0, "gone": 2}
    same_as_fresh(tmp_path, job(tmp_path, update="time"))


def test_the_same_file_by_another_entry_of_the_input_is_another_row(tmp_path: Path) -> None:
    files(tmp_path / "in", "sub/a.jpg", "b.jpg")
    run(job(tmp_path))
    work = job(tmp_path, update="time", paths=(str(tmp_path / "in" / "sub"), str(tmp_path / "in")))
    assert run(work).changes == {"unchanged": 1, "new": 0, "changed": 1, "gone": 0}
    same_as_fresh(tmp_path, work)


class Failing(Counting):
    """Files whose storage is in trouble: at once, or (`late`) as soon as more than some blocks are wanted."""

    def open(self, one: Entry) -> LocalFile:
        import test_update  # as in `counted`

        name = one.url.rsplit("/", 1)[1]
        if name == "full.jpg":
            raise StorageError("Too many open files")
        file = super().open(one)
        if name in ("lost.jpg", "late.jpg"):
            return test_update.FailingFile(file, 1 << 20 if name == "late.jpg" else 0)
        return file


class FailingFile(LocalFile):
    __slots__ = ("most",)

    def __init__(self, file: LocalFile, most: int) -> None:
        super().__init__(os.dup(file._descriptor), file.size, file.stored)
        file.close()
        self.most = most

    def read_at(self, offset: int, length: int) -> bytes:
        if length > self.most:
            raise StorageError("Input/output error")
        return super().read_at(offset, length)


def picture(path: Path, size: int = 0) -> None:
    """A JPEG, and behind its end zeros up to the size."""
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (40, 30), (200, 50, 50)).save(path)
    if size:
        os.truncate(path, size)


def pictures(tmp_path: Path, **changes: Any) -> Job:
    return counted(tmp_path, steps=(ExtractStep(), ThumbnailStep((10, 10), None)), **{"sinks": (JsonSink(),)} | changes)


def test_whatever_the_storage_was_to_blame_for_is_tried_again(tmp_path: Path, opened: Callable[[], list[str]]) -> None:
    import test_update

    for name in ("full.jpg", "lost.jpg", "well.jpg"):
        picture(tmp_path / "in" / name)
    picture(tmp_path / "in" / "late.jpg", 2 << 20)
    work = pictures(tmp_path, storage=test_update.Failing())
    report = run(work)
    assert (report.written, report.failed) == (2, 2)
    assert "no thumbnails: Input/output error" in (tmp_path / "out" / "out.json").read_text()
    opened()
    report = run(replace(work, update="time"))
    assert (report.written, report.changes["unchanged"]) == (2, 1)
    opened()
    work = pictures(tmp_path, update="time")
    report = run(work)
    assert opened() == ["full.jpg", "late.jpg", "lost.jpg"]
    assert (report.written, report.failed) == (4, 0)
    same_as_fresh(tmp_path, work)
    opened()
    run(work)
    assert opened() == []


def test_what_a_file_itself_is_to_blame_for_is_not_tried_again(tmp_path: Path, opened: Callable[[], list[str]]) -> None:
    picture(tmp_path / "in" / "well.jpg")
    files(tmp_path / "in", "unknown.txt", "gone.jpg")
    whole = (tmp_path / "in" / "well.jpg").read_bytes()
    (tmp_path / "in" / "torn.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "in" / "no picture.gif").write_bytes(b"GIF89a\1\0\1\0\0\0\0;")
    report = run(pictures(tmp_path, storage=vanishing()))
    assert report.statuses == {"ok": 3, "filtered": 1, "not_found": 1}  # torn.jpg has a note
    picture(tmp_path / "in" / "gone.jpg")
    opened()
    report = run(pictures(tmp_path, update="time"))
    assert opened() == ["gone.jpg"]
    assert report.changes == {"unchanged": 4, "new": 0, "changed": 1, "gone": 0}
    same_as_fresh(tmp_path, pictures(tmp_path, update="time"))


def test_files_whose_process_hung_or_died_are_tried_again(tmp_path: Path, opened: Callable[[], list[str]]) -> None:
    files(tmp_path / "in", "a.jpg", "exit.jpg", "hang.jpg")
    report = run(counted(tmp_path, file_timeout=0.5))
    assert (report.written, report.failed) == (1, 2)
    opened()
    files(tmp_path / "better", "exit", "hang")  # these acts are played already
    work = counted(tmp_path, steps=(ActingStep(once=str(tmp_path / "better")),), update="time")
    report = run(work)
    assert opened() == ["exit.jpg", "hang.jpg"]
    assert (report.written, report.failed) == (3, 0)
    same_as_fresh(tmp_path, work)


def test_what_was_too_large_for_the_memory_is_read_again_with_enough_of_it(
    tmp_path: Path, opened: Callable[[], list[str]]
) -> None:
    picture(tmp_path / "in" / "large.jpg", SMALLEST + 1)
    picture(tmp_path / "in" / "small.jpg")
    little = pictures(tmp_path, memory_gb=0.3, cores=1)
    run(little)
    assert "too large to be read whole" in (tmp_path / "out" / "out.json").read_text()
    opened()
    for work, read in ((little, []), (replace(little, memory_gb=1), ["large.jpg"]), (little, [])):
        work = replace(work, update="time")
        run(work)
        assert opened() == read
    same_as_fresh(tmp_path, replace(work, memory_gb=1))


FACTS = {"version": "1", "action": "extract", "config": {"processing.timezone": "UTC", "output.format": "csv"}}
OTHER = FACTS | {"config": {"processing.timezone": "Europe/Warsaw", "output.format": "json", "processing.cores": "1"}}


@pytest.mark.parametrize(
    ("before", "now", "why"),
    [
        ({}, {"facts": OTHER}, "other than in the last run: processing.timezone (was UTC, is Europe/Warsaw)"),
        ({}, {"facts": FACTS | {"version": "2"}}, "other than in the last run: version (was 1, is 2)"),
        ({"keep_rows": False}, {}, "the last run did not keep its rows (output.keepRows)"),
        ({"steps": ()}, {"steps": (ActingStep(),)}, "the last run's rows have other columns"),
    ],
)
def test_rows_of_no_use_are_made_anew_and_the_user_is_told_why(
    tmp_path: Path, opened: Callable[[], list[str]], before: dict[str, Any], now: dict[str, Any], why: str
) -> None:
    files(tmp_path / "in", "a.jpg", "b.jpg")
    run(counted(tmp_path, **{"facts": FACTS} | before))
    opened()
    report = run(counted(tmp_path, **{"facts": FACTS, "update": "time"} | now))
    assert report.notes == [f"--update: all files are read anew: {why}"]
    assert opened() == ["a.jpg", "b.jpg"]


def test_rows_that_are_damaged_are_made_anew(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg")
    run(job(tmp_path))
    rows = tmp_path / "out" / "_run" / "rows"
    damaged = parts.path_of(rows, parts.names(rows)[0])
    damaged.write_bytes(damaged.read_bytes()[:-1])
    report = run(job(tmp_path, update="time"))
    assert report.notes == [f"--update: all files are read anew: {damaged} is damaged"]
    assert names(tmp_path / "out" / "out.csv") == ["a.jpg"]


def forge(part: Path) -> None:
    """Another value of a tag, in a part that is whole."""
    table = pq.read_table(part).replace_schema_metadata(pq.read_metadata(part).metadata)
    rows = [row | {"tags": [tag | {"value": "FORGED"} for tag in row["tags"]]} for row in table.to_pylist()]
    pq.write_table(pa.Table.from_pylist(rows, table.schema), part)


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (forge, "/_run/rows/{part}: it is not what it was when the run ended (_run/rows.sha256)"),
        (lambda part: shutil.copy(part, part.with_name("more.part")), "/more.part: the run did not write it"),
        (Path.unlink, "/_run/rows/{part}: it is gone"),
        (
            lambda part: (part.parents[1] / "rows.sha256").write_text(""),
            "/_run/rows.sha256: it is not what it was when the run ended (_run/run.json)",
        ),
        (lambda part: (part.parents[1] / "rows.sha256").unlink(), "/_run/rows.sha256: it is gone"),
    ],
)
def test_rows_that_the_last_run_did_not_write_are_made_anew(
    tmp_path: Path, tamper: Callable[[Path], object], words: str
) -> None:
    files(tmp_path / "in", "a.jpg", "b.jpg")
    run(job(tmp_path))
    (name, *_) = parts.names(tmp_path / "out" / "_run" / "rows")
    tamper(parts.path_of(tmp_path / "out" / "_run" / "rows", name))
    report = run(job(tmp_path, update="time"))
    (note,) = report.notes
    assert note.startswith("--update: all files are read anew: ")
    assert words.format(part=f"{name}.part") in note
    same_as_fresh(tmp_path, job(tmp_path, update="time"))
    assert run(job(tmp_path, update="time")).notes == []


def test_an_update_of_nothing_is_a_run(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg")
    report = run(job(tmp_path, update="time"))
    assert (report.written, report.changes, report.notes) == (1, {}, [])


def test_an_update_writes_in_another_form(tmp_path: Path) -> None:
    root = files(tmp_path / "in", "a.jpg", "b.jpg")
    run(job(tmp_path, facts=FACTS))
    grow(root / "b.jpg")
    other = FACTS | {"config": {"processing.timezone": "UTC", "output.format": "json"}}
    work = job(tmp_path, facts=other, sinks=(JsonSink(),), update="time")
    assert run(work).changes["unchanged"] == 1
    same_as_fresh(tmp_path, work)


@pytest.mark.parametrize("engine", [run, lambda work: spark.run(work, "local[2]")], ids=["local", "spark"])
@pytest.mark.parametrize("there", [False, True])
def test_files_that_are_left_out_because_of_others_are_not_for_an_update(
    tmp_path: Path, engine: Callable[[Job], Report], there: bool
) -> None:
    files(tmp_path / "in", "a.jpg")
    if there:
        run(job(tmp_path))
    before = contents(tmp_path)
    with pytest.raises(ConfigError, match=r"--update and processing\.hash\.comparator=true do not go together"):
        engine(hashed(tmp_path, distinct=("hash_sha256",), update="time"))
    assert contents(tmp_path) == before


def hashed(tmp_path: Path, **changes: Any) -> Job:
    return counted(tmp_path, steps=(ActingStep(), HashStep(("crc32", "sha256"))), **changes)


def test_by_hash(tmp_path: Path) -> None:
    root = files(tmp_path / "in", *(f"{number:03d}.jpg" for number in range(300)))
    run(hashed(tmp_path))
    stamp = (root / "007.jpg").stat()
    (root / "007.jpg").write_bytes(b"<007.JPG>")
    os.utime(root / "007.jpg", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    os.utime(root / "008.jpg", (5, 5))
    grow(root / "009.jpg")
    files(root, "new.jpg")
    assert run(hashed(tmp_path, update="time", output=tmp_path / "by time" / "out")).changes == {}
    report = run(hashed(tmp_path, update="hash"))
    assert report.changes == {"unchanged": 298, "new": 1, "changed": 2, "gone": 0, "moved": 0}
    same_as_fresh(tmp_path, hashed(tmp_path, update="hash"))
    rows = tmp_path / "out" / "_run" / "rows"
    times = {
        row["file_path"].rsplit("/", 1)[1]: row["modified"].timestamp()
        for part in parts.names(rows)
        for batch in parts.every_row(parts.path_of(rows, part), ("file_path", "modified"))
        for row in batch.to_pylist()
    }
    assert times["008.jpg"] == 5
    assert times["010.jpg"] == pytest.approx((root / "010.jpg").stat().st_mtime, abs=1e-6)


def test_by_hash_what_is_new_is_given_before_all_is_listed(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg")
    work = hashed(tmp_path)
    run(work)
    listed = 0

    def walk() -> Iterator[Found]:
        nonlocal listed
        for listed in range(1, 20_001):
            yield Entry("file:///in", f"file:/in/{listed}.jpg", 1, 1.0)

    def do(tasks: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        return ((task, [None for _ in task.found]) for task in tasks)

    folders = Stage(*(tmp_path for _ in range(6)))
    schema = compose(work.steps).output(FILE)
    with closing(Update(work, folders, schema, "hash", 1, lambda done, total: None)) as update:
        for given, one in enumerate(update.todo(walk(), do, Counter()), 1):
            assert one.url == f"file:/in/{given}.jpg"
            assert listed < given + 1_000
    assert given == 20_000


@pytest.mark.parametrize("again", [{"resume": True}, {"resume": True, "update": "hash"}])
def test_by_hash_an_interrupted_comparison_goes_on(
    tmp_path: Path, opened: Callable[[], list[str]], again: dict[str, Any]
) -> None:
    root = files(tmp_path / "in", *(f"{number:04d}.jpg" for number in range(1_000)))
    run(hashed(tmp_path))
    grow(root / "0000.jpg")
    files(root, "new.jpg")
    told: list[tuple[int, int | None]] = []

    def interrupt(done: int, total: int | None, *_: object) -> None:
        told.append((done, total))
        if done >= 300:
            raise KeyboardInterrupt

    opened()
    with pytest.raises(KeyboardInterrupt) as caught:
        run(hashed(tmp_path, update="hash"), interrupt)
    (note,) = caught.value.__notes__
    assert re.match(r"\d{3} files compared by hash: to go on, give the same command with --resume; ", note)
    assert len(told) > 3
    assert {total for _, total in told} == {None}
    before = opened()
    assert len(before) < 999
    with pytest.raises(OutputError, match=r"was interrupted, \d{3} files compared by hash: go on with it by --resume"):
        run(hashed(tmp_path, update="hash"))
    (root / before[100]).write_bytes(b"other now")
    (stage,) = (tmp_path / ".out.metadata-digger").iterdir()
    (stage / "known.db").write_bytes(b"of a process that was killed")
    for source, number in zip((tmp_path / "out" / "_run" / "rows").iterdir(), (0, 9), strict=False):
        os.link(source, stage / "parts" / f"{parts.kept_name(number)}.part")  # which was keeping rows
    report = run(hashed(tmp_path, **again))
    assert report.changes == {"unchanged": 998, "new": 1, "changed": 2, "gone": 0, "moved": 0}
    after = opened()
    assert len(set(before) & set(after)) < 200  # what was under way
    assert len(report.resumed) == 1
    same_as_fresh(tmp_path, hashed(tmp_path, update="hash"))


def test_what_is_torn_of_the_hashes_is_found_anew(tmp_path: Path) -> None:
    found = [Hashed(f"file:/in/{number}", number, None if number else 1.5, "ab") for number in range(3)]
    for part in (found[:2], found[2:]):
        with closing(Hashes(tmp_path / "hashes")) as hashes:
            hashes.add(part)
    whole = (tmp_path / "hashes").read_bytes()
    for size in range(len(whole) + 1):
        (tmp_path / "hashes").write_bytes(whole[:size])
        left = list(begun(tmp_path / "hashes"))
        assert left == found[: len(left)]
        assert count(tmp_path / "hashes") == len(left)
        with closing(Hashes(tmp_path / "hashes")) as hashes:
            hashes.add(found[len(left) :])
        assert list(begun(tmp_path / "hashes")) == found


def test_by_hash_needs_hashes(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg")
    run(job(tmp_path))
    with pytest.raises(ConfigError, match=r"--update-by hash needs processing\.hash\.types"):
        run(job(tmp_path, update="hash"))
    assert contents(tmp_path) == ["in", "out"]


@pytest.mark.parametrize("again", [{"resume": True}, {"resume": True, "update": "time"}])
def test_an_update_that_was_interrupted_goes_on(
    tmp_path: Path, opened: Callable[[], list[str]], again: dict[str, Any]
) -> None:
    root = files(tmp_path / "in", *(f"{number:03d}.jpg" for number in range(100)))
    run(counted(tmp_path))
    files(root, *(f"slow-{number:03d}.jpg" for number in range(60)))
    grow(root / "000.jpg")
    opened()

    def interrupt(done: int, total: int | None, *_: object) -> None:
        if done > 130:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        run(counted(tmp_path, update="time"), interrupt)
    assert "to go on, give the same command with --resume" in caught.value.__notes__[0]
    before = opened()
    assert names(tmp_path / "out" / "out.csv") == [f"{number:03d}.jpg" for number in range(100)]
    report = run(counted(tmp_path, **again))
    assert report.changes == {"unchanged": 99, "new": 60, "changed": 1, "gone": 0}
    assert len(report.resumed) == 1
    after = opened()
    assert set(before) | set(after) == {"000.jpg", *(f"slow-{number:03d}.jpg" for number in range(60))}
    assert len(after) < 61
    same_as_fresh(tmp_path, counted(tmp_path, update="time"))


def test_a_server_forgets_what_is_gone(tmp_path: Path) -> None:
    root = files(tmp_path / "in", "a.jpg", "b.jpg", "c.jpg", "d.jpg")
    (tmp_path / "server").mkdir()
    sink = FolderSink(str(tmp_path / "server"))
    run(job(tmp_path, sinks=(sink,), facts=FACTS))
    stamps = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "server").iterdir()}
    (root / "a.jpg").unlink()
    grow(root / "b.jpg")
    files(root, "e.jpg")
    run(job(tmp_path, sinks=(sink,), facts=FACTS, update="time"))
    now = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "server").iterdir()}
    assert len(now) == 5  # b, c, d, e and the commits
    assert len([name for name, stamp in stamps.items() if now.get(name) == stamp]) == 2  # c and d are not sent again
    (root / "c.jpg").unlink()
    run(job(tmp_path, sinks=(sink,), facts=OTHER, update="time"))
    assert len(contents(tmp_path / "server")) == 4


ONE = {"input.paths": "/a,/b", "input.include": "*.jpg"}


@pytest.mark.parametrize(
    ("before", "now", "differing"),
    [
        (ONE, ONE | {"input.paths": "/b"}, "input.paths (was /a,/b, is /b)"),
        (ONE, ONE | {"input.paths": "/c"}, "input.paths (was /a,/b, is /c)"),
        (ONE, ONE | {"input.include": "*.png"}, "input.include (was *.jpg, is *.png)"),
        (ONE, ONE | {"input.exclude": "x"}, "input.exclude (was not set, is x)"),
        (ONE, ONE | {"filter.allowedFileTypes": "PNG"}, "filter.allowedFileTypes (was not set, is PNG)"),
        (ONE, ONE, ""),
        (ONE, ONE | {"input.paths": "/c, /b,/a"}, ""),
        (ONE, ONE | {"processing.hash.types": "md5", "output.keepRows": "false"}, ""),
    ],
)
def test_runs_over_different_files_do_not_delete_each_others_rows(
    tmp_path: Path, before: dict[str, str], now: dict[str, str], differing: str
) -> None:
    root = files(tmp_path / "in", "a.jpg", "b.jpg")
    (tmp_path / "server").mkdir()
    sink = FolderSink(str(tmp_path / "server"))
    last = job(tmp_path, sinks=(sink,), gives_way=True, facts={"config": before})
    run(last)
    (root / "a.jpg").unlink()
    work = replace(last, facts={"config": now}, update="time")
    if differing:
        with pytest.raises(OutputError, match=re.escape(f"a run over other files: {differing}; their documents")):
            run(work)
        assert len(contents(tmp_path / "server")) == 3
        assert contents(tmp_path) == ["in", "out", "server"]
        work = replace(work, gives_way=False)  # its place is chosen
    run(work)
    assert len(contents(tmp_path / "server")) == 2


def test_who_asks_a_server_and_where_records_lie_make_no_row_another_one(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg")
    (tmp_path / "server").mkdir()
    work = job(tmp_path, sinks=(FolderSink(str(tmp_path / "server")),), facts={"config": {"output.collection": "c"}})
    run(work)
    other = {"output.collection": "c", "output.solr.caFile": "/ca.pem", "output.directoryPath": "out"}
    assert run(replace(work, facts={"config": other}, update="time")).changes["unchanged"] == 1
    elsewhere = run(replace(work, facts={"config": {"output.collection": "d"}}, update="time"))
    assert elsewhere.notes == [
        "--update: all files are read anew: other than in the last run: output.collection (was c, is d)"
    ]


@pytest.mark.parametrize("most", [1, 1_000])
@pytest.mark.parametrize("gone", ["all", "some", "nothing"])
def test_what_a_server_has_lost_is_sent_again(
    tmp_path: Path, gone: str, most: int, monkeypatch: pytest.MonkeyPatch, opened: Callable[[], list[str]]
) -> None:
    monkeypatch.setattr(server_rows, "ROWS", most)
    root = files(tmp_path / "in", *(f"{number:03d}.jpg" for number in range(60)), "bad.jpg")
    server = tmp_path / "server"
    server.mkdir()
    work = counted(tmp_path, sinks=(FolderSink(str(server)),))
    run(work)
    opened()
    sent = sorted(path for path in server.iterdir() if path.name != "commits")
    stamps = {path: path.stat().st_mtime_ns for path in sent}
    for path in {"all": sent, "some": sent[7:8], "nothing": []}[gone]:
        path.unlink()
    files(root, "new.jpg")
    report = run(replace(work, update="time"))
    assert opened() == ["bad.jpg", "new.jpg"]
    assert (report.seen, report.written, report.failed) == (62, 61, 1)
    assert report.changes == {"unchanged": 60, "new": 1, "changed": 1, "gone": 0}
    assert len(contents(server)) == 62
    again = sum(path.stat().st_mtime_ns != stamp for path, stamp in stamps.items())
    assert again == 60 if gone == "all" else again == 0 if gone == "nothing" else 1 <= again <= 60
    assert most > 1 or again < 60 or gone == "all"
    note = f"--update: not all that earlier runs sent was there: {again:,} rows were sent again"
    assert report.notes == ([note] if again else [])


def test_what_a_server_refused_is_tried_again(tmp_path: Path) -> None:
    root = files(tmp_path / "in", *(f"{number:03d}.jpg" for number in range(300)), "bad-1.jpg", "bad-2.jpg")
    (tmp_path / "server").mkdir()
    sink = FolderSink(str(tmp_path / "server"))
    report = run(job(tmp_path, sinks=(sink,), facts=FACTS))
    assert (report.written, report.failed) == (300, 2)
    files(root, "new.jpg")
    for written in (301, 301):
        report = run(job(tmp_path, sinks=(sink,), facts=FACTS, update="time"))
        assert (report.seen, report.written, report.failed) == (303, written, 2)
    milder = replace(sink, refuses="worse")
    report = run(job(tmp_path, sinks=(milder,), facts=FACTS, update="time"))
    assert (report.seen, report.written, report.failed) == (303, 303, 0)
    assert len(contents(tmp_path / "server")) == 304


def test_a_csv_of_kept_rows_has_the_columns_of_its_rows(tmp_path: Path) -> None:
    """Of a file that is gone no column is left."""
    photos = Path(__file__).parents[2] / "demo" / "photos"
    (tmp_path / "in").mkdir()
    for path in sorted(photos.iterdir())[:6]:
        (tmp_path / "in" / path.name).write_bytes(path.read_bytes()[:65_536])
    (tmp_path / "in" / "a.gif").write_bytes(b"GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;")
    work = job(tmp_path, steps=(ExtractStep(),), sinks=(CsvSink(),))
    run(work)
    assert "GIF" in (tmp_path / "out" / "out.csv").read_text("utf-8").splitlines()[0]
    (tmp_path / "in" / "a.gif").unlink()
    run(replace(work, update="time"))
    assert "GIF" not in (tmp_path / "out" / "out.csv").read_text("utf-8").splitlines()[0]
    same_as_fresh(tmp_path, replace(work, update="time"))
