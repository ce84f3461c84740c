"""What is in a collection: documents, counts, facets, everything page by page, documents by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from metadata_digger.solr.client import Solr

EVERYTHING = "*:*"
IDS = 500  # of one request

Document: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """`total` of all that fit, `documents` those asked for, `facets`: field -> value -> how many documents."""

    total: int
    documents: list[Document]
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def search(
    solr: Solr,
    query: str = EVERYTHING,
    *,
    filters: Sequence[str] = (),
    rows: int = 10,
    start: int = 0,
    fields: Sequence[str] = (),
    sort: str = "",
    facets: Sequence[str] = (),
    parameters: Mapping[str, str] | None = None,
) -> Found:
    """What a query in Solr's language finds; `parameters`: further ones of Solr's. Raises Refused for a wrong query."""
    form = _form(query, filters, fields) | {"rows": str(rows), "start": str(start)}
    if sort:
        form["sort"] = sort
    if facets:
        form |= {
            "facet": "true",
            "facet.field": [*facets],
            "facet.limit": "-1",
            "facet.mincount": "1",
            "json.nl": "flat",
        }
    answer = solr.ask("/select", data=form | dict(parameters or {}))
    counts = answer.get("facet_counts", {}).get("facet_fields", {})
    response = answer["response"]
    return Found(
        response["numFound"],
        response["docs"],
        {name: dict(zip(flat[::2], flat[1::2], strict=True)) for name, flat in counts.items()},
    )


def count(solr: Solr, query: str = EVERYTHING, *, filters: Sequence[str] = ()) -> int:
    return search(solr, query, filters=filters, rows=0).total


def facets(
    solr: Solr, names: Sequence[str], query: str = EVERYTHING, *, filters: Sequence[str] = ()
) -> Mapping[str, Mapping[str, int]]:
    """How many documents have each value of each field, most first."""
    return search(solr, query, filters=filters, rows=0, facets=names).facets


def pages(
    solr: Solr,
    query: str = EVERYTHING,
    *,
    filters: Sequence[str] = (),
    fields: Sequence[str] = (),
    rows: int = 1000,
    sort: str = "id asc",
) -> Iterator[list[Document]]:
    """Everything that a query finds, `rows` documents at a time and none twice, at a cost that does not grow with how
    far one is (Solr's cursorMark). `sort` must end with the id."""
    form = _form(query, filters, fields) | {"rows": str(rows), "sort": sort}
    mark = "*"
    while True:
        answer = solr.ask("/select", data=form | {"cursorMark": mark})
        if documents := answer["response"]["docs"]:
            yield documents
        if answer["nextCursorMark"] == mark:
            return
        mark = answer["nextCursorMark"]


def get(solr: Solr, ids: Sequence[str], *, fields: Sequence[str] = ()) -> list[Document]:
    """The documents with these ids, those not committed yet too; unknown ids give none."""
    found: list[Document] = []
    for start in range(0, len(ids), IDS):
        form: dict[str, Any] = {"id": [*ids[start : start + IDS]]}
        if fields:
            form["fl"] = ",".join(fields)
        answer = solr.ask("/get", data=form)
        if "response" in answer:
            found += answer["response"]["docs"]
        elif answer.get("doc") is not None:  # Solr's form for one id
            found.append(answer["doc"])
    return found


def _form(query: str, filters: Sequence[str], fields: Sequence[str]) -> dict[str, Any]:
    form: dict[str, Any] = {"q": query, "fq": [*filters]}
    return form | {"fl": ",".join(fields)} if fields else form
