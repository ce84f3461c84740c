"""Rows that go to a server and not into files."""

from __future__ import annotations

from pathlib import Path

from serving import FolderSink
from test_local import contents, files, job, left_out

from metadata_digger.run.local import run
from metadata_digger.sinks import Removing, Sink


def server(tmp_path: Path) -> Sink:
    (tmp_path / "server").mkdir()
    return FolderSink(str(tmp_path / "server"))


def test_refused_rows_are_failed_files(tmp_path: Path) -> None:
    files(tmp_path / "in", *(f"{number:03d}.jpg" for number in range(30)), "bad-1.jpg", "bad-2.jpg")
    sink = server(tmp_path)
    assert isinstance(sink, Removing)
    report = run(job(tmp_path, sink=sink, files_number=3))
    assert (report.seen, report.written, report.failed, report.files) == (32, 30, 2, ())
    assert report.reasons == {("failed", "the server does not like it"): 2}
    reason = ("failed", "the server does not like it")
    assert left_out(tmp_path / "out") == {"bad-1.jpg": reason, "bad-2.jpg": reason}
    assert len(contents(tmp_path / "server")) == 31
    assert (tmp_path / "server" / "commits").read_text() == "commit\n"
