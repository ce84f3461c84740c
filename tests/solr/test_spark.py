"""Spark puts the same documents into Solr."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checkout import PHOTOS
from metadata_digger import actions
from metadata_digger.config import load
from metadata_digger.run.engines.spark import engine as spark
from servers.solr import Cloud
from solr.running import CONFIG, everything, jpegs, made, run, settings

pytestmark = [pytest.mark.solr, pytest.mark.spark, pytest.mark.slow]


def test_spark_gives_equal_documents(cloud: Cloud, tmp_path: Path) -> None:
    """With the comparator, which asks from the executors, and copies within the run."""
    pytest.importorskip("pyspark")
    jpegs(tmp_path / "in", [str(number % 50) for number in range(60)])
    for photo in sorted(PHOTOS.glob("*.jpg"))[:8]:
        (tmp_path / "in" / photo.name).symlink_to(photo)
    more = ("processing.hash.types=md5,sha256", "processing.hash.comparator=true")
    found = []
    for engine in ("local", "spark"):
        with cloud.collection() as collection:
            connection = made(cloud, collection)
            given = settings(cloud, collection, tmp_path / "in", tmp_path / engine, *more)
            for written, filtered in ((58, 10), (0, 68)):
                if engine == "local":
                    report = run("extract", given)
                else:
                    job = actions.job(load(str(CONFIG), given, "extract"), actions.BY_NAME["extract"])
                    report = spark.run(replace(job, overwrite=True), "local[2]")
                assert (report.seen, report.written, report.filtered, report.failed) == (68, written, filtered, 0)
            found.append(everything(connection))
    for documents in found:
        for document in documents.values():
            del document["_version_"], document["processing_datetime"]
    assert len(found[0]) == 58
    assert found[0] == found[1]
