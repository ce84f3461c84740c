"""A Solr collection as a Collection (query.asking). Counts are those of Solr's facets, which are exact for the values
that they name; a collection made by an older version has less to tell, and says so where that matters."""

from __future__ import annotations

import base64
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from metadata_digger.errors import QueryError
from metadata_digger.query.asking import (
    About,
    Alike,
    Bar,
    Cell,
    Detail,
    Directory,
    Known,
    Order,
    Page,
    Photo,
    Seen,
    Tag,
    Values,
)
from metadata_digger.query.dates import end_of
from metadata_digger.query.fields import BY_NAME, EXACT, FIELDS, SCORES, TAGS, Field, Kind
from metadata_digger.query.fields import field as field_of
from metadata_digger.query.to_solr import Solr as Translator
from metadata_digger.query.tree import Box, Every, Everything, Has, Node, Not, OneOf
from metadata_digger.sinks.index_documents import NAMING, camera, picture_size
from metadata_digger.sinks.solr_fields import Fields, safe_name
from metadata_digger.solr.client import Solr
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.errors import Refused

_FRESH = 2.0  # seconds that what is known of the collection as a whole may be old
_PAGE = 500
_SHOWN = "id,base_path,file_path,file_type,file_size,date,md_*,labels,notes,model_name"
_LARGE = ("small_thumb", "medium_thumb")
_LATITUDE, _LONGITUDE = "md_gps_md_location_lat_f", "md_gps_md_location_long_f"
_TELLING = (  # fields by whose values pictures are alike, and how much that weighs
    ("serial", 10.0), ("document_id", 10.0), ("unique_id", 10.0), ("owner", 6.0), ("artist", 6.0), ("copyright", 6.0),
    ("software", 2.0), ("model", 1.0),
)  # fmt: skip


