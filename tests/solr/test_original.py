"""The documents that Metadata Digger 0.2.1 put into Solr (../shared/golden/solr), beside ours out of a real Solr."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from golden.cases import GOLDEN, SHARED
from golden.known import Difference, Known
from metadata_digger.solr.client import Solr
from servers.solr import Cloud
from solr.running import everything, made, run, settings

pytestmark = [pytest.mark.solr, pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared")]

# Fields that 0.2.1 did not have, and those whose values are another machine's, network's or picture library's.
NEW = {"file_name", "file_extension", "file_size", "file_modified", "notes", "date", "_version_"}
OTHER = {"id", "base_path", "file_path", "processing_datetime", "labels", "small_thumb", "tag_names"}


@pytest.mark.parametrize(("case", "inputs"), [("own", "own"), ("mixed2", "mixed")])
def test_documents_of_the_original(cloud: Cloud, collection: str, case: str, inputs: str, tmp_path: Path) -> None:
    """Equal names, types and values, but for golden/differences.toml."""
    connection = made(cloud, collection)
    with Solr(connection) as solr:  # to see it, as theirs is seen
        content = {"name": "metadata_content", "type": "text", "multiValued": True, "stored": True}
        solr.ask("/schema", json={"replace-field": content})
    more = (
        "processing.hash.types=md5,sha256",
        "processing.thumbnails.mediumDimensions=",
        "output.columns.repeatedTags=last",
    )
    run("extract", settings(cloud, collection, GOLDEN / "data" / inputs, tmp_path, *more))
    lines = (GOLDEN / "solr" / f"{case}.jsonl").read_text("utf-8").splitlines()
    theirs = {document["file_path"].rsplit("/", 1)[1]: document for document in map(json.loads, lines)}
    ours = everything(connection)
    assert set(theirs) <= set(ours)
    known = lowered(Known.read())
    wrong = {name: found for name in theirs if (found := list(beyond(name, ours[name], theirs[name], known)))}
    assert not wrong


def lowered(known: Known) -> Known:
    """The list in the words of fields: columns in camelCase and fields in snake_case are equal but for case and "_"."""
    for entry in (*known.entries, *known.renamed):
        for key in {"column", "but", "theirs", "ours"} & entry.keys():
            words = entry[key]
            entry[key] = words.lower() if isinstance(words, str) else [word.lower() for word in words]
    return known


def beyond(name: str, ours: dict[str, Any], theirs: dict[str, Any], known: Known) -> Iterator[Any]:
    """What differs and is in no entry of the list."""
    for field in ours.keys() & theirs.keys():
        if type(ours[field]) is not type(theirs[field]):
            yield field, ours[field], theirs[field]
    columns = ours["directory_names"]
    repeated = tuple(_plain(one) for one, count in Counter(columns).items() if count > 1)
    mine, expected = (_columns(document, known, other) for document, other in ((ours, {}), (theirs, ours)))
    for column in sorted(mine.keys() | expected.keys()):
        old, new = expected.get(column), mine.get(column)
        if column == "metadatacontent":  # in the order of a hash table
            old, new = (Counter(" ".join(words).split()) for words in (old, new))
            if any(known.excuses(one) for one in _differences(name, mine, expected, repeated)):
                continue  # its words are those of the tags
        if old != new and not known.excuses(
            Difference(name, name, column, old, new, column.startswith(repeated) if repeated else False)
        ):
            yield column, old, new


def _differences(name: str, ours: dict[str, Any], theirs: dict[str, Any], repeated: tuple[str, ...]) -> Iterator[Any]:
    for column in ours.keys() | theirs.keys():
        old, new = theirs.get(column), ours.get(column)
        if old != new and column != "metadatacontent":
            yield Difference(name, name, column, old, new, column.startswith(repeated) if repeated else False)


def _columns(document: dict[str, Any], known: Known, other: dict[str, Any]) -> dict[str, Any]:
    """By column in lower case; tags that have another name since by that, where `other` has it."""
    found = {}
    for field, value in document.items():
        if field not in NEW | OTHER:
            column, new = _plain(field), known.new_name(_plain(field))
            found[new if new in map(_plain, other) else column] = value
    return found


def _plain(field: str) -> str:
    return field.removeprefix("md_").replace("_", "").replace(" ", "").lower()
