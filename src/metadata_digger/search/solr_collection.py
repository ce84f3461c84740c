"""A Solr collection as a Collection (query.asking). Counts are those of Solr's facets, which are exact for the values
that they name; a collection made by an older version has less to tell, and says so where that matters."""

from __future__ import annotations

import base64
import json
import math
import re
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from metadata_digger.errors import DiggerError, QueryError
from metadata_digger.query.asking import (
    About,
    Alike,
    Bar,
    Cell,
    Detail,
    Known,
    Order,
    Page,
    Photo,
    Values,
)
from metadata_digger.query.dates import end_of
from metadata_digger.query.fields import BY_NAME, EXACT, FIELDS, TAGS, Field, Kind
from metadata_digger.query.fields import field as field_of
from metadata_digger.query.to_solr import Solr as Translator
from metadata_digger.query.tree import Box, Every, Everything, Has, Node, Not, OneOf
from metadata_digger.search.solr_photographs import LATITUDE, LONGITUDE, detail_of, photo_of
from metadata_digger.sinks.solr_fields import Fields
from metadata_digger.solr.client import Solr
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.errors import Refused, SolrError

_FRESH = 2.0  # seconds that what is known of the collection as a whole may be old
_PAGE = 500
_NEAR = 1_000  # rows that are passed over without a thought
_ALWAYS = ("exact_file_path", "file_path", "file_size", "id")  # fields that no row lacks
_COUNTED = 100  # fields at most whose rows are counted
_SHOWN = "id,base_path,file_path,file_type,file_size,date,md_*,labels,notes,model_name"
_LARGE = ("small_thumb", "medium_thumb")
_TELLING = (  # fields by whose values pictures are alike, and how much that weighs
    ("serial", 10.0), ("document_id", 10.0), ("unique_id", 10.0), ("owner", 6.0), ("artist", 6.0), ("copyright", 6.0),
    ("software", 2.0), ("model", 1.0),
)  # fmt: skip


