"""`POST /api/v1/photos`, as the companion server of Metadata Digger 0.2 had it: clients of that go on working.

What was wrong there is right here: values of filters are values and never query text, and a photograph without a
thumbnail, a directory or a place is an answer like any other.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from metadata_digger.errors import QueryError
from metadata_digger.query.asking import Collection, Detail, Order
from metadata_digger.query.fields import BY_NAME, Kind, field
from metadata_digger.query.tree import Every, Node, OneOf
from metadata_digger.search.requests import Reader
from metadata_digger.sinks.solr_values import date

FACETS = {
    "labels": "labels",
    "file_type": "file_type",
    "tag_names": "tag_names",
    "directory_names": "directory_names",
    "camera_model": "md_exif_ifd0_model",
}
VALUES = 100  # of a facet
PER_PAGE = 20


def photos(collection: Collection, reader: Reader, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Raises QueryError."""
    page, size = asked.get("page") or 0, asked.get("per_page") or PER_PAGE
    chosen = {one["field_name"].lower(): one.get("selected_values") or [] for one in asked.get("filters") or ()}
    query = reader.wanted({"q": asked.get("text_query") or ""}).node
    node = _all(query, chosen)
    found = collection.search(node, Order(), size, offset=page * size)
    names = [name.lower() for name in asked.get("facets") or ()]
    facets = {name: collection.values(node, _field(name), VALUES, missing=False) for name in names}
    possible = []
    for name in dict.fromkeys((*names, *chosen)):
        # Other values of a filter's own field can still be chosen beside those that are.
        others = {other: values for other, values in chosen.items() if other != name}
        counts = dict(collection.values(_all(query, others), _field(name), VALUES, missing=False).counts)
        counts |= {value: 0 for value in chosen.get(name, ()) if value not in counts}
        values = [
            {"name": value, "entry_count": count, "is_selected": value in chosen.get(name, ())}
            for value, count in counts.items()
        ]
        possible.append({"field": name, "values": values})
    return {
        "photos": [_photo(collection, one.id) for one in found.photos],
        "facets": {name: dict(one.counts) for name, one in facets.items()},
        "page": page,
        "total": found.total,
        "possible_filters": possible,
    }


def _all(query: Node, chosen: Mapping[str, list[str]]) -> Node:
    filters = [OneOf(_field(name), tuple(values)) for name, values in chosen.items() if values]
    return Every((query, *filters)) if filters else query


def _field(name: str) -> str:
    found = FACETS.get(name)
    if found is None:
        raise QueryError(f"there is no facet {name}: {', '.join(FACETS)}")
    return found


def _photo(collection: Collection, id: str) -> dict[str, Any]:
    found = collection.photo(id)
    if found is None:  # gone between two questions
        return {"id": id}
    thumbnail = collection.thumbnail(id)
    photo = found.photo
    place = None
    if photo.latitude is not None and photo.longitude is not None:
        place = {"latitude": photo.latitude, "longitude": photo.longitude}
    return {
        "id": photo.id,
        "base_path": found.base_path,
        "file_path": photo.path,
        "file_type": photo.file_type or "",
        "directory_names": [*found.directory_names],
        "tag_names": [*found.tag_names],
        "labels": [*photo.labels],
        "thumbnail": "" if thumbnail is None else base64.b64encode(thumbnail).decode(),
        "meta_data": _meta_data(found),
        "location": place,
    }


def _meta_data(found: Detail) -> dict[str, Any]:
    """By the names of fields, without `md_`."""
    values: dict[str, list[str]] = {}
    for directory in found.directories:
        for tag in directory.tags:
            values.setdefault(tag.field, []).append(tag.value)
    return {name.removeprefix("md_"): _value(name, several) for name, several in values.items()}


def _value(name: str, values: list[str]) -> Any:
    """As a document of Solr's has it, whatever the photographs lie in."""
    known = BY_NAME.get(name) or field(name)
    if known is not None and known.kind in (Kind.INTEGER, Kind.NUMBER):
        word = values[-1].split(" ")[0]
        try:
            return int(word) if known.kind is Kind.INTEGER else float(word)
        except ValueError:
            return values[-1]
    if known is not None and known.kind is Kind.DATE:
        return date(values[-1]) or values[-1]
    different = [*dict.fromkeys(values)]
    return different[0] if len(different) == 1 else different
