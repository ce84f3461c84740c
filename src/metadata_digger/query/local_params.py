"""Of Solr's `{!...}` the two that need no brackets around what others wrote: `{!geofilt}` and `{!term}`."""

from __future__ import annotations

import re
from collections.abc import Callable

from metadata_digger.errors import QueryError
from metadata_digger.query.fields import Field, Kind
from metadata_digger.query.tree import Circle, Node, OneOf

_LOCAL = re.compile(r"\s*\{!(?P<name>\w+)(?P<parameters>(?:\s+\w+=(?:'[^']*'|\"[^\"]*\"|[^\s}'\"]+))*)\s*\}", re.ASCII)
_PARAMETER = re.compile(r"(\w+)=('[^']*'|\"[^\"]*\"|[^\s}'\"]+)", re.ASCII)


def local(text: str, known: Callable[[str, int], Field]) -> Node:
    match = _LOCAL.match(text)
    if match is None or match["name"] not in ("geofilt", "term"):
        raise QueryError(
            "of {!...} there are {!geofilt sfield=location pt=LAT,LON d=KM} and {!term f=FIELD}VALUE", 0, 2
        )
    given = {name: value.strip("'\"") for name, value in _PARAMETER.findall(match["parameters"])}
    rest = text[match.end() :]
    if match["name"] == "term":
        if "f" not in given:
            raise QueryError("{!term} needs a field: {!term f=labels}person", match.start("name"), 4)
        where = known(given["f"], match.start("parameters"))
        if where.kind not in (Kind.STRING, Kind.PATH):
            raise QueryError(
                f"{where.name} has no whole values: ask for its words", match.start("parameters"), len(rest)
            )
        return OneOf(where.name, (rest,))
    if rest.strip():
        raise QueryError("nothing may stand behind {!geofilt ...}", match.end(), len(rest))
    where = known(given.get("sfield", "location"), match.start("parameters"))
    if where.kind is not Kind.PLACE:
        raise QueryError(f"{where.name} is no place: sfield=location", match.start("parameters"), 1)
    try:
        latitude, longitude = map(float, given["pt"].split(","))
        kilometres = float(given["d"])
    except (KeyError, ValueError):
        words = "{!geofilt} needs a point and a distance in kilometres: pt=52.2297,21.0122 d=5"
        raise QueryError(words, match.start("name"), match.end() - match.start("name")) from None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180 and 0 <= kilometres <= 21_000):
        raise QueryError("the point is not on Earth, or the distance is no distance", match.start("name"), 7)
    return Circle(latitude, longitude, kilometres)
