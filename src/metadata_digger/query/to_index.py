"""A tree as a query of the embedded index (tantivy), whose own parser counts some queries wrongly: NOT alone, wildcards
and likeness in strings. Here are the index's names of what the language calls otherwise, too."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from metadata_digger.errors import QueryError
from metadata_digger.query.expressions import literal
from metadata_digger.query.fields import BY_NAME, EXACT, SCORES, Field, Kind
from metadata_digger.query.fields import field as field_of
from metadata_digger.query.tree import (
    Bound,
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
from metadata_digger.query.words import words

if TYPE_CHECKING:
    import tantivy

WORDS, VALUES, SCORE, CONTENT = "md", "exact", "score", "content"
LATITUDE, LONGITUDE, ROW = "lat", "lon", "row"
FILE_PATH, EXACT_PATH = "file_path", "exact_file_path"
LONGEST_VALUE = 1_024  # characters of a tag's whole value that VALUES has, behind a "="
MILLION = 1_000_000  # scores are whole numbers of millionths
MOST_VALUES = 65_000  # of a tag that a pattern is held against
_PLACES = {"md_gps_md_location_lat_f": LATITUDE, "md_gps_md_location_long_f": LONGITUDE}
_EARTH = 6_371.0087714  # kilometres: the mean radius that Lucene reckons with
_TEXTS = (Kind.TAG, Kind.TEXT)
Fits: TypeAlias = Callable[[Sequence[str]], list[bool]]


def name_of(field: Field) -> str:
    """The index's name of a field that is no tag's and no score."""
    return _PLACES.get(field.name, field.name)


def values_of(field: Field) -> str:
    """The index's name of what is counted: a tag's whole values, a label's score, the field itself."""
    if field.kind is Kind.TAG:
        return f"{VALUES}.{field.name}"
    if field.name.startswith(EXACT):
        return f"{VALUES}.{field.name.removeprefix(EXACT)}"
    if field.name.startswith(SCORES) and field.name not in BY_NAME:
        return f"{SCORE}.{field.name.removeprefix(SCORES)}"
    return LATITUDE if field.kind is Kind.PLACE else name_of(field)


def score_in(score: float) -> int:
    """A score as the index has it."""
    return round(score * MILLION)


def score_out(value: float) -> str:
    return repr(value / MILLION)


def _millionths(bound: Bound, *, up: bool) -> int | None:
    """The whole number next to a bound, or the bound itself."""
    if bound is None or isinstance(bound, datetime):
        return None
    exact = Decimal(repr(min(max(bound, -1_000_000), 1_000_000))) * MILLION
    return math.ceil(exact) if up else math.floor(exact)


def value_in(field: Field, value: str) -> str:
    """A whole value as the index has it."""
    is_tag = field.kind is Kind.TAG or field.name.startswith(EXACT)
    return f"={value[:LONGEST_VALUE]}" if is_tag else value


def value_out(field: Field, value: str) -> str:
    is_tag = field.kind is Kind.TAG or field.name.startswith(EXACT)
    return value[1:] if is_tag else value


