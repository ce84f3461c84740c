"""The grammar as a table, and faults with their places."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata_digger.errors import QueryError
from metadata_digger.query.fields import FIELDS
from metadata_digger.query.parse import Names, parse
from metadata_digger.query.to_solr import Solr
from metadata_digger.query.tree import (
    Box,
    Circle,
    Every,
    Everything,
    Glob,
    Has,
    Marked,
    Near,
    Node,
    Not,
    OneOf,
    Regex,
    Some,
    Span,
    Text,
)
from query.questions import QUESTIONS

A, B, C = Text("", "a"), Text("", "b"), Text("", "c")
PERSON, CAR = OneOf("labels", ("person",)), OneOf("labels", ("car",))
NOW = datetime(2026, 3, 31, 12, 30, 15, 123456, tzinfo=UTC)


def day(year: int, month: int, number: int) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)


def end(year: int, month: int, number: int) -> datetime:
    return datetime(year, month, number, 23, 59, 59, 999_999, tzinfo=UTC)


MEANT: list[tuple[str, Node]] = [
    ("", Everything()),
    ("  ", Everything()),
    ("*:*", Everything()),
    ("a", A),
    ("a b", Some((A, B))),
    ("a AND b", Every((A, B))),
    ("a && b", Every((A, B))),
    ("a OR b", Some((A, B))),
    ("a || b", Some((A, B))),
    ("a AND b OR c", Every((A, B))),  # as Solr: c need not hold
    ("a OR b AND c", Every((B, C))),
    ("+a b", A),
    ("+a -b", Every((A, Not(B)))),
    ("a NOT b", Every((A, Not(B)))),
    ("a !b", Every((A, Not(B)))),
    ("-a", Not(A)),
    ("NOT a", Not(A)),
    ("(-a)", Not(A)),
    ("b AND (NOT a)", Every((B, Not(A)))),
    ("(NOT a) OR (NOT b)", Some((Not(A), Not(B)))),
    ("((a))", A),
    ("a^2 b^0.5", Some((A, B))),
    ("AND_x", Text("", "AND_x")),
    (r"\AND", Text("", "AND")),
    ("and", Text("", "and")),
    ("img-1", Text("", "img-1")),
    ('"a b"', Text("", "a b")),
    ('"a b"~2', Text("", "a b", 2)),
    (r'"a \"b"', Text("", 'a "b')),
    ("labels:person", PERSON),
    ("labels:(person car)", Some((PERSON, CAR))),
    ("labels:(person AND car)", Every((PERSON, CAR))),
    ("labels:(person -car)", Every((PERSON, Not(CAR)))),
    ('labels:"dining table"', OneOf("labels", ("dining table",))),
    (r"labels:dining\ table", OneOf("labels", ("dining table",))),
    ("labels:*", Has("labels")),
    ("labels:[* TO *]", Has("labels")),
    ("md_exif_ifd0_make:canon", Text("md_exif_ifd0_make", "canon")),
    ("exact.md_exif_ifd0_make:Canon", OneOf("exact.md_exif_ifd0_make", ("Canon",))),
    ("exact.md_capture_md_taken_zone:unknown", OneOf("md_capture_md_taken_zone", ("unknown",))),
    ("nik*", Glob("", "nik*")),
    ("n?kon", Glob("", "n?kon")),
    (r"a\*b*", Glob("", r"a\*b*")),
    ("/reg.x/", Regex("", "reg.x")),
    (r"/\d+/", Regex("", "[0-9]+")),
    ("harbuor~1", Near("", "harbuor", 1)),
    ("harbuor~", Near("", "harbuor", 2)),
    (r"\.00~1", Near("", "00", 1)),
    ("harbuor~0", Text("", "harbuor")),
    ("file_size:[1 TO 5}", Span("file_size", 1, 5, includes_high=False)),
    ("file_size:{* TO 5]", Span("file_size", None, 5, includes_low=False)),
    ("file_size:7", Span("file_size", 7, 7)),
    ("similar_score:-7", Span("similar_score", -7, -7)),
    ("score_person:[0.5 TO *]", Span("score_person", 0.5, None)),
    ("date:2020", Span("date", day(2020, 1, 1), end(2020, 12, 31))),
    ("date:2020-02", Span("date", day(2020, 2, 1), end(2020, 2, 29))),
    ("date:[2020 TO 2021-03-04]", Span("date", day(2020, 1, 1), end(2021, 3, 4))),
    ("date:[2020 TO 2021}", Span("date", day(2020, 1, 1), day(2021, 1, 1), includes_high=False)),
    ("date:{2020 TO *]", Span("date", end(2020, 12, 31), None, includes_low=False)),
    ("date:[NOW/DAY-1MONTH TO *]", Span("date", day(2026, 2, 28), None)),
    ("date:[* TO NOW/YEAR+1DAY]", Span("date", None, datetime(2026, 1, 2, 0, 0, 0, 999_999, tzinfo=UTC))),
    (
        'date:"2020-02-03T10:11:12.5Z"',  # no part of a second is told from another
        Span(
            "date",
            datetime(2020, 2, 3, 10, 11, 12, tzinfo=UTC),
            datetime(2020, 2, 3, 10, 11, 12, 999_999, tzinfo=UTC),
        ),
    ),
    ("location:[40,-10 TO 60,30]", Box(40, -10, 60, 30)),
    ("mark:1", Marked("1")),
    ('mark:"to court"', Marked("to court")),
    ("{!geofilt sfield=location pt=50.87,4.69 d=5}", Circle(50.87, 4.69, 5)),
    ("{!term f=labels}dining table", OneOf("labels", ("dining table",))),
]

# Text, where the fault is, how long, and a word of what is said.
FAULTS = [
    ("(a", 0, 1, "bracket"),
    ("a)", 1, 1, "bracket"),
    ("()", 0, 2, "brackets"),
    ('a "b', 2, 2, "quote"),
    ("a /b", 2, 2, "regular expression"),
    ("file_size:[1 TO", 10, 5, "range"),
    ("a AND", 2, 3, "behind"),
    ("AND a", 0, 3, "before"),
    ("a OR OR b", 2, 2, "behind"),
    ("a NOT", 2, 3, "behind"),
    ("a +", 2, 1, "behind"),
    ("labels:", 0, 7, "behind"),
    ("labls:person", 0, 5, "labels"),
    ("a unknown_field:x", 2, 13, "no field"),
    ("file_size:big", 10, 3, "number"),
    ("file_size:[1 TO big]", 16, 3, "number"),
    ("file_size:1.5", 10, 3, "whole number"),
    ("date:2020-13", 5, 7, "no such day"),
    ("date:2020-02-30", 5, 10, "no such day"),
    ("date:yesterday", 5, 9, "no date"),
    ("date:[2020 TO soon]", 14, 4, "no date"),
    ("date:NOW-1FORTNIGHT", 5, 14, "unit"),
    ("date:NOW/WEEK", 5, 8, "unit"),
    ("date:NOW+999999YEARS", 5, 15, "9999"),
    ("labels:[a TO b]", 7, 8, "order"),
    ("location:here", 9, 4, "place"),
    ("location:[60,0 TO 40,0]", 9, 14, "north"),
    ("file_size:1*", 10, 2, "range"),
    ("a~3", 1, 2, "edits"),
    ("a~" + "9" * 5_000, 1, 5_001, "edits"),
    ('"x y x"~3', 0, 7, "once"),
    ('""', 0, 2, "word"),
    ("/a(/", 0, 4, "bracket"),
    ("/(a+)+(/", 0, 8, "bracket"),
    ("/^a$/", 0, 5, "whole"),
    ("/a**/", 0, 5, "repeat"),
    ("a ]", 2, 1, "backslash"),
    ("a \\", 2, 1, "backslash"),
    ("{!join from=a to=b}x", 0, 2, "geofilt"),
    ("{!term f=date}x", 6, 1, "whole values"),
    (" ".join("a" * 1_001), 2_000, 1, "1,000"),
    ("(" * 41 + "a" + ")" * 41, 40, 1, "40"),
    ("a" * 10_001, 10_000, 1, "10,000"),
]


@pytest.mark.parametrize(("text", "node"), MEANT)
def test_what_is_meant(text: str, node: Node) -> None:
    assert parse(text, now=NOW).node == node


@pytest.mark.parametrize(("text", "at", "length", "word"), FAULTS)
def test_faults(text: str, at: int, length: int, word: str) -> None:
    names = Names(lambda name: not name.startswith("unknown"), lambda: [field.name for field in FIELDS])
    with pytest.raises(QueryError) as fault:
        parse(text, names, NOW)
    assert word in str(fault.value)
    assert (fault.value.at, fault.value.length) == (at, length)


@pytest.mark.parametrize("text", ["a AND b OR c", "x (a OR b AND c)", "a OR NOT b"])
def test_notes(text: str) -> None:
    assert len(parse(text).notes) == 1


@pytest.mark.parametrize("text", ["a AND b", "a OR b", "a AND (b OR c)", "a OR (NOT b)", "a NOT b"])
def test_no_notes(text: str) -> None:
    assert parse(text).notes == ()


PIECES = st.sampled_from(
    (
        *'()[]{}"/\\~^*?:+-! a\u00e4\u5199\u202e',
        *("AND ", "OR ", "NOT ", " TO ", "&&", "||", "labels:", "date:", "file_size:", "location:", "mark:", "md_a:"),
        *("exact.md_a:", "score_x:", "2020-02", "NOW-1DAY", "1.5", "{!term f=labels}", "{!geofilt pt=1,2 d=3}"),
    )
)


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join)))
def test_any_text_is_a_query_or_has_a_fault_in_it(text: str) -> None:
    try:
        node = parse(text, now=NOW).node
    except QueryError as fault:
        assert str(fault)
        assert 0 <= fault.at <= len(text) and 0 <= fault.length <= len(text) - fault.at
    else:
        assert isinstance(hash(node), int)
        assert Solr().query(node)


@given(st.sampled_from(QUESTIONS), st.data())
def test_questions_cut_anywhere(text: str, data: st.DataObject) -> None:
    cut = text[: data.draw(st.integers(0, len(text)))]
    try:
        parse(cut)
    except QueryError as fault:
        assert 0 <= fault.at <= len(cut) and fault.at + fault.length <= len(cut)
