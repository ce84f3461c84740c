"""Rows in an order that only all of them together decide."""

from __future__ import annotations

import csv
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from acting_steps import ActingStep
from ranking_by_size import BySize
from serving import FolderSink

from metadata_digger.errors import OutputError
from metadata_digger.run import drive
from metadata_digger.run.engines.local import run
from metadata_digger.run.job import Job
from metadata_digger.run.publish import ranking
from metadata_digger.run.publish.ranking import ranked_part
from metadata_digger.sinks import CsvSink
from metadata_digger.storage import LocalStorage


def job(tmp_path: Path, **changes: object) -> Job:
    step, sink, output = ActingStep(), (CsvSink(),), tmp_path / "out"
    made = Job(LocalStorage(), (str(tmp_path / "in"),), (step,), sink, output, ranking=BySize(), cores=2)
    return replace(made, **changes)  # type: ignore[arg-type]  # a test's own word


def files(root: Path, sizes: dict[str, int]) -> None:
    root.mkdir()
    for name, size in sizes.items():
        (root / name).write_bytes(b"x" * size)


def rows(path: Path) -> list[tuple[int, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [(int(row["SimilarScore"]), row["FilePath"].rpartition("/")[2]) for row in csv.DictReader(file)]


def left_out(tmp_path: Path, kind: str) -> list[str]:
    lines = (tmp_path / "out" / "_run" / f"{kind}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["file"].rpartition("/")[2] for line in lines]


@pytest.mark.parametrize("per_run", [1, 16_384])
def test_the_highest_first_and_equals_as_they_were_listed(
    tmp_path: Path, per_run: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "ROWS", per_run)
    sizes = {f"{number:04d}.jpg": random.Random(number).randrange(12) for number in range(600)}  # noqa: S311
    files(tmp_path / "in", sizes)
    report = run(job(tmp_path))
    mean = sum(sizes.values()) / len(sizes)
    kept = {name: min(int(size - mean), 5) for name, size in sizes.items() if size >= mean}
    expected = sorted(((place, name) for name, place in kept.items()), key=lambda row: (-row[0], row[1]))
    assert rows(tmp_path / "out" / "out.csv") == expected
    assert (report.seen, report.written, report.filtered, report.failed) == (600, len(kept), 600 - len(kept), 0)
    assert report.reasons == {("filtered", "small"): 600 - len(kept)}
    assert report.findings == [f"{place} {name}" for place, name in expected[: ranking.BEST]]
    told = json.loads((tmp_path / "out" / "_run" / "run.json").read_text("utf-8"))
    assert told["ranking"] == {"mean": mean}
    assert left_out(tmp_path, "filtered") == [name for name in sizes if name not in kept]


def test_several_files_of_output_share_the_order(tmp_path: Path) -> None:
    files(tmp_path / "in", {f"{number}.jpg": number for number in range(9)})
    run(job(tmp_path, files_number=2))
    found = [row for number in range(2) for row in rows(tmp_path / "out" / f"out_{number}.csv")]
    assert [name for _, name in found] == ["8.jpg", "7.jpg", "6.jpg", "5.jpg", "4.jpg"]


def test_only_tags_of_rows_that_are_left_have_columns(tmp_path: Path) -> None:
    files(tmp_path / "in", {"a.jpg": 1, "b.jpg": 3})
    report = run(job(tmp_path))
    assert {name for _, name in report.tags} == {"Head", ""}
    files(tmp_path / "none", {})
    report = run(job(tmp_path, paths=(str(tmp_path / "none"),), overwrite=True))
    assert (report.tags, report.written) == (set(), 0)
    assert rows(tmp_path / "out" / "out.csv") == []


def test_files_left_out_by_the_steps_stay_told(tmp_path: Path) -> None:
    files(tmp_path / "in", {"a.jpg": 1, "b.jpg": 3})
    (tmp_path / "in" / "broken").symlink_to("nowhere")
    report = run(job(tmp_path))
    assert (report.written, report.filtered, report.failed) == (1, 1, 1)
    assert (left_out(tmp_path, "filtered"), left_out(tmp_path, "failed")) == (["a.jpg"], ["broken"])


def test_a_run_that_goes_on_ranks_all_rows_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files(tmp_path / "in", {f"{number:02d}.jpg": number for number in range(40)})

    def stop(*arguments: object) -> dict[str, int]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(drive, "write_records", stop)  # when all is ranked and published, and nothing is in its place
        run(job(tmp_path))
    assert not (tmp_path / "out").exists()
    (tmp_path / "in" / "99.jpg").write_bytes(b"x" * 100)  # a listing that was complete holds
    report = run(job(tmp_path, resume=True))
    assert report.resumed
    assert [name for _, name in rows(tmp_path / "out" / "out.csv")] == [
        *(f"{number}.jpg" for number in range(25, 40)),
        *(f"{number}.jpg" for number in range(24, 19, -1)),
    ]
    assert (report.seen, report.written, report.filtered) == (40, 20, 20)


def test_an_update_ranks_the_rows_that_it_keeps_anew(tmp_path: Path) -> None:
    files(tmp_path / "in", {f"{number:02d}.jpg": number for number in range(20)})
    run(job(tmp_path))
    before = rows(tmp_path / "out" / "out.csv")
    (tmp_path / "in" / "19.jpg").unlink()
    (tmp_path / "in" / "20.jpg").write_bytes(b"x" * 100)
    report = run(job(tmp_path, update="time"))
    assert report.changes == {"unchanged": 19, "new": 1, "changed": 0, "gone": 1}
    updated = rows(tmp_path / "out" / "out.csv")
    run(job(tmp_path, output=tmp_path / "fresh" / "out"))
    assert sorted(updated) == sorted(rows(tmp_path / "fresh" / "out" / "out.csv")) != sorted(before)
    assert [place for place, _ in updated] == sorted((place for place, _ in updated), reverse=True)


def test_a_server_gets_what_is_left_and_an_update_replaces_it(tmp_path: Path) -> None:
    files(tmp_path / "in", {f"{number:02d}.jpg": number for number in range(20)})
    server = tmp_path / "server"
    server.mkdir()

    def held() -> list[str]:
        found = (json.loads(path.read_text())["file_path"] for path in server.iterdir() if path.name != "commits")
        return sorted(url.rpartition("/")[2] for url in found)

    sink = FolderSink(str(server))
    run(job(tmp_path, sinks=(sink,)))
    assert held() == [f"{number}.jpg" for number in range(10, 20)]
    (tmp_path / "in" / "20.jpg").write_bytes(b"x" * 100)  # now the mean is 13.8
    run(job(tmp_path, sinks=(sink,), update="time"))
    assert held() == [f"{number}.jpg" for number in range(14, 21)]


def test_names_of_ranked_parts_sort_as_the_places(tmp_path: Path) -> None:
    names = [ranked_part(place, run) for place in (1000, 100, 99, 5, 0) for run in ("000000", "000001")]
    assert names == sorted(names)


def test_what_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    target = tmp_path / "missing" / "part.parquet"
    place = ranking._Rows(target)
    with pytest.raises(OutputError, match="cannot write"), place:
        place.add(BySize(0.0).rank(_batch()))


def _batch():  # type: ignore[no-untyped-def]  # a batch of one row
    from metadata_digger.pipeline import open_batch
    from metadata_digger.storage.model import Entry

    return open_batch([Entry("file:///in", "file:/in/a", 1, None)], LocalStorage()).rows.slice(0, 0)
