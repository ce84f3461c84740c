"""Documents to the nodes that lead their shards.

Not to just any node, which would forward them: when the leader goes away meanwhile, it tries again with the first of
the documents alone and answers that all is well. Seen with Solr 9.10 in tests/solr/test_node_loss.py: 489 of 10,000
were lost.
Without ZooKeeper nobody knows the leaders, and the node at hand has to do it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from metadata_digger.solr.calls import Calls
from metadata_digger.solr.errors import Failed, Missing, Passing, Refused
from metadata_digger.solr.routing import Shard, by_shard

JSON = {"Content-Type": "application/json"}


def send_to_leaders(calls: Calls, path: str, ids: Sequence[str], content: Callable[[Sequence[int]], bytes]) -> None:
    """Sends what concerns these ids; `content` of a request for those at some places, `path` of the whole collection.

    Raises Refused once all shards had their part, SolrError.
    """
    left: Sequence[int] = range(len(ids))
    tries = calls.tries()
    while left:
        trouble: Passing | None = None
        refused: Refused | None = None
        waiting: list[int] = []
        try:
            groups = by_shard([ids[place] for place in left], calls.nodes.layout.shards)
        except Passing as error:
            groups, trouble, waiting = [], error, [*left]
        for shard, positions in groups:
            places = [left[position] for position in positions]
            try:
                _send(calls, path, shard, content(places))
            except Refused as error:
                refused = error
            except Passing as error:
                trouble = error
                waiting += places
        if refused is not None:  # whoever sent this comes back with less of it
            raise refused
        left = waiting
        if trouble is not None:
            calls.nodes.failed()
            tries.again(trouble)


def _send(calls: Calls, path: str, shard: Shard | None, content: bytes) -> None:
    """One try where the leader is known. Raises Passing when it does not take it now, Refused, SolrError."""
    if shard is None:
        calls.ask(path, data=content, headers=JSON)
        return
    if shard.leader is None:
        raise Passing("a shard of the collection has no leader just now: do all nodes of Solr run?")
    try:
        calls.once(f"{shard.leader}/update", data=content, headers=JSON)
    except Missing as error:  # the core, which may have moved; the next layout tells whether the collection is there
        raise Failed(error) from error
