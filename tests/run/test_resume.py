"""What an interrupted run leaves, who may go on from it, and what becomes of the listing."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from acting_steps import ActingStep
from test_kills import found
from test_local import contents, files, job, names

from metadata_digger.errors import ConfigError, OutputError
from metadata_digger.run.counts import Summary
from metadata_digger.run.engines.local import run
from metadata_digger.run.job import Progress
from metadata_digger.run.stage import parts
from metadata_digger.run.stage.listing import CHUNK, NOTHING, Begun, Listing, agreed, begun, cut
from metadata_digger.run.stage.parts import Stretch
from metadata_digger.sinks import CsvSink
from metadata_digger.sinks.columns import Columns
from metadata_digger.storage import Entry, Fault, LocalStorage
from metadata_digger.storage.model import Found

FACTS = {
    "version": "1",
    "action": "full",
    "config": {"processing.timezone": "UTC", "processing.cores": "2", "input.paths": "/in", "output.format": "csv"},
    "model": {"name": "net", "sha256": "ab"},
}
QUICK = (ActingStep(quick=True),)  # only the run that is interrupted has to be slow


def stop_at(files: int) -> Progress:
    def progress(done: int, total: int | None, *_: object) -> None:
        if done >= files:
            raise KeyboardInterrupt

    return progress


@pytest.fixture
def interrupted(tmp_path: Path) -> Path:
    """The stage of a run that was interrupted when a part of its 200 files were done."""
    files(tmp_path / "in", *(f"{number % 5}/slow-{number:03d}.jpg" for number in range(200)))
    with pytest.raises(KeyboardInterrupt) as caught:
        run(job(tmp_path, facts=FACTS), stop_at(40))
    (root,) = (path for path in (tmp_path / ".out.metadata-digger").iterdir())
    (note,) = caught.value.__notes__
    assert note.endswith(f" of 200 files done: to go on, give the same command with --resume; the work lies in {root}")
    assert contents(tmp_path) == [".out.metadata-digger", "in"]
    assert contents(root) == ["job.json", "listing", "parts"]
    return root


def complete(tmp_path: Path, **changes: Any) -> list[str]:
    """Goes on, and compares with a run from nothing; the notes."""
    report = run(job(tmp_path, **{"facts": FACTS, "steps": QUICK, "resume": True} | changes))
    run(job(tmp_path, facts=FACTS, steps=QUICK, output=tmp_path / "fresh" / "out"))
    assert found(tmp_path / "out") == found(tmp_path / "fresh" / "out")
    assert contents(tmp_path) == ["fresh", "in", "out"]
    return report.notes


def test_what_is_done_is_not_done_again(tmp_path: Path, interrupted: Path) -> None:
    before = {path.name: path.stat().st_ino for path in (interrupted / "parts").glob("*.part")}
    (note,) = complete(tmp_path)
    assert note.startswith("resumed a run of 2")
    after = {path.name: path.stat().st_ino for path in (tmp_path / "out" / "_run" / "rows").iterdir()}
    assert before
    assert before.items() <= after.items()


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"version": "2"}, "version (was 1, is 2)"),
        ({"action": "extract"}, "action (was full, is extract)"),
        ({"model": {"name": "net", "sha256": "cd"}}, "model (was "),
        ({"config": {}}, "processing.timezone (was UTC, is not set), input.paths (was /in, is not set)"),
    ],
)
def test_another_configuration_is_an_error_that_names_what_differs(
    tmp_path: Path, interrupted: Path, facts: dict[str, Any], named: str
) -> None:
    with pytest.raises(OutputError, match=r"--resume: the interrupted run on .* had another configuration") as caught:
        run(job(tmp_path, facts=FACTS | facts, resume=True))
    assert named in str(caught.value)
    assert interrupted.exists()


def test_keys_that_decide_no_rows_may_differ(tmp_path: Path, interrupted: Path) -> None:
    config = FACTS["config"] | {"processing.cores": "1", "output.format": "json"}  # type: ignore[operator]  # a dict
    complete(tmp_path, facts=FACTS | {"config": config}, cores=1)


def test_without_the_option_the_work_is_kept(tmp_path: Path, interrupted: Path) -> None:
    with pytest.raises(OutputError, match=r"was interrupted, .*: go on with it by --resume, or throw its work away"):
        run(job(tmp_path, facts=FACTS))
    assert interrupted.exists()
    report = run(job(tmp_path, facts=FACTS, steps=QUICK, overwrite=True))
    assert "threw an interrupted run's work away" in report.notes[0]
    assert contents(tmp_path) == ["in", "out"]


def test_resume_without_a_run_to_go_on_with_is_a_run_and_then_nothing(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg", "b.jpg")
    first = run(job(tmp_path, facts=FACTS, resume=True))
    again = run(job(tmp_path, facts=FACTS, resume=True))
    assert (again.statuses, again.files, again.reasons) == (first.statuses, first.files, first.reasons)
    assert again.notes == ["the output is complete; there was nothing left to do"]
    with pytest.raises(OutputError, match="exists already"):
        run(job(tmp_path, facts=FACTS | {"version": "2"}, resume=True))


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({"output.format": "json"}, "output.format (was csv, is json)"),
        ({"filter.allowedTags": "Model"}, "filter.allowedTags (was not set, is Model)"),
        ({"output.filesNumber": "2"}, "output.filesNumber (was not set, is 2)"),
    ],
)
def test_an_output_written_in_another_way_is_not_what_was_asked_for(
    tmp_path: Path, config: dict[str, str], why: str
) -> None:
    files(tmp_path / "in", "a.jpg")
    run(job(tmp_path, facts=FACTS))
    now = FACTS | {"config": FACTS["config"] | config}  # type: ignore[operator]  # a dict
    with pytest.raises(OutputError, match=r"exists already, .* it was made with another configuration: ") as caught:
        run(job(tmp_path, facts=now, resume=True))
    assert f": {why}; choose another directory, or --overwrite" in str(caught.value)


@pytest.mark.parametrize("key", ["output.directoryPath", "output.solr.credentialsFile"])
def test_an_output_named_in_another_way_or_sent_by_somebody_else_is_the_same(tmp_path: Path, key: str) -> None:
    files(tmp_path / "in", "a.jpg")
    for text in ("one", "other"):
        config = FACTS["config"] | {key: text}  # type: ignore[operator]  # a dict
        report = run(job(tmp_path, facts=FACTS | {"config": config}, resume=True))
    assert report.notes == ["the output is complete; there was nothing left to do"]


@pytest.mark.parametrize("name", ["out.csv", "_run/failed.jsonl"])
def test_an_output_that_lacks_a_file_is_not_complete(tmp_path: Path, name: str) -> None:
    files(tmp_path / "in", "a.jpg")
    run(job(tmp_path, facts=FACTS))
    (tmp_path / "out" / name).unlink()
    with pytest.raises(OutputError, match=rf"exists already, .*: {name} is gone from it; .* or --update to bring"):
        run(job(tmp_path, facts=FACTS, resume=True))
    run(job(tmp_path, facts=FACTS, update="time"))
    assert (tmp_path / "out" / name).exists()


@pytest.mark.parametrize("damage", ["cut", "empty", "foreign", "half", "other rows"])
def test_a_part_that_is_not_whole_is_made_again(tmp_path: Path, interrupted: Path, damage: str) -> None:
    path = parts.path_of(interrupted / "parts", parts.names(interrupted / "parts")[0])
    match damage:
        case "cut":
            path.write_bytes(path.read_bytes()[:-3])
        case "empty":
            path.write_bytes(b"")
        case "foreign":
            path.with_name("mine.part").write_text("x")
        case "other rows":
            path.write_bytes(parts.path_of(interrupted / "parts", parts.names(interrupted / "parts")[-1]).read_bytes())
        case "half":
            path.rename(path.with_suffix(".123.tmp"))
    complete(tmp_path)


def test_a_batch_that_was_written_and_then_tried_file_by_file_counts_once(tmp_path: Path, interrupted: Path) -> None:
    part = parts.names(interrupted / "parts")[0]
    stretch = parts.stretch_of(part)
    assert stretch is not None
    assert stretch.files > 2
    (batch,) = parts.every_row(parts.path_of(interrupted / "parts", part))
    for at in (0, 1):
        name = parts.name_of(Stretch(stretch.start + at, 1))
        summary = Summary(name)
        summary.count(batch.slice(at, 1))
        parts.write(
            interrupted / "parts",
            name,
            batch.schema,
            [batch.slice(at, 1)],
            partial(Summary.from_json, name, summary.to_json().encode()),
        )
    complete(tmp_path)


@pytest.mark.parametrize("lines", ["none", "torn", "not ended"])
def test_a_listing_that_was_not_finished_is_walked_again(tmp_path: Path, interrupted: Path, lines: str) -> None:
    listing = interrupted / "listing"
    first, _ = listing.read_bytes().splitlines(keepends=True)
    listing.write_bytes({"none": b"", "torn": first[:-20], "not ended": first}[lines])
    complete(tmp_path)


@pytest.mark.parametrize("change", ["a new file", "a file less", "nothing", "all gone"])
def test_directories_that_changed_before_the_listing_was_finished(
    tmp_path: Path, interrupted: Path, change: str
) -> None:
    listing = interrupted / "listing"
    listing.write_bytes(listing.read_bytes().splitlines(keepends=True)[0])
    match change:
        case "a new file":
            files(tmp_path / "in", "0/slow-001.jpg")
        case "a file less":
            (tmp_path / "in" / "0" / "slow-010.jpg").unlink()
        case "all gone":
            shutil.rmtree(tmp_path / "in")
            (tmp_path / "in").mkdir()
    complete(tmp_path)


def test_new_files_wait_for_the_next_run_when_the_listing_was_finished(tmp_path: Path, interrupted: Path) -> None:
    files(tmp_path / "in", "0/new.jpg")
    (tmp_path / "in" / "4" / "slow-199.jpg").unlink()
    report = run(job(tmp_path, facts=FACTS, steps=QUICK, resume=True))
    assert (report.seen, report.written) == (200, 199)
    assert report.reasons == {("not_found", "No such file or directory"): 1}
    assert "new.jpg" not in names(tmp_path / "out" / "out.csv")


class Refusing(CsvSink):
    def check(self, columns: Columns) -> None:
        if columns.found:  # not before the first file is read
            raise ConfigError("these columns cannot be written")


def test_an_output_that_cannot_be_written_costs_no_work(tmp_path: Path) -> None:
    files(tmp_path / "in", *(f"{number:03d}.jpg" for number in range(30)))
    import test_resume  # the name that worker processes know this module by

    with pytest.raises(ConfigError, match="these columns cannot be written") as caught:
        run(job(tmp_path, facts=FACTS, sinks=(test_resume.Refusing(),)))
    assert "30 of 30 files done" in caught.value.__notes__[0]
    assert complete(tmp_path)[0].endswith("30 of 30 files done")


def test_killed_behind_the_last_rename(tmp_path: Path, interrupted: Path) -> None:
    """With output.keepRows=false the parts lie there still, and all is done."""
    saved = tmp_path / "saved"
    shutil.copytree(interrupted, saved)
    run(job(tmp_path, facts=FACTS, steps=QUICK, resume=True))
    record = tmp_path / "out" / "_run" / "run.json"
    stage = tmp_path / ".out.metadata-digger" / json.loads(record.read_text())["run"]
    stage.parent.mkdir()
    saved.rename(stage)
    report = run(job(tmp_path, facts=FACTS, steps=QUICK, resume=True))
    assert report.notes == ["the output is complete; there was nothing left to do"]
    assert contents(tmp_path) == ["in", "out"]


def listed(count: int) -> list[Found]:
    return [
        Fault("b", f"u{number}", "failed", "ż\n") if number % 5 == 0 else Entry("b", f"u{number}", number, 0.1 + number)
        for number in range(count)
    ]


@pytest.mark.parametrize("total", [0, 1, CHUNK, 3 * CHUNK + 7])
@pytest.mark.parametrize("done", [(), (Stretch(0, 1),), (Stretch(3, 600), Stretch(603, 10), Stretch(900, 20))])
def test_a_listing_goes_on_behind_what_is_done(tmp_path: Path, total: int, done: tuple[Stretch, ...]) -> None:
    path, everything = tmp_path / "listing", listed(total)
    done = tuple(one for one in done if one.stop <= total)
    first = Listing(iter(everything), path, excluded=Counter(files=3))
    while not first.complete:
        first.more()
    first.close()
    known = begun(path)
    assert (known.files, known.complete, known.excluded) == (total, True, {"files": 3})
    second = Listing(iter(()), path, known, done)
    assert (second.complete, second.total, second.excluded) == (True, total, {"files": 3})
    taken = []
    while second.left:
        stretch, found_ = second.take(100)
        assert found_ == everything[stretch.start : stretch.stop]
        taken += range(stretch.start, stretch.stop)
    second.close()
    assert taken == [at for at in range(total) if not any(one.start <= at < one.stop for one in done)]


@pytest.mark.parametrize("same", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_a_listing_is_cut_where_the_walk_went_another_way(tmp_path: Path, same: int) -> None:
    path, everything = tmp_path / "listing", listed(2 * CHUNK)
    first = Listing(iter(everything), path)
    first.more()
    first.more()
    first.close()
    with path.open("ab") as file:
        file.write(b'512 [["b","torn')
    now: list[Found] = [*everything[:same], Entry("b", "other", 1, 1.0), *everything[same:]]
    known = begun(path)
    agreeing, walk = agreed(path, known, iter(now))
    assert agreeing == same
    known = cut(path, known, same)
    assert isinstance(known, Begun)
    second = Listing(walk, path, known)
    while not second.complete:
        second.more()
    assert second.total == len(now)
    taken: list[Found] = []
    while second.left:
        taken += second.take(1_000)[1]
    second.close()
    assert taken == now


def test_nothing_is_begun_where_there_is_no_listing(tmp_path: Path) -> None:
    assert begun(tmp_path / "none") == NOTHING


def test_the_stage_is_no_input(tmp_path: Path, interrupted: Path) -> None:
    stage = [one for one in LocalStorage().walk((str(tmp_path),)) if "metadata-digger" in one.url]
    assert [getattr(one, "reason", None) for one in stage] == ["an unfinished run's directory"]