class SolrCollection:
    """`marked`: ids of a mark, for `mark:`. Methods raise SolrError too."""

    def __init__(self, connection: Connection, marked: Callable[[str], Sequence[str]] = lambda mark: ()) -> None:
        self._connection = connection
        self._marked = marked
        self._lock = threading.Lock()
        self._local = threading.local()
        self._looked = 0.0
        self._about = About("solr", connection.collection, 0, "", "", None)
        self._fields: Mapping[str, int] = {}
        self._solr.check()
        self._schema = Fields.of(self._solr.schema())
        self.about()

    @property
    def _solr(self) -> Solr:
        """This thread's."""
        if not hasattr(self._local, "solr"):
            self._local.solr = Solr(self._connection, patience=10.0)
        found: Solr = self._local.solr
        return found

    def about(self) -> About:
        self._look()
        return self._about

    def count(self, node: Node) -> int:
        return int(self._select(node, rows=0)["response"]["numFound"])

    def search(self, node: Node, order: Order, size: int, *, cursor: str | None = None, offset: int = 0) -> Page:
        form = {"sort": self._sort(order), "rows": size, "fl": _SHOWN}
        if cursor is None:
            found = self._select(node, **form, start=offset)["response"]
            total, documents = int(found["numFound"]), found["docs"]
            after = f"o{offset + len(documents)}" if offset + len(documents) < total and documents else None
            return Page(total, [self._photo(one) for one in documents], after)
        if cursor[:1] != "o" or not cursor[1:].isdigit():
            raise QueryError("the cursor is none that was given here")
        return self.search(node, order, size, offset=int(cursor[1:]))

    def values(
        self, node: Node, name: str, size: int, *, prefix: str = "", containing: str = "", missing: bool = True
    ) -> Values:
        field = field_of(name)
        if field is None or field.kind in (Kind.TEXT, Kind.PLACE):
            raise QueryError(f"there is no field {name} whose values could be counted")
        own = self._whole(field)
        form: dict[str, Any] = {
            "facet": "true", "facet.field": own, "facet.limit": size + 1, "facet.mincount": 1, "facet.sort": "count",
            "json.nl": "flat",
        }  # fmt: skip
        if prefix and containing:
            raise QueryError("values can be asked for by their beginning or by a part, not by both")
        if containing:
            form |= {"facet.contains": containing, "facet.contains.ignoreCase": "true"}
        if prefix:
            form["facet.matches"] = f"(?is)\\Q{prefix.replace(chr(92) + 'E', '')}\\E.*"
        flat = self._select(node, rows=0, **form)["facet_counts"]["facet_fields"][own]
        counts = [(str(value), int(number)) for value, number in zip(flat[::2], flat[1::2], strict=True)]
        if name == "file_path":  # whose files are in it too
            counts = [one for one in counts if one[1] > 1 or not self._is_file(one[0])]
        counts.sort(key=lambda one: (-one[1], one[0]))
        without = self.count(Every((node, Not(Has(name))))) if missing else 0
        return Values(name, counts[:size], len(counts) > size, without)

    def timeline(self, node: Node, unit: str) -> tuple[Sequence[Bar], int]:
        day = self._day()
        ends = self._select(node, rows=0, **{"json.facet": f'{{a:"min({day})",b:"max({day})"}}'})["facets"]
        if "a" not in ends:
            return [], self.count(node)
        gap = {"year": "+1YEAR", "month": "+1MONTH", "day": "+1DAY"}[unit]
        start = f"{ends['a'][:4]}-01-01T00:00:00Z" if unit == "year" else f"{ends['a'][:7]}-01T00:00:00Z"
        until = f'end:"{ends["b"]}",gap:"{gap}",mincount:1'
        form = f'{{d:{{type:range,field:{day},start:"{start}",{until}}}}}'
        found = self._select(node, rows=0, **{"json.facet": form})
        bars = []
        for one in found["facets"]["d"]["buckets"]:
            first = date.fromisoformat(one["val"][:10])
            last = end_of(datetime(first.year, first.month, first.day, tzinfo=UTC), unit).date()
            bars.append(Bar(first, last, int(one["count"])))
        dated = sum(bar.count for bar in bars)
        return bars, int(found["response"]["numFound"]) - dated

    def grid(self, node: Node, view: Box, columns: int, rows: int) -> Sequence[Cell]:
        width = (view.east - view.west) % 360 or 360.0
        across, up = _step(width / columns), _step((view.north - view.south) / rows)
        cells: list[Cell] = []
        for west, east in [(view.west, view.east)] if view.west <= view.east else [(view.west, 180), (-180, view.east)]:
            cells += self._cells(node, Box(view.south, west, view.north, east), across, up)
        return cells

    def _cells(self, node: Node, view: Box, across: float, up: float) -> Iterator[Cell]:
        lows = [math.floor(view.south / up) * up, math.floor(view.west / across) * across]
        inner = (
            f"{{type:range,field:{_LONGITUDE},start:{lows[1]},end:{view.east + across},gap:{across},mincount:1,"
            f'facet:{{lat:"avg({_LATITUDE})",lon:"avg({_LONGITUDE})",one:{{type:terms,field:id,limit:1}}}}}}'
        )
        outer = f"type:range,field:{_LATITUDE},start:{lows[0]},end:{view.north + up},gap:{up},mincount:1"
        form = f"{{a:{{{outer},facet:{{b:{inner}}}}}}}"
        found = self._select(Every((node, view)), rows=0, **{"json.facet": form})["facets"]
        for line in found.get("a", {}).get("buckets", ()):
            for one in line["b"]["buckets"]:
                south, west = float(line["val"]), float(one["val"])
                box = Box(max(south, -90.0), max(west, -180.0), min(south + up, 90.0), min(west + across, 180.0))
                id = one["one"]["buckets"][0]["val"] if one["count"] == 1 else None
                yield Cell(float(one["lat"]), float(one["lon"]), int(one["count"]), box, id)

    def fields(self, prefix: str, size: int) -> Sequence[Known]:
        self._look()
        wanted = prefix.casefold()
        found = [Known(one.name, one.kind.value, one.title) for one in FIELDS if one.kind is not Kind.TEXT]
        for name, number in self._fields.items():
            if name.startswith(TAGS) and name not in BY_NAME:
                title = name.removeprefix(TAGS).replace("_", " ")
                found.append(Known(name, Kind.TAG.value, title, number))
        fitting = [one for one in found if any(word.startswith(wanted) for word in _words(one))]
        fitting.sort(key=lambda one: (one.name not in BY_NAME, -(one.count or 0), one.name))
        return fitting[:size]

    def photo(self, id: str) -> Detail | None:
        found = self._get(id)
        return None if found is None else self._detail(found)

    def photos(self, ids: Sequence[str]) -> Sequence[Photo | None]:
        found: dict[str, Photo] = {}
        for at in range(0, len(ids), _PAGE):
            some = tuple(ids[at : at + _PAGE])
            answer = self._select(OneOf("id", some), rows=len(some), fl=_SHOWN)["response"]["docs"]
            found |= {one["id"]: self._photo(one) for one in answer}
        return [found.get(id) for id in ids]

    def thumbnail(self, id: str) -> bytes | None:
        answer = self._select(OneOf("id", (id,)), rows=1, fl=",".join(_LARGE))["response"]["docs"]
        text = next((one[name] for one in answer for name in reversed(_LARGE) if one.get(name)), None)
        return None if text is None else base64.b64decode(text)

    def similar(self, id: str, size: int) -> Sequence[Alike]:
        found = self._get(id)
        if found is None:
            return ()
        total = self.about().total
        weights: dict[str, float] = {}
        reasons: dict[str, list[str]] = {}
        best = 0.0
        for name, value in found.items():
            weight = next((weight for word, weight in _TELLING if word in name), 0.0)
            text = str(value[0] if isinstance(value, list) else value)
            if not weight or not name.startswith(TAGS) or name in BY_NAME or not 0 < len(text.strip(" 0.:")) < 1_000:
                continue
            answer = self._select(OneOf(name, (text,)), rows=_PAGE, fl="id")["response"]
            if 2 <= answer["numFound"] <= max(total / 2, 2):
                weight *= 1 + math.log2(max(total, 2) / answer["numFound"]) / 4
                best += weight
                for one in answer["docs"]:
                    weights[one["id"]] = weights.get(one["id"], 0.0) + weight
                    reasons.setdefault(one["id"], []).append(f"{name.removeprefix(TAGS)}: {text[:100]}")
        weights.pop(id, None)
        nearest = sorted(weights, key=lambda one: (-weights[one], one))[:size]
        pairs = zip(nearest, self.photos(nearest), strict=True)
        return [Alike(photo, round(100 * weights[one] / best), reasons[one]) for one, photo in pairs if photo]

    def position(self, node: Node, order: Order, id: str) -> int | None:
        offset, total = 0, self.count(node)
        while offset < min(total, 100_000):
            ids = self._select(node, sort=self._sort(order), rows=10_000, start=offset, fl="id")["response"]["docs"]
            place = next((number for number, one in enumerate(ids) if one["id"] == id), None)
            if place is not None:
                return offset + place
            offset += 10_000
        return None

    def ids(self, node: Node) -> Iterator[str]:
        for documents in self._all(node, "id asc", "id"):
            yield from (one["id"] for one in documents)

    def details(self, node: Node, order: Order) -> Iterator[Detail]:
        for documents in self._all(node, self._sort(order), ""):
            yield from map(self._detail, documents)

    def _all(self, node: Node, sort: str, fields: str) -> Iterator[list[dict[str, Any]]]:
        mark = "*"
        form = {"sort": sort, "rows": _PAGE} | ({"fl": fields} if fields else {})
        while True:
            answer = self._select(node, **form, cursorMark=mark)
            if documents := answer["response"]["docs"]:
                yield documents
            if answer["nextCursorMark"] == mark:
                return
            mark = answer["nextCursorMark"]

    def _select(self, node: Node, **form: Any) -> dict[str, Any]:
        filters = [self._translator().query(node)] if node != Everything() else []
        try:
            return self._solr.ask("/select", data={"q": "*:*", "fq": filters} | form)
        except Refused as error:
            raise QueryError(str(error)) from error

    def _translator(self) -> Translator:
        return Translator(self._schema.knows if self._has_whole() else self._is_named, self._marked)

    def _has_whole(self) -> bool:
        return any(pattern == "exact_md_*" for pattern, _ in self._schema.dynamic)

    def _is_named(self, name: str) -> bool:
        return name in self._schema.named

    def _get(self, id: str) -> dict[str, Any] | None:
        documents = self._select(OneOf("id", (id,)), rows=1)["response"]["docs"]
        return documents[0] if documents else None

    def _day(self) -> str:
        """The field of dates that can be counted and sorted by."""
        return "date" if "date" in self._schema.named else "sort_md_capture_md_taken"

    def _sort(self, order: Order) -> str:
        field = field_of(order.field)
        if field is None or field.kind in (Kind.TEXT, Kind.PLACE):
            raise QueryError(f"{order.field} has no order to sort by")
        down = "desc" if order.down else "asc"
        if field.name == "date":
            name = self._day()
        elif field.kind is Kind.DATE and f"sort_{field.name}" != "sort_file_modified":
            name = f"sort_{field.name}"
        elif field.kind is Kind.PATH:
            name = f"exact_{field.name}"
        else:
            name = self._whole(field) if field.name.startswith(EXACT) else field.name
        last = "" if name == "exact_file_path" else ",exact_file_path asc"
        return f"{name} {down}{last},id asc"

    def _whole(self, field: Field) -> str:
        if field.kind is Kind.TAG or field.name.startswith(EXACT):
            # Without whole values the tag's own, as far as they are kept to be sorted by.
            return self._translator().whole(field.name) if self._has_whole() else field.name.removeprefix(EXACT)
        return self._day() if field.name == "date" else field.name

    def _is_file(self, path: str) -> bool:
        return self.count(OneOf("exact_file_path", (path,))) > 0

    def _look(self) -> None:
        with self._lock:
            if time.monotonic() - self._looked < _FRESH:
                return
            self._looked = time.monotonic()
            found = self._solr.ask("/admin/luke", data={"numTerms": "0"}, patience=10.0)
            total = self.count(Everything())
            fields = found.get("fields", {})
            self._fields = {name: int(one.get("docs", 0) or 0) for name, one in fields.items()}
            name = self._connection.collection
            version = found.get("index", {}).get("version", "")
            self._about = About("solr", name, total, f"{version}-{total}", "", None)

    def _photo(self, one: Mapping[str, Any]) -> Photo:
        width, height = picture_size(one)
        return Photo(
            id=one["id"],
            path=one["file_path"],
            file_type=one.get("file_type"),
            size=int(one.get("file_size", 0)),
            date=_moment(one.get("date") or _first(one.get("md_capture_md_taken"))),
            latitude=_number(one.get(_LATITUDE)),
            longitude=_number(one.get(_LONGITUDE)),
            width=width,
            height=height,
            camera=camera(one),
            labels=tuple(one.get("labels", ())),
            notes=tuple(one.get("notes", ())),
        )

    def _detail(self, one: Mapping[str, Any]) -> Detail:
        models = [
            {"name": name, "sha256": sha}
            for name, sha in zip(one.get("model_name", ()), one.get("model_sha256", ()), strict=False)
        ]
        model = models[0]["name"] if models else ""
        seen = [
            Seen(name.removeprefix(SCORES).replace("_", " "), float(value), model)
            for name, value in one.items()
            if name.startswith(SCORES)
        ]
        hashes = {name.removeprefix("hash_"): str(value) for name, value in one.items() if name.startswith("hash_")}
        return Detail(
            photo=self._photo(one),
            base_path=one.get("base_path", ""),
            modified=_moment(one.get("file_modified")),
            processed=_moment(one.get("processing_datetime")),
            directories=_directories(one),
            directory_names=one.get("directory_names", ()),
            tag_names=one.get("tag_names", ()),
            seen=sorted(seen, key=lambda seen: -seen.score),
            models=models,
            hashes=hashes,
            more={name: one[name] for name in ("similar_score", "similar_reasons") if name in one},
        )


