"""One suite for every sink: what must hold whatever the form of the output is."""

from __future__ import annotations

import csv
import io
import json
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metadata_digger.schema import OWN_TAG, THUMBNAILS, hashed, thumbnailed
from metadata_digger.sinks import SINKS, Sink
from metadata_digger.sinks.cells import ESCAPES, tame
from metadata_digger.sinks.columns import Columns, scan
from metadata_digger.sinks.csv import CsvSink
from metadata_digger.sinks.json import JsonSink
from metadata_digger.sinks.parquet import ParquetSink
from metadata_digger.steps.filter import Selection
from metadata_digger.steps.rename import Naming

Rows = Callable[..., pa.RecordBatch]

# Every sink with its plain options and with all others turned.
CASES: dict[str, Sink] = {
    "csv": CsvSink(),
    "csv spark": CsvSink(
        dialect="spark", raw=True, content=True, labels_delimiter="|", naming=Naming("snakeCase", "md_"), file=True
    ),
    "json": JsonSink(),
    "json all": JsonSink(all_directories=True, content=True, naming=Naming("snakeCase", "md_"), file=True),
    "parquet": ParquetSink(),
    "parquet snake": ParquetSink(content=True, naming=Naming("snakeCase", "md_")),
}


@pytest.fixture(params=list(CASES.values()), ids=list(CASES))
def sink(request: pytest.FixtureRequest) -> Sink:
    return request.param  # type: ignore[no-any-return]


def publish(sink: Sink, folder: Path, *pieces: list[pa.RecordBatch], schema: pa.Schema | None = None) -> bytes:
    """The file that the sink makes of pieces of batches."""
    batches = [batch for piece in pieces for batch in piece]
    schema = schema or batches[0].schema
    columns = Columns.of(schema, set().union(*map(scan, batches)))
    sink.check(columns)
    paths = [folder / f"piece-{number}" for number in range(len(pieces))]
    for path, piece in zip(paths, pieces, strict=True):
        written = sink.piece(iter(piece), columns, path)
        assert written == sum(batch.column("status").to_pylist().count("ok") for batch in piece)
    target = folder / f"out{sink.suffix}"
    sink.join(paths, columns, target)
    return target.read_bytes()


def read(sink: Sink, content: bytes) -> list[dict[str, Any]]:
    """Rows as an ordinary reader of the form sees them; the values of tags under the key that the form gives them."""
    if isinstance(sink, ParquetSink):
        found: list[dict[str, Any]] = pq.read_table(pa.BufferReader(content)).to_pylist()
        return found
    text = content.decode()
    assert text == "" or text.endswith("\n")
    assert "\0" not in text
    lines = text.split("\n")[:-1]
    if isinstance(sink, JsonSink):
        return [json.loads(line) for line in lines]
    options: dict[str, Any] = {"doublequote": True}
    if isinstance(sink, CsvSink) and sink.dialect == "spark":
        options = {"doublequote": False, "escapechar": "\\"}
    header, *records = csv.reader(io.StringIO(text, newline=""), strict=True, **options)
    assert len(lines) == 1 + len(records)
    assert len(header) == len(set(header))
    return [dict(zip(header, record, strict=True)) for record in records]


def key(sink: Sink, words: str) -> str:
    naming: Naming = sink.naming  # type: ignore[attr-defined]  # every sink of today has one
    return naming.title(words)


def value(sink: Sink, row: dict[str, Any], directory: str, tag: str) -> Any:
    """The published value of a tag, None where there is none."""
    naming: Naming = sink.naming  # type: ignore[attr-defined]
    if isinstance(sink, JsonSink):
        return row[naming.title("Metadata")].get(naming.title(directory), {}).get(tag)
    if isinstance(sink, ParquetSink):  # all that the file has; it is the reader who takes the last
        of_name = [
            one["value"] for one in row[naming.title("Tags")] if (one["directory"], one["name"]) == (directory, tag)
        ]
        return next((text for text in reversed(of_name) if text is not None), None)
    return row.get(naming.column(directory, tag)) or None


