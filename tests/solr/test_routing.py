"""Documents go where Solr would put them."""

from __future__ import annotations

import json

import pytest

from metadata_digger.solr.client import Solr
from metadata_digger.solr.routing import Shard, by_shard, hashes, shards_of
from metadata_digger.solr.search import count, search
from metadata_digger.solr.zookeeper import layout_of
from servers.solr import ask
from solr.documents import document

# Of MurmurHash3_x86_32 with seed 0: the published values for these texts.
KNOWN = {
    "": 0,
    "test": 0xBA6BD213,
    "Hello, world!": 0xC0363E43,
    "The quick brown fox jumps over the lazy dog": 0x2E4FF723,
}
IDS = [*(f"{number:032X}" for number in range(300)), "a", "ab", "abc", "żółw", "/photos/2020", "a!b", "x" * 300]


def test_known_hashes() -> None:
    assert [value & 0xFFFFFFFF for value in hashes([*KNOWN]).tolist()] == [*KNOWN.values()]


def test_what_solr_has_to_route() -> None:
    shards = (Shard(-(1 << 31), -1, "a"), Shard(0, (1 << 31) - 1, "b"))
    assert by_shard(["x", "y"], ()) == [(None, [0, 1])]
    assert by_shard(["x", "a!b"], shards) == [(None, [0, 1])]
    assert by_shard([], shards) == []
    assert shards_of({"router": {"name": "implicit"}, "shards": {}}, {}, set()) == ()
    assert shards_of({"router": {"name": "compositeId", "field": "x"}, "shards": {}}, {}, set()) == ()


@pytest.mark.solr
def test_each_document_lies_where_it_was_sent(solr: Solr) -> None:
    documents = [json.dumps(document(0) | {"id": one}).encode() for one in IDS]
    plain = [place for place, one in enumerate(IDS) if "!" not in one]
    solr.add([IDS[place] for place in plain], [documents[place] for place in plain])
    solr.add(["a!b"], [documents[IDS.index("a!b")]])
    solr.commit()
    shards = layout_of(solr.connection).shards
    assert len(shards) == 2
    routed = {shard: {IDS[plain[at]] for at in places} for shard, places in by_shard([IDS[at] for at in plain], shards)}
    for shard in shards:
        answer = ask(f"{shard.leader}/select", q="-id:a\\!b", rows=1000, fl="id", distrib="false")
        assert {one["id"] for one in answer["response"]["docs"]} == routed[shard]
    # and Solr finds no second one when it routes by itself
    solr.update(b"[" + b",".join(documents) + b"]")
    solr.commit()
    assert count(solr) == len(IDS)
    solr.delete_ids(IDS[5:])
    solr.commit()
    assert sorted(one["id"] for one in search(solr).documents) == IDS[:5]
