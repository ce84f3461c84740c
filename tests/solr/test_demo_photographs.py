"""From nothing to queries: the commands of the tutorial, over the demo photographs."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import requests

from checkout import PHOTOS, ROOT
from checkout import run as program
from servers.solr import Cloud, ask

pytestmark = pytest.mark.solr

CONFIG = ROOT / "configs" / "solr.config.properties"


def digger(*arguments: str, cwd: Path, code: int = 0) -> str:
    """What a command prints; `code` is what it returns."""
    done = program(
        sys.executable, "-P", "-m", "metadata_digger", *arguments, cwd=cwd, env={"PYTHONPATH": f"{ROOT}/src"}
    )
    assert done.returncode == code, done.stderr + done.stdout
    return done.stdout + done.stderr


def names(answer: dict[str, Any]) -> set[str]:
    return {document["file_path"].rsplit("/", 1)[1] for document in answer["response"]["docs"]}


@pytest.mark.slow
def test_what_a_new_user_does(cloud: Cloud, collection: str, tmp_path: Path) -> None:
    given = [f"input.paths={PHOTOS}", f"output.zk.servers={cloud.servers}", f"output.collection={collection}"]
    sets = [word for setting in given for word in ("--set", setting)]
    place = f"{cloud.url}/{collection}/select"

    # Without the collection: before any work, with the command that makes it.
    assert "`metadata-digger solr-init CONFIG` makes it" in digger("full", str(CONFIG), *sets, cwd=tmp_path, code=1)
    assert not list(tmp_path.iterdir())
    digger("solr-init", str(CONFIG), *sets, cwd=tmp_path)
    said = digger("full", str(CONFIG), *sets, cwd=tmp_path)
    assert f"collection  {collection}: 40 documents" in said
    assert f"/solr/{collection}/select?q=labels:person" in said
    assert (tmp_path / "output" / f"solr-{collection}" / "_run" / "run.json").exists()

    table = [*sets, "--set", "output.format=csv", "--set", "output.storage.name=file"]
    digger("full", str(CONFIG), *table, "--set", "output.directoryPath=table", cwd=tmp_path)
    csv.field_size_limit(10 << 20)  # thumbnails
    with (tmp_path / "table" / "table.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    labels = {Path(row["file_path"]).name: set(filter(None, row["labels"].split(","))) for row in rows}

    found = ask(place, q="labels:(person AND car)", rows=100)
    assert names(found) == {name for name, given in labels.items() if {"person", "car"} <= given}
    assert "car-and-people.jpg" in names(found)
    counted = ask(
        place, q="*:*", rows=0, facet="true", **{"facet.field": "labels", "facet.mincount": 1, "facet.limit": -1}
    )
    flat = counted["facet_counts"]["facet_fields"]["labels"]
    assert dict(zip(flat[::2], flat[1::2], strict=True)) == Counter(one for given in labels.values() for one in given)

    places = {Path(row["file_path"]).name: row["md_gps_md_location"] for row in rows if row["md_gps_md_location"]}
    assert len(places) > 3
    name, point = sorted(places.items())[0]
    near = {"fq": "{!geofilt}", "sfield": "md_gps_md_location", "pt": point}
    assert name in names(ask(place, q="*:*", d=0.1, **near))
    assert names(ask(place, q="*:*", d=21_000, rows=100, **near)) == set(places)
    times = {Path(row["file_path"]).name: row["md_gps_md_datetime"] for row in rows if row["md_gps_md_datetime"]}
    name, time = sorted(times.items())[0]
    month = time[:7].replace(":", "-")
    same_month = {one for one, text in times.items() if text[:7] == time[:7]}
    assert names(ask(place, q=f"md_gps_md_datetime:{month}", rows=100)) == same_month
    assert names(ask(place, q=f"md_gps_md_datetime:[{month} TO *]", rows=100)) >= same_month
    year = {Path(row["file_path"]).name for row in rows if row["md_exif_subifd_datetime_original"].startswith("20")}
    assert names(ask(place, q="md_exif_subifd_datetime_original:[2000 TO 2099]", rows=100)) == year
    widths = {Path(row["file_path"]).name: int((row["md_jpeg_image_width"] or "0").split()[0]) for row in rows}
    wide = {name for name, width in widths.items() if width > 1000}
    assert names(ask(place, q="md_jpeg_image_width:[1001 TO *]", rows=100)) == wide

    hashes = ["--set", "processing.hash.types=sha256"]
    digger("full", str(CONFIG), *sets, *hashes, cwd=tmp_path)
    before = ask(place, q="*:*", rows=100, sort="id asc")["response"]
    said = digger("full", str(CONFIG), *sets, *hashes, "--set", "processing.hash.comparator=true", cwd=tmp_path)
    assert f"40  its content is in the collection {collection} already" in said
    assert ["written", "0"] in [line.split() for line in said.splitlines()]
    assert ask(place, q="*:*", rows=100, sort="id asc")["response"] == before


def test_what_cannot_go_into_a_collection_is_said_before_any_work(
    cloud: Cloud, collection: str, tmp_path: Path
) -> None:
    given = [f"input.paths={PHOTOS}", f"output.zk.servers={cloud.servers}", f"output.collection={collection}"]
    sets = [word for setting in given for word in ("--set", setting)]
    digger("solr-init", str(CONFIG), *sets, cwd=tmp_path)
    camel = ["--set", "output.columns.namingConvention=camelCase"]
    words = f"metadata-digger: output.collection={collection}: its schema has no key ID: name the fields as it does"
    assert words in digger("extract", str(CONFIG), *sets, *camel, cwd=tmp_path, code=2)
    # As collections for 0.2.1 had it.
    required = {"name": "file_type", "type": "string", "required": True}
    requests.post(f"{cloud.url}/{collection}/schema", json={"replace-field": required}, timeout=60).raise_for_status()
    words = f"output.collection={collection}: its schema requires file_type, which this action does not make"
    assert words in digger("detect_categories", str(CONFIG), *sets, cwd=tmp_path, code=2)
    assert not list(tmp_path.iterdir())
