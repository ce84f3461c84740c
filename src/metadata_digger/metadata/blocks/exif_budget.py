"""What an Exif block may cost: a hostile file has a thousand directories that all point to the same megabytes.

The figures are far above anything in the corpus.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from metadata_digger.metadata.errors import Malformed

ENTRIES = 20_000
BLOCKS = 32
_OVERLAP = 16 << 20  # values overlap in sound files too, but hardly: together they are not much longer than the file
_NESTED = 8  # Exif blocks in one another


class Spent(Malformed):
    """The block may cost no more: this ends the walk, where other faults cost the tag that has them."""


@dataclass(slots=True)
class Budget:
    """What is left. It is shared with the Exif blocks in a block, which Photoshop resources and the JPEGs of raw files
    hold: 32 resources at one place, each with 32 in it, would take for ever."""

    entries: int
    blocks: int
    bytes: int
    nested: int = 0  # how many Exif blocks we are in


_outer: ContextVar[Budget | None] = ContextVar("outer", default=None)


@contextmanager
def spending(size: int) -> Iterator[Budget]:
    """The budget of a block of `size` bytes, or of the one that it is in; raises Malformed when it lies too deep."""
    budget = _outer.get()
    if budget is not None:
        if budget.nested >= _NESTED:
            raise Malformed(f"Exif data {_NESTED} levels deep in Exif data")
        budget.nested += 1
        try:
            yield budget
        finally:
            budget.nested -= 1
        return
    budget = Budget(ENTRIES, BLOCKS, size + _OVERLAP)
    token = _outer.set(budget)
    try:
        yield budget
    finally:
        _outer.reset(token)
