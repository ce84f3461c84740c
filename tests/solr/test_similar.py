"""find_similar into a collection: how near a file is, and why, in fields of their own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checkout import PHOTOS
from metadata_digger import actions
from metadata_digger.config import load
from metadata_digger.run.engines import local
from metadata_digger.run.report import Report
from servers.solr import Cloud, ask
from solr.running import CONFIG, PLAIN, everything, made, settings

pytestmark = pytest.mark.solr

RULE = "analytics.similar.tags=Exif IFD0.Model:STRING"


@pytest.mark.parametrize("rule", [(RULE,), ()], ids=["rule", "rare"])
def test_near_files(cloud: Cloud, collection: str, rule: tuple[str, ...], tmp_path: Path) -> None:
    connection = made(cloud, collection)
    compared = ("processing.hash.types=sha256", "processing.hash.comparator=true")
    given = settings(cloud, collection, PHOTOS, tmp_path, *PLAIN, *rule, *compared)

    def run() -> Report:
        chosen = actions.BY_NAME["find_similar"]
        job = actions.job(load(str(CONFIG), given, "find_similar"), chosen, [str(PHOTOS / "car-garage.jpg")])
        return local.run(replace(job, overwrite=True))

    report = run()
    found = everything(connection)
    assert report.written == len(found) > 0
    assert "car-garage.jpg" in found
    answer = ask(f"{cloud.url}/{collection}/select", q="similar_score:[1 TO *]", sort="similar_score desc", rows=100)
    assert answer["response"]["numFound"] == len(found)
    nearest = answer["response"]["docs"][0]
    image = found["car-garage.jpg"]
    assert nearest["similar_score"] == image["similar_score"]  # with one rule all that is near is equally near
    assert image["similar_reasons"][0] == "the image itself"
    assert nearest["similar_reasons"][-1] in image["similar_reasons"]
    again = run()  # what is near is there already
    assert (again.seen, again.written) == (report.seen, 0)
