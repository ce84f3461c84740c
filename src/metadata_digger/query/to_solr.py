"""A tree as a query of Solr's, written anew: what somebody typed never reaches Solr as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from metadata_digger.errors import QueryError
from metadata_digger.query.expressions import literal
from metadata_digger.query.fields import BY_NAME, EXACT, Field, Kind
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

ALL, NONE = "*:*", "(*:* -*:*)"
_CONTENT, _LATITUDE, _LONGITUDE = "metadata_content", "md_gps_md_location_lat_f", "md_gps_md_location_long_f"
_LONGEST_NEAR = 40  # characters of a word: there are no 50 words like a longer one
_SPECIAL = re.compile(r'([\\+\-!():^\[\]"{}~*?|&;/\s])')


def _knows(name: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Solr:
    """`knows`: whether the collection has a field of this name; those made by older versions lack some. `marked`: the
    ids of a mark."""

    knows: Callable[[str], bool] = _knows
    marked: Callable[[str], Sequence[str]] = lambda mark: ()

    def query(self, node: Node) -> str:
        """Raises QueryError for what the collection has no fields for."""
        match node:
            case Everything() | Every(()):
                return ALL
            case Some(()):
                return NONE
            case Every(parts):
                wanted = [f"+{self.query(part)}" for part in parts if not isinstance(part, Not)]
                denied = [f"-{self.query(part.part)}" for part in parts if isinstance(part, Not)]
                return f"({' '.join([*(wanted or [f'+{ALL}']), *denied])})"
            case Some(parts):
                return f"({' '.join(map(self.query, parts))})"
            case Not(part):
                return f"(+{ALL} -{self.query(part)})"
            case Text(name, text, slop):
                return f"{name or _CONTENT}:{quoted(text)}{f'~{slop}' if slop else ''}"
            case OneOf(name, values):
                return self._one_of(_known(name), values)
            case Has(name):
                return f"{self._there(_known(name))}:[* TO *]"
            case Span():
                return self._span(node)
            case Box(south, west, north, east):
                return self._box(south, west, north, east)
            case Circle(latitude, longitude, kilometres):
                return f'_query_:"{{!geofilt sfield=location pt={latitude!r},{longitude!r} d={kilometres!r}}}"'
            case Glob(name, pattern):
                return f"{self._words(name)}:{_wild(pattern)}"
            case Regex(name, pattern):
                return f"{self._words(name)}:/{_regex(pattern, folded=self._is_text(name))}/"
            case Near(name, word, distance):
                if distance == 1 and word.isascii() and 0 < len(word) <= _LONGEST_NEAR:
                    return f"{self._words(name)}:/{_regex(one_edit_away(word), folded=self._is_text(name))}/"
                return f"{self._words(name)}:{escaped(word)}~{distance}"
            case Marked(mark):
                ids = [one for one in self.marked(mark) if re.fullmatch(r"\w+", one)]
                return f'_query_:"{{!terms f=id}}{",".join(ids)}"' if ids else NONE

    def whole(self, name: str) -> str:
        """The field that has the whole values of a tag."""
        name = name.removeprefix(EXACT)
        if name in BY_NAME:
            return name
        found = f"exact_{name}"
        if not self.knows(found):
            raise QueryError(
                f"the collection knows no whole values of {name}: bring its configset up to date (solr-init "
                "--update-configset) and send the documents again"
            )
        return found

    def _one_of(self, where: Field, values: Sequence[str]) -> str:
        if not values:
            return NONE
        if where.kind is Kind.TAG or where.name.startswith(EXACT):
            name = self.whole(where.name)
            values = [value.replace("\n", r"\n")[:1_024] for value in values]  # as documents have them
        elif where.kind in (Kind.STRING, Kind.PATH, Kind.INTEGER, Kind.NUMBER):
            name = where.name
            if where.kind in (Kind.INTEGER, Kind.NUMBER) and not all(map(_is_number, values)):
                raise QueryError(f"{where.name} has numbers alone, and none is {', '.join(values)[:100]}")
        else:
            raise QueryError(f"{where.name} has no whole values: ask for a range, or for words")
        return f"{name}:({' '.join(map(quoted, values))})"

    def _there(self, where: Field) -> str:
        if where.kind is Kind.TEXT:
            return "tag_names"
        if where.kind is Kind.PLACE:
            return _LATITUDE
        return self.whole(where.name) if where.name.startswith(EXACT) else self.name(where)

    def name(self, where: Field) -> str:
        """The collection's name of a field; an older one has no `date`."""
        return where.name if where.name != "date" or self.knows("date") else "md_capture_md_taken"

    def _span(self, node: Span) -> str:
        where = _known(node.field)
        low, high = node.low, node.high
        if where.kind is Kind.DATE:
            first = _instant(low, 0 if node.includes_low else 1)
            last = _instant(high, 0 if node.includes_high else -1)
            if "*" not in (first, last) and first > last:
                return NONE
            return f"{self.name(where)}:[{first} TO {last}]"
        first, last = ("*" if one is None else repr(one) for one in (low, high))
        open, close = "[" if node.includes_low else "{", "]" if node.includes_high else "}"
        return f"{where.name}:{open}{first} TO {last}{close}"

    def _box(self, south: float, west: float, north: float, east: float) -> str:
        latitude = f"+{_LATITUDE}:[{south!r} TO {north!r}]"
        if west <= east:
            return f"({latitude} +{_LONGITUDE}:[{west!r} TO {east!r}])"
        return f"({latitude} +({_LONGITUDE}:[{west!r} TO 180.0] {_LONGITUDE}:[-180.0 TO {east!r}]))"

    def _words(self, name: str) -> str:
        if not name:
            return _CONTENT
        return self.whole(name) if name.startswith(EXACT) else name

    def _is_text(self, name: str) -> bool:
        return not name or _known(name).kind in (Kind.TAG, Kind.TEXT)