@dataclass(slots=True)
class Engine:
    """What questions are put to. `marked`: the ids of a mark. `whole`: all values of a tag of a row, where those that
    the index has are cut off."""

    index: tantivy.Index
    searcher: tantivy.Searcher
    marked: Callable[[str], Sequence[str]] = lambda mark: ()
    whole: Callable[[int, str], Sequence[str]] = lambda row, field: ()
    schema: tantivy.Schema = field(init=False)
    analyzer: Any = field(init=False)

    def __post_init__(self) -> None:
        import tantivy

        self.schema = self.index.schema
        build = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
        self.analyzer = build.filter(tantivy.Filter.ascii_fold()).filter(tantivy.Filter.lowercase()).build()

    def query(self, node: Node) -> tantivy.Query:
        """Raises QueryError for what only the index can tell to be wrong."""
        import tantivy

        query, occur = tantivy.Query, tantivy.Occur
        match node:
            case Everything() | Every(()):
                return query.all_query()
            case Some(()):
                return query.empty_query()
            case Every(parts):
                wanted = [(occur.Must, self.query(part)) for part in parts if not isinstance(part, Not)]
                denied = [(occur.MustNot, self.query(part.part)) for part in parts if isinstance(part, Not)]
                return query.boolean_query([*(wanted or [(occur.Must, query.all_query())]), *denied])
            case Some(parts):
                return self._some([self.query(part) for part in parts])
            case Not(part):
                return query.boolean_query([(occur.Must, query.all_query()), (occur.MustNot, self.query(part))])
            case Text(name, text, slop):
                return self._text(name, text, slop)
            case OneOf(name, values):
                return self._one_of(_known(name), values)
            case Has(name):
                name = EXACT_PATH if name == FILE_PATH else name
                where = "tag_names" if name == "metadata_content" else values_of(_known(name))
                return query.exists_query(where)
            case Span():
                return self._span(node)
            case Box():
                return self._box(node)
            case Circle():
                return self._circle(node)
            case Glob(name, pattern):
                return self._pattern(name, _of_glob(pattern))
            case Regex(name, pattern):
                return self._pattern(name, pattern)
            case Near(name, word, distance):
                return self._near(name, word, distance)
            case Marked(mark):
                return query.term_set_query(self.schema, "id", [*self.marked(mark)])

    def count(self, node: Node) -> int:
        return self.counted(self.query(node))

    def counted(self, query: tantivy.Query) -> int:
        return int(self.searcher.search(query, 1).count)  # type: ignore[attr-defined]  # its types lack it

    def row(self, number: int) -> tantivy.Query:
        import tantivy

        return tantivy.Query.term_query(self.schema, ROW, number)

    def folded(self, text: str) -> list[str]:
        return [*self.analyzer.analyze(text)]

    def _some(self, queries: Sequence[tantivy.Query]) -> tantivy.Query:
        import tantivy

        return tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in queries])

    def _text(self, name: str, text: str, slop: int) -> tantivy.Query:
        import tantivy

        where = _words_of(name)
        found = self.folded(words(text))
        if not found:
            return tantivy.Query.empty_query()
        if len(found) == 1:
            return tantivy.Query.term_query(self.schema, where, found[0])
        return tantivy.Query.phrase_query(self.schema, where, [*found], slop)

    def _one_of(self, where: Field, values: Sequence[str]) -> tantivy.Query:
        import tantivy

        if where.kind in (Kind.INTEGER, Kind.NUMBER):
            try:
                bounds = [float(one) if where.kind is Kind.NUMBER else int(one) for one in values]
            except ValueError:
                raise QueryError(f"{where.name} has numbers alone, and none is {', '.join(values)[:100]}") from None
            return self._some([self._span(Span(where.name, one, one)) for one in bounds])
        if where.kind not in (Kind.STRING, Kind.PATH, Kind.TAG):
            raise QueryError(f"{where.name} has no whole values: ask for a range, or for words")
        query = tantivy.Query.term_set_query(self.schema, values_of(where), [value_in(where, one) for one in values])
        if where.name == FILE_PATH:  # which has directories alone
            return self._some([query, tantivy.Query.term_set_query(self.schema, EXACT_PATH, [*values])])
        return query

    def _span(self, node: Span) -> tantivy.Query:
        import tantivy

        where = _known(node.field)
        bounds = (node.low, node.high)
        if bounds == (None, None):
            return tantivy.Query.exists_query(values_of(where))
        if where.name.startswith(SCORES) and where.name not in BY_NAME:
            return self._score(where, node)
        kinds = {Kind.DATE: tantivy.FieldType.Date, Kind.INTEGER: tantivy.FieldType.Integer}
        kind = kinds.get(where.kind, tantivy.FieldType.Float)
        low, high = (_bound(one, where.kind) for one in bounds)
        return tantivy.Query.range_query(
            self.schema,
            name_of(where),
            kind,
            low,
            high,
            node.includes_low or low is None,
            node.includes_high or high is None,
        )

    def _score(self, where: Field, node: Span) -> tantivy.Query:
        """Numbers in JSON can be asked for in tantivy's own language alone, and are whole ones: where all of a segment
        are, and a bound is not, it panics. A label's name has letters, digits, _."""
        import tantivy

        label = where.name.removeprefix(SCORES)
        if not re.fullmatch(r"\w+", label):
            raise QueryError(f"there is no field {where.name}")
        low, high = _millionths(node.low, up=True), _millionths(node.high, up=False)
        if low is not None and not node.includes_low:
            low = (_millionths(node.low, up=False) or 0) + 1
        if high is not None and not node.includes_high:
            high = (_millionths(node.high, up=True) or 0) - 1
        if low is not None and high is not None and low > high:
            return tantivy.Query.empty_query()
        first, last = ("*" if one is None else str(one) for one in (low, high))
        return self.index.parse_query(f"{SCORE}.{label}:[{first} TO {last}]")

    def _box(self, box: Box) -> tantivy.Query:
        import tantivy

        def span(name: str, low: float, high: float) -> tantivy.Query:
            return tantivy.Query.range_query(self.schema, name, tantivy.FieldType.Float, low + 0.0, high + 0.0)

        latitude = span(LATITUDE, box.south, box.north)
        if box.west <= box.east:
            longitude = span(LONGITUDE, box.west, box.east)
        else:
            longitude = self._some([span(LONGITUDE, box.west, 180.0), span(LONGITUDE, -180.0, box.east)])
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, latitude), (tantivy.Occur.Must, longitude)])

    def _circle(self, circle: Circle) -> tantivy.Query:
        """The rows of the rectangle around it, each measured."""
        import tantivy

        around = self._box(_around(circle))
        count = self.counted(around)
        if not count:
            return tantivy.Query.empty_query()
        places = [place for _, place in self.searcher.search(around, count, count=False).hits]
        columns = (self.searcher.fast_field_values(name, places) for name in (ROW, LATITUDE, LONGITUDE))
        inside = [row for row, latitude, longitude in zip(*columns, strict=True) if _is_in(circle, latitude, longitude)]
        return tantivy.Query.term_set_query(self.schema, ROW, inside)

    def _pattern(self, name: str, pattern: str) -> tantivy.Query:
        import tantivy

        where = field_of(name) if name else None
        if where is None or where.kind is Kind.TEXT:
            return self._regex(CONTENT, _lowered(pattern, self))
        if where.name == FILE_PATH:
            return self._some([self._regex(one, pattern) for one in (FILE_PATH, EXACT_PATH)])
        if where.kind is not Kind.TAG and not where.name.startswith(EXACT):
            return self._regex(name_of(where), pattern)
        by_word = where.kind is Kind.TAG
        fits = _fits(_lowered(pattern, self) if by_word else pattern)
        known = self._all_values(where)
        wanted: list[str] = []
        rows: list[int] = []
        for value, found in zip(known, self._fitting(fits, [one[1:] for one in known], by_word=by_word), strict=True):
            if found:
                wanted.append(value)
            elif len(value) > LONGEST_VALUE:
                rows += self._cut_off(where, value, fits, by_word=by_word)
        return self._some(
            [
                tantivy.Query.term_set_query(self.schema, values_of(where), wanted),
                tantivy.Query.term_set_query(self.schema, ROW, rows),
            ]
        )

    def _fitting(self, fits: Fits, values: Sequence[str], *, by_word: bool) -> list[bool]:
        """Of each value whether it fits, or a word of it does."""
        if not by_word:
            return fits(values)
        split = [self.folded(words(value)) for value in values]
        found = iter(fits([word for some in split for word in some]))
        return [any([*islice(found, len(some))]) for some in split]

    def _cut_off(self, where: Field, value: str, fits: Fits, *, by_word: bool) -> Iterable[int]:
        """Rows with a value that the index has only the beginning of, where all of it fits."""
        import tantivy

        query = tantivy.Query.term_query(self.schema, values_of(where), value)
        hits = self.searcher.search(query, MOST_VALUES, count=False).hits
        for row in self.searcher.fast_field_values(ROW, [place for _, place in hits]):
            whole = self.whole(int(row or 0), where.name.removeprefix(EXACT))
            if any(self._fitting(fits, whole, by_word=by_word)):
                yield int(row or 0)

    def _all_values(self, where: Field) -> list[str]:
        import tantivy

        terms = {"field": values_of(where), "size": MOST_VALUES, "segment_size": MOST_VALUES}
        found = self.searcher.aggregate(tantivy.Query.all_query(), {"values": {"terms": terms}})["values"]
        if found["sum_other_doc_count"]:
            raise QueryError(
                f"{where.name} has over {MOST_VALUES:,} values, too many to hold against a pattern: ask for whole words"
            )
        return [str(bucket["key"]) for bucket in found["buckets"]]

    def _regex(self, name: str, pattern: str) -> tantivy.Query:
        import tantivy

        try:
            return tantivy.Query.regex_query(self.schema, name, f"(?s){pattern}")
        except ValueError as error:
            raise _refused(pattern, error) from None

    def _near(self, name: str, word: str, distance: int) -> tantivy.Query:
        import tantivy

        where = field_of(name) if name else None
        if where is None or where.kind in _TEXTS:
            found = self.folded(words(word))
            return tantivy.Query.fuzzy_term_query(self.schema, _words_of(name), found[0] if found else word, distance)
        names = (FILE_PATH, EXACT_PATH) if where.name == FILE_PATH else (values_of(where),)
        value = value_in(where, word)
        return self._some([tantivy.Query.fuzzy_term_query(self.schema, one, value, distance) for one in names])


