"""Input that is made to end a run, or looks like it: each costs its own row at most, with a clear reason."""

from __future__ import annotations

import io
import json
import os
import struct
import time
import zlib
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from acting_storage import ChangingStorage
from PIL import Image
from test_local import left_out as of_records

from metadata_digger.run.counts import Summary
from metadata_digger.run.engines.local import run
from metadata_digger.run.job import Job
from metadata_digger.run.report import Report
from metadata_digger.run.stage import parts
from metadata_digger.sinks import JsonSink
from metadata_digger.steps.extract import ExtractStep
from metadata_digger.steps.hash import HashStep
from metadata_digger.steps.thumbnail import ThumbnailStep
from metadata_digger.storage import LocalStorage


def jpeg(width: int = 40, height: int = 30) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(target, "JPEG")
    return target.getvalue()


def png_that_states(width: int, height: int) -> bytes:
    chunks = [
        (b"IHDR", struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"")),
        (b"IEND", b""),
    ]
    content = b"\x89PNG\r\n\x1a\n"
    for kind, data in chunks:
        content += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return content


def dug(
    folder: Path, *steps: Any, **changes: Any
) -> tuple[Report, dict[str, dict[str, Any]], dict[str, tuple[str, str]]]:
    """The report, the rows by the file's name, and (status, reason) of those left out."""
    options: dict[str, Any] = {
        "storage": LocalStorage(),
        "cores": 1,
        "file_timeout": 30,
        "memory_gb": 0.5,
        **changes,
    }
    job = Job(
        paths=(str(folder / "in"),),
        steps=(ExtractStep(), *steps),
        sinks=(JsonSink(),),
        output=folder / "out",
        **options,
    )
    report = run(job)
    rows = [json.loads(line) for line in (folder / "out" / "out.json").read_text("utf-8").splitlines()]
    told = of_records(folder / "out")
    assert report.seen == len(rows) + len(told)
    return report, {Path(row["FilePath"]).name: row for row in rows}, told


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.jpg").write_bytes(jpeg())
    return tmp_path


def test_files_that_change_between_listing_and_reading(folder: Path) -> None:
    for name in ("pipe", "device", "folder", "gone", "shrink", "grow"):
        (folder / "in" / f"{name}.jpg").write_bytes(jpeg())
    started = time.monotonic()
    _, rows, left_out = dug(folder, HashStep(("md5",)), storage=ChangingStorage())
    assert time.monotonic() - started < 25
    assert set(rows) == {"good.jpg"}
    size = len(jpeg())
    assert left_out == {
        "pipe.jpg": ("failed", "not a file: a FIFO"),
        "device.jpg": ("failed", "not a file: a character device"),
        "folder.jpg": ("failed", "not a file: a directory"),
        "gone.jpg": ("not_found", "No such file or directory"),
        "shrink.jpg": ("failed", left_out["shrink.jpg"][1]),
        "grow.jpg": (
            "failed",
            f"cannot be hashed: it is longer than the {size} bytes that it had when it was opened",
        ),
    }
    assert "the file shrank" in left_out["shrink.jpg"][1]


def test_files_without_an_end(folder: Path) -> None:
    """A terabyte of holes, with and without a picture at its start: read by ranges at once, never as a whole."""
    (folder / "in" / "holes.jpg").touch()
    os.truncate(folder / "in" / "holes.jpg", 1 << 40)
    (folder / "in" / "behind.jpg").write_bytes(jpeg())
    os.truncate(folder / "in" / "behind.jpg", 1 << 40)
    started = time.monotonic()
    _, rows, left_out = dug(folder, ThumbnailStep(None, (20, 20)))
    assert time.monotonic() - started < 25
    assert left_out == {"holes.jpg": ("filtered", "unknown file type")}
    assert rows["behind.jpg"]["MediumThumb"] is None
    (note,) = rows["behind.jpg"]["Notes"]
    assert note.startswith("no thumbnails: too large to be read whole within processing.maxMemoryGB")
    _, rows, left_out = dug(folder, HashStep(("sha512",)), overwrite=True)
    assert set(rows) == {"good.jpg"}
    reason = "cannot be hashed: a file of holes: it states 1,099,511,627,776 bytes, and "
    assert left_out["behind.jpg"][1].startswith(reason)


def test_files_that_do_not_tell_their_size(folder: Path) -> None:
    (folder / "in" / "status.jpg").symlink_to("/proc/self/status")
    (folder / "in" / "zero.jpg").symlink_to("/dev/zero")
    _, rows, left_out = dug(folder, HashStep(("md5",)))
    assert set(rows) == {"good.jpg"}
    assert left_out == {
        "status.jpg": ("failed", "metadata cannot be read: The file is empty"),
        "zero.jpg": ("filtered", "not a file: a character device"),
    }


def test_pictures_of_too_many_pixels_keep_their_metadata(folder: Path) -> None:
    (folder / "in" / "bomb.png").write_bytes(png_that_states(100_000, 100_000))
    (folder / "in" / "large.jpg").write_bytes(jpeg(200, 100))
    _, rows, left_out = dug(folder, ThumbnailStep((10, 10), None), max_pixels=19_999)
    assert left_out == {}
    note = ["no thumbnails: picture cannot be decoded: it has more pixels than processing.maxPixels allows"]
    assert [rows[name].get("Notes") for name in ("bomb.png", "large.jpg", "good.jpg")] == [note, note, None]
    assert rows["bomb.png"]["Metadata"]["PNGIHDR"]["Image Width"] == "100000"
    assert [rows[name]["SmallThumb"] is None for name in ("bomb.png", "large.jpg", "good.jpg")] == [True, True, False]


def test_paths_that_are_too_long_for_the_system(folder: Path) -> None:
    here = os.open(folder / "in", os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=here)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    report, rows, left_out = dug(folder)
    assert set(rows) == {"good.jpg"}
    assert left_out == {"d" * 250: ("failed", "File name too long")}
    assert report.failed == 1


def test_a_whole_run_leaves_access_times_alone(folder: Path) -> None:
    path = folder / "in" / "good.jpg"
    os.utime(path, (1, 2))  # older than the change: Linux would set it anew at the next reading
    _, rows, _ = dug(folder, HashStep(("md5",)), ThumbnailStep((10, 10), None))
    assert rows["good.jpg"]["HashMd5"]
    assert rows["good.jpg"]["SmallThumb"]
    assert (path.stat().st_atime, path.stat().st_mtime) == (1, 2)


def test_long_rows_are_read_back_a_few_at_a_time(tmp_path: Path) -> None:
    """Thumbnails that are passed through may have a megabyte each."""
    schema = pa.schema([pa.field("status", pa.string()), pa.field("medium_thumb", pa.binary())])

    def batch(rows: int, size: int) -> pa.RecordBatch:
        thumbnails = [os.urandom(size) for _ in range(rows)]
        return pa.RecordBatch.from_arrays([pa.array(["ok"] * rows), pa.array(thumbnails, pa.binary())], schema=schema)

    for part, batches in (("long", [batch(4, 1 << 20) for _ in range(20)]), ("short", [batch(1_000, 10)])):
        parts.write(tmp_path, part, schema, batches, partial(Summary, part))
    for part, count, most in (("long", 80, 7), ("short", 1_000, parts.ROWS)):
        read = [len(found) for found in parts.read(tmp_path, [parts.Slice(part, 0, count)])]
        assert (sum(read), max(read)) == (count, most)
