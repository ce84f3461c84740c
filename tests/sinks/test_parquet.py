"""Parquet as other tools read it; row groups of several files in one."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger import __version__
from metadata_digger.schema import OWN_TAG
from metadata_digger.sinks import row_groups, thrift
from metadata_digger.sinks.columns import Columns
from metadata_digger.sinks.parquet import ParquetSink
from metadata_digger.steps.filter import Selection
from metadata_digger.steps.rename import Naming

Rows = Callable[..., pa.RecordBatch]

TAGS = [
    ("Exif IFD0", 272, "Model", "X-1"),
    ("JPEG Comment", 0, "JPEG Comment", "two\nlines"),
    ("GPS", OWN_TAG - 1, "MD Location", "54.9,-1.9"),
    ("GPS", 2, "GPS Latitude", None),
]


def written(sink: ParquetSink, folder: Path, *pieces: list[pa.RecordBatch]) -> Path:
    columns = Columns.of(pieces[0][0].schema, [])
    paths = [folder / f"piece-{number}" for number in range(len(pieces))]
    for path, piece in zip(paths, pieces, strict=True):
        sink.piece(iter(piece), columns, path)
    sink.join(paths, columns, folder / "out.parquet")
    return folder / "out.parquet"


def test_columns_and_their_types(rows: Rows, tmp_path: Path) -> None:
    moment = datetime(2024, 5, 6, 7, 8, 9, 123456, UTC)
    path = written(ParquetSink(), tmp_path, [rows({"tags": TAGS, "modified": moment, "size": 5}, fields="full")])
    schema = pq.read_schema(path)
    assert schema.names[5:8] == ["Labels", "Scores", "Models"]
    types = {field.name: str(field.type) for field in schema}
    tag = "struct<directory: string not null, tag: int32 not null, name: string not null, value: string>"
    assert types == {
        "ID": "string",
        "BasePath": "string",
        "FilePath": "string",
        "Size": "int64",
        "Modified": "timestamp[us, tz=UTC]",
        "Labels": "list<element: string>",
        "Scores": "list<element: struct<label: string not null, score: float not null, model: string not null>>",
        "Models": "list<element: struct<name: string not null, sha256: string not null>>",
        "FileType": "string",
        "DirectoryNames": "list<element: string>",
        "TagNames": "list<element: string>",
        "Tags": f"list<element: {tag}>",
        "Notes": "list<element: string>",
    }
    assert schema.metadata[b"metadata-digger.version"] == __version__.encode()
    (row,) = pq.read_table(path).to_pylist()
    assert (row["Size"], row["Modified"], row["TagNames"]) == (5, moment, ["Model", "JPEG Comment", "GPS Latitude"])
    assert row["Tags"] == [
        {"directory": "Exif IFD0", "tag": 272, "name": "Model", "value": "X-1"},
        {"directory": "JPEG Comment", "tag": 0, "name": "JPEG Comment", "value": "two\\nlines"},
        {"directory": "GPS", "tag": OWN_TAG - 1, "name": "MD Location", "value": "54.9,-1.9"},
        {"directory": "GPS", "tag": 2, "name": "GPS Latitude", "value": None},
    ]


def test_columns_of_further_steps_come_along_under_the_naming_convention(rows: Rows, tmp_path: Path) -> None:
    batch = rows({}, {})
    batch = batch.append_column(pa.field("hash_md5", pa.string()), pa.array(["ab", "cd"]))
    batch = batch.append_column(pa.field("small_thumb", pa.binary()), pa.array([b"\xff\xd8", None]))
    found = pq.read_table(written(ParquetSink(), tmp_path, [batch])).to_pylist()
    assert [(row["HashMd5"], row["SmallThumb"]) for row in found] == [("ab", b"\xff\xd8"), ("cd", None)]
    snake = pq.read_schema(written(ParquetSink(Naming("snakeCase", "md_")), tmp_path, [batch])).names
    assert snake[:5] == ["id", "base_path", "file_path", "size", "modified"]
    assert snake[5:8] == ["hash_md5", "small_thumb", "file_type"]
    assert snake[-1] == "notes"


def test_boxes_stay_what_they_are(rows: Rows, tmp_path: Path) -> None:
    box = {"label": "car", "score": 0.5, "x": 1, "y": 2, "width": 3, "height": 4, "model": "net"}
    batch = rows({"boxes": [box]}, {}, fields="boxed")
    assert pq.read_table(written(ParquetSink(), tmp_path, [batch]))["Boxes"].to_pylist() == [[box], None]


def test_the_selection_thins_out_the_tags_of_each_row(rows: Rows, tmp_path: Path) -> None:
    batch = rows({"tags": TAGS[:2]}, {"tags": TAGS[1:2]}, {"tags": TAGS}, {"tags": []}).slice(1)
    path = written(ParquetSink(selection=Selection(("GPS", "Exif IFD0"))), tmp_path, [batch])
    table = pq.read_table(path)
    found = [[tag["name"] for tag in tags] for tags in table["Tags"].to_pylist()]
    assert found == [[], ["Model", "MD Location", "GPS Latitude"], []]
    assert table["TagNames"].to_pylist()[0] == ["JPEG Comment"]


def test_a_piece_has_as_many_row_groups_as_its_bytes_fill(
    rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = rows(*[{"tags": TAGS}] * 100)
    monkeypatch.setattr("metadata_digger.sinks.parquet.GROUP", batch.nbytes * 2)
    path = written(ParquetSink(), tmp_path, [batch] * 5)
    meta = pq.ParquetFile(path).metadata
    sizes = [meta.row_group(number).num_rows for number in range(meta.num_row_groups)]
    assert sum(sizes) == 500
    assert sizes in ([200, 200, 100], [300, 200])  # what the rows lose before they are written counts


def test_joined_files_are_read_by_duckdb_and_pyarrow(rows: Rows, tmp_path: Path) -> None:
    pieces = [[rows(*({"tags": TAGS, "file_path": f"file:/{piece}-{n}"} for n in range(50)))] for piece in range(5)]
    path = written(ParquetSink(), tmp_path, *pieces[:2], [rows()], *pieces[2:])
    file = pq.ParquetFile(path, page_checksum_verification=True)
    assert (file.metadata.num_row_groups, file.metadata.num_rows) == (5, 250)
    expected = [f"file:/{piece}-{n}" for piece in range(5) for n in range(50)]
    assert file.read(["FilePath"])["FilePath"].to_pylist() == expected
    assert file.read_row_group(3)["FilePath"].to_pylist() == expected[150:200]
    least = [file.metadata.row_group(n).column(2).statistics.min for n in range(5)]
    assert least == [f"file:/{piece}-0" for piece in range(5)]
    with duckdb.connect() as sql:
        found = sql.execute("SELECT FilePath, Tags[1].value FROM read_parquet(?)", [str(path)]).fetchall()
        assert found == [(name, "X-1") for name in expected]
        # By way of the statistics.
        query = "SELECT count(*) FROM read_parquet(?) WHERE FilePath = 'file:/3-7'"
        assert sql.execute(query, [str(path)]).fetchone() == (1,)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "none", "use_dictionary": False},
        {"write_page_index": True, "data_page_version": "2.0"},
        {"write_page_checksum": True, "write_statistics": False, "store_schema": False},
        {"sorting_columns": [pq.SortingColumn(0)], "use_byte_stream_split": False},
    ],
    ids=str,
)
def test_row_groups_survive_whatever_the_footer_tells_of_them(tmp_path: Path, options: dict[str, Any]) -> None:
    tables = [pa.table({"a": range(n, n + 20), "b": [["x" * n, None], []] * 10}) for n in range(20)]
    paths = [tmp_path / f"{number}" for number in range(len(tables))]
    for path, table in zip(paths, tables, strict=True):
        pq.write_table(table, path, row_group_size=7, **options)
    row_groups.join(paths, tmp_path / "whole")
    file = pq.ParquetFile(tmp_path / "whole", page_checksum_verification="write_page_checksum" in options)
    assert file.read().equals(pa.concat_tables(tables))
    assert file.metadata.num_row_groups == 60
    last = file.metadata.row_group(59)
    assert (last.num_rows, last.column(0).file_path) == (6, "")
    with duckdb.connect() as sql:
        query = "SELECT sum(a), sum(len(b)), count(*) FILTER (a > 30) FROM read_parquet(?)"
        assert sql.execute(query, [f"{tmp_path}/whole"]).fetchone() == (7600, 400, 36)


def test_a_piece_that_was_cut_is_an_oserror(rows: Rows, tmp_path: Path) -> None:
    path = written(ParquetSink(), tmp_path, [rows({})])
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(OSError, match="does not end with PAR1"):
        row_groups.join([path], tmp_path / "again")


VALUES = st.deferred(
    lambda: st.one_of(
        st.sampled_from([thrift.TRUE, thrift.FALSE]).map(lambda kind: (kind, None)),
        st.tuples(st.just(thrift.BYTE), st.binary(min_size=1, max_size=1)),
        st.tuples(st.sampled_from([thrift.I16, thrift.I32, thrift.I64]), st.integers(-(1 << 63), (1 << 63) - 1)),
        st.tuples(st.just(thrift.DOUBLE), st.binary(min_size=8, max_size=8)),
        st.tuples(st.just(thrift.BINARY), st.binary(max_size=200)),
        st.lists(st.integers(-9, 9), max_size=20).map(lambda numbers: (thrift.LIST, (thrift.I32, numbers))),
        st.lists(STRUCTS, max_size=3).map(lambda structs: (thrift.LIST, (thrift.STRUCT, structs))),
        st.tuples(st.just(thrift.STRUCT), STRUCTS),
    )
)
STRUCTS = st.dictionaries(st.integers(-(1 << 15), (1 << 15) - 1), VALUES, max_size=4)


@given(STRUCTS)
def test_thrift_structs_come_back(struct: thrift.Struct) -> None:
    assert thrift.unpack(thrift.pack(struct)) == struct


def test_a_footer_is_packed_as_it_was() -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({f"c{n}": [1.5, None] for n in range(20)}), buffer, write_page_index=True)
    content = buffer.getvalue()
    footer = content[-8 - int.from_bytes(content[-8:-4], "little") : -8]
    assert thrift.pack(thrift.unpack(footer)) == footer
