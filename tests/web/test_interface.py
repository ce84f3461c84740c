"""The REST interface: what each route answers, and what it says of what is wrong."""

from __future__ import annotations

import csv
import io
import json
import threading
import time
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from jsonschema import validate

from index.rows import LABELS
from metadata_digger.search import shapes
from metadata_digger.web import served
from web.conftest import ROWS, Site

PERSON = [row for row in ROWS if "person" in (row["labels"] or ())]


def post(site: Site, path: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = site.client.post(f"/api/v2/{path}", json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def get(site: Site, path: str, status: int = 200, **parameters: Any) -> dict[str, Any]:
    answer = site.client.get(f"/api/v2/{path}", params=parameters)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_search(site: Site) -> None:
    found = post(site, "search", {"q": "labels:person", "limit": 5})
    assert found["total"] == len(PERSON) and len(found["photos"]) == 5 and found["cursor"]
    for photo in found["photos"]:
        validate(photo, shapes.PHOTO)
    more = post(site, "search", {"q": "labels:person", "limit": 500, "cursor": found["cursor"]})
    assert [one["id"] for one in (*found["photos"], *more["photos"])] == [row["id"] for row in PERSON]
    assert more["cursor"] is None and more["state"] == found["state"]
    assert post(site, "search", {"q": "a AND b OR c"})["notes"]


def labels(row: dict[str, Any]) -> set[str]:
    return {*(row["labels"] or ())}


def begins(name: str, start: str) -> Any:
    """Rows with a tag of this name whose value begins so."""
    return lambda row: any(one["value"].startswith(start) for one in row["tags"] if one["name"] == name)


def only(field: str, *values: str, denied: bool = False) -> dict[str, Any]:
    return {"filters": [{"field": field, "values": [*values], "not": denied}]}


BOTH = {"filters": [*only("labels", "person")["filters"], *only("file_type", "PNG")["filters"]]}


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        (only("labels", "person", "car"), lambda row: labels(row) & {"person", "car"}),
        (only("labels", "person", denied=True), lambda row: "person" not in labels(row)),
        (BOTH, lambda row: "person" in labels(row) and row["file_type"] == "PNG"),
        (only("labels"), lambda row: False),
        (only("labels", 'person" OR *:*'), lambda row: False),
        ({"has": ["labels"]}, labels),
        ({"has": ["-date"]}, lambda row: not begins("MD Taken", "")(row)),
        ({"from": "2020-03-01", "to": "2020-03-31"}, begins("MD Taken", "2020-03")),
        ({"box": [50, 20, 55, 22]}, begins("MD Location", "52")),
        ({"box": [-20, 179, -10, 181]}, begins("MD Location", "-17")),
        ({"radius": [52.2, 21.0, 5]}, begins("MD Location", "52.2")),
    ],
)
def test_what_narrows(site: Site, asked: dict[str, Any], fits: Any) -> None:
    found = post(site, "search", asked | {"limit": 500})
    assert [one["id"] for one in found["photos"]] == [row["id"] for row in ROWS if fits(row)]


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("search", {"q": "labels:("}, "not closed"),
        ("search", {"q": "nofield:x"}, "no field nofield"),
        ("search", {"q": "lables:x"}, "labels"),
        ("search", {"limit": 501}, "limit"),
        ("search", {"limit": "x"}, "limit"),
        ("search", {"surprise": 1}, "surprise"),
        ("search", {"sort": "nofield"}, "nofield"),
        ("search", {"cursor": "x"}, "cursor"),
        ("search", {"from": "2020-02-30"}, "no such day"),
        ("search", {"from": "yesterday"}, "from"),
        ("search", {"box": [1, 2, 3]}, "box"),
        ("search", {"box": [50, 0, 40, 0]}, "rectangle"),
        ("search", {"radius": [0, 0, -1]}, "radius"),
        ("search", {"filters": [{"field": "nofield", "values": ["x"]}]}, "nofield"),
        ("search", {"q": "x" * 10_001}, "q"),
        ("facets", {}, "facets"),
        ("facets", {"facets": [{"field": "metadata_content"}]}, "metadata_content"),
        ("timeline", {"unit": "week"}, "unit"),
        ("grid", {}, "view"),
        ("marks", {"mark": "1"}, "ids or asked"),
        ("marks", {"mark": "x", "ids": []}, "mark"),
    ],
)
def test_what_is_wrong_is_said(site: Site, path: str, body: dict[str, Any], words: str) -> None:
    fault = post(site, path, body, 400)
    assert words in fault["description"] and fault["at"] >= 0 and fault["length"] >= 0