TAGS = [
    ("JPEG", 3, "Image Width", "640 pixels"),
    ("Exif IFD0", 272, "Model", "X-1"),
    ("GPS", 2, "GPS Latitude", "54° 59' 22.8\""),
    ("GPS", OWN_TAG - 1, "MD Location", "54.9,-1.9"),
]


def test_every_sink_is_tested() -> None:
    # What goes to a server makes no files, and an index is a folder: they have tests of their own.
    assert {type(sink) for sink in CASES.values()} == {kind for kind in SINKS if kind.suffix.startswith(".")}
    assert len({kind.name for kind in SINKS}) == len({kind.suffix for kind in SINKS}) == len(SINKS)


def test_pickle(sink: Sink) -> None:
    assert pickle.loads(pickle.dumps(sink)) == sink  # noqa: S301  # what the line before made


def test_rows(sink: Sink, rows: Rows, tmp_path: Path) -> None:
    batch = rows({"tags": TAGS}, {"tags": TAGS[:1], "file_type": "PNG"}, {"file_type": None})
    first, second, third = read(sink, publish(sink, tmp_path, [batch]))
    assert [row[key(sink, "ID")] for row in (first, second, third)] == [f"{number:032X}" for number in range(3)]
    assert first[key(sink, "Base Path")] == "file:///in"
    assert second[key(sink, "File Path")] == "file:/in/1.jpg"
    assert second[key(sink, "File Type")] == "PNG"
    assert not third[key(sink, "File Type")]
    assert value(sink, first, "GPS", "GPS Latitude") == "54° 59' 22.8\""
    assert value(sink, first, "GPS", "MD Location") == "54.9,-1.9"
    assert value(sink, first, "JPEG", "Image Width") == value(sink, second, "JPEG", "Image Width") == "640 pixels"
    assert value(sink, second, "Exif IFD0", "Model") is None


def test_tag_names_are_those_of_the_file(sink: Sink, rows: Rows, tmp_path: Path) -> None:
    batch = rows({"tags": [*TAGS, TAGS[0]], "directories": ["JPEG", "Exif IFD0", "GPS", "JPEG"]})
    (row,) = read(sink, publish(sink, tmp_path, [batch]))
    names = ["Image Width", "Model", "GPS Latitude", "Image Width"]
    directories = ["JPEG", "Exif IFD0", "GPS", "JPEG"]
    flat = isinstance(sink, CsvSink)
    assert row[key(sink, "Tag Names")] == (",".join(names) if flat else names)
    assert row[key(sink, "Directory Names")] == (",".join(directories) if flat else directories)


def test_pieces_join_to_what_one_piece_is(sink: Sink, rows: Rows, tmp_path: Path) -> None:
    batches = [rows({"tags": TAGS[:number], "id": f"{number:032X}"}) for number in range(1, 5)]
    whole = publish(sink, tmp_path, batches)
    joined = publish(sink, tmp_path, batches[:1], batches[1:3], [], batches[3:])
    assert read(sink, whole) == read(sink, joined)
    assert len(read(sink, whole)) == 4
    assert whole == joined or isinstance(sink, ParquetSink)  # a piece is a row group there


def test_rows_left_out_are_not_written(sink: Sink, rows: Rows, tmp_path: Path) -> None:
    batch = rows(
        {"tags": TAGS[:1], "status": "filtered", "reason": "x"},
        {"tags": TAGS[1:2]},
        {"tags": [("PNG-IHDR", 1, "Image Width", "1")], "status": "failed", "reason": "x"},
    )
    content = publish(sink, tmp_path, [batch])
    (row,) = read(sink, content)
    assert row[key(sink, "ID")] == f"{1:032X}"
    assert "PNG" not in str(row)
    assert "Image" not in str(row)
    assert b"PNG" not in content


def test_no_rows(sink: Sink, rows: Rows, tmp_path: Path) -> None:
    content = publish(sink, tmp_path, [], schema=rows().schema)
    assert read(sink, content) == []
    assert content == publish(sink, tmp_path, schema=rows().schema) == publish(sink, tmp_path, [rows()])
    assert bool(content) != isinstance(sink, JsonSink)  # a header, a schema


