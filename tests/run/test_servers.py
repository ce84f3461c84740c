"""Rows that go to a server and not into files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow as pa
from serving import FolderSink
from test_local import contents, files, job, left_out

from metadata_digger.run.counts import Summary
from metadata_digger.run.engines.doing import here
from metadata_digger.run.engines.local import run
from metadata_digger.run.engines.memory import share
from metadata_digger.run.publish.output import write_output
from metadata_digger.run.report import Report
from metadata_digger.run.stage import parts
from metadata_digger.run.stage.parts import Stretch
from metadata_digger.run.stage.place import stage
from metadata_digger.run.work import Work
from metadata_digger.schema import EXTRACTED, FILE
from metadata_digger.sinks import Removing, Sink


def server(tmp_path: Path) -> Sink:
    (tmp_path / "server").mkdir()
    return FolderSink(str(tmp_path / "server"))


def test_refused_rows_are_failed_files(tmp_path: Path) -> None:
    files(tmp_path / "in", *(f"{number:03d}.jpg" for number in range(30)), "bad-1.jpg", "bad-2.jpg")
    sink = server(tmp_path)
    assert isinstance(sink, Removing)
    report = run(job(tmp_path, sinks=(sink,), files_number=3))
    assert (report.seen, report.written, report.failed, report.files) == (32, 30, 2, ())
    assert report.reasons == {("failed", "the server does not like it"): 2}
    reason = ("failed", "the server does not like it")
    assert left_out(tmp_path / "out") == {"bad-1.jpg": reason, "bad-2.jpg": reason}
    assert len(contents(tmp_path / "server")) == 31
    assert (tmp_path / "server" / "commits").read_text() == "commit\n"


def test_a_server_gets_the_rows_of_a_batch_of_any_size(tmp_path: Path) -> None:
    """Spark makes one of 5,000,000 files in 4 partitions."""
    given = job(tmp_path, sinks=(server(tmp_path),), steps=())
    tags = pa.array([[]], EXTRACTED[2].type)
    file = {"id": "A", "base_path": "b", "file_path": "file:/a.jpg", "size": 1, "status": "ok", "notes": []}
    batch = pa.RecordBatch.from_pylist([file], schema=FILE)
    batch = pa.RecordBatch.from_arrays([*batch.columns, tags], schema=pa.schema([*FILE, EXTRACTED[2]]))
    with stage(given) as folders:
        part = parts.name_of(Stretch(0, 1_250_000))
        parts.write(folders.parts, part, batch.schema, [batch], lambda: Summary(part))
        do = here(Work(given, folders.parts, share(1, 2, False).limits))
        write_output(given, batch.schema, {part: 1}, folders, do, Report(statuses=Counter(ok=1)))
    assert contents(tmp_path / "server") == ["A", "commits"]
