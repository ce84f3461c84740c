"""`POST /api/v1/photos`: a client written for the old companion server gets what it expects; a test a field."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from web.conftest import ROWS, Site

FIELDS = {
    "id": str, "base_path": str, "file_path": str, "file_type": str, "directory_names": list, "tag_names": list,
    "labels": list, "thumbnail": str, "meta_data": dict,
}  # fmt: skip


def ask(site: Site, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = site.client.post("/api/v1/photos", json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_everything_by_default(site: Site) -> None:
    found = ask(site, {})
    assert found["page"] == 0 and found["total"] == len(ROWS) and len(found["photos"]) == 20
    assert found["facets"] == {} and found["possible_filters"] == []


@pytest.mark.parametrize("name", FIELDS)
def test_each_field_of_a_photo(site: Site, name: str) -> None:
    for photo, row in zip(ask(site, {"per_page": 120})["photos"], ROWS, strict=True):
        assert isinstance(photo[name], FIELDS[name])
        expected = {
            "id": row["id"],
            "base_path": row["base_path"],
            "file_path": row["file_path"],
            "file_type": row["file_type"] or "",
            "directory_names": row["directories"],
            "labels": row["labels"] or [],
        }
        if name in expected:
            assert photo[name] == expected[name]
        if name == "thumbnail":
            assert base64.b64decode(photo[name]) == b""
        if name == "meta_data":
            assert not any(key.startswith("md_") for key in photo[name])
            values = {one["name"]: one["value"] for one in row["tags"]}
            assert photo[name].get("exif_ifd0_make") == values.get("Make")
            if "Image Width" in values:
                assert photo[name]["jpeg_image_width"] == int(values["Image Width"].split()[0])


def test_location(site: Site) -> None:
    for photo, row in zip(ask(site, {"per_page": 120})["photos"], ROWS, strict=True):
        place = next((one["value"] for one in row["tags"] if one["name"] == "MD Location"), None)
        if place is None:
            assert photo["location"] is None
        else:
            assert photo["location"] == dict(zip(("latitude", "longitude"), map(float, place.split(",")), strict=True))


def test_pages(site: Site) -> None:
    pages = [ask(site, {"page": number, "per_page": 50}) for number in range(4)]
    assert [len(page["photos"]) for page in pages] == [50, 50, 20, 0]
    assert [photo["id"] for page in pages for photo in page["photos"]] == [row["id"] for row in ROWS]


def test_text_query(site: Site) -> None:
    assert ask(site, {"text_query": "labels:(person AND car)"})["total"] == sum(
        {"person", "car"} <= {*(row["labels"] or ())} for row in ROWS
    )
    assert ask(site, {"text_query": None})["total"] == len(ROWS)


@pytest.mark.parametrize("name", ["labels", "file_type", "tag_names", "directory_names", "camera_model", "LABELS"])
def test_facets_in_any_case(site: Site, name: str) -> None:
    found = ask(site, {"facets": [name]})
    counts = found["facets"][name.lower()]
    assert counts and all(isinstance(count, int) for count in counts.values()) and len(counts) <= 100
    (possible,) = found["possible_filters"]
    assert possible["field"] == name.lower()
    assert {one["name"]: one["entry_count"] for one in possible["values"]} == counts
    assert not any(one["is_selected"] for one in possible["values"])


def test_filters(site: Site) -> None:
    filters = [
        {"field_name": "labels", "selected_values": ["person", "car"]},
        {"field_name": "FILE_TYPE", "selected_values": ["PNG"]},
    ]
    found = ask(site, {"filters": filters, "facets": ["labels"]})
    rows = [row for row in ROWS if {"person", "car"} & {*(row["labels"] or ())} and row["file_type"] == "PNG"]
    assert found["total"] == len(rows)
    labels = next(one for one in found["possible_filters"] if one["field"] == "labels")
    assert {one["name"] for one in labels["values"] if one["is_selected"]} == {"person", "car"}
    # Beside what is chosen there is what could be: counts without the field's own filter.
    assert {one["name"]: one["entry_count"] for one in labels["values"]}["traffic light"] == sum(
        "traffic light" in (row["labels"] or ()) for row in ROWS if row["file_type"] == "PNG"
    )


@pytest.mark.parametrize(
    "value", ['person" OR *:*', "person OR car", "*", "a)", '"', "\\", "{!term f=labels}person", "per son", "AND", ""]
)
def test_values_are_never_query_text(site: Site, value: str) -> None:
    found = ask(site, {"filters": [{"field_name": "labels", "selected_values": [value]}]})
    assert found["total"] == 0 and found["photos"] == []


def test_a_filter_without_values_filters_nothing(site: Site) -> None:
    assert ask(site, {"filters": [{"field_name": "labels", "selected_values": []}]})["total"] == len(ROWS)


@pytest.mark.parametrize(
    "body",
    [
        {"text_query": "labels:("},
        {"facets": ["nofacet"]},
        {"page": -1},
        {"per_page": 0},
        {"per_page": 10_000},
        {"filters": [{}]},
        {"filters": [{"field_name": "nofield", "selected_values": ["x"]}]},
    ],
)
def test_faults(site: Site, body: dict[str, Any]) -> None:
    assert ask(site, body, 400)["description"]
