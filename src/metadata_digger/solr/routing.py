"""Which shard a document belongs to, by Solr's router "compositeId": the MurmurHash3 (x86, 32 bits) of its id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Words: TypeAlias = NDArray[np.uint32]

_C1, _C2 = np.uint32(0xCC9E2D51), np.uint32(0x1B873593)


@dataclass(frozen=True, slots=True)
class Shard:
    """Documents whose hash is from `low` to `high`; `leader`: URL of the core that takes them, None when none does."""

    low: int
    high: int
    leader: str | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a collection is: `nodes`, URLs of live ones that lead a shard of it, or else hold some of it; its `shards`,
    () where Solr itself has to find out to which one a document belongs."""

    nodes: tuple[str, ...]
    shards: tuple[Shard, ...] = ()


def shards_of(state: dict[str, Any], urls: dict[str, str], leads: set[str]) -> tuple[Shard, ...]:
    """The active shards in a collection's state.json; none where another router decides.

    `urls`: of live nodes by name; `leads`: replicas that lead, where the state itself does not say it.
    """
    router = state.get("router") or {}
    if router.get("name") != "compositeId" or router.get("field"):
        return ()
    found = []
    for shard in state["shards"].values():
        if shard.get("state", "active") == "active":
            low, high = (_signed(word) for word in shard["range"].split("-"))
            cores = [
                f"{urls[replica['node_name']]}/{replica['core']}"
                for name, replica in shard["replicas"].items()
                if replica["node_name"] in urls and (replica.get("leader") == "true" or name in leads)
            ]
            found.append(Shard(low, high, cores[0] if cores else None))
    return tuple(found)


def by_shard(ids: Sequence[str], shards: Sequence[Shard]) -> list[tuple[Shard | None, list[int]]]:
    """Positions of the ids of each shard; None stands for those that Solr itself must route."""
    if not shards or any("!" in one for one in ids):  # "!" cuts an id into parts with hashes of their own
        return [(None, [*range(len(ids))])]
    values = hashes(ids)
    groups: list[tuple[Shard | None, list[int]]] = []
    left = np.ones(len(ids), bool)
    for shard in shards:
        within = (values >= shard.low) & (values <= shard.high)
        left &= ~within
        groups.append((shard, np.flatnonzero(within).tolist()))
    groups.append((None, np.flatnonzero(left).tolist()))
    return [(shard, positions) for shard, positions in groups if positions]


def hashes(ids: Sequence[str]) -> NDArray[np.int32]:
    """The hash of each id; those of one length are computed together."""
    encoded = [one.encode() for one in ids]
    lengths = np.array([len(one) for one in encoded])
    found = np.empty(len(encoded), np.int32)
    for length in np.unique(lengths).tolist():
        same = np.flatnonzero(lengths == length)
        table = np.frombuffer(b"".join(encoded[place] for place in same), np.uint8).reshape(len(same), length)
        found[same] = _murmur(table).view(np.int32)
    return found


def _murmur(table: NDArray[np.uint8]) -> Words:
    """MurmurHash3_x86_32 with seed 0 of each row (Austin Appleby, public domain description)."""
    rows, length = table.shape
    whole = length - length % 4
    value = np.zeros(rows, np.uint32)
    blocks = np.ascontiguousarray(table[:, :whole]).view("<u4")
    for block in blocks.T:
        value = _turn(value ^ _mixed(block), 13) * np.uint32(5) + np.uint32(0xE6546B64)
    if whole < length:
        tail = np.zeros(rows, np.uint32)
        for place in range(whole, length):
            tail |= table[:, place].astype(np.uint32) << np.uint32(8 * (place - whole))
        value ^= _mixed(tail)
    value ^= np.uint32(length)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        value = (value ^ (value >> np.uint32(shift))) * np.uint32(factor)
    return value ^ (value >> np.uint32(16))


def _mixed(block: Words) -> Words:
    return _turn(block * _C1, 15) * _C2


def _turn(value: Words, bits: int) -> Words:
    return (value << np.uint32(bits)) | (value >> np.uint32(32 - bits))


def _signed(word: str) -> int:
    """Of eight hexadecimal digits."""
    number = int(word, 16)
    return number - (1 << 32) if number >= 1 << 31 else number