def test_a_body_that_is_no_json(site: Site) -> None:
    for content in ("{", "[" * 100_000, "\0", '"text"', "[]"):
        answer = site.client.post("/api/v2/search", content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400, content[:10]


def test_questions_that_nobody_waits_for_take_their_turn(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "SECONDS", 0.1)
    monkeypatch.setattr(served, "_TURNS", threading.BoundedSemaphore(1))
    assert served._TURNS.acquire()
    assert post(site, "search", {}, 503)["description"]
    served._TURNS.release()
    assert post(site, "search", {})["total"] == len(ROWS)


def test_numbers_as_json_has_them(site: Site) -> None:
    def ask(text: str) -> Any:
        return site.client.post("/api/v2/search", content=text, headers={"Content-Type": "application/json"})

    assert len(ask('{"limit": 5.0, "offset": 1e1}').json()["photos"]) == 5
    for text in ('{"limit": NaN}', '{"box": [0, 0, 1e999, 0]}', '{"limit": -Infinity}', '{"limit": 5.5}'):
        assert ask(text).status_code == 400, text


def test_a_facet_shows_what_could_be_chosen_beside_what_is(site: Site) -> None:
    asked = {
        "filters": [{"field": "labels", "values": ["person"]}, {"field": "file_type", "values": ["PNG"], "not": True}]
    }
    found = post(site, "facets", asked | {"facets": [{"field": "labels"}, {"field": "file_type", "size": 1}]})
    seen, types = found["facets"]
    rows = [row for row in ROWS if row["file_type"] != "PNG"]
    assert {one["value"]: one["count"] for one in seen["values"]} == {
        label: sum(label in (row["labels"] or ()) for row in rows) for label in LABELS
    }
    assert [one["value"] for one in seen["values"] if one["selected"]] == ["person"]
    assert {"value": "PNG", "count": 0, "selected": False, "excluded": True} in types["values"]
    assert seen["title"] == "Labels" and seen["without"] == sum(not row["labels"] for row in rows)


def test_timeline_and_grid(site: Site) -> None:
    found = post(site, "timeline", {"unit": "month"})
    assert found["unit"] == "month" and sum(one["count"] for one in found["bars"]) + found["undated"] == len(ROWS)
    assert post(site, "timeline", {})["unit"] == "day"
    grid = post(site, "grid", {"view": [-90, -180, 90, 180], "columns": 10, "rows": 5})
    assert (
        grid["placed"] + grid["unplaced"] == len(ROWS) and sum(one["count"] for one in grid["cells"]) == grid["placed"]
    )


def test_one_two_and_those_alike(site: Site) -> None:
    a, b = [row["id"] for row in ROWS if row["tags"] and row["tags"][0]["name"] == "Make"][:2]
    found = get(site, f"photo/{a}")
    assert found["directories"][0]["tags"][0]["field"] == "md_exif_ifd0_make" and found["hashes"]["sha256"]
    rows = get(site, f"compare/{a}/{b}")["rows"]
    assert [one["differs"] for one in rows] == sorted((one["differs"] for one in rows), reverse=True)
    assert all(one["reasons"] for one in get(site, f"similar/{a}", size=3)["photos"])
    for path in ("photo/no", f"compare/{a}/no", "preview/no"):
        assert get(site, path, 404)["description"]
    assert "no such file" in get(site, f"preview/{a}", 404)["description"].lower()
    assert get(site, f"original/{a}", 404)


def test_fields_check_position(site: Site) -> None:
    assert get(site, "fields", prefix="lab")["fields"][0]["name"] == "labels"
    assert get(site, "check", q="labels:(")["ok"] is False and get(site, "check", q="a")["ok"] is True
    id = ROWS[50]["id"]
    assert get(site, "position", id=id) == {"position": 50}
    assert get(site, "position", id=id, asked='{"q":"labels:nothing"}') == {"position": None}
    assert get(site, "position", 400, asked="{")["description"]
    assert get(site, "about")["total"] == len(ROWS)


def test_marks(site: Site) -> None:
    ids = [row["id"] for row in ROWS[:3]]
    assert post(site, "marks", {"mark": "4", "ids": [*ids, "unknown"]}) == {"changed": 3, "total": 3}
    assert post(site, "marks", {"mark": "4", "ids": ids})["changed"] == 0
    assert post(site, "search", {"q": "mark:4"})["total"] == 3
    assert post(site, "marks/title", {"mark": "4", "title": "suspect"})["marks"][3] == {
        "mark": "4",
        "title": "suspect",
        "count": 3,
    }
    assert post(site, "search", {"q": "mark:Suspect"})["total"] == 3
    assert "another mark" in post(site, "marks/title", {"mark": "5", "title": "suspect"}, 400)["description"]
    assert get(site, "next-unmarked")["position"] == 3
    assert get(site, "next-unmarked", after=ROWS[10]["id"])["position"] == 11
    asked = {"q": "labels:person"}
    conflict = post(site, "marks", {"mark": "5", "asked": asked, "expected": 1}, 409)
    assert conflict["total"] == len(PERSON)
    assert post(site, "marks", {"mark": "5", "asked": asked, "expected": len(PERSON)})["total"] == len(PERSON)
    assert post(site, "search", {"q": "mark:5"})["total"] == len(PERSON)
    assert post(site, "marks", {"mark": None, "asked": {}})["total"] == len(ROWS)
    assert all(one["count"] == 0 for one in get(site, "marks")["marks"])


def test_saved_searches(site: Site) -> None:
    assert (
        post(site, "searches", {"name": "cars / 2020?", "address": "q=labels%3Acar"})["searches"][0]["address"]
        == "q=labels%3Acar"
    )
    assert site.client.delete("/api/v2/searches/no").status_code == 404
    assert site.client.delete("/api/v2/searches/cars%20%2F%202020%3F").json() == {"searches": []}


def test_exports(site: Site) -> None:
    asked = json.dumps({"q": "labels:person"})

    def export(form: str) -> str:
        answer = site.client.get("/api/v2/export", params={"format": form, "asked": asked, "sort": "-date"})
        assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
        return answer.text

    rows = [*csv.DictReader(io.StringIO(export("csv")))]
    lines = [json.loads(line) for line in export("jsonl").splitlines()]
    assert {row["id"] for row in rows} == {line["id"] for line in lines} == {row["id"] for row in PERSON}
    placed = [row for row in PERSON if any(one["name"] == "MD Location" for one in row["tags"])]
    assert len(json.loads(export("geojson"))["features"]) == len(placed)
    marks = ElementTree.fromstring(export("kml")).findall(".//{http://www.opengis.net/kml/2.2}Placemark")  # noqa: S314
    assert len(marks) == len(placed)
    assert get(site, "export", 400, format="xls")["description"]
    assert get(site, "export", 400, format="csv", asked='{"q":"("}')["description"]


def test_a_question_that_takes_too_long(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "SECONDS", 0.1)
    monkeypatch.setattr(site.served.reader, "wanted", lambda *_, **__: time.sleep(2))
    start = time.monotonic()
    assert "took more than" in post(site, "search", {}, 503)["description"]
    assert time.monotonic() - start < 1.5


def test_documents_are_served_offline(site: Site) -> None:
    found = site.client.get("/openapi.json").json()
    assert (
        found["openapi"].startswith("3.1") and "/api/v2/search" in found["paths"] and "/api/v1/photos" in found["paths"]
    )
    page = site.client.get("/docs")
    assert page.status_code == 200 and "http" not in page.text.replace("http-equiv", "")


def test_any_request_has_an_answer_that_is_described(site: Site) -> None:
    schema = schemathesis.openapi.from_dict(site.client.get("/openapi.json").json())
    count = 0
    for operation in schema.get_all_operations():
        one = operation.ok()

        @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
        @schemathesis_given(one)
        def asked(case: Any) -> None:
            body = case.body if isinstance(case.body, dict) else None
            answer = site.client.request(case.method, case.formatted_path, params=case.query or None, json=body)
            known = (200, 400, 404, 405, 409, 413, 415)
            assert answer.status_code in known, (case.method, case.path, answer.text[:300])

        asked()
        count += 1
    assert count >= 20


def schemathesis_given(operation: Any) -> Any:
    from hypothesis import given

    return given(case=operation.as_strategy())
