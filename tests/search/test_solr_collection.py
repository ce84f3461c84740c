"""A Solr collection that is asked: several shards, one made by an older version, hostile names, days far apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest

from metadata_digger.errors import DiggerError, QueryError
from metadata_digger.query.asking import Order
from metadata_digger.query.parse import parse
from metadata_digger.query.tree import Everything, Has, OneOf
from metadata_digger.search.solr_collection import SolrCollection
from metadata_digger.solr.client import Solr
from metadata_digger.solr.connection import Connection
from servers.process import free_port
from servers.solr import Cloud
from solr.documents import document, made, send

pytestmark = pytest.mark.solr
ROWS = 60
DAYS = {0: "0001-02-03T00:00:00Z", 1: "2020-02-29T10:00:00Z", 2: "2021-01-01T00:00:00Z", 3: "9998-12-31T23:59:59Z"}


def row(number: int) -> dict[str, object]:
    found = document(number, file_size=number % 9, labels=["person"] if number % 2 else [])
    if number in DAYS:
        found |= {"date": DAYS[number], "md_capture_md_taken": DAYS[number]}
    if number % 5 == 0:
        found["md_rare_tag"] = f"Value {number % 10}"
    return found


@pytest.fixture
def two_shards(cloud: Cloud, collection: str) -> Iterator[Solr]:
    with made(cloud, collection) as solr:
        yield solr


def opened(cloud: Cloud, solr: Solr) -> SolrCollection:
    return SolrCollection(Connection(solr.connection.collection, url=cloud.url))


def test_several_shards(cloud: Cloud, two_shards: Solr) -> None:
    send(two_shards, *map(row, range(ROWS)))
    found = opened(cloud, two_shards)
    assert found.about().total == ROWS
    # A field that only one row of one shard has is known all the same, with how many rows have it.
    send(two_shards, document(100, md_only_here="x"))
    found = opened(cloud, two_shards)
    counts = {one.name: one.count for one in found.fields("", 100)}
    assert (counts["md_only_here"], counts["md_rare_tag"]) == (1, 12)
    before = found.about().state
    two_shards.delete_ids([f"{100:032X}"])
    two_shards.commit()
    again = opened(cloud, two_shards)
    assert again.about().state != before and again.about().total == ROWS

    for order in (Order(), Order(down=True), Order("file_size"), Order("file_size", True), Order("date")):
        whole = [one.id for one in again.search(Everything(), order, ROWS).photos]
        assert len({*whole}) == ROWS
        paged, cursor = [], None
        while True:
            page = again.search(Everything(), order, 7, cursor=cursor)
            paged += [one.id for one in page.photos]
            if (cursor := page.cursor) is None:
                break
        assert paged == whole
        turned, documents = again._page(Everything(), order, 7, 50, ROWS)
        assert (turned, [one["id"] for one in documents]) == (ROWS, whole[50:57])
        assert again._page(Everything(), order, 7, 58, ROWS)[1][-1]["id"] == whole[-1]

    # Days in the years 1 and 9998 do not make a bar of each day between them.
    bars, undated = again.timeline(Everything(), "day")
    assert [(bar.first, bar.count) for bar in bars] == [
        (date(1, 2, 3), 1), (date(2020, 2, 29), 1), (date(2021, 1, 1), 1), (date(9998, 12, 31), 1)
    ]  # fmt: skip
    assert undated == ROWS - 4
    assert [bar.last for bar in again.timeline(Everything(), "month")[0]][1] == date(2020, 2, 29)
    assert again.timeline(OneOf("id", ("none",)), "day") == ([], 0)


def test_an_older_collection_is_asked_as_far_as_it_goes(cloud: Cloud, two_shards: Solr) -> None:
    lacking = {
        "delete-copy-field": {"source": "md_*", "dest": "exact_md_*"},
        "delete-dynamic-field": {"name": "exact_md_*"},
        "delete-field": {"name": "date"},
    }
    two_shards.ask("/schema", data=json.dumps(lacking).encode(), headers={"Content-Type": "application/json"})
    send(
        two_shards, *({name: value for name, value in row(number).items() if name != "date"} for number in range(ROWS))
    )
    found = opened(cloud, two_shards)
    assert found.count(parse("date:2020").node) == 1
    assert found.count(Has("date")) == 4
    assert [bar.count for bar in found.timeline(Everything(), "year")[0]] == [1, 1, 1, 1]
    assert dict(found.values(Everything(), "md_rare_tag", 5).counts) == {"Value 0": 6, "Value 5": 6}
    assert found.similar(f"{5:032X}", 5) == ()
    with pytest.raises(QueryError, match="solr-init --update-configset"):
        found.count(OneOf("md_rare_tag", ("Value 5",)))


@pytest.mark.parametrize(
    "name", ["md_a:b OR *:*", "exact.md_a) OR (*:*", "score_x:1 OR y", "md_\u202e ", "md_" + "a" * 400]
)
def test_names_that_are_queries_are_no_fields(cloud: Cloud, two_shards: Solr, name: str) -> None:
    found = opened(cloud, two_shards)
    for node in (OneOf(name, ("x",)), Has(name)):
        with pytest.raises(QueryError, match="there is no field"):
            found.count(node)
    with pytest.raises(QueryError):
        found.values(Everything(), name, 5)
    with pytest.raises(QueryError):
        found.search(Everything(), Order(name), 5)


def test_no_solr_is_said() -> None:
    with pytest.raises(DiggerError):
        SolrCollection(Connection("none", url=f"http://127.0.0.1:{free_port()}/solr"))