def _directories(one: Mapping[str, Any]) -> list[Directory]:
    """A document has its tags by their fields; which directory and name gave a field its name is found by trying."""
    named: dict[str, tuple[str, str]] = {}
    tags = dict.fromkeys((*one.get("tag_names", ()), "MD Taken", "MD Location", "MD Datetime"))
    for directory in dict.fromkeys((*one.get("directory_names", ()), "Capture")):
        for tag in tags:
            named.setdefault(safe_name(NAMING.column(directory, tag)), (directory, tag))
    found: dict[str, list[Tag]] = {}
    for name, value in one.items():
        if name.startswith(TAGS):
            directory, tag = named.get(name, ("Other", name.removeprefix(TAGS)))
            for text in value if isinstance(value, list) else [value]:
                found.setdefault(directory, []).append(Tag(tag, str(text), name))
    order = {name: place for place, name in enumerate(one.get("directory_names", ()))}
    ordered = sorted(found.items(), key=lambda one: order.get(one[0], len(order)))
    return [Directory(name, tags) for name, tags in ordered]


def _words(one: Known) -> list[str]:
    return [one.name.casefold(), *one.name.casefold().split("_"), *one.title.casefold().split()]


def _step(size: float) -> float:
    return float(2.0 ** math.ceil(math.log2(max(size, 1e-6))))


def _first(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[-1] if value else None
    return None if value is None else str(value)


def _number(value: Any) -> float | None:
    text = _first(value)
    return None if text is None else float(text)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