def test_batches_are_taken_one_by_one(sink: Sink, rows: Rows, tmp_path: Path) -> None:
    alive: list[int] = []

    def stream() -> Iterator[pa.RecordBatch]:
        for number in range(5):
            size = (tmp_path / "piece").stat().st_size if number else 0
            alive.append(size)
            yield rows(*[{"tags": TAGS}] * 200)

    columns = Columns.of(rows().schema, scan(rows({"tags": TAGS})))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("metadata_digger.sinks.parquet.GROUP", 1)
        assert sink.piece(stream(), columns, tmp_path / "piece") == 1000
    assert alive == sorted(set(alive))  # what came before is on disk already when the next batch is asked for


@pytest.mark.parametrize("fields", ["labelled", "full"])
def test_labels(sink: Sink, rows: Rows, tmp_path: Path, fields: str) -> None:
    scores = [{"label": "person", "score": 0.9, "model": "net"}, {"label": "car", "score": 0.51, "model": "net"}]
    batch = rows({"labels": ["person", "car"], "scores": scores}, {"labels": []}, {"labels": None}, fields=fields)
    found = [row[key(sink, "Labels")] for row in read(sink, publish(sink, tmp_path, [batch]))]
    if isinstance(sink, CsvSink):
        assert found == [sink.labels_delimiter.join(["person", "car"]), "", ""]
    elif isinstance(sink, ParquetSink):
        assert found == [["person", "car"], [], None]
    else:
        assert found == [["person", "car"], [], []]


def test_hashes_and_thumbnails(sink: Sink, rows: Rows, tmp_path: Path) -> None:
    added = [*hashed(("sha1", "crc32")), *thumbnailed(THUMBNAILS)]
    nothing = dict.fromkeys(field.name for field in added)
    batch = rows(
        {"hash_sha1": "ab" * 20, "hash_crc32": "0", "small_thumb": b"\xff\xd8\0", "medium_thumb": bytes(300)},
        nothing,
        {**nothing, "small_thumb": b""},
        added=added,
    )
    first, second, third = read(sink, publish(sink, tmp_path, [batch]))
    keys = [key(sink, words) for words in ("Hash sha1", "Hash crc32", "Small Thumb", "Medium Thumb")]
    pictures = [b"\xff\xd8\0", bytes(300)] if isinstance(sink, ParquetSink) else ["/9gA", "A" * 400]
    assert [first[name] for name in keys] == ["ab" * 20, "0", *pictures]
    flat = isinstance(sink, CsvSink)
    assert [second[name] for name in keys] == (["", "", "", ""] if flat else [None] * 4)
    assert not third[keys[2]]
    places = [list(first).index(name) for name in (key(sink, "File Path"), *keys, key(sink, "File Type"))]
    assert places == sorted(places)
    plain = read(sink, publish(sink, tmp_path, [rows({})]))[0]
    assert set(keys).isdisjoint(plain)


REPEATED = [
    ("WebP", 1, "Image Width", "1"),
    ("WebP", 3, "Has Alpha", "true"),
    ("WebP", 1, "Image Width", "2"),
    ("WebP", 1, "Image Width", None),
    ("WebP", 3, "Has Alpha", "true"),
    ("WebP", 1, "Image Width", ""),
    ("WebP", 1, "Image Width", "1"),
]


def test_all_values_of_a_repeated_tag_are_there(sink: Sink, rows: Rows, tmp_path: Path) -> None:
    """In the file's order; what all of them are stands once, and one without text not beside others."""
    (row,) = read(sink, publish(sink, tmp_path, [rows({"tags": REPEATED})]))
    if isinstance(sink, ParquetSink):
        assert [tag["value"] for tag in row[sink.naming.title("Tags")]] == [tag[3] for tag in REPEATED]
    else:
        several = ["1", "2", "1"] if isinstance(sink, JsonSink) else "1 | 2 | 1"
        assert value(sink, row, "WebP", "Image Width") == several
        assert value(sink, row, "WebP", "Has Alpha") == "true"
    if sink.content:  # type: ignore[attr-defined]  # every sink of today has it
        assert row[key(sink, "Metadata Content")] == "true 1 2 1"


