from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from metadata_digger.sinks.columns import Columns, scan
from metadata_digger.sinks.json import JsonSink
from metadata_digger.steps.filter import Selection
from metadata_digger.steps.rename import Naming

Rows = Callable[..., pa.RecordBatch]

TAGS = [
    ("Exif SubIFD", 1, "Date/Time Original", "2020:01:01 00:00:00"),
    ("PNG-tEXt", 1, "Textual Data", "a\nb"),
    ("PNG-tEXt", 2, "Void", None),
]


def objects(sink: JsonSink, folder: Path, batch: pa.RecordBatch) -> list[dict[str, Any]]:
    columns = Columns.of(batch.schema, scan(batch))
    sink.piece(iter([batch]), columns, folder / "piece")
    sink.join([folder / "piece"], columns, folder / "out.json")
    return [json.loads(line) for line in (folder / "out.json").read_text(encoding="utf-8").split("\n")[:-1]]


def test_extract(rows: Rows, tmp_path: Path) -> None:
    batch = rows({"tags": TAGS, "directories": ["Exif SubIFD", "PNG-tEXt", "Exif IFD0", "PNG-tEXt"]})
    (row,) = objects(JsonSink(), tmp_path, batch)
    assert list(row.items()) == [
        ("ID", "00000000000000000000000000000000"),
        ("BasePath", "file:///in"),
        ("FilePath", "file:/in/0.jpg"),
        (
            "Metadata",
            {
                "ExifSubIFD": {"DateTime Original": "2020:01:01 00:00:00"},
                "PNGTEXt": {"Textual Data": "a\\nb", "Void": None},
                "ExifIFD0": {},
            },
        ),
        ("FileType", "JPEG"),
        ("DirectoryNames", ["Exif SubIFD", "PNG-tEXt", "Exif IFD0", "PNG-tEXt"]),
        ("TagNames", ["Date/Time Original", "Textual Data", "Void"]),
    ]


def test_snake_case(rows: Rows, tmp_path: Path) -> None:
    (row,) = objects(JsonSink(naming=Naming("snakeCase", "md_")), tmp_path, rows({"tags": TAGS[:1], "notes": ["n"]}))
    assert list(row) == [
        "id",
        "base_path",
        "file_path",
        "metadata",
        "file_type",
        "directory_names",
        "tag_names",
        "notes",
    ]
    assert row["metadata"] == {"exif_subifd": {"DateTime Original": "2020:01:01 00:00:00"}}
    assert row["notes"] == ["n"]


def test_what_is_told_of_the_file(rows: Rows, tmp_path: Path) -> None:
    modified = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    row = {"file_path": "file:/in/a.tar.GZ", "size": 5, "modified": modified, "notes": ["JPEG: cut"]}
    first, second = objects(JsonSink(file=True), tmp_path, rows(row, {"file_path": "file:/in/.jpg"}))
    assert list(first.items())[-5:] == [
        ("FileName", "a.tar.GZ"),
        ("FileExtension", "gz"),
        ("FileSize", 5),
        ("FileModified", "2024-05-06T07:08:09.000000Z"),
        ("Notes", ["JPEG: cut"]),
    ]
    assert list(second.items())[-4:] == [
        ("FileName", ".jpg"),
        ("FileExtension", ""),
        ("FileSize", 1),
        ("FileModified", None),
    ]


def test_times_that_python_has_no_date_for(rows: Rows, tmp_path: Path) -> None:
    batch = rows({}, {})
    at = batch.schema.get_field_index("modified")
    times = pa.array([-62_200_000_000_000_000, 250_000_000_000_000_000], batch.schema.field(at).type)
    batch = pa.RecordBatch.from_arrays([*batch.columns[:at], times, *batch.columns[at + 1 :]], schema=batch.schema)
    found = [row["FileModified"] for row in objects(JsonSink(file=True), tmp_path, batch)]
    assert found == ["-0002-12-17T14:13:20.000000Z", "9892-03-08T12:26:40.000000Z"]


def test_labels(rows: Rows, tmp_path: Path) -> None:
    scores = [
        {"label": "person", "score": 0.912345678, "model": "net"},
        {"label": "car", "score": 0.02, "model": "net"},
    ]
    batch = rows({"labels": ["person"], "scores": scores}, {"labels": None, "models": []}, fields="labelled")
    first, second = objects(JsonSink(), tmp_path, batch)
    assert list(first) == ["ID", "BasePath", "FilePath", "Labels", "Scores", "ModelName", "ModelSha256"]
    assert first["Labels"] == ["person"]
    assert first["Scores"] == {"person": 0.912346, "car": 0.02}
    assert (first["ModelName"], first["ModelSha256"]) == ("net", "ab" * 32)
    assert (second["Labels"], second["Scores"], second["ModelName"]) == ([], {}, None)


BOX = {"label": "car", "score": 0.5000001, "x": 1, "y": 2, "width": 30, "height": 40, "model": "net"}


def test_boxes(rows: Rows, tmp_path: Path) -> None:
    batch = rows({"labels": ["car"], "scores": [], "boxes": [BOX]}, {"labels": None}, fields="boxed")
    first, second = objects(JsonSink(), tmp_path, batch)
    assert first["Boxes"] == [{"label": "car", "score": 0.5, "x": 1, "y": 2, "width": 30, "height": 40}]
    assert second["Boxes"] == []