def escaped(text: str) -> str:
    """One term of Solr's language."""
    word = _SPECIAL.sub(r"\\\1", text)
    return f"\\{word}" if word in ("AND", "OR", "NOT", "TO") else word


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _known(name: str) -> Field:
    found = field_of(name)
    if found is None:
        raise QueryError(f"there is no field {name}")
    return found


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _instant(moment: Bound, milliseconds: int) -> str:
    """To the millisecond, as Solr has them; `milliseconds` are added."""
    if not isinstance(moment, datetime):
        return "*"
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    with suppress(OverflowError):
        moment += timedelta(milliseconds=milliseconds)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _wild(pattern: str) -> str:
    found = []
    signs = iter(pattern)
    for sign in signs:
        if sign == "\\":
            found.append(_SPECIAL.sub(r"\\\1", next(signs, "\\")))
        else:
            found.append(sign if sign in "*?" else _SPECIAL.sub(r"\\\1", sign))
    return "".join(found)


def one_edit_away(word: str) -> str:
    """A regular expression of the words at most one edit away: Solr's own ~ takes the 50 nearest, not all."""
    signs = [literal(sign) for sign in word]
    found = ["".join(signs)]
    for place in range(len(signs) + 1):
        before, after = "".join(signs[:place]), signs[place:]
        found.append(f"{before}.?{''.join(after[1:])}" if after else f"{before}.")
        if after:
            found.append(f"{before}.{''.join(after)}")
        if len(after) > 1:
            found.append(f"{before}{after[1]}{after[0]}{''.join(after[2:])}")
    return "|".join(found)


def _regex(pattern: str, *, folded: bool) -> str:
    """Lucene's expressions give some signs a meaning that others do not."""
    parts = re.split(r"(\\.)", pattern, flags=re.DOTALL)
    return "".join(part if part.startswith("\\") else _plain(part, folded=folded) for part in parts)


def _plain(text: str, *, folded: bool) -> str:
    text = re.sub(r'([/"#@&<>~])', r"\\\1", text)
    return text.lower() if folded else text
