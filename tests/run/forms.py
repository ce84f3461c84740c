"""Forms of output by their names, and what an index says, for tests that compare outputs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from metadata_digger.index.asking import IndexCollection
from metadata_digger.query.asking import Detail, Order
from metadata_digger.query.tree import Everything
from metadata_digger.sinks import CsvSink, JsonSink, Sink
from metadata_digger.sinks.index import IndexSink

INDEX = ("index.json", "photos.sqlite")  # files of an index, beside its folder `search`


def sinks_of(forms: str) -> tuple[Sink, ...]:
    kinds: dict[str, Sink] = {"csv": CsvSink(), "json": JsonSink(), "index": IndexSink()}
    return tuple(kinds[form] for form in forms.split(","))


def details(output: Path) -> list[Detail]:
    """Every row of an index, which counts them rightly."""
    collection = IndexCollection(output)
    found = list(collection.details(Everything(), Order()))
    assert len(found) == collection.count(Everything()) == collection.about().total
    assert {one.photo.id for one in found} == {*collection.ids(Everything())}
    return found


def indexed_rows(output: Path) -> list[bytes]:
    """Less what depends on when a run was."""
    return [repr(replace(one, processed=None)).encode() for one in details(output)]
