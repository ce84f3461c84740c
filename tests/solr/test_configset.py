"""The collection that solr-init makes: the original's documents fit in, and everything can be asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checkout import ROOT
from metadata_digger.solr.client import Solr
from metadata_digger.solr.errors import Refused
from metadata_digger.solr.queries import exactly, field
from metadata_digger.solr.search import count, facets, get, search
from servers.solr import Cloud
from solr.documents import document, made, send

pytestmark = pytest.mark.solr

GOLDEN = ROOT.parent / "shared" / "golden" / "solr"

ROME = {
    "labels": ["person", "car", "traffic light"],
    "score_person": 0.91,
    "score_traffic_light": 0.55,
    "model_name": "nanodet-coco80",
    "file_size": 5_000_000_000,
    "file_modified": "2020-02-03T10:11:12.123456Z",
    "notes": ["XMP: cut short"],
    "hash_md5": "76ac9bddd65e6164f8a1f2e462eb6edd",
    "small_thumb": "/9j/4AAQ",
    "directory_names": ["JPEG", "GPS"],
    "metadata_content": "Canon EOS-5D Zażółć 72 dots per inch",
    "md_gps_md_location": "41.9,12.5",
    "md_gps_md_datetime": "2020-02-03T10:11:12Z",
    "md_capture_md_taken": "2020-02-03T10:11:12.250Z",
    "md_capture_md_taken_zone": "UTC+01:00",
    "md_exif_subifd_datetime_original": "2020-02-03T11:11:12Z",
    "md_jpeg_image_width": 4000,
    "md_exif_ifd0_model": "Canon EOS-5D",
    "md_exif_ifd0_artist": ["Jan Żółw", "Eva"],
}
LODZ = {
    "base_path": "file:///data/other",
    "file_path": "file:/data/other/a/x.jpg",
    "labels": ["person"],
    "score_person": 0.6,
    "md_gps_md_location": "51.77,19.46",
    "md_gps_md_datetime": "2021-07-01T00:00:00Z",
    "md_jpeg_image_width": 900,
    "md_exif_ifd0_model": "Apple iPhone 4",
    "Camel Case Tag": "found too",
}


@pytest.fixture(scope="module")
def places(cloud: Cloud) -> Iterator[Solr]:
    with cloud.collection() as name, made(cloud, name) as client:
        send(client, document(1, **ROME), document(2, **LODZ), document(3))
        yield client


# query or filter -> numbers of the documents that it finds
QUERIES = (
    ("labels:(person AND car)", "1"),
    ('labels:"traffic light"', "1"),
    ("labels:pers*", "12"),
    ("score_person:[0.8 TO *]", "1"),
    ("score_person:{* TO 0.8}", "2"),
    ("{!geofilt sfield=md_gps_md_location pt=41.9,12.49 d=5}", "1"),
    ("{!geofilt sfield=location pt=51.8,19.4 d=20}", "2"),
    ("location:[40,10 TO 45,15]", "1"),
    ("md_gps_md_datetime:2020-02", "1"),
    ("md_gps_md_datetime:2020", "1"),
    ("md_capture_md_taken:2020-02", "1"),
    ('md_capture_md_taken_zone:"UTC+01:00"', "1"),
    ("sort_md_capture_md_taken:[2020-02-03T10:11:12Z TO 2020-02-03T10:11:13Z]", "1"),
    ("md_gps_md_datetime:[2020-02-04 TO 2021]", "2"),
    ("md_gps_md_datetime:[* TO *]", "12"),
    ("processing_datetime:2026-01-02", "123"),
    ("md_jpeg_image_width:[1000 TO *]", "1"),
    ("file_size:[4000000000 TO *]", "1"),
    ("file_modified:[2020-01-01T00:00:00Z TO NOW]", "1"),
    ('file_path:"file:/data/own"', "13"),
    ('file_path:"file:/data/own/1"', "1"),
    ('file_path:"file:/data/own/1/1.jpg"', "1"),
    ('file_path:"file:/data/ow"', ""),
    ('exact_file_path:"file:/data/own/1"', ""),
    ('exact_file_path:"file:/data/other/a/x.jpg"', "2"),
    ('base_path:"file:///data"', "123"),
    ('base_path:"file:///data/own"', "13"),
    ("hash_md5:76ac9bddd65e6164f8a1f2e462eb6edd", "1"),
    ("canon", "1"),
    ("zazolc", "1"),
    ('"dots per inch"', "1"),
    ("md_exif_ifd0_model:canon", "1"),
    ("md_exif_ifd0_model:(apple iphone)", "2"),
    ("md_exif_ifd0_artist:zolw", "1"),
    (exactly("labels", "traffic light"), "1"),
    (field("md_exif_ifd0_artist", "Jan Żółw"), "1"),
    (field("Camel Case Tag", "FOUND"), "2"),
    ('directory_names:"GPS"', "1"),
)


def test_what_can_be_asked(places: Solr) -> None:
    found = {
        query: "".join(sorted(one["id"][-1] for one in search(places, query, fields=["id"]).documents))
        for query, _ in QUERIES
    }
    assert found == dict(QUERIES)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("sort_md_gps_md_datetime desc", "213"),
        ("md_jpeg_image_width asc", "213"),
        ("md_exif_ifd0_model asc", "213"),
        ("exact_file_path asc", "213"),
        ("geodist(location,51.77,19.46) asc", "21"),
        ("score_person desc", "123"),
    ],
)
def test_everything_can_be_sorted(places: Solr, sort: str, order: str) -> None:
    found = "".join(one["id"][-1] for one in search(places, sort=sort, fields=["id"]).documents)
    assert found[: len(order)] == order


def test_facets_and_what_is_given_back(places: Solr) -> None:
    names = ["labels", "exact_base_path", "directory_names", "file_type"]
    assert facets(places, names) == {
        "labels": {"person": 2, "car": 1, "traffic light": 1},
        "exact_base_path": {"file:///data/own": 2, "file:///data/other": 1},
        "directory_names": {"GPS": 1, "JPEG": 1},
        "file_type": {"JPEG": 3},
    }
    found = get(places, ["1".rjust(32, "0")])[0]
    del found["_version_"]
    more = {"md_exif_ifd0_model": ["Canon EOS-5D"], "model_name": ["nanodet-coco80"]}
    more["file_modified"] = "2020-02-03T10:11:12.123Z"
    expected = document(1, **ROME) | more
    del expected["metadata_content"]  # searched, not stored
    assert found == expected


@pytest.mark.skipif(not GOLDEN.exists(), reason="../shared is not there")
def test_documents_of_the_original(solr: Solr) -> None:
    sent = [json.loads(line) for name in ("own", "mixed2") for line in (GOLDEN / f"{name}.jsonl").open()]
    for one in sent:
        one["processing_datetime"] = "2026-01-02T03:04:05Z"
        one.pop("small_thumb")
    send(solr, *sent)
    found = {one["id"]: one for one in search(solr, rows=100).documents}
    assert found.keys() == {one["id"] for one in sent}
    for one in sent:
        there = found[one["id"]]
        one.pop("metadata_content")
        there.pop("_version_")
        assert there == {name: value for name, value in one.items() if value != []}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("md_jpeg_image_width", "wide"),
        ("md_gps_md_datetime", "2020:02:03 10:11:12"),
        ("md_gps_md_location", "91,0"),
        ("small_thumb", "no base64 !"),
    ],
)
def test_values_that_are_none(places: Solr, name: str, value: Any) -> None:
    with pytest.raises(Refused) as caught:
        send(places, document(7, **{name: value}))
    assert name in caught.value.reason
    assert "7".rjust(32, "0") in caught.value.reason


def test_a_value_of_a_megabyte_is_no_fault(places: Solr) -> None:
    send(places, document(8, md_xmp_history="word " * 200_000))
    assert count(places, "md_xmp_history:word") == 1
    places.delete(field("md_xmp_history", "word"))
    places.commit()
    assert count(places) == 3


def test_the_wheel_has_the_configset() -> None:
    folder = Path(ROOT, "src/metadata_digger/solr/configset")
    assert {path.name for path in folder.iterdir()} == {"managed-schema.xml", "solrconfig.xml"}
