"""What Solr is asked: written anew, whatever was typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.errors import QueryError
from metadata_digger.query.parse import parse
from metadata_digger.query.to_solr import Solr
from metadata_digger.query.tree import Glob, Marked, Near, OneOf, Regex, Some, Text

IDS = {"1": ("A1", "B2"), "odd": ("A1", "} OR *:*", "")}
ASKED = Solr(marked=lambda mark: IDS.get(mark, ()))

TABLE = [
    ("", "*:*"),
    ("canon", 'metadata_content:"canon"'),
    ("a -b", '(+metadata_content:"a" -metadata_content:"b")'),
    ("-a", '(+*:* -metadata_content:"a")'),
    ("(-a) OR b", '((+*:* -metadata_content:"a") metadata_content:"b")'),
    ("a AND (NOT b)", '(+metadata_content:"a" -metadata_content:"b")'),
    ("(-a) AND (-b)", '(+*:* -metadata_content:"a" -metadata_content:"b")'),
    (r'labels:"a \"b\\"', r'labels:("a \"b\\")'),
    ('exact.md_x:"A b"', 'exact_md_x:("A b")'),
    ('exact.md_x:"a\nb"', r'exact_md_x:("a\\nb")'),
    ("nik*", "metadata_content:nik*"),
    (r"a\*\:b?", r"metadata_content:a\*\:b?"),
    ("labels:/a<b>@/", r"labels:/a\<b\>\@/"),
    ("labels:A~1", "labels:/A|.?|.A|A./"),
    (r"ab~1", "metadata_content:/ab|.?b|.ab|ba|a.?|a.b|ab./"),
    ("labels:A~2", "labels:A~2"),
    (r"labels:a\~b~2", r"labels:a\~b~2"),
    ("file_size:[1 TO 5}", "file_size:[1 TO 5}"),
    ("date:2020-02", "date:[2020-02-01T00:00:00.000Z TO 2020-02-29T23:59:59.999Z]"),
    ("date:{2020 TO *]", "date:[2021-01-01T00:00:00.000Z TO *]"),
    ("location:*", "md_gps_md_location_lat_f:[* TO *]"),
    ("mark:1", '_query_:"{!terms f=id}A1,B2"'),
    ("mark:odd", '_query_:"{!terms f=id}A1"'),
    ("mark:none", "(*:* -*:*)"),
]


@pytest.mark.parametrize(("text", "query"), TABLE)
def test_queries(text: str, query: str) -> None:
    assert ASKED.query(parse(text).node) == query


@given(st.text(max_size=30))
def test_values_stay_values(text: str) -> None:
    """Between quotes nothing has a meaning but \\ and the quote, and of terms every sign is escaped."""
    for node in (Text("", text), OneOf("labels", (text,)), Marked(text)):
        query = ASKED.query(node)
        assert re.fullmatch(
            r'(?:metadata_content|labels):\(?"(?:[^"\\]|\\.)*"\)?|\(\*:\* -\*:\*\)|_query_:.*', query, re.DOTALL
        )
    for node in (Near("labels", text or "a", 2), Glob("labels", text.replace("\\", "") + "*")):
        term = ASKED.query(node).removeprefix("labels:").removesuffix("~2")
        assert re.fullmatch(r"(?:[^\s+\-!():^\[\]\"{}~?*|&;/\\]|[?*]|\\.)*", term, re.DOTALL), term


@given(st.text('ab\\/"#@&<>~.', max_size=12))
def test_expressions_stay_between_their_slashes(text: str) -> None:
    try:
        node = parse(f"labels:/{text}/").node
    except QueryError:
        return
    if isinstance(node, Regex):
        assert re.fullmatch(r'labels:/(?:[^/"#@&<>~\\]|\\.)+/', ASKED.query(node))


@pytest.mark.parametrize("name", ["md_a b", "md_a:b", "md_", "exact.", "nothing", "score_a)"])
def test_names_that_no_field_has(name: str) -> None:
    for node in (OneOf(name, ("x",)), Some((OneOf(name, ("x",)),))):
        with pytest.raises(QueryError, match="there is no field"):
            ASKED.query(node)


def test_a_collection_that_lacks_whole_values_says_what_to_do() -> None:
    older = Solr(knows=lambda name: name in ("labels", "md_capture_md_taken"))
    with pytest.raises(QueryError, match="solr-init"):
        older.query(OneOf("md_a", ("x",)))
    assert older.query(parse("date:2020").node).startswith("md_capture_md_taken:[2020-01-01")
