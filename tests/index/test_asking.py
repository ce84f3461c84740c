"""The index beside a plain search through the same rows: every count is exact."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.rows import FIELDS, LABELS, MAKES, MARKED, MODELS, WORDS, fits, index, made, matching
from metadata_digger.errors import QueryError
from metadata_digger.index import milestones, paging
from metadata_digger.index.asking import IndexCollection
from metadata_digger.query.asking import Order
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
)  # fmt: skip

ROWS = made(240)
MARKS = frozenset(row["id"] for row in ROWS[::7])
FEW = 40


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> IndexCollection:
    folder = index(ROWS, tmp_path_factory.mktemp("asking") / "out")
    return IndexCollection(folder, lambda mark: [*MARKS] if mark == MARKED else [])


_names = st.sampled_from([*FIELDS, ""])
_first, _last = datetime(2019, 12, 1), datetime(2021, 3, 1)
_moments = st.datetimes(_first, _last).map(lambda one: one.replace(microsecond=0, tzinfo=UTC))
_bounds = st.none() | _moments
_numbers = st.none() | st.sampled_from((0, 10, 640, 800, 1_000, 4_000, 1 << 33))
_shares = st.none() | st.floats(0, 1).map(lambda one: round(one, 2))
_flags = st.booleans()
_texts = st.sampled_from([*WORDS, *MAKES, *MODELS])
_folders_asked = st.sampled_from(("file:/in", "file:/in/a", "file:/in/b", "file:", ROWS[0]["file_path"]))
_others = ("labels", "notes", "file_type", "date", "location", "md_jpeg_image_width", "score_traffic_light")
_labels = st.lists(st.sampled_from([*LABELS, "none"]), max_size=2)
_leaves = st.one_of(
    st.just(Everything()),
    st.builds(Text, _names, _texts | st.sampled_from(("harbour morning", "none", "400d sd750"))),
    st.builds(lambda values: OneOf("labels", tuple(values)), _labels),
    st.builds(lambda name, value: OneOf(f"exact.{name}", (value,)), st.sampled_from([*FIELDS]), _texts),
    st.builds(lambda value: OneOf("file_path", (value,)), _folders_asked),
    st.builds(Has, st.sampled_from([*FIELDS, *_others])),
    st.builds(Span, st.just("date"), _bounds, _bounds, _flags, _flags),
    st.builds(Span, st.sampled_from(("file_size", "md_jpeg_image_width")), _numbers, _numbers, _flags, _flags),
    st.builds(Span, st.just("score_traffic_light"), _shares, _shares, _flags, _flags),
    st.builds(Box, st.floats(-90, 0), st.floats(-180, 180), st.floats(0, 90), st.floats(-180, 180)),
    st.builds(Circle, st.integers(-90, 90), st.integers(-180, 180), st.integers(0, 20_000).map(lambda one: one + 0.5)),
    st.builds(Glob, _names, st.sampled_from(("har*", "*our", "c?non", "*", "4*d", "2*"))),
    st.builds(Glob, st.just("labels"), st.sampled_from(("p*", "*i*", "ca?", "C*"))),
    st.builds(Regex, _names, st.sampled_from(("har.*", "[ch].*n?", "4.+"))),
    st.builds(Near, _names, st.sampled_from(("harbor", "canno", "cnaon", "x")), st.sampled_from((1, 2))),
    st.just(Marked(MARKED)),
    st.just(Marked("none")),
)  # fmt: skip
_nodes = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(lambda parts: Every(tuple(parts)), st.lists(inner, max_size=3)),
        st.builds(lambda parts: Some(tuple(parts)), st.lists(inner, max_size=3)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(node=_nodes)
def test_counts_are_those_of_a_plain_search(collection: IndexCollection, node: Node) -> None:
    expected = {row["id"] for row in ROWS if _fits(row, node)}
    assert collection.count(node) == len(expected), node
    assert {*collection.ids(node)} == expected


def _fits(row: dict[str, Any], node: Node) -> bool:
    match node:
        case Marked(mark):
            return mark == MARKED and row["id"] in MARKS
        case Every(parts):
            return all(_fits(row, part) for part in parts)
        case Some(parts):
            return any(_fits(row, part) for part in parts)
        case Not(part):
            return not _fits(row, part)
    return fits(row, node)


def _keys(field: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in ROWS:
        tag = {one["name"]: one["value"] for one in row["tags"]}
        values = {
            "exact_file_path": row["file_path"],
            "file_size": row["size"],
            "date": tag.get("MD Taken"),
            "md_exif_ifd0_model": tag.get("Model"),
            "md_jpeg_image_width": int(tag["Image Width"].split()[0]) if "Image Width" in tag else None,
            "file_type": row["file_type"],
        }
        found[row["id"]] = values[field]
    return found


_SORTED = ("exact_file_path", "file_size", "date", "md_exif_ifd0_model", "md_jpeg_image_width", "file_type")


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("field", _SORTED)
def test_pages_have_all_rows_once_in_their_order(collection: IndexCollection, field: str, down: bool) -> None:
    order = Order(field, down)
    whole = [one.id for one in collection.search(Everything(), order, 500).photos]
    assert sorted(whole) == sorted(row["id"] for row in ROWS)
    values = _keys(field)
    have = [values[id] for id in whole if values[id] is not None]
    assert [values[id] is None for id in whole] == sorted(values[id] is None for id in whole)
    if field != "md_exif_ifd0_model":  # numbers of models are sorted as numbers
        assert have == sorted(have, reverse=down)
    # Page after page, and from any place.
    paged: list[str] = []
    cursor = None
    while True:
        page = collection.search(Everything(), order, 37, cursor=cursor)
        paged += [one.id for one in page.photos]
        if (cursor := page.cursor) is None:
            break
    assert paged == whole
    for offset in (0, 1, 119, 120, 121, 200, 239, 240, 1_000):
        some = [one.id for one in collection.search(Everything(), order, 10, offset=offset).photos]
        assert some == whole[offset : offset + 10], offset
    for place in (0, 17, 239):
        assert collection.position(Everything(), order, whole[place]) == place
    assert collection.position(Has("notes"), order, next(row["id"] for row in ROWS if not row["notes"])) is None


@pytest.mark.parametrize("near", [0, 3, 50])
def test_the_middle_is_found_by_milestones(
    collection: IndexCollection, monkeypatch: pytest.MonkeyPatch, near: int
) -> None:
    nodes = (Everything(), OneOf("labels", ("person",)))
    orders = [Order(field, down) for field in ("exact_file_path", "date", "file_size") for down in (False, True)]
    whole = {
        (node, order): [one.id for one in collection.search(node, order, 500).photos]
        for node in nodes
        for order in orders
    }
    monkeypatch.setattr(paging, "NEAR", near)
    monkeypatch.setattr(milestones, "NEAR", near)
    for (node, order), ids in whole.items():
        for offset in range(0, len(ids), 7):
            found = [one.id for one in collection.search(node, order, 5, offset=offset).photos]
            assert found == ids[offset : offset + 5], (node, order, offset)


def test_a_cursor_of_another_index_is_refused(collection: IndexCollection) -> None:
    for cursor in ("x", "other.10", "", ".", "9" * 30):
        with pytest.raises(QueryError):
            collection.search(Everything(), Order(), 10, cursor=cursor)


@pytest.mark.parametrize("node", [Everything(), OneOf("labels", ("person",)), Not(Has("date"))])
def test_facets_are_counted_exactly(collection: IndexCollection, node: Node) -> None:
    rows = [row for row in ROWS if _fits(row, node)]
    cases: dict[str, Sequence[Sequence[str]]] = {
        "labels": [row["labels"] or () for row in rows],
        "file_type": [[row["file_type"]] if row["file_type"] else [] for row in rows],
        "notes": [row["notes"] for row in rows],
        "md_exif_ifd0_make": [[one["value"] for one in row["tags"] if one["name"] == "Make"] for row in rows],
        "exact.md_iptc_keywords": [[one["value"] for one in row["tags"] if one["name"] == "Keywords"] for row in rows],
        "directory_names": [row["directories"] for row in rows],
        "file_path": [_folders(row["file_path"]) for row in rows],
    }
    for name, lists in cases.items():
        expected = Counter(value for values in lists for value in {*values})
        found = collection.values(node, name, 1_000)
        assert dict(found.counts) == expected, name
        assert found.without == sum(not values for values in lists)
        assert list(found.counts) == sorted(found.counts, key=lambda one: (-one[1], one[0]))
        some = collection.values(node, name, 2)
        assert list(some.counts) == list(found.counts[:2]) and some.more == (len(expected) > 2)


def _folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def test_values_by_their_beginning_or_a_part(collection: IndexCollection) -> None:
    def found(**words: str) -> set[str]:
        return {value for value, _ in collection.values(Everything(), "md_exif_ifd0_make", 9, **words).counts}

    assert found(prefix="CAN") == {"Canon", "canon eos"}
    assert found(containing="ik") == {"NIKON"}
    assert collection.values(Everything(), "labels", 9, containing=".*").counts == []


def test_days(collection: IndexCollection) -> None:
    days = Counter(
        datetime.fromisoformat(one["value"]).date() for row in ROWS for one in row["tags"] if one["name"] == "MD Taken"
    )
    bars, undated = collection.timeline(Everything(), "day")
    assert {bar.first: bar.count for bar in bars} == days and undated == len(ROWS) - days.total()
    months, _ = collection.timeline(Everything(), "month")
    assert sum(bar.count for bar in months) == days.total()
    assert all(bar.first.day == 1 and bar.last.month == bar.first.month for bar in months)
    years = {bar.first: bar.count for bar in collection.timeline(Everything(), "year")[0]}
    assert years == Counter(date(day.year, 1, 1) for day in days.elements())


def test_places(collection: IndexCollection) -> None:
    cells = collection.grid(Everything(), Box(-90, -180, 90, 180), 40, 20)
    places = [one["value"] for row in ROWS for one in row["tags"] if one["name"] == "MD Location"]
    assert sum(cell.count for cell in cells) == len(places)
    for cell in cells:
        assert cell.box.south <= cell.latitude <= cell.box.north and cell.box.west <= cell.longitude <= cell.box.east
        assert collection.count(Every((cell.box,))) >= cell.count
        assert (cell.id is not None) == (cell.count == 1)
    around = collection.grid(Everything(), Box(-20, 179, -10, -179), 10, 10)
    assert sum(cell.count for cell in around) == sum(place.startswith("-17.0") for place in places)


def test_a_row_comes_back_as_it_was(collection: IndexCollection) -> None:
    for row in ROWS[:FEW]:
        found = collection.photo(row["id"])
        assert found is not None
        tags = [(d.name, t.name, t.value) for d in found.directories for t in d.tags]
        assert tags == [(one["directory"], one["name"], one["value"]) for one in row["tags"]]
        assert found.hashes == {"sha256": row["hash_sha256"]} and found.photo.path == row["file_path"]
        assert sorted((seen.label, round(seen.score, 2)) for seen in found.seen) == sorted(
            (one["label"], one["score"]) for one in row["scores"] or ()
        )
    assert collection.photo("no") is None and collection.photos(["no", ROWS[3]["id"]])[0] is None
    assert len([*collection.details(Everything(), Order("date"))]) == len(ROWS)


def test_fields(collection: IndexCollection) -> None:
    names = {one.name: one.count for one in collection.fields("", 1_000)}
    for name, pair in FIELDS.items():
        assert names[name] == sum(any((one["directory"], one["name"]) == pair for one in row["tags"]) for row in ROWS)
    assert [one.name for one in collection.fields("keyw", 5)] == ["md_iptc_keywords"]


def test_likeness_has_its_reasons(collection: IndexCollection) -> None:
    id = next(row["id"] for row in ROWS if row["tags"] and row["tags"][0]["name"] == "Make")
    for one in collection.similar(id, 5):
        assert one.photo.id != id and 0 < one.score <= 100 and one.reasons


def test_the_plain_search_finds_something() -> None:
    assert 0 < len([*matching(ROWS, Text("", "harbour"))]) < len(ROWS)


def test_a_value_that_is_cut_off_is_held_against_all_of_it(tmp_path: Path) -> None:
    rows = made(4)
    for number, row in enumerate(rows):
        row["tags"] = [{"directory": "IPTC", "tag": 1, "name": "Keywords", "value": "x " * 1_000 + f"last{number}"}]
        row["directories"] = ["IPTC"]
    found = IndexCollection(index(rows, tmp_path / "out"))
    assert found.count(Glob("md_iptc_keywords", "*ast2")) == 1
    assert found.count(Text("md_iptc_keywords", "last2")) == 1


@pytest.mark.parametrize("name", ["", "labels", "md_iptc_keywords"])
def test_expressions_that_are_traps_take_no_time(collection: IndexCollection, name: str) -> None:
    """Python's own would look at (a+)+b for years, holding everybody else up."""
    begin = time.monotonic()
    for pattern in ("(a+)+b", "(.*a){100}", ".*a.{90}", "((a{90}){90}){90}"):
        with suppress(QueryError):
            collection.count(Regex(name, pattern))
    with suppress(QueryError):
        collection.count(Glob(name, "*a?" * 300))
    assert time.monotonic() - begin < 20
