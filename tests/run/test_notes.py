"""Files that are written although something went wrong: in the records, whatever the form of the output."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from acting_steps import NotingStep
from ranking_by_size import BySize
from serving import FolderSink
from test_local import files, job
from test_resume import FACTS, stop_at

from metadata_digger.cli.summary import summary
from metadata_digger.run.engines.local import run
from metadata_digger.run.job import Job
from metadata_digger.run.records.record import read_record, report_of
from metadata_digger.run.report import OTHER, REASONS, Report
from metadata_digger.sinks import CsvSink, JsonSink
from metadata_digger.steps.hash import HashStep

NOTES = ["no labels: 7 of 9", "GPS: at 1", "GPS: at 2"]


def noting(tmp_path: Path, **changes: Any) -> Job:
    return job(tmp_path, **{"steps": (NotingStep(),)} | changes)


def told(tmp_path: Path, report: Report, names: Sequence[str]) -> None:
    """Report, record and list know these files, in this order."""
    lines = (tmp_path / "out" / "_run" / "notes.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        {"file": f"file:{tmp_path}/in/{name}", "notes": NOTES} for name in names
    ]
    kinds = dict.fromkeys(("no labels", "GPS"), len(names)) if names else {}
    assert (report.noted, report.kinds) == (len(names), kinds)
    record = read_record(tmp_path / "out")
    assert (record["noted"], record["kinds"]) == (len(names), kinds)
    assert "_run/notes.jsonl" in record["files"]
    again = report_of(tmp_path / "out")
    assert (again.noted, again.kinds) == (report.noted, report.kinds)


def test_each_is_counted_and_listed(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg", "noted-1.jpg", "noted-2.jpg")
    (tmp_path / "in" / "noted-3.jpg").symlink_to("nowhere")  # failed: listed there
    told(tmp_path, run(noting(tmp_path)), ["noted-1.jpg", "noted-2.jpg"])


def test_a_file_outside_the_input_is_one_of_them(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg")
    files(tmp_path / "own", "b.jpg")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "own")
    report = run(job(tmp_path))
    (line,) = (tmp_path / "out" / "_run" / "notes.jsonl").read_text("utf-8").splitlines()
    note = f"symbolic link out of the input: it is file:{tmp_path}/own/b.jpg"
    assert json.loads(line) == {"file": f"file:{tmp_path}/in/link/b.jpg", "notes": [note]}
    assert (report.written, report.kinds) == (2, {"symbolic link out of the input": 1})


def test_there_is_a_list_where_there_are_none(tmp_path: Path) -> None:
    files(tmp_path / "in", "a.jpg")
    told(tmp_path, run(noting(tmp_path)), [])


def test_a_run_that_goes_on_knows_all(tmp_path: Path) -> None:
    every = [f"noted-{number:03d}.jpg" for number in range(100)]
    files(tmp_path / "in", *every)
    with pytest.raises(KeyboardInterrupt):
        run(noting(tmp_path, facts=FACTS), stop_at(20))
    told(tmp_path, run(noting(tmp_path, facts=FACTS, resume=True)), every)


def test_an_update_knows_those_of_rows_that_it_keeps(tmp_path: Path) -> None:
    root = files(tmp_path / "in", "noted-1.jpg", "noted-2.jpg", "noted-3.jpg")
    run(noting(tmp_path))
    (root / "noted-2.jpg").unlink()
    files(root, "noted-4.jpg")
    told(tmp_path, run(noting(tmp_path, update="time")), ["noted-4.jpg", "noted-1.jpg", "noted-3.jpg"])


def test_of_a_ranking_only_what_it_leaves(tmp_path: Path) -> None:
    root = files(tmp_path / "in", "noted-1.jpg", "noted-2.jpg", "noted-3.jpg")
    (root / "noted-1.jpg").write_bytes(b"")
    (root / "noted-3.jpg").write_bytes(b"x" * 14)
    told(tmp_path, run(noting(tmp_path, ranking=BySize())), ["noted-3.jpg", "noted-2.jpg"])


def test_rows_that_a_server_refuses_are_none(tmp_path: Path) -> None:
    files(tmp_path / "in", "noted-1.jpg", "noted-2.jpg")
    (tmp_path / "server").mkdir()
    sink = FolderSink(str(tmp_path / "server"), refuses="noted-1")
    report = run(noting(tmp_path, sinks=(sink,)))
    assert (report.written, report.failed) == (1, 1)
    told(tmp_path, report, ["noted-2.jpg"])
    (tmp_path / "in" / "a.jpg").write_bytes(b"")
    told(tmp_path, run(noting(tmp_path, sinks=(sink,), update="time")), ["noted-2.jpg"])


def test_files_of_equal_content_have_none(tmp_path: Path) -> None:
    files(tmp_path / "in", "noted-1.jpg")
    (tmp_path / "in" / "noted-2.jpg").write_bytes((tmp_path / "in" / "noted-1.jpg").read_bytes())
    steps = (NotingStep(), HashStep(("md5",)))
    told(tmp_path, run(noting(tmp_path, steps=steps, distinct=("hash_md5",), keep_rows=False)), ["noted-1.jpg"])


def test_what_the_sink_remarks_is_a_note_too(tmp_path: Path) -> None:
    long = "l" * 120
    root = files(tmp_path / "in", "a.jpg", "noted-1.jpg", f"{long}.jpg", f"noted-2-{long}.jpg")
    report = run(noting(tmp_path, sinks=(CsvSink(most=100, file=True),)))
    told = [json.loads(line) for line in (tmp_path / "out" / "_run" / "notes.jsonl").read_text("utf-8").splitlines()]
    remarks = [f"CSV: cut at 100 characters: FileName ({count})" for count in (124, 132)]
    assert told == [
        {"file": f"file:{root}/{long}.jpg", "notes": [remarks[0]]},
        {"file": f"file:{root}/noted-1.jpg", "notes": NOTES},
        {"file": f"file:{root}/noted-2-{long}.jpg", "notes": [*NOTES, remarks[1]]},
    ]
    assert (report.noted, report.kinds) == (3, {"CSV": 2, "no labels": 2, "GPS": 2})
    # It is a note of the file of the output, and none of the rows that are kept.
    again = run(noting(tmp_path, sinks=(CsvSink(file=True),), update="time"))
    assert (again.noted, again.kinds) == (2, {"no labels": 2, "GPS": 2})


def test_the_summary_says_what_spreadsheets_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files(tmp_path / "in", "a.jpg")
    monkeypatch.setattr("metadata_digger.sinks.long_cells.COLUMNS", 2)
    report = run(noting(tmp_path, sinks=(CsvSink(),)))
    (sentence,) = report.notes
    assert sentence.startswith("the CSV has 7 columns, and spreadsheets show 2: choose among the tags with filter.")
    assert read_record(tmp_path / "out")["notes"] == [sentence]
    assert f"note        {sentence}" in list(summary(report))


def test_a_stream_counts_them(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(tmp_path / "in", "a.jpg", "noted-1.jpg", "noted-2.jpg")
    (tmp_path / "in" / "gone.jpg").symlink_to("nowhere")
    report = run(noting(tmp_path, sinks=(JsonSink(),), output=None, streams=True))
    assert (report.noted, report.kinds, len(report.lost)) == (2, {"no labels": 2, "GPS": 2}, 1)
    assert len(capfd.readouterr().out.splitlines()) == 3


def test_the_summary_names_what_rows_lack_first() -> None:
    report = Report()
    report.statuses["ok"] = 1200
    for _ in range(1_000):
        report.remark(["GPS: at 1"])
    report.remark(["no labels: x", "no thumbnails: x"])
    report.remark(["no labels: y"])
    assert list(summary(report))[1:7] == [
        "  written         1,200",
        "    with notes  1,002",
        "              2  no labels",
        "              1  no thumbnails",
        "          1,000  GPS",
        "  filtered            0",
    ]


def test_kinds_are_counted_by_name_up_to_a_limit() -> None:
    report = Report()
    for number in range(REASONS + 50):
        report.remark([f"{number}: at 1"])
    assert (len(report.kinds), report.kinds[OTHER], report.noted) == (REASONS + 1, 50, REASONS + 50)