class SolrCollection:
    """`marked`: ids of a mark, for `mark:`. Raises SolrError where there is no such collection."""

    def __init__(self, connection: Connection, marked: Callable[[str], Sequence[str]] = lambda mark: ()) -> None:
        self._connection = connection
        self._marked = marked
        self._lock = threading.Lock()
        self._local = threading.local()
        self._looked = 0.0
        self._about = About("solr", connection.collection, 0, "", "", None)
        self._fields: Collection[str] = ()
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
        if cursor is not None:
            if not re.fullmatch(r"o[0-9]{1,12}", cursor):
                raise QueryError("the cursor is none that was given here")
            offset = int(cursor[1:])
        total = self.count(node) if offset > _NEAR else None
        documents: list[dict[str, Any]] = []
        if total is None or offset < total:
            total, documents = self._page(node, order, size, offset, total)
        after = f"o{offset + len(documents)}" if offset + len(documents) < total and documents else None
        return Page(total, [photo_of(one) for one in documents], after)

    def _page(
        self, node: Node, order: Order, size: int, offset: int, total: int | None
    ) -> tuple[int, list[dict[str, Any]]]:
        """From the end that is nearer, where every row has a value: what is passed over is held by Solr."""
        form: dict[str, Any] = {"rows": size, "fl": _SHOWN, "start": offset}
        turned = total is not None and offset > total // 2 and order.field in _ALWAYS
        if turned and total is not None:
            size = min(size, total - offset)
            form |= {"rows": size, "start": total - offset - size}
        found = self._select(node, **form, sort=self._sort(order, turned=turned))["response"]
        documents = found["docs"]
        return int(found["numFound"]), documents[::-1] if turned else documents

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
        years = self._bars(node, day, "year", [(int(ends["a"][:4]), int(ends["b"][:4]))])
        bars = years
        if unit != "year":  # a day in the year 1 and one of today are no reason to count all days between
            bars = self._bars(node, day, unit, _runs([bar.first.year for bar in years]))
        return bars, self.count(node) - sum(bar.count for bar in years)

    def _bars(self, node: Node, day: str, unit: str, years: Sequence[tuple[int, int]]) -> list[Bar]:
        """`years`: the first and the last one of stretches."""
        gap = f'gap:"+1{unit.upper()}",mincount:1'
        facets = [
            f'y{first}:{{type:range,field:{day},start:"{first:04}-01-01T00:00:00Z",'
            f'end:"{last:04}-12-31T23:59:59.999Z",{gap}}}'
            for first, last in years
        ]
        found = self._select(node, rows=0, **{"json.facet": f"{{{','.join(facets)}}}"})["facets"]
        bars = []
        for first, _ in years:
            for one in found.get(f"y{first}", {}).get("buckets", ()):
                start = date.fromisoformat(one["val"][:10])
                end = end_of(datetime(start.year, start.month, start.day, tzinfo=UTC), unit).date()
                bars.append(Bar(start, end, int(one["count"])))
        return bars

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
            f"{{type:range,field:{LONGITUDE},start:{lows[1]},end:{view.east + across},gap:{across},mincount:1,"
            f'facet:{{lat:"avg({LATITUDE})",lon:"avg({LONGITUDE})",one:{{type:terms,field:id,limit:1}}}}}}'
        )
        outer = f"type:range,field:{LATITUDE},start:{lows[0]},end:{view.north + up},gap:{up},mincount:1"
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
        for name in self._fields:
            if name.startswith(TAGS) and name not in BY_NAME:
                title = name.removeprefix(TAGS).replace("_", " ")
                found.append(Known(name, Kind.TAG.value, title))
        fitting = [one for one in found if any(word.startswith(wanted) for word in _words(one))]
        if len(fitting) <= _COUNTED:
            counts = self._having([one.name for one in fitting if one.name not in BY_NAME])
            fitting = [replace(one, count=counts.get(one.name, one.count)) for one in fitting]
        fitting.sort(key=lambda one: (one.name not in BY_NAME, -(one.count or 0), one.name))
        return fitting[:size]

    def _having(self, names: Sequence[str]) -> dict[str, int]:
        """How many rows have each field; what Solr knows of itself counts rows that were deleted too."""
        if not names:
            return {}
        facets = {name: {"type": "query", "q": self._translator().query(Has(name))} for name in names}
        found = self._select(Everything(), rows=0, **{"json.facet": json.dumps(facets)})["facets"]
        return {name: int(found.get(name, {}).get("count", 0)) for name in names}

    def photo(self, id: str) -> Detail | None:
        found = self._get(id)
        return None if found is None else detail_of(found)

    def photos(self, ids: Sequence[str]) -> Sequence[Photo | None]:
        found: dict[str, Photo] = {}
        for at in range(0, len(ids), _PAGE):
            some = tuple(ids[at : at + _PAGE])
            answer = self._select(OneOf("id", some), rows=len(some), fl=_SHOWN)["response"]["docs"]
            found |= {one["id"]: photo_of(one) for one in answer}
        return [found.get(id) for id in ids]

    def thumbnail(self, id: str) -> bytes | None:
        answer = self._select(OneOf("id", (id,)), rows=1, fl=",".join(_LARGE))["response"]["docs"]
        text = next((one[name] for one in answer for name in reversed(_LARGE) if one.get(name)), None)
        return None if text is None else base64.b64decode(text)

    def similar(self, id: str, size: int) -> Sequence[Alike]:
        found = self._get(id)
        if found is None or not self._has_whole():
            return ()  # in a collection of an older version values cannot be compared
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
            yield from map(detail_of, documents)

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
        return self._asked("/select", data={"q": "*:*", "fq": filters} | form)

    def _asked(self, handler: str, **options: Any) -> dict[str, Any]:
        try:
            return self._solr.ask(handler, **options)
        except Refused as error:
            raise QueryError(str(error)) from error
        except SolrError as error:
            raise DiggerError(str(error)) from error

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

    def _sort(self, order: Order, *, turned: bool = False) -> str:
        """`turned`: all the other way round."""
        field = field_of(order.field)
        if field is None or field.kind in (Kind.TEXT, Kind.PLACE):
            raise QueryError(f"{order.field} has no order to sort by")
        down, up = ("desc" if order.down is not turned else "asc"), ("desc" if turned else "asc")
        if field.name == "date":
            name = self._day()
        elif field.kind is Kind.DATE and f"sort_{field.name}" != "sort_file_modified":
            name = f"sort_{field.name}"
        elif field.kind is Kind.PATH:
            name = f"exact_{field.name}"
        else:
            name = self._whole(field) if field.name.startswith(EXACT) else field.name
        last = "" if name == "exact_file_path" else f",exact_file_path {up}"
        return f"{name} {down}{last},id {up}"

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
            told = self._luke("index")
            total = self.count(Everything())
            state = f"{'-'.join(str(one.get('index', {}).get('version', '')) for one in told)}-{total}"
            if state != self._about.state:
                self._fields = {name for one in self._luke("schema,all") for name in one.get("fields", {})}
            self._about = About("solr", self._connection.collection, total, state, "", None)
            self._looked = time.monotonic()

    def _luke(self, what: str) -> list[dict[str, Any]]:
        """What Solr tells of an index: of each shard, where they can be asked, for each knows of itself alone."""
        form = {"numTerms": "0"} | ({"show": what} if what == "index" else {})
        shards = self._asked("/select", data={"q": "*:*", "rows": "0", "shards.info": "true"}).get("shards.info", {})
        cores = [str(one.get("shardAddress", "")).rstrip("/") for one in shards.values()]
        safe = not (self._connection.url or "").startswith("https:") or all(one.startswith("https:") for one in cores)
        if cores and all(cores) and safe:  # who asks by https does not send a password without
            with suppress(SolrError):
                return [self._solr.ask_core(core, "/admin/luke", data=form) for core in cores]
        return [self._asked("/admin/luke", data=form)]


def _words(one: Known) -> list[str]:
    return [one.name.casefold(), *one.name.casefold().split("_"), *one.title.casefold().split()]


def _step(size: float) -> float:
    return float(2.0 ** math.ceil(math.log2(max(size, 1e-6))))


def _runs(years: Sequence[int]) -> list[tuple[int, int]]:
    """Years that follow each other, as the first and the last one."""
    found: list[tuple[int, int]] = []
    for year in years:
        if found and found[-1][1] == year - 1:
            found[-1] = (found[-1][0], year)
        else:
            found.append((year, year))
    return found
