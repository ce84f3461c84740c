"""docs/solr.md: its commands and queries work as they stand there, the start of Solr aside."""

from __future__ import annotations

import json
import math
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkout import ROOT, run
from metadata_digger.solr.client import Solr
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.search import search
from servers.solr import Cloud

PAGE = (ROOT / "docs" / "solr.md").read_text("utf-8")
COMMANDS = re.findall(r"^    (.+)$", PAGE.split("\n\n1. starts", maxsplit=1)[0], re.M)
TABLES = [PAGE.partition(head)[2].partition("\n\n")[0] for head in ("| question | query |", "| field | type |")]
QUERIES = re.findall(r"^\| [^|]+ \| `([^`]+)` \|$", TABLES[0], re.M)


def test_there_are_five_commands() -> None:
    assert [command.split()[0] for command in COMMANDS] == ["docker", "sh", "sh", "curl", "curl"]


def test_links_lead_somewhere() -> None:
    for name in re.findall(r"`((?:configs|src|tests)/[\w./-]+)`", PAGE):
        assert (ROOT / name).exists(), name


@pytest.fixture(scope="module")
def collection(cloud: Cloud) -> Iterator[str]:
    """Made and filled by the second and third command."""
    with cloud.collection() as name:
        for command in COMMANDS[1:3]:
            shell, script, *words = shlex.split(command)
            assert (shell, script) == ("sh", "run-standalone-metadata-digger.sh")
            words += ["--set", f"output.solr.url={cloud.url}", "--set", f"output.collection={name}"]
            source = {"PYTHONPATH": str(ROOT / "src")}
            done = run(sys.executable, "-P", "-m", "metadata_digger", *words, cwd=ROOT, env=source)
            assert done.returncode == 0, done.stderr
        yield name


@pytest.mark.solr
def test_the_commands(cloud: Cloud, collection: str, tmp_path: Path) -> None:
    answers = []
    for command in COMMANDS[3:]:
        place = f"{cloud.url}/{collection}/"
        words = [word.replace("http://localhost:8983/solr/metadata_digger/", place) for word in shlex.split(command)]
        done = run(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        answers.append(json.loads(done.stdout))
    both, counts = answers
    found = {Path(one["file_path"]).name for one in both["response"]["docs"]}
    assert "car-and-people.jpg" in found
    assert all({"person", "car"} <= set(one["labels"]) for one in both["response"]["docs"])
    assert counts["response"]["numFound"] == 40
    flat = counts["facet_counts"]["facet_fields"]["labels"]
    assert dict(zip(flat[::2], flat[1::2], strict=True))["person"] >= len(found)


@pytest.mark.solr
def test_the_queries(cloud: Cloud, collection: str) -> None:
    assert len(QUERIES) > 12
    with Solr(Connection(collection, (cloud.servers,))) as solr:
        found = {query: search(solr, query, rows=0).total for query in QUERIES}
    some = ("labels:(person -car)", "score_person:[0.8 TO *]", "canon eos", "md_gps_md_location:[* TO *]")
    assert all(found[query] for query in some), found


@pytest.mark.solr
def test_what_can_be_sorted_by(cloud: Cloud, collection: str) -> None:
    by_date, by_distance = re.findall(r"`sort=([^`]+)`", PAGE)
    date = by_date.removeprefix("sort_").removesuffix(" desc")
    latitude, longitude = (float(word) for word in re.findall(r"[\d.]+", by_distance))
    with Solr(Connection(collection, (cloud.servers,))) as solr:
        dates, places = (
            [one[field] for one in search(solr, f"{field}:[* TO *]", sort=sort, rows=40, fields=[field]).documents]
            for field, sort in ((date, by_date), ("md_gps_md_location", by_distance))
        )
    assert len(set(dates)) > 2
    assert dates == sorted(dates, reverse=True)

    def far(place: str) -> float:
        """The cosine of the angle, negative."""
        y, x, v, u = (math.radians(number) for number in (*map(float, place.split(",")), latitude, longitude))
        return -(math.sin(y) * math.sin(v) + math.cos(y) * math.cos(v) * math.cos(x - u))

    assert len(set(places)) > 1
    assert places == sorted(places, key=far)


def test_every_date_can_be_sorted_by() -> None:
    schema = (ROOT / "src/metadata_digger/solr/configset/managed-schema.xml").read_text("utf-8")
    dates = set(re.findall(r'<field name="(\w+)" type="date"', schema))
    assert len(dates) == 6
    assert {(name, f"sort_{name}") for name in dates} <= set(
        re.findall(r'<copyField source="(\w+)" dest="(\w+)"/>', schema)
    )


def test_the_table_of_fields_is_whole() -> None:
    schema = (ROOT / "src/metadata_digger/solr/configset/managed-schema.xml").read_text("utf-8")
    words = {word for text in re.findall(r"`([^`]+)`", TABLES[1]) for word in text.split()}
    names = set(re.findall(r'<(?:field|dynamicField) name="([^"]+)"', schema)) - {"_version_"}
    shortened = {"score_*": "score_LABEL", "exact_*": "exact_file_path"}
    shortened |= {f"hash_{name}": "hash_sha512" for name in ("md5", "sha1", "sha224", "sha256", "sha384")}
    missing = {shortened.get(name, name) for name in names if not name.endswith(("_height", "_long_f"))} - words
    assert missing == set()
