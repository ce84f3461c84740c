"""The main job on both engines, as a user starts it: the same photographs, the same rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from metadata_digger.errors import DiggerError
from metadata_digger.run.engines.spark.java import check_spark

PHOTOS = Path(__file__).parents[2] / "demo" / "photos"


def spark_is_there() -> bool:
    try:
        check_spark()
    except DiggerError:
        return False
    return True


def full(engine: str, folder: Path, form: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows and the report of `full` over the demo photographs and some files that are none."""
    config = folder / f"{engine}.properties"
    output = folder / engine / "out"
    config.write_text(
        f"input.paths={PHOTOS},{folder}/odd\noutput.format={form}\noutput.directoryPath={output}\nprocessing.cores=2\n"
        "input.exclude=*.tmp\nfilter.allowedFileTypes=jpg,png,tiff,heic,webp,gif\nprocessing.hash.types=crc32,sha256\n"
        "processing.thumbnails.enabled=true\nprocessing.thumbnails.smallDimensions=100x100\n"
        "processing.thumbnails.mediumDimensions=300x300\n"
    )
    command = [sys.executable, "-m", "metadata_digger", "--engine", engine, "full", str(config)]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "SPARK_MASTER": "local[2]"}, timeout=300
    )
    assert done.returncode == 3, done.stderr  # the empty file failed
    if form == "json":
        rows = [json.loads(line) for line in (output / "out.json").read_text("utf-8").splitlines()]
    else:
        rows = pq.read_table(output / "out.parquet").to_pylist()
    records = output / "_run"
    lists = {name: (records / f"{name}.jsonl").read_text("utf-8") for name in ("failed", "filtered")}
    return rows, json.loads((records / "run.json").read_text("utf-8")) | {"lists": lists}


@pytest.mark.spark
@pytest.mark.skipif(not spark_is_there(), reason="needs pyspark and Java 17 or newer")
@pytest.mark.parametrize("form", ["json", pytest.param("parquet", marks=pytest.mark.slow)])
def test_full_gives_equal_rows_on_spark_and_on_this_machine(tmp_path: Path, form: str) -> None:
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "text.txt").write_text("no picture")
    (tmp_path / "odd" / "empty.jpg").touch()
    (tmp_path / "odd" / "not wanted.tmp").touch()
    (tmp_path / "odd" / "cut.jpg").write_bytes((PHOTOS / "street.jpg").read_bytes()[:300_000])
    here, report_here = full("local", tmp_path, form)
    there, report_there = full("spark", tmp_path, form)
    assert here == there
    assert len(here) == len(list(PHOTOS.iterdir())) + 1
    assert any("person" in row["Labels"] for row in here)
    assert all(row["HashCrc32"] and len(row["HashSha256"]) == 64 for row in here)
    assert all(row["SmallThumb"] and row["MediumThumb"] for row in here)
    for key in ("seen", "written", "filtered", "failed", "reasons", "labels", "lists", "notes"):
        assert report_here[key] == report_there[key]