def _known(name: str) -> Field:
    found = field_of(name)
    if found is None:
        raise QueryError(f"there is no field {name}")
    return found


def _words_of(name: str) -> str:
    return f"{WORDS}.{name}" if name and _known(name).kind is Kind.TAG else CONTENT


def _bound(value: int | float | datetime | None, kind: Kind) -> int | float | datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    if kind is Kind.INTEGER:
        return max(min(int(value), (1 << 63) - 1), -(1 << 63))
    return value + 0.0  # never -0.0, which is below 0.0 here


def _of_glob(pattern: str) -> str:
    """A regular expression, in what Rust's and RE2's have in common."""
    found = []
    signs = iter(pattern)
    for sign in signs:
        if sign == "\\":
            found.append(literal(next(signs, "\\")))
        else:
            found.append({"*": ".*", "?": "."}.get(sign) or literal(sign))
    return "".join(found)


def _fits(pattern: str) -> Fits:
    """Which texts fit, by RE2: its time grows with the text alone, whatever the expression."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def fits(texts: Sequence[str]) -> list[bool]:
        try:
            found: Any = pc.match_substring_regex(pa.array(texts, pa.string()), f"(?s)^(?:{pattern})$")
        except pa.ArrowInvalid as error:
            raise _refused(pattern, error) from None
        answers: list[bool] = found.to_pylist()
        return answers

    return fits


def _refused(pattern: str, error: Exception) -> QueryError:
    shown = pattern if len(pattern) <= 100 else f"{pattern[:100]}..."
    if "size limit" in str(error) or "too large" in str(error) or "repetition size" in str(error):
        return QueryError(f"{shown} is more than one pattern may ask for: fewer signs that repeat, or smaller numbers")
    return QueryError(f"{shown} is no regular expression: {error}")


def _lowered(pattern: str, engine: Engine) -> str:
    """A pattern for words that are folded; what stands behind a backslash may be a class, and stays."""
    pieces = re.split(r"(\\.)", pattern, flags=re.DOTALL)
    return "".join(piece if piece.startswith("\\") else "".join(_fold(piece, engine)) for piece in pieces)


def _fold(text: str, engine: Engine) -> Iterable[str]:
    for character in text:
        yield character if character.isascii() and not character.isupper() else "".join(engine.folded(character))


def _around(circle: Circle) -> Box:
    """A rectangle that has the whole circle in it."""
    angle = min(circle.kilometres / _EARTH + 1e-9, math.pi)
    latitude = math.radians(circle.latitude)
    south, north = latitude - angle, latitude + angle
    if south <= -math.pi / 2 or north >= math.pi / 2:  # a pole is in it: all longitudes are
        return Box(max(math.degrees(south), -90.0), -180.0, min(math.degrees(north), 90.0), 180.0)
    width = math.degrees(math.asin(min(math.sin(angle) / math.cos(latitude), 1.0)))
    west, east = circle.longitude - width, circle.longitude + width
    return Box(
        math.degrees(south),
        west + 360 if west < -180 else west,
        math.degrees(north),
        east - 360 if east > 180 else east,
    )


def _is_in(circle: Circle, latitude: float | None, longitude: float | None) -> bool:
    if latitude is None or longitude is None:
        return False
    a, b = math.radians(circle.latitude), math.radians(latitude)
    width = math.radians(longitude - circle.longitude)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(width / 2) ** 2
    return 2 * _EARTH * math.asin(min(math.sqrt(half), 1.0)) <= circle.kilometres
