"""One query means the same in the index and in a real Solr."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from checkout import ROOT
from metadata_digger.cli import main
from metadata_digger.index.asking import IndexCollection
from metadata_digger.index.marks import Marks
from metadata_digger.previews.pictures import Previews
from metadata_digger.query.asking import Collection, Order, Photo
from metadata_digger.query.parse import parse
from metadata_digger.query.tree import Box, Everything
from metadata_digger.search.requests import Reader
from metadata_digger.search.solr_collection import SolrCollection
from metadata_digger.solr.connection import Connection
from metadata_digger.web.application import application
from metadata_digger.web.companion import photos
from metadata_digger.web.served import Served
from metadata_digger.web.serving import Files
from query.questions import QUESTIONS
from servers.solr import Cloud

pytestmark = pytest.mark.solr
FACETS = ("labels", "md_exif_ifd0_model", "file_type", "md_exif_ifd0_software", "file_path")
EXAMPLES = re.findall(r"^\| `(.+)` \| .+ \|$", (ROOT / "docs" / "query-language.md").read_text("utf-8"), re.M)


@pytest.fixture(scope="module")
def both(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[IndexCollection, SolrCollection]]:
    """The demo photographs in both, by one run."""
    folder = tmp_path_factory.mktemp("parity")
    with cloud.collection() as name:
        settings = {
            "output.format": "index,solr",
            "output.directoryPath": str(folder / "out"),
            "output.collection": name,
            "output.solr.url": cloud.url,
            "input.paths": str(ROOT / "demo" / "photos"),
            "processing.thumbnails.enabled": "true",
            "processing.thumbnails.smallDimensions": "64x64",
        }
        config = str(ROOT / "configs" / "solr.demo.config.properties")
        given = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
        assert main(["solr-init", config, *given]) == 0
        assert main(["full", config, *given]) in (0, 3)
        marked = {"7": ("x",)}
        yield (
            IndexCollection(folder / "out", lambda mark: marked.get(mark, ())),
            SolrCollection(Connection(name, url=cloud.url), lambda mark: marked.get(mark, ())),
        )


def test_there_are_a_hundred() -> None:
    assert len(set(QUESTIONS)) == len(QUESTIONS) >= 100


def test_counts_are_equal(both: tuple[Collection, Collection]) -> None:
    index, solr = both
    assert index.about().total == solr.about().total == 40
    counts = {text: tuple(one.count(parse(text).node) for one in both) for text in QUESTIONS}
    assert {text: found for text, found in counts.items() if found[0] != found[1]} == {}
    # Most of them tell something apart.
    assert sum(0 < found[0] < 40 for found in counts.values()) > 80


def rounded(photo: Photo) -> Photo:
    """Solr's places have the precision of 32 bits."""
    if photo.latitude is None or photo.longitude is None:
        return photo
    return replace(photo, latitude=round(photo.latitude, 4), longitude=round(photo.longitude, 4))


def test_examples_of_the_page_find_the_same(both: tuple[Collection, Collection]) -> None:
    assert len(EXAMPLES) > 40
    for text in EXAMPLES:
        parsed = parse(text)
        counts = {one.count(parsed.node) for one in both}
        assert len(counts) == 1 and parsed.notes == (), text
        assert max(counts) > 0 or text == "mark:1", text


def test_pages_are_equal(both: tuple[Collection, Collection]) -> None:
    for field in ("exact_file_path", "date", "file_size", "file_type"):
        for down in (False, True):
            pages = [one.search(Everything(), Order(field, down), 40) for one in both]
            ids = [[photo.id for photo in page.photos] for page in pages]
            assert ids[0] == ids[1], (field, down)
            assert [*map(rounded, pages[0].photos)] == [*map(rounded, pages[1].photos)]


def test_facets_are_equal(both: tuple[Collection, Collection]) -> None:
    node = parse("labels:person OR canon").node
    for name in ("labels", "file_type", "md_exif_ifd0_model", "directory_names", "tag_names", "file_extension"):
        for words in ({}, {"prefix": "p"}, {"containing": "A"}):
            found = [one.values(node, name, 7, **words) for one in both]
            assert found[0] == found[1], (name, words)


def test_days_and_places_are_equal(both: tuple[Collection, Collection]) -> None:
    for unit in ("year", "month", "day"):
        assert both[0].timeline(Everything(), unit) == both[1].timeline(Everything(), unit)
    view = Box(-90, -180, 90, 180)
    cells = [
        sorted(
            (cell.count, cell.box.south, cell.box.west, cell.id or "") for cell in one.grid(Everything(), view, 20, 10)
        )
        for one in both
    ]
    assert cells[0] == cells[1]