def test_of_a_repeated_tag_the_last_value_is_kept(sink: Sink, rows: Rows, tmp_path: Path) -> None:
    from dataclasses import replace

    last: Sink = replace(sink, every=False)  # type: ignore[type-var]  # sinks are dataclasses
    (row,) = read(last, publish(last, tmp_path, [rows({"tags": REPEATED[:4]})]))
    assert value(last, row, "WebP", "Image Width") == "2"
    assert value(last, row, "WebP", "Has Alpha") == "true"
    if last.content:  # type: ignore[attr-defined]
        assert row[key(last, "Metadata Content")] == "true 2"


def test_allowed_directories_and_tags(sink: Sink, rows: Rows, tmp_path: Path) -> None:
    from dataclasses import replace

    batch = rows({"tags": TAGS})
    for selection, expected in [
        (Selection(("JPEG", "Nope")), ["JPEG"]),
        (Selection(tags=("Image Width", "GPS GPS Latitude")), ["JPEG", "GPS"]),
    ]:
        chosen: Sink = replace(sink, selection=selection)  # type: ignore[type-var]  # sinks are dataclasses
        content = publish(chosen, tmp_path, [batch])
        (row,) = read(chosen, content)
        seen = [tag[0] for tag in TAGS if value(chosen, row, tag[0], tag[2]) is not None]
        assert seen == expected
        names = row[key(chosen, "Tag Names")]
        assert (names if isinstance(names, str) else ",".join(names)) == "Image Width,Model,GPS Latitude"


def test_content(sink: Sink, rows: Rows, tmp_path: Path) -> None:
    from dataclasses import replace

    tags = [("JPEG", 3, "Image Width", "2 pixels"), ("Exif IFD0", 1, "Model", "X"), ("JPEG", 1, "Empty", "")]
    chosen: Sink = replace(sink, content=True)  # type: ignore[type-var]  # every sink of today has it
    (row,) = read(chosen, publish(chosen, tmp_path, [rows({"tags": tags})]))
    assert row[key(chosen, "Metadata Content")] == "X 2 pixels"
    plain: Sink = replace(sink, content=False)  # type: ignore[type-var]
    (row,) = read(plain, publish(plain, tmp_path, [rows({"tags": tags})]))
    assert key(plain, "Metadata Content") not in row


def test_a_missing_folder_is_an_oserror(sink: Sink, rows: Rows, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        sink.piece(iter([rows()]), Columns.of(rows().schema, []), tmp_path / "missing" / "piece")


ODD = [
    '"',
    '""',
    "\\",
    '\\"',
    "a\nb",
    "\r\n",
    "\t",
    "a\0b",
    " x ",
    "  ",
    ",",
    "\u2028",
    "é",
    "😀",
    "\x85",
    "\x1b[0m",
    "=1",
]


@pytest.mark.parametrize("text", ODD)
def test_odd_text(sink: Sink, rows: Rows, tmp_path: Path, text: str) -> None:
    check_text(sink, rows, tmp_path, text)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text())
def test_any_text(sink: Sink, rows: Rows, tmp_path: Path, text: str) -> None:
    check_text(sink, rows, tmp_path, text.encode("utf-8", "replace").decode())


def check_text(sink: Sink, rows: Rows, folder: Path, text: str) -> None:
    """It comes back as it was, but for the characters that the form cannot hold."""
    tags = [("JPEG", 1, "Comment", text), ("JPEG", 2, "After", "x")]
    batch = rows({"tags": tags, "file_path": f"file:/in/{text}", "file_type": text}, {"tags": TAGS})
    content = publish(sink, folder, [batch])
    first, _ = read(sink, content)
    assert value(sink, first, "JPEG", "After") == "x"
    expected = text.replace("\n", "\\n")
    if isinstance(sink, CsvSink):
        if sink.dialect == "spark":
            blank = "".join(map(chr, range(0x21)))
            expected = (expected.strip(blank) or '""') if expected else ""
        expected = expected.translate(ESCAPES)
        expected = expected if sink.raw else tame(expected)
    assert (value(sink, first, "JPEG", "Comment") or "") == expected
