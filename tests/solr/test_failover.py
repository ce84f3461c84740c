"""A node that dies in the middle of a run: nothing is lost, nothing is there twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from metadata_digger.schema import FILE
from metadata_digger.sinks.columns import Columns
from metadata_digger.sinks.refused import reasons
from metadata_digger.sinks.solr import SolrSink
from metadata_digger.sinks.solr_documents import Form
from metadata_digger.sinks.solr_fields import Fields
from metadata_digger.solr.client import Solr
from metadata_digger.solr.search import count, pages
from metadata_digger.solr.zookeeper import layout_of
from metadata_digger.steps.rename import Naming
from servers.solr import Cloud, running
from solr.running import made

pytestmark = [pytest.mark.solr, pytest.mark.slow]

ROWS = 500  # of a batch
SCHEMA = pa.schema([*FILE, pa.field("labels", pa.list_(pa.string()))])


def batch(number: int) -> pa.RecordBatch:
    rows = [
        {
            "id": f"{row:032X}",
            "base_path": "file:///in",
            "file_path": f"file:/in/{row}.jpg",
            "size": row,
            "status": "ok",
            "notes": [],
            "labels": ["car"],
        }
        for row in range(number * ROWS, (number + 1) * ROWS)
    ]
    return pa.RecordBatch.from_pylist(rows, schema=SCHEMA)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    found = Cloud(tmp_path_factory.mktemp("two") / "cloud", nodes=2)
    with running(found):
        yield found


def test_one_of_two_nodes_is_killed(two: Cloud, tmp_path: Path) -> None:
    """Three shards with a replica on each node: the one that dies leads some of them."""
    connection = made(two, "both", shards=3, replicas=2)
    with Solr(connection) as solr:
        form = Form(Fields.of(solr.schema()), "2026-01-02T03:04:05Z", Naming("snakeCase", "md_"))
    sink = SolrSink(connection, form)
    columns = Columns.of(SCHEMA, ())
    leaders = [shard.leader for shard in layout_of(connection).shards]
    victim = max(two.nodes, key=lambda node: sum(str(leader).startswith(node.url) for leader in leaders))

    def batches() -> Iterator[pa.RecordBatch]:
        for number in range(24):
            if number == 9:
                victim.kill()
            yield batch(number)

    assert sink.piece(batches(), columns, tmp_path / "piece") == 24 * ROWS
    assert not reasons(tmp_path / "piece")
    sink.join([], columns, tmp_path / "none")
    expected = {f"{row:032X}" for row in range(24 * ROWS)}
    with Solr(connection) as solr:
        assert count(solr) == 24 * ROWS
        assert {one["id"] for page in pages(solr, fields=["id"], rows=5_000) for one in page} == expected
    # The same once more, as a worker that died would have it, with the node back.
    victim.start()
    victim.wait()
    assert sink.piece(map(batch, range(24)), columns, tmp_path / "piece") == 24 * ROWS
    sink.join([], columns, tmp_path / "none")
    with Solr(connection) as solr:
        assert count(solr) == 24 * ROWS
