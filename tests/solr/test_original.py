"""The documents that Metadata Digger 0.2.1 put into Solr (../shared/golden/solr), beside ours out of a real Solr."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from checkout import ROOT
from metadata_digger.solr.client import Solr
from metadata_digger.steps.rename import Naming
from servers.solr import Cloud
from solr.running import everything, made, run, settings

SHARED = ROOT / "../shared/golden"
pytestmark = [
    pytest.mark.solr,
    pytest.mark.skipif(not SHARED.exists(), reason="the original's outputs are not beside this checkout"),
]
CAMEL, SNAKE = Naming(), Naming("snakeCase", "md_")
DIFFERENCES = tomllib.loads((ROOT / "tests/golden/differences.toml").read_text("utf-8"))


@pytest.mark.parametrize(("case", "inputs"), [("own", "own"), ("mixed2", "mixed")])
def test_documents_of_the_original(cloud: Cloud, collection: str, case: str, inputs: str, tmp_path: Path) -> None:
    """Equal names, types and values, but for golden/differences.toml."""
    connection = made(cloud, collection)
    with Solr(connection) as solr:  # to see it, as theirs is seen
        content = {"name": "metadata_content", "type": "text", "multiValued": True, "stored": True}
        solr.ask("/schema", json={"replace-field": content})
    more = ("processing.hash.types=md5,sha256", "processing.thumbnails.mediumDimensions=")
    run("extract", settings(cloud, collection, SHARED / "data" / inputs, tmp_path, *more))
    lines = (SHARED / "solr" / f"{case}.jsonl").read_text("utf-8").splitlines()
    theirs = {document["file_path"].rsplit("/", 1)[1]: document for document in map(json.loads, lines)}
    ours = everything(connection)
    assert set(theirs) <= set(ours)
    wrong = {name: found for name in theirs if (found := list(beyond(name, ours[name], theirs[name])))}
    assert not wrong


def beyond(name: str, ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[Any]:
    """What differs and is in no entry of the list."""
    kinds = {field: type(value) for field, value in ours.items()}
    for field, value in theirs.items():
        if field in kinds and kinds[field] is not type(value):
            yield field, kinds[field], type(value)
    if any(fnmatch(name, entry["pattern"]) for entry in DIFFERENCES["files"]):
        return
    for field in sorted(set(ours) | set(theirs)):
        compared = not (field in NEW or field in OTHER or field.startswith("md_"))
        if compared and ours.get(field) != theirs.get(field):
            yield field, ours.get(field), theirs.get(field)
    yield from tags_beyond(ours, theirs)
    lacking = Counter(" ".join(theirs["metadata_content"]).split()) - Counter(
        " ".join(ours["metadata_content"]).split()
    )
    if sum(lacking.values()) > len(EXCUSED):
        yield "metadata_content", lacking


# Fields that 0.2.1 did not have, and those whose values are another machine's, network's or picture library's.
NEW = {"file_size", "file_modified", "notes", "_version_"}
OTHER = {
    "id",
    "base_path",
    "file_path",
    "processing_datetime",
    "labels",
    "small_thumb",
    "metadata_content",
    "tag_names",
}
EXCUSED = DIFFERENCES["reworded"]


def tags_beyond(ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[Any]:
    titles = {CAMEL.title(name): name for name in ours["directory_names"]}
    mine, expected = (
        {field: value for field, value in document.items() if field.startswith("md_")} for document in (ours, theirs)
    )
    for entry in DIFFERENCES["renamed"]:
        if entry["directory"] in titles:
            before, after = (SNAKE.column(titles[entry["directory"]], entry[who]) for who in ("theirs", "ours"))
            if before in expected and before not in mine:
                expected[after] = expected.pop(before)
    reworded = {SNAKE.column(titles[one["directory"]], one["tag"]) for one in EXCUSED if one["directory"] in titles}
    # Of a repeated directory the original keeps the last one alone; of XMP it has the number of properties alone.
    names = ours["directory_names"]
    repeated = tuple(SNAKE.column(name, "") for name in names if names.count(name) > 1)
    for field in sorted(set(mine) | set(expected)):
        more = field not in expected and field.startswith((*repeated, "md_xmp_"))
        if mine.get(field) != expected.get(field) and field not in reworded and not more:
            yield field, mine.get(field), expected.get(field)