def test_a_picture_is_told_by_both(both: tuple[Collection, Collection]) -> None:
    (photo,) = both[0].search(parse("file_name:beach.jpg").node, Order(), 1).photos
    found = [one.photo(photo.id) for one in both]
    assert found[0] is not None and found[1] is not None
    assert rounded(found[0].photo) == rounded(found[1].photo)
    # A field has several tags at times, and a document of Solr's tells the field.
    fields = [{tag.field for directory in one.directories for tag in directory.tags} for one in found if one]
    assert fields[0] == fields[1]
    assert both[0].thumbnail(photo.id) == both[1].thumbnail(photo.id) is not None
    assert [*both[0].ids(Everything())] != [] and {*both[0].ids(Everything())} == {*both[1].ids(Everything())}
    assert both[0].position(Everything(), Order(), photo.id) == both[1].position(Everything(), Order(), photo.id)
    assert len([*both[1].details(Everything(), Order())]) == 40


ASKED: list[tuple[str, dict[str, Any]]] = [
    ("/api/v2/search", {"q": "labels:person", "sort": "-date", "limit": 20}),
    ("/api/v2/search", {"filters": [{"field": "md_exif_ifd0_make", "values": ["Canon", "NIKON"]}], "limit": 50}),
    ("/api/v2/search", {"filters": [{"field": "labels", "values": ["car"], "not": True}], "from": "2007-01-01"}),
    ("/api/v2/search", {"radius": [50.87, 4.69, 50], "has": ["location", "-labels"]}),
    ("/api/v2/facets", {"facets": [{"field": name} for name in FACETS], "q": "canon"}),
    ("/api/v2/facets", {"facets": [{"field": "labels"}], "filters": [{"field": "labels", "values": ["car", "no"]}]}),
    ("/api/v2/timeline", {}),
    ("/api/v2/timeline", {"unit": "month", "q": "labels:person"}),
    ("/api/v2/search", {"q": "labls:x"}),
    ("/api/v2/search", {"filters": [{"field": "md_a:b OR *:*", "values": ["x"]}]}),
    (
        "/api/v1/photos",
        {
            "text_query": "labels:(person OR car)",
            "facets": ["labels", "FILE_TYPE", "tag_names", "directory_names", "camera_model"],
            "filters": [{"field_name": "labels", "selected_values": ["person"]}],
            "per_page": 50,
        },
    ),
    ("/api/v1/photos", {"filters": [{"field_name": "labels", "selected_values": ['") OR *:*']}]}),
]


@pytest.mark.parametrize("number", range(len(ASKED)))
def test_answers_are_equal(both: tuple[Collection, Collection], tmp_path: Path, number: int) -> None:
    path, body = ASKED[number]
    answers = []
    for place, collection in enumerate(both):
        previews = Previews("parity", workers=1, folder=tmp_path / f"cache{place}")
        served = Served(collection, Marks(tmp_path / f"marks{place}.sqlite"), Files(previews))
        with TestClient(application(served, ("localhost",)), base_url="http://localhost") as client:
            answer = client.post(path, json=body)
            answers.append((answer.status_code, plain(answer.json())))
        previews.close()
    assert answers[0] == answers[1]


def plain(value: Any) -> Any:
    """Without what is another one for every collection; numbers to the precision of 32 bits."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items() if name not in ("state", "cursor", "thumbnail")}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return round(value, 4) if isinstance(value, float) else value


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"text_query": "labels:(person AND car)", "facets": ["labels", "camera_model"]},
        {"facets": ["FILE_TYPE", "tag_names", "directory_names"], "per_page": 5, "page": 2},
        {"filters": [{"field_name": "labels", "selected_values": ["person", "cat"]}], "facets": ["labels"]},
        {"filters": [{"field_name": "labels", "selected_values": ['person" OR *:*']}]},
    ],
)
def test_the_companion_s_contract_holds_in_both(both: tuple[Collection, Collection], asked: dict[str, Any]) -> None:
    found = [photos(one, Reader(one), asked) for one in both]
    assert [found[0][name] for name in ("page", "total", "facets")] == [
        found[1][name] for name in ("page", "total", "facets")
    ]
    possible = [
        {one["field"]: {value["name"]: value for value in one["values"]} for one in answer["possible_filters"]}
        for answer in found
    ]
    assert possible[0] == possible[1]
    for a, b in zip(found[0]["photos"], found[1]["photos"], strict=True):
        for name in (
            "id",
            "base_path",
            "file_path",
            "file_type",
            "directory_names",
            "tag_names",
            "labels",
            "thumbnail",
        ):
            assert a[name] == b[name], name
        assert a["meta_data"].keys() == b["meta_data"].keys()
        places = [
            one["location"] and {key: round(value, 4) for key, value in one["location"].items()} for one in (a, b)
        ]
        assert places[0] == places[1]
