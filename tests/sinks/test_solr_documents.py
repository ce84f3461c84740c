"""Rows as Solr documents."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metadata_digger.schema import OWN_TAG
from metadata_digger.sinks.columns import Columns, scan
from metadata_digger.sinks.solr_documents import Conversion, Form
from metadata_digger.sinks.solr_fields import LONGEST_NAME, Fields, safe_name
from metadata_digger.sinks.solr_values import LONGEST_TERM
from metadata_digger.steps.filter import Selection
from metadata_digger.steps.rename import Naming
from sinks.solr_schema import OLD, new, old, schema

Rows = Callable[..., pa.RecordBatch]

SNAKE = Naming("snakeCase", "md_")
MOMENT = "2026-01-02T03:04:05Z"
CONVERSION = Conversion(integers=("md_jpeg_image_width",), dates=("md_exif_ifd0_datetime", "md_gps_datetime"))


def documents(batch: pa.RecordBatch, known: dict[str, Any] | None = None, **options: Any) -> list[dict[str, Any]]:
    form = Form(Fields.of(known or old()), MOMENT, SNAKE, **options)
    columns = Columns.of(batch.schema, scan(batch))
    return [json.loads(document) for document in form.maker(columns).documents(batch)]


def test_a_document_of_the_old_schema(rows: Rows) -> None:
    tags = [
        ("JPEG", 3, "Image Width", "640 pixels"),
        ("JPEG", 5, "Number of Components", "3"),
        ("Exif IFD0", 306, "Date/Time", "2010:10:21 11:22:48"),
        ("GPS", OWN_TAG - 1, "MD Location", "54.9,-1.9"),
        ("GPS", OWN_TAG - 4, "MD DateTime", "2010:10:21 09:22:48"),
        ("JPEG Comment", 0, "JPEG Comment", 'two\nlines, "quoted"'),
    ]
    batch = rows({"tags": tags, "labels": ["car"], "notes": ["x"]}, fields="full")
    batch = batch.append_column(pa.field("hash_md5", pa.string()), pa.array(["00ab"]))
    batch = batch.append_column(pa.field("small_thumb", pa.binary()), pa.array([b"\xff\xd8\xff"]))
    (document,) = documents(batch, content=True, conversion=CONVERSION)
    assert b64decode(document.pop("small_thumb")) == b"\xff\xd8\xff"
    assert document == {
        "id": "0" * 32,
        "base_path": "file:///in",
        "file_path": "file:/in/0.jpg",
        "labels": ["car"],
        "hash_md5": "00ab",
        "file_type": "JPEG",
        "directory_names": ["JPEG", "Exif IFD0", "GPS", "JPEG Comment"],
        "tag_names": ["Image Width", "Number of Components", "Date/Time", "JPEG Comment"],
        "processing_datetime": MOMENT,
        "metadata_content": '2010:10:21 11:22:48 2010:10:21 09:22:48 54.9,-1.9 640 pixels 3 two\\nlines, "quoted"',
        "md_exif_ifd0_datetime": "2010-10-21T11:22:48Z",
        "md_gps_md_datetime": "2010-10-21T09:22:48Z",  # by the name that 0.2.1's sample has
        "md_gps_md_location": "54.9,-1.9",
        "md_jpeg_image_width": 640,
        "md_jpeg_number_of_components": "3",
        "md_jpeg_comment_jpeg_comment": 'two\\nlines, "quoted"',
    }


def test_what_is_new_goes_where_the_schema_has_a_field(rows: Rows) -> None:
    scores = [
        {"label": "traffic light", "score": 0.9, "model": "net"},
        {"label": "car", "score": 0.25, "model": "net"},
        {"label": "car", "score": 0.75, "model": "other"},
    ]
    row = {
        "size": 5,
        "modified": datetime(2024, 5, 6, 7, 8, 9, 120_000, UTC),
        "notes": ["EXIF: cut"],
        "labels": [],
        "scores": scores,
        "models": [{"name": "net", "sha256": "ab"}, {"name": "other", "sha256": "cd"}],
    }
    (document,) = documents(rows(row, fields="full"), new())
    assert {
        name: document[name]
        for name in document
        if name.startswith(("file_n", "file_e", "file_s", "file_m", "n", "model", "sco"))
    } == {
        "file_name": "0.jpg",
        "file_extension": "jpg",
        "file_size": 5,
        "file_modified": "2024-05-06T07:08:09.120Z",
        "notes": ["EXIF: cut"],
        "model_name": ["net", "other"],
        "model_sha256": ["ab", "cd"],
        "score_traffic_light": 0.9,
        "score_car": 0.25,
    }
    (plain,) = documents(rows(row, fields="full"))
    assert set(plain) == {"id", "base_path", "file_path", "file_type", "processing_datetime"}


def test_a_catch_all_of_text_is_no_place_for_numbers(rows: Rows) -> None:
    known = schema({"id": "string"}, {"*": "text"})
    scores = [{"label": "car", "score": 0.25, "model": "net"}]
    (document,) = documents(rows({"scores": scores}, fields="full"), known)
    assert {"score_car", "file_size", "file_modified"}.isdisjoint(document)
    assert document["model_name"] == "net"


@pytest.mark.parametrize(
    ("unknown", "expected"), [(None, {}), (-1, {"md_jpeg_image_width": -1}), (0, {"md_jpeg_image_width": 0})]
)
def test_an_integer_that_is_none(rows: Rows, unknown: int | None, expected: dict[str, int]) -> None:
    conversion = Conversion(integers=("md_jpeg_image_width",), unknown=unknown)
    (document,) = documents(rows({"tags": [("JPEG", 3, "Image Width", "wide")]}), conversion=conversion)
    assert {name: value for name, value in document.items() if name.startswith("md_")} == expected


def test_a_date_and_a_place_that_are_none_are_left_out(rows: Rows) -> None:
    tags = [
        ("Exif IFD0", 306, "Date/Time", "0000:00:00 00:00:00"),
        ("GPS", OWN_TAG - 1, "MD Location", "300.0,-1.9"),
        ("GPS", OWN_TAG - 2, "MD Location Lat F", "300.0"),
    ]
    (document,) = documents(rows({"tags": tags}), content=True, conversion=CONVERSION)
    assert {name: value for name, value in document.items() if name.startswith("md_")} == {
        "md_gps_md_location_lat_f": "300.0"
    }
    assert document["metadata_content"] == "0000:00:00 00:00:00 300.0,-1.9 300.0"


def test_of_a_repeated_tag_the_last_value_is_kept(rows: Rows) -> None:
    tags = [
        ("WebP", 1, "Image Width", "1"),
        ("WebP", 3, "Has Alpha", "true"),
        ("WebP", 1, "Image Width", "2"),
        ("WebP", 1, "Image Width", None),
        ("WebP", 4, "Is Animation", None),
    ]
    first, second = documents(rows({"tags": tags}, {"tags": tags[:2]}), content=True, every=False)
    assert [name for name in first if name.startswith("md_")] == ["md_webp_has_alpha", "md_webp_image_width"]
    assert (first["md_webp_image_width"], second["md_webp_image_width"]) == ("2", "1")
    assert first["metadata_content"] == "true 2"


def several(directory: str, name: str, *values: str | None) -> list[tuple[str, int, str, str | None]]:
    return [(directory, 1, name, value) for value in values]


def test_all_values_of_a_repeated_tag_are_sent(rows: Rows) -> None:
    """As a list where the field takes several, else as one text; a number or date is the last that is one."""
    known = old()
    known["fieldTypes"].append({"name": "texts", "class": "solr.TextField", "multiValued": "true"})
    known["dynamicFields"] = [{"name": "md_*", "type": "texts"}, {"name": "md_one_*", "type": "text"}]
    known["fields"].append({"name": "md_many_number", "type": "int", "multiValued": True})
    tags = [
        *several("PNG-tEXt", "Textual Data", 'prompt: {"a"}', "work\nflow", None, ""),
        *several("PNG-IHDR", "Image Width", "7", "7"),
        *several("One", "Text", "a", "b | c", "a"),
        *several("JPEG", "Image Width", "640 pixels", "320 pixels", "wide"),
        *several("Many", "Number", "1", "x", "2"),
        *several("Exif IFD0", "Date/Time", "2010:10:21 11:22:48", "0000:00:00 00:00:00"),
        ("JPEG", 9, "Comment", "last"),
    ]
    conversion = Conversion(("md_jpeg_image_width", "md_many_number"), CONVERSION.dates)
    (document, plain) = documents(rows({"tags": tags}, {"tags": tags[-1:]}), known, content=True, conversion=conversion)
    assert {name: value for name, value in document.items() if name.startswith("md_")} == {
        "md_png_text_textual_data": ['prompt: {"a"}', r"work\nflow"],
        "md_png_ihdr_image_width": "7",
        "md_one_text": r"a | b \x7c c | a",
        "md_jpeg_image_width": 320,
        "md_many_number": [1, 2],
        "md_exif_ifd0_datetime": "2010-10-21T11:22:48Z",
        "md_jpeg_comment": "last",
    }
    assert document["metadata_content"] == (
        "2010:10:21 11:22:48 0000:00:00 00:00:00 last 640 pixels 320 pixels wide 1 x 2 a b | c a 7 "
        r'prompt: {"a"} work\nflow'
    )
    assert (plain["md_jpeg_comment"], plain["metadata_content"]) == ("last", "last")


def test_when_it_was_taken_is_sent_where_there_is_a_date_for_it(rows: Rows) -> None:
    """Old collections get what 0.2.1 sent; a field for dates gets dates, named in the configuration or not."""
    tags = [
        ("Capture", OWN_TAG - 6, "MD Taken", "2018-07-08T02:10:25.089Z"),
        ("Capture", OWN_TAG - 8, "MD Taken Zone", "UTC-03:30"),
        ("EPS", 5, "Creation Date", "Thu, 21 Oct 2010 11:22:48 GMT"),
        ("EPS", 10, "Modify Date", "last week"),
    ]
    assert not [name for name in documents(rows({"tags": tags}))[0] if name.startswith("md_capture")]
    dates = dict.fromkeys(("md_capture_md_taken", "md_eps_creation_date", "md_eps_modify_date"), "date")
    (document,) = documents(rows({"tags": tags}), schema(OLD | dates, {"md_*": "text"}))
    assert {name: value for name, value in document.items() if name.startswith("md_")} == {
        "md_capture_md_taken": "2018-07-08T02:10:25.089Z",
        "md_capture_md_taken_zone": "UTC-03:30",
        "md_eps_creation_date": "2010-10-21T11:22:48Z",
    }


def test_values_for_string_fields_fit_into_one_term(rows: Rows) -> None:
    known = schema({"id": "string"}, {"*": "string"})
    long = "é" * 40_000
    row = {"tags": [("XMP", 1, f"a{long}", long)], "labels": [long], "notes": [long]}
    (document,) = documents(rows(row, fields="full"), known)
    (tag,) = [name for name in document if name.startswith("md_")]
    assert len(tag) == LONGEST_NAME
    for value in (document[tag], document["tag_names"][0], document["labels"][0], document["notes"][0]):
        assert LONGEST_TERM - 2 < len(value.encode()) <= LONGEST_TERM
    (text,) = documents(rows(row, fields="full"))
    assert text[tag] == long


def test_the_selection(rows: Rows) -> None:
    tags = [("JPEG", 3, "Image Width", "2"), ("GPS", 2, "GPS Latitude", "3")]
    (document,) = documents(rows({"tags": tags}), selection=Selection(("GPS",)), content=True)
    assert {name for name in document if name.startswith("md_")} == {"md_gps_gps_latitude"}
    assert document["metadata_content"] == "3"


def test_rows_without_metadata(rows: Rows) -> None:
    (document,) = documents(rows({"labels": ["car"]}, fields="labelled"), content=True)
    assert set(document) == {"id", "base_path", "file_path", "labels", "processing_datetime"}
    assert documents(rows()) == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts=st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=1, max_size=6))
def test_any_text(rows: Rows, texts: list[str]) -> None:
    """Made by the column and not by the json module: whatever is in the values, it comes back."""
    given = [
        {"tags": [("PNG", 1, "A", text), ("PNG", 2, "B", "x")], "file_path": text, "labels": [text, "x"]}
        for text in texts
    ]
    for batch in (rows(*given, fields="full"), rows({}, *given, fields="full").slice(1)):
        for document, text in zip(documents(batch, content=True), texts, strict=True):
            text = text.replace("\n", r"\n")
            assert (document["md_png_a"], document["file_path"]) == (text, text)
            assert document["labels"] == [text, "x"]
            assert document["metadata_content"] == (f"{text} x" if text else "x")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("md_xmp_dccreator1", "md_xmp_dccreator1"),
        ("md_a+b=c|d~e^f\\g", "md_a_b_c_d_e_f_g"),
        ("md_zażółć", "md_zażółć"),
        ("md_a\u2028\x00b", "md_a__b"),
        ("1st", "_1st"),
        ("x" * 300, "x" * LONGEST_NAME),
    ],
)
def test_names(name: str, expected: str) -> None:
    assert safe_name(name) == expected


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("id", "StrField"),
        ("md_jpeg_image_width", "IntPointField"),
        ("md_other", "SortableTextField"),
        ("md_", "SortableTextField"),
        ("score_car", "FloatPointField"),
        ("anything", "SortableTextField"),
    ],
)
def test_the_longest_pattern_counts(name: str, kind: str) -> None:
    assert Fields.of(new()).kind(name) == kind


def test_fields() -> None:
    known = Fields.of(old())
    assert known.kind("score_car") is None
    assert known.required == ("id", "file_type", "processing_datetime")
    assert Fields.of(schema({"id": "string"}, {"*_s": "string"})).knows("x_s")
    assert known.lacking(["id", "ID"]) == ["ID"]


def test_words_are_sent_tag_by_tag_where_the_schema_is_ours(rows: Rows) -> None:
    """Then no phrase reaches from one tag into the next, and a line break is none of the letters of a word."""
    tags = [
        ("JPEG Comment", 0, "JPEG Comment", 'two\nlines, "quoted" C:\\new'),
        ("Exif IFD0", 271, "Make", "Canon"),
        ("Exif IFD0", 272, "Model", ""),
    ]
    known = schema(OLD, {"exact_md_*": "string", "md_*": "text"})
    for field in (*known["fields"], *known["dynamicFields"]):
        field["multiValued"] = field["name"] in ("metadata_content", "exact_md_*")
    ours, bare = documents(rows({"tags": tags}, {"tags": tags[2:]}), known, content=True)
    assert ours["metadata_content"] == ["Canon", 'two lines, "quoted" C:\\new']
    assert ours["md_jpeg_comment_jpeg_comment"] == 'two\\nlines, "quoted" C:\\new'
    assert "metadata_content" not in bare
    (theirs,) = documents(rows({"tags": tags}), content=True)
    assert theirs["metadata_content"] == 'Canon two\\nlines, "quoted" C:\\new'