def test_several_models(rows: Rows, tmp_path: Path) -> None:
    scores = [
        {"label": "person", "score": 0.75, "model": "net"},
        {"label": "person", "score": 0.9, "model": "faces"},
        {"label": "smile", "score": 0.5, "model": "faces"},
    ]
    models = [{"name": "net", "sha256": "ab"}, {"name": "faces", "sha256": "cd"}]
    boxes = [BOX | {"model": "faces"}]
    batch = rows(
        {"labels": ["person"], "scores": scores, "models": models, "boxes": boxes},
        {"labels": None, "models": models},
        fields="boxed",
    )
    first, second = objects(JsonSink(), tmp_path, batch)
    # Scores and ModelName go together: a program that knows one model reads on as before.
    assert (first["Scores"], first["ModelName"], first["ModelSha256"]) == ({"person": 0.75}, "net", "ab")
    assert first["ModelScores"] == {"net": {"person": 0.75}, "faces": {"person": 0.9, "smile": 0.5}}
    assert first["ModelSha256s"] == {"net": "ab", "faces": "cd"}
    assert first["Boxes"][0]["model"] == "faces"
    assert (second["Scores"], second["ModelScores"]) == ({}, {"net": {}, "faces": {}})


def test_all_directories(rows: Rows, tmp_path: Path) -> None:
    batch = rows({"tags": TAGS[:1]}, {"tags": TAGS[1:2]}, {"directories": ["Error"]})
    keys = {"ExifSubIFD", "PNGTEXt", "Error"}
    for row in objects(JsonSink(all_directories=True), tmp_path, batch):
        assert set(row["Metadata"]) == keys
    chosen = JsonSink(all_directories=True, selection=Selection(("PNG-tEXt", "No pe")))
    found = [row["Metadata"] for row in objects(chosen, tmp_path, batch)]
    assert found == [
        {"PNGTEXt": {}, "NoPe": {}},
        {"PNGTEXt": {"Textual Data": "a\\nb"}, "NoPe": {}},
        {"PNGTEXt": {}, "NoPe": {}},
    ]


def test_without_all_directories_a_file_has_its_own(rows: Rows, tmp_path: Path) -> None:
    found = objects(JsonSink(), tmp_path, rows({"tags": TAGS[:1]}, {"directories": ["Error"]}, {}))
    assert [list(row["Metadata"]) for row in found] == [["ExifSubIFD"], ["Error"], []]
    chosen = JsonSink(selection=Selection(("Error",)))
    found = objects(chosen, tmp_path, rows({"tags": TAGS[:1]}, {"directories": ["Error"]}))
    assert [list(row["Metadata"]) for row in found] == [[], ["Error"]]


def test_names_that_differ_in_case_alone_are_one_key(rows: Rows, tmp_path: Path) -> None:
    """DuckDB and Spark refuse objects that have both. The whole run has one spelling."""
    tags = [("ICC Profile", 1, "Color space", "RGB "), ("Icc Profile", 1, "Color Space", "GRAY")]
    batch = rows({"tags": tags}, {"tags": tags[:1]}, {"tags": tags[1:]}, {"directories": ["icc profile"]})
    found = [row["Metadata"] for row in objects(JsonSink(), tmp_path, batch)]
    assert found == [
        {"ICCProfile": {"Color space": ["RGB ", "GRAY"]}},
        {"ICCProfile": {"Color space": "RGB "}},
        {"ICCProfile": {"Color space": "GRAY"}},
        {"ICCProfile": {}},
    ]
    sink = JsonSink()
    sink.piece(iter([batch]), Columns.of(batch.schema, ()), tmp_path / "piece")  # to standard output: each object alone
    streamed = [json.loads(line)["Metadata"] for line in (tmp_path / "piece").read_text(encoding="utf-8").splitlines()]
    assert streamed == [
        {"ICCProfile": {"Color space": ["RGB ", "GRAY"]}},
        {"ICCProfile": {"Color space": "RGB "}},
        {"IccProfile": {"Color Space": "GRAY"}},
        {"IccProfile": {}},
    ]
    (old, *_) = objects(JsonSink(every=False), tmp_path, batch)
    assert old["Metadata"] == {"ICCProfile": {"Color space": "RGB "}, "IccProfile": {"Color Space": "GRAY"}}


def test_text_is_written_as_it_is(rows: Rows, tmp_path: Path) -> None:
    objects(JsonSink(), tmp_path, rows({"tags": [("XMP", 1, "Title", "Zażółć 😀 / °–")]}))
    assert '"Title":"Zażółć 😀 / °–"' in (tmp_path / "out.json").read_text(encoding="utf-8")


def test_characters_that_steer_are_escaped(rows: Rows, tmp_path: Path) -> None:
    """A line is one line for every reader, and harmless on a terminal; the text is the same."""
    title = "a\x1b\x7f\x80\x85\x9b\u2028\u2029\tb"
    (row,) = objects(JsonSink(), tmp_path, rows({"tags": [("XMP", 1, "Title", title)]}))
    assert row["Metadata"]["XMP"]["Title"] == title
    text = (tmp_path / "out.json").read_text(encoding="utf-8")
    assert text[:-1].isprintable()
    assert r"a\u001b\u007f\u0080\u0085\u009b\u2028\u2029\tb" in text
