"""What a term, a phrase or a range means in a field: by the field's kind. Raises QueryError."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from datetime import datetime

from metadata_digger.errors import QueryError
from metadata_digger.query.dates import LAST, Stretch, stretch
from metadata_digger.query.expressions import common
from metadata_digger.query.fields import Field, Kind
from metadata_digger.query.lexer import plain
from metadata_digger.query.tree import Bound, Box, Glob, Has, Near, Node, OneOf, Regex, Span, Text
from metadata_digger.query.words import split

ANYWHERE = Kind.TEXT
_WORDS = (Kind.TAG, Kind.TEXT)
_WHOLE = (Kind.STRING, Kind.PATH)
_RANGE = re.compile(r'\s*("(?:[^"\\]|\\.)*"|\S+?)\s+TO\s+("(?:[^"\\]|\\.)*"|\S+)\s*', re.DOTALL)
_PLACE = re.compile(r"(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_FLOAT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)


def nearest(name: str, names: Collection[str]) -> list[str]:
    """The names that are most like one that is not there."""
    from rapidfuzz import fuzz, process

    given = [*dict.fromkeys(names)]
    found = process.extract(name, given, scorer=fuzz.ratio, limit=3, score_cutoff=70)
    if not found:  # a word of a longer name, mostly
        found = process.extract(name, given, scorer=fuzz.WRatio, limit=3, score_cutoff=80)
    return [one for one, _, _ in found]


def value(where: Field, text: str, at: int, length: int, now: datetime) -> Node:
    match where.kind:
        case Kind.STRING:
            return OneOf(where.name, (text,))
        case Kind.PATH:
            return OneOf(where.name, (text.rstrip("/") or text,))
        case Kind.DATE:
            return _dates(where, stretch(text, at, now))
        case Kind.INTEGER | Kind.NUMBER:
            number = _number(where, text, at, length)
            return Span(where.name, number, number)
        case Kind.PLACE:
            raise QueryError(f"{where.name} is a place: ask for {where.name}:[SOUTH,WEST TO NORTH,EAST]", at, length)
        case _:
            if not split(text):
                raise QueryError(f"{text} has no word to look for: letters and digits make one", at, length)
            return Text(where.name, text)


def quoted(where: Field, text: str, at: int, length: int, slop: int, now: datetime) -> Node:
    if where.kind in _WORDS:
        if not split(text):
            raise QueryError("there is no word between the quotes: letters and digits make one", at, length)
        found = [word.casefold() for word in split(text)]
        if slop and len({*found}) < len(found):  # which the index and Solr count differently
            raise QueryError("a phrase with gaps names each of its words once", at, length)
        return Text(where.name, text, slop)
    return value(where, text, at, length, now)


def glob(where: Field, pattern: str, at: int, length: int) -> Node:
    if set(pattern) == {"*"}:
        return Has(where.name or "metadata_content")
    if where.kind not in (*_WORDS, *_WHOLE):
        raise QueryError(f"{where.name} has no text that could fit {pattern}: ask for a range [from TO to]", at, length)
    return Glob(where.name, pattern)


def regex(where: Field, pattern: str, at: int, length: int) -> Node:
    if where.kind not in (*_WORDS, *_WHOLE):
        raise QueryError(f"{where.name} has no text for a regular expression: ask for a range [from TO to]", at, length)
    return Regex(where.name, common(pattern, at, length))


def near(where: Field, word: str, distance: int, at: int, length: int) -> Node:
    if where.kind not in (*_WORDS, *_WHOLE):
        raise QueryError(f"{where.name} has no words that could be like {word}", at, length)
    if where.kind in _WORDS:
        found = split(word)
        if len(found) != 1:
            raise QueryError(f"{word} is not one word, and ~ is of one: put quotes around several", at, length)
        word = found[0]
    return Near(where.name, word, distance) if distance else value(where, word, at, length, LAST)


def range_of(where: Field, text: str, at: int, now: datetime) -> Node:
    inside = _RANGE.fullmatch(text[1:-1])
    length = len(text)
    if inside is None:
        raise QueryError("a range is written [from TO to], with * where it is open", at, length)
    low, high = (plain(one[1:-1] if one.startswith('"') else one) for one in inside.groups())
    places = (at + 1 + inside.start(1), at + 1 + inside.start(2))
    closed = (text[0] == "[", text[-1] == "]")
    if low == high == "*":
        return Has(where.name or "metadata_content")
    match where.kind:
        case Kind.DATE:
            return _date_range(where, low, high, places, closed, now)
        case Kind.INTEGER | Kind.NUMBER:
            bounds = [
                None if one == "*" else _number(where, one, place, len(one))
                for one, place in zip((low, high), places, strict=True)
            ]
            return Span(where.name, bounds[0], bounds[1], *closed)
        case Kind.PLACE:
            return _box(where, low, high, at, length)
        case _:
            name = where.name or "text"
            raise QueryError(f"{name} has no order: ranges are of numbers, dates and places", at, length)


def _number(where: Field, text: str, at: int, length: int) -> int | float:
    if where.kind is Kind.INTEGER and _NUMBER.fullmatch(text):
        return int(text)
    if where.kind is Kind.NUMBER and _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    kind = "whole number" if where.kind is Kind.INTEGER else "number"
    raise QueryError(f"{text} is no {kind}, and {where.name} is one", at, length)


def _dates(where: Field, found: Stretch) -> Node:
    return Span(where.name, found.first, found.last)


def _date_range(
    where: Field, low: str, high: str, places: tuple[int, int], closed: tuple[bool, bool], now: datetime
) -> Node:
    first: Bound = None
    last: Bound = None
    if low != "*":
        found = stretch(low, places[0], now)
        first = found.first if closed[0] else found.last
    if high != "*":
        found = stretch(high, places[1], now)
        last = found.last if closed[1] else found.first
    return Span(where.name, first, last, closed[0] or low == "*", closed[1] or high == "*")


def _box(where: Field, low: str, high: str, at: int, length: int) -> Node:
    corners = [_PLACE.fullmatch(one) for one in (low, high)]
    if corners[0] is None or corners[1] is None:
        raise QueryError(f"a rectangle is written {where.name}:[SOUTH,WEST TO NORTH,EAST], in degrees", at, length)
    (south, west), (north, east) = ((float(one[1]), float(one[2])) for one in corners if one is not None)
    if not (-90 <= south <= north <= 90 and abs(west) <= 180 and abs(east) <= 180):
        raise QueryError("the rectangle is not on Earth, or its south is north of its north", at, length)
    return Box(south, west, north, east)
