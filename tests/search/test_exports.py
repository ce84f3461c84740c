"""Hits as files: what pictures say of themselves harms neither a spreadsheet nor a reader of XML."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from metadata_digger.query.asking import Detail, Photo
from metadata_digger.search.exports import FORMS, as_csv, as_geojson, as_json_lines, as_kml

HOSTILE = '=HYPERLINK("http://example.org")]]></name><script>&\0\x0b\ud800\u202e'


def detail(number: int = 0, path: str = f"file:/in/{HOSTILE}.jpg") -> Detail:
    photo = Photo(
        id=f"{number}",
        path=path,
        file_type="JPEG",
        size=1,
        date=datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
        latitude=1.5,
        longitude=-2.5,
        camera="=1+1",
        labels=("@person", "car"),
        notes=("-2+3",),
    )
    return Detail(photo, "file:///in", None, None, [], [], [], hashes={"md5": "x"})


def unmarked(id: str) -> str | None:
    return None


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start: str) -> None:
    text = "".join(as_csv([detail(path=f"{start}1+1")], lambda id: f"{start}mark"))
    _, cells = csv.reader(io.StringIO(text, newline=""))
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-1+", "@", "\t", "\r"))]


def test_xml_stays_xml() -> None:
    tree = ElementTree.fromstring("".join(as_kml([detail()], unmarked)))  # noqa: S314  # our own
    place = "{http://www.opengis.net/kml/2.2}"
    (mark,) = tree.iter(f"{place}Placemark")
    assert "<script>" in (mark.findtext(f"{place}name") or "") and mark.findtext(f".//{place}coordinates") == "-2.5,1.5"


def test_json_is_json() -> None:
    (line,) = as_json_lines([detail()], unmarked)
    assert json.loads(line)["camera"] == "=1+1" and line.isascii()
    found = json.loads("".join(as_geojson([detail(), detail(1)], unmarked)))
    assert [one["geometry"]["coordinates"] for one in found["features"]] == [[-2.5, 1.5]] * 2


@pytest.mark.parametrize("form", FORMS)
def test_a_line_comes_before_the_next_row_is_asked_for(form: str) -> None:
    asked = 0

    def rows() -> Iterator[Detail]:
        nonlocal asked
        for number in range(1_000):
            asked += 1
            yield detail(number)

    made = FORMS[form][1](rows(), unmarked)
    next(made), next(made)
    assert asked <= 2
