"""Documents that Solr does not take cost themselves and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from metadata_digger.solr.client import Solr
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.search import count
from servers.solr import Cloud
from solr.running import PLAIN, jpegs, left_out, made, run, settings

pytestmark = pytest.mark.solr

FIELD = "md_jpegcomment_jpeg_comment"


@pytest.fixture
def numbers(cloud: Cloud, collection: str) -> Connection:
    """A collection that wants numbers in the comments of JPEGs."""
    connection = made(cloud, collection)
    with Solr(connection) as solr:
        solr.ask("/schema", json={"add-field": {"name": FIELD, "type": "int"}})
    return connection


@pytest.mark.slow
def test_fifty_of_ten_thousand(cloud: Cloud, numbers: Connection, tmp_path: Path) -> None:
    """Scattered and side by side; with two shards, so that refusals come from either."""
    bad = {*range(0, 10_000, 400), *range(5_000, 5_025)}
    jpegs(tmp_path / "in", [f"no {number}" if number in bad else str(number) for number in range(10_000)])
    report = run("extract", settings(cloud, numbers.collection, tmp_path / "in", tmp_path, *PLAIN))
    assert (report.seen, report.written, report.failed) == (10_000, 10_000 - len(bad), len(bad))
    with Solr(numbers) as solr:
        assert count(solr) == 10_000 - len(bad)
    found = left_out(tmp_path)
    assert set(found) == {f"{number:06d}.jpg" for number in bad}
    assert found["000400.jpg"]["reason"].startswith(f"Solr refused it: Error adding field '{FIELD}'='no 400'")


@pytest.mark.slow
def test_all_of_them(cloud: Cloud, numbers: Connection, tmp_path: Path) -> None:
    jpegs(tmp_path / "in", ["none"] * 1_500)
    report = run("extract", settings(cloud, numbers.collection, tmp_path / "in", tmp_path, *PLAIN))
    assert (report.seen, report.written, report.failed) == (1_500, 0, 1_500)
    assert len(report.reasons) == 1
    assert len(left_out(tmp_path)) == 1_500
