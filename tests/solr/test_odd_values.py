"""What files may say and a real Solr has to take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from metadata_digger.schema import EXTRACTED, FILE
from metadata_digger.sinks.columns import Columns, scan
from metadata_digger.sinks.refused import refused
from metadata_digger.sinks.solr import SolrSink
from metadata_digger.sinks.solr_documents import Form
from metadata_digger.sinks.solr_fields import LONGEST_NAME, Fields
from metadata_digger.sinks.solr_values import LONGEST_TERM
from metadata_digger.solr.client import Solr
from metadata_digger.solr.connection import Connection
from metadata_digger.steps.rename import Naming
from servers.solr import Cloud
from solr.running import everything, made

pytestmark = pytest.mark.solr

# An XMP property may have 65,536 characters, four bytes each, without a blank among them.
LONG = "😀" * 65_536
ODD = [
    "",
    " ",
    "\0",
    "a\0b",
    "\x01\x1f\x7f\x85",
    '"\\/\b\f\r\t',
    "\u2028\u2029",
    "\ufeff\ufffe\uffff",
    "]}{[,:",
    "<a>&lt;",
]
NAMES = ["dc:creator[1]", "a+b=c|d", "x" * 40_000, "żółć", "\0\n\t", "-", "_version_", "*", "a b"]


def batch(*rows: list[tuple[str, str]]) -> pa.RecordBatch:
    """Rows whose tags of XMP are given as (name, value)."""
    schema = pa.schema([*FILE, *EXTRACTED])
    made_of = [
        {
            "id": f"{number:032X}",
            "base_path": "file:///in",
            "file_path": f"file:/in/{number}.jpg",
            "size": 1,
            "status": "ok",
            "notes": [value for _, value in tags],
            "file_type": "JPEG",
            "directories": ["XMP"],
            "tags": [{"directory": "XMP", "tag": 1, "name": name, "value": value} for name, value in tags],
        }
        for number, tags in enumerate(rows)
    ]
    return pa.RecordBatch.from_pylist(made_of, schema=schema)


def send(connection: Connection, rows: pa.RecordBatch, folder: Path) -> dict[str, Any]:
    with Solr(connection) as solr:
        form = Form(Fields.of(solr.schema()), "2026-01-02T03:04:05Z", Naming("snakeCase", "md_"), content=True)
    sink = SolrSink(connection, form)
    columns = Columns.of(rows.schema, scan(rows))
    assert sink.piece(iter([rows]), columns, folder / "piece") == len(rows)
    assert not refused(folder / "piece").exists()
    sink.join([], columns, folder / "none")
    return everything(connection)


def test_odd_text_and_names(cloud: Cloud, collection: str, tmp_path: Path) -> None:
    rows = [[("Text", text)] for text in ODD] + [[(name, "x")] for name in NAMES]
    found = send(made(cloud, collection), batch(*rows), tmp_path)
    for number, text in enumerate(ODD):
        assert found[f"{number}.jpg"]["md_xmp_text"] == [text.replace("\n", r"\n")]
        assert found[f"{number}.jpg"]["notes"] == [text]
    fields = [field for document in found.values() for field in document if field.startswith("md_")]
    assert max(map(len, fields)) == LONGEST_NAME
    assert {"md_xmp_dccreator1", "md_xmp_żółć", "md_xmp_a_b_c_d", "md_xmp_a_b"} <= set(fields)


def test_values_longer_than_a_term(cloud: Cloud, collection: str, tmp_path: Path) -> None:
    """Whole where the field is text; as much as a term holds where it is a string."""
    connection = made(cloud, collection)
    with Solr(connection) as solr:
        solr.ask("/schema", json={"add-field": {"name": "md_xmp_whole", "type": "string"}})
    document = send(connection, batch([("Text", LONG), ("Whole", LONG), (LONG, "x")]), tmp_path)["0.jpg"]
    assert document["md_xmp_text"] == [LONG]
    assert document["md_xmp_whole"] == LONG[: LONGEST_TERM // 4]
    assert document["notes"][0] == LONG[: LONGEST_TERM // 4]
    assert document["tag_names"][2] == LONG[: LONGEST_TERM // 4]


def test_all_values_of_a_repeated_tag(cloud: Cloud, collection: str, tmp_path: Path) -> None:
    """As several values of its field; each is found."""
    connection = made(cloud, collection)
    rows = batch([("Text", "prompt: {}"), ("Text", "workflow: []")], [("Text", "prompt: {}")])
    found = send(connection, rows, tmp_path)
    assert found["0.jpg"]["md_xmp_text"] == ["prompt: {}", "workflow: []"]
    assert found["1.jpg"]["md_xmp_text"] == ["prompt: {}"]
    assert [found[name]["file_name"] for name in ("0.jpg", "1.jpg")] == ["0.jpg", "1.jpg"]
    with Solr(connection) as solr:
        assert solr.query({"q": "md_xmp_text:workflow", "rows": 0})["numFound"] == 1
        assert solr.query({"q": "file_extension:jpg", "rows": 0})["numFound"] == 2
