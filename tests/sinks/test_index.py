"""The index as a sink: what every form of output keeps, it keeps too, to be shown and to be found."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metadata_digger.index.asking import IndexCollection
from metadata_digger.query.asking import Detail, Order
from metadata_digger.query.tree import Everything, Has, OneOf, Text
from metadata_digger.schema import OWN_TAG, SIMILAR, THUMBNAILS, hashed, thumbnailed
from metadata_digger.sinks import made_by, target_of
from metadata_digger.sinks.columns import Columns, scan
from metadata_digger.sinks.growth import Growth
from metadata_digger.sinks.index import IndexSink
from metadata_digger.steps.filter import Selection

Rows = Callable[..., pa.RecordBatch]

TAGS = [
    ("JPEG", 3, "Image Width", "640 pixels"),
    ("Exif IFD0", 272, "Model", "X-1"),
    ("GPS", 2, "GPS Latitude", "54° 59' 22.8\""),
    ("GPS", OWN_TAG - 1, "MD Location", "54.9,-1.9"),
    ("GPS", OWN_TAG - 2, "MD Location Lat F", "54.9"),
    ("GPS", OWN_TAG - 3, "MD Location Long F", "-1.9"),
]
PLAIN = IndexSink(moment="2020-02-03T04:05:06Z")


def publish(
    sink: IndexSink, folder: Path, *pieces: list[pa.RecordBatch], schema: pa.Schema | None = None
) -> IndexCollection:
    batches = [batch for piece in pieces for batch in piece]
    columns = Columns.of(schema or batches[0].schema, set().union(*map(scan, batches)))
    sink.check(columns)
    first = 0
    paths = []
    for number, piece in enumerate(pieces):
        path = folder / f"piece-{number}"
        count = sink.numbered(first).piece(iter(piece), columns, path)
        assert count == sum(batch.column("status").to_pylist().count("ok") for batch in piece)
        first += count
        paths.append(path)
    (output := folder / "out").mkdir(exist_ok=True)
    target = target_of(sink, output, "out")
    sink.numbered(first).join(paths, columns, target)
    there = {path for path in output.rglob("*") if path.is_file() and not path.name.startswith(".tantivy")}
    assert {*made_by(sink, target)} == there
    return IndexCollection(output)


def details(collection: IndexCollection) -> list[Detail]:
    found = list(collection.details(Everything(), Order()))
    assert len(found) == collection.count(Everything()) == collection.about().total
    return found


def tags(detail: Detail) -> list[tuple[str, str, str]]:
    return [(directory.name, tag.name, tag.value) for directory in detail.directories for tag in directory.tags]


def test_pickle() -> None:
    assert pickle.loads(pickle.dumps(PLAIN)) == PLAIN  # noqa: S301  # what the line before made


def test_rows(rows: Rows, tmp_path: Path) -> None:
    batch = rows({"tags": TAGS}, {"tags": TAGS[:1], "file_type": "PNG", "notes": ["a: b"]}, {"file_type": None})
    collection = publish(PLAIN, tmp_path, [batch])
    first, second, third = details(collection)
    assert [one.photo.id for one in (first, second, third)] == [f"{number:032X}" for number in range(3)]
    assert (first.base_path, second.photo.path) == ("file:///in", "file:/in/1.jpg")
    assert (second.photo.file_type, second.photo.notes, third.photo.file_type) == ("PNG", ("a: b",), None)
    assert tags(first) == [(directory, name, value) for directory, _, name, value in TAGS]
    assert (first.photo.latitude, first.photo.longitude) == (54.9, -1.9)
    assert (first.photo.camera, second.photo.camera) == ("X-1", None)
    assert tags(third) == []
    assert collection.count(Text("md_exif_ifd0_model", "x-1")) == 1
    assert collection.count(OneOf("file_path", ("file:/in",))) == 3
    assert collection.count(Has("location")) == 1


def test_pieces_join_to_what_one_piece_is(rows: Rows, tmp_path: Path) -> None:
    batches = [
        rows({"tags": TAGS[:number], "id": f"{number:032X}", "file_path": f"file:/in/{number}.jpg"})
        for number in range(1, 5)
    ]
    (tmp_path / "whole").mkdir()
    whole = details(publish(PLAIN, tmp_path / "whole", batches))
    joined = details(publish(PLAIN, tmp_path, batches[:1], batches[1:3], [], batches[3:]))
    assert [*map(repr, joined)] == [*map(repr, whole)]
    assert [one.photo.path for one in whole] == [f"file:/in/{number}.jpg" for number in range(1, 5)]


def test_rows_left_out_are_not_written(rows: Rows, tmp_path: Path) -> None:
    batch = rows(
        {"tags": TAGS[:1], "status": "filtered", "reason": "x"},
        {"tags": TAGS[1:2]},
        {"tags": [("PNG-IHDR", 1, "Image Width", "1")], "status": "failed", "reason": "x"},
    )
    collection = publish(PLAIN, tmp_path, [batch])
    (row,) = details(collection)
    assert row.photo.id == f"{1:032X}"
    assert [one.name for one in collection.fields("", 100) if one.count] == ["md_exif_ifd0_model"]


def test_no_rows(rows: Rows, tmp_path: Path) -> None:
    for number, pieces in enumerate(([], [[]], [[rows()]])):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert details(publish(PLAIN, folder, *pieces, schema=rows().schema)) == []


@pytest.mark.parametrize("fields", ["labelled", "boxed", "full"])
def test_labels(rows: Rows, tmp_path: Path, fields: str) -> None:
    scores = [{"label": "person", "score": 0.9, "model": "net"}, {"label": "car", "score": 0.51, "model": "net"}]
    box = {"label": "person", "score": 0.9, "x": 1, "y": 2, "width": 30, "height": 40, "model": "net"}
    batch = rows(
        {"labels": ["person", "car"], "scores": scores, "boxes": [box]},
        {"labels": []},
        {"labels": None},
        fields=fields,
    )
    collection = publish(PLAIN, tmp_path, [batch])
    first, second, third = details(collection)
    assert [one.photo.labels for one in (first, second, third)] == [("person", "car"), (), ()]
    assert [(one.label, round(one.score, 3)) for one in first.seen] == [("person", 0.9), ("car", 0.51)]
    assert first.seen[0].box == ((1, 2, 30, 40) if fields == "boxed" else None)
    assert collection.count(OneOf("labels", ("car",))) == 1
    assert [*collection.values(Everything(), "labels", 9).counts] == [("car", 1), ("person", 1)]


def test_hashes_and_thumbnails(rows: Rows, tmp_path: Path) -> None:
    added = [*hashed(("sha1", "crc32")), *thumbnailed(THUMBNAILS)]
    nothing = dict.fromkeys(field.name for field in added)
    first = {"hash_sha1": "ab" * 20, "hash_crc32": "0", "small_thumb": b"\xff\xd8\0", "medium_thumb": bytes(300)}
    collection = publish(PLAIN, tmp_path, [rows(first, nothing, {**nothing, "small_thumb": b"x"}, added=added)])
    found = details(collection)
    assert [dict(one.hashes) for one in found] == [{"crc32": "0", "sha1": "ab" * 20}, {}, {}]
    assert [collection.thumbnail(one.photo.id) for one in found] == [bytes(300), None, b"x"]
    assert collection.count(OneOf("hash_sha1", ("ab" * 20,))) == 1


REPEATED = [("WebP", 1, "Image Width", "1"), ("WebP", 1, "Image Width", "2"), ("WebP", 1, "Image Width", "1")]


@pytest.mark.parametrize(("every", "found"), [(True, 1), (False, 0)])
def test_values_of_a_repeated_tag(rows: Rows, tmp_path: Path, every: bool, found: int) -> None:
    collection = publish(replace(PLAIN, every=every), tmp_path, [rows({"tags": REPEATED})])
    (row,) = details(collection)
    assert [value for _, _, value in tags(row)] == ["1", "2", "1"]  # as the file has them
    assert collection.count(Text("md_webp_image_width", "1")) == 1
    assert collection.count(Text("md_webp_image_width", "2")) == found


def test_allowed_directories_and_tags(rows: Rows, tmp_path: Path) -> None:
    for number, (selection, expected) in enumerate(
        [
            (Selection(("JPEG", "Nope")), ["JPEG"]),
            (Selection(tags=("Image Width", "GPS GPS Latitude")), ["JPEG", "GPS"]),
        ]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        collection = publish(replace(PLAIN, selection=selection), folder, [rows({"tags": TAGS})])
        (row,) = details(collection)
        assert [directory for directory, _, _ in tags(row)] == expected
        assert collection.count(Has("md_exif_ifd0_model")) == 0
        assert [*row.tag_names] == ["Image Width", "Model", "GPS Latitude"]


def test_rows_of_find_similar_keep_their_reasons(rows: Rows, tmp_path: Path) -> None:
    given = {"similar_score": 7, "similar_reasons": ["Exif IFD0.Model: X-1"]}
    collection = publish(PLAIN, tmp_path, [rows(given, {"similar_score": 3, "similar_reasons": []}, added=SIMILAR)])
    assert [one.photo.id for one in details(collection)] == [f"{number:032X}" for number in range(2)]
    ranked = collection.search(Everything(), Order("similar_score", down=True), 9).photos
    assert [one.id for one in ranked] == [f"{number:032X}" for number in range(2)]
    assert collection.count(OneOf("similar_reasons", ("Exif IFD0.Model: X-1",))) == 1
    assert dict(details(collection)[0].more) == given


def test_a_missing_folder_is_an_oserror(rows: Rows, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="file"):
        PLAIN.piece(iter([rows()]), Columns.of(rows().schema, []), tmp_path / "file" / "piece")


def test_an_index_grows(rows: Rows, tmp_path: Path) -> None:
    old = [rows({"tags": TAGS, "id": f"{number:032X}", "file_path": f"file:/in/{number}.jpg"}) for number in range(6)]
    publish(PLAIN, tmp_path, old)
    first = PLAIN.grows(tmp_path / "out")
    assert first == 6
    (tmp_path / "removed").write_text(f"{1:032X}\n{4:032X}\n{99:032X}\n")
    new = rows({"tags": TAGS[:1], "id": f"{4:032X}", "file_path": "file:/in/4.jpg", "file_type": "PNG"})
    PLAIN.numbered(first).piece(iter([new]), Columns.of(new.schema, scan(new)), tmp_path / "new")
    (tmp_path / "grown").mkdir()
    growth = Growth(tmp_path / "out", tmp_path / "removed")
    PLAIN.grow(growth, [tmp_path / "new"], target_of(PLAIN, tmp_path / "grown", ""))
    grown = details(IndexCollection(tmp_path / "grown"))
    assert [one.photo.path for one in grown] == [f"file:/in/{number}.jpg" for number in (0, 2, 3, 4, 5)]
    assert [one.photo.file_type for one in grown] == ["JPEG"] * 3 + ["PNG", "JPEG"]
    assert PLAIN.grows(tmp_path / "grown") == 7
    assert len(details(IndexCollection(tmp_path / "out"))) == 6  # the old one is as it was
    assert PLAIN.grows(tmp_path) is None


ODD = ['"', "\\", "a\nb", "\r\n", "\t", "a\0b", " x ", "", "\u2028", "é", "😀", "\x85", "2020-02-03T04:05:06Z", "1e5"]


@pytest.mark.parametrize("text", ODD)
def test_odd_text(rows: Rows, tmp_path: Path, text: str) -> None:
    check_text(rows, tmp_path, text)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text())
def test_any_text(rows: Rows, tmp_path: Path, text: str) -> None:
    check_text(rows, tmp_path, text.encode("utf-8", "replace").decode())


def check_text(rows: Rows, folder: Path, text: str) -> None:
    """It comes back as it was, and is found by it."""
    given: list[tuple[str, int, str, Any]] = [("JPEG", 1, "Comment", text), ("JPEG", 2, "After", "x")]
    batch = rows({"tags": given, "file_path": f"file:/in/{text}", "file_type": text}, {"tags": TAGS})
    collection = publish(PLAIN, folder, [batch])
    first, _ = details(collection)
    assert tags(first) == [("JPEG", "Comment", text), ("JPEG", "After", "x")]
    assert (first.photo.path, first.photo.file_type or "") == (f"file:/in/{text}", text)
    assert collection.count(Text("md_jpeg_after", "x")) == 1
    assert collection.count(OneOf("exact.md_jpeg_after", ("x",))) == 1
    assert collection.count(OneOf("exact.md_jpeg_comment", (text,))) == 1
    path = f"file:/in/{text}".replace("\n", "\\n")  # as Solr has it
    assert collection.count(OneOf("exact_file_path", (path,))) == 1
