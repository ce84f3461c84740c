"""Files of equal content in one run: the first of the listing is written, whichever worker has it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyarrow as pa
from test_local import job

from metadata_digger.run.counts import Summary
from metadata_digger.run.engines.local import run
from metadata_digger.run.publish import equal_files
from metadata_digger.run.stage import parts
from metadata_digger.run.tasks import Slice
from metadata_digger.schema import FILE, hashed
from metadata_digger.sinks import CsvSink
from metadata_digger.steps.hash import HashStep

SCHEMA = pa.schema([*FILE, *hashed(("md5", "crc32"))])


def part(folder: Path, name: str, *rows: tuple[str, str, str | None, str]) -> None:
    """Rows given as (file, status, md5, crc32)."""
    found = [
        {
            "id": file.upper(),
            "base_path": "b",
            "file_path": file,
            "size": 1,
            "status": status,
            "notes": [],
            "hash_md5": md5,
            "hash_crc32": crc32,
        }
        for file, status, md5, crc32 in rows
    ]
    batch = pa.RecordBatch.from_pylist(found, schema=SCHEMA)
    parts.write(folder, name, SCHEMA, [batch], lambda: Summary(name))


def test_all_hashes_count_and_rows_that_are_written(tmp_path: Path) -> None:
    tmp_path /= "caf\udce9"  # no UTF-8
    tmp_path.mkdir()
    part(tmp_path, "2", ("d", "ok", "1", "1"), ("e", "ok", "1", "2"), ("f", "ok", None, "3"), ("g", "ok", None, "3"))
    part(
        tmp_path, "1", ("a", "filtered", "1", "1"), ("b", "ok", "1", "1"), ("c", "ok", "1", "1"), ("b", "ok", "1", "1")
    )
    told: list[tuple[str, ...]] = []
    for _ in range(2):  # a second try is the same
        equal_files.find(tmp_path, ["2", "1"], ("hash_md5", "hash_crc32"), tmp_path / "equal")
        told.clear()
        rows = parts.read(tmp_path, [Slice("1", 0, 3), Slice("2", 0, 4)])
        left = equal_files.without(rows, tmp_path / "equal", lambda *words: told.append(words))
        files = [file for batch in left for file in batch.column("file_path").to_pylist()]
        assert files == ["b", "b", "e", "f", "g"]
        assert told == [("c", equal_files.REASON, "filtered", "b"), ("d", equal_files.REASON, "filtered", "b")]


def test_a_run(tmp_path: Path) -> None:
    """3,000 files, every content three times, by two workers: what is written is what a sorted list says."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3_000):
        (folder / f"{number:04d}").write_text(str(number % 1_000))
    given = job(tmp_path, steps=(HashStep(("md5",)),), sinks=(CsvSink(),), distinct=("hash_md5",))
    report = run(given)
    assert (report.seen, report.written, report.filtered) == (3_000, 1_000, 2_000)
    lines = (tmp_path / "out" / "out.csv").read_text("utf-8").splitlines()[1:]
    listed = sorted(path.name for path in os.scandir(folder))
    assert [line.split('","')[2].rsplit("/", 1)[1] for line in lines] == listed[:1_000]
    left = [json.loads(line) for line in (tmp_path / "out" / "_run" / "filtered.jsonl").read_text().splitlines()]
    assert len(left) == 2_000
    assert {(one["file"][-3:] == one["same_as"][-3:], one["reason"]) for one in left} == {(True, equal_files.REASON)}
