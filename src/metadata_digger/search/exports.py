"""All hits as a file, streamed: CSV, JSON Lines, KML, GeoJSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from xml.sax.saxutils import escape

from metadata_digger.query.asking import Detail
from metadata_digger.search.answers import detail, shown

_COLUMNS = ("id", "path", "type", "size", "date", "lat", "lon", "width", "height", "camera", "labels", "notes", "mark")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_UNFIT = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")  # of XML 1.0

Marks = Callable[[str], str | None]


def as_csv(rows: Iterable[Detail], mark: Marks) -> Iterator[str]:
    yield _line([*_COLUMNS, "hashes"])
    for one in rows:
        found = detail(one, mark(one.photo.id))
        cells = [found[name] for name in _COLUMNS]
        hashes = " ".join(f"{kind}:{value}" for kind, value in one.hashes.items())
        yield _line(["; ".join(cell) if isinstance(cell, list) else cell for cell in (*cells, hashes)])


def as_json_lines(rows: Iterable[Detail], mark: Marks) -> Iterator[str]:
    for one in rows:
        yield json.dumps(detail(one, mark(one.photo.id)), ensure_ascii=True) + "\n"


def as_geojson(rows: Iterable[Detail], mark: Marks) -> Iterator[str]:
    """Those that have a place."""
    yield '{"type":"FeatureCollection","features":['
    between = ""
    for one in rows:
        found = detail(one, mark(one.photo.id))
        if found["lat"] is not None:
            point = {"type": "Point", "coordinates": [found["lon"], found["lat"]]}
            properties = {name: found[name] for name in _COLUMNS if name not in ("lat", "lon")}
            yield between + json.dumps(
                {"type": "Feature", "id": found["id"], "geometry": point, "properties": properties}
            )
            between = ",\n"
    yield "]}\n"


def as_kml(rows: Iterable[Detail], mark: Marks) -> Iterator[str]:
    """Those that have a place."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>\n'
    for one in rows:
        photo = one.photo
        if photo.latitude is None or photo.longitude is None:
            continue
        when = "" if photo.date is None else f"<TimeStamp><when>{photo.date.isoformat()}</when></TimeStamp>"
        words = ", ".join(filter(None, (photo.camera, *photo.labels, mark(photo.id))))
        yield (
            f"<Placemark><name>{_xml(shown(photo.path).rpartition('/')[2])}</name>{when}"
            f"<description>{_xml(shown(photo.path))} {_xml(words)}</description>"
            f"<Point><coordinates>{photo.longitude},{photo.latitude}</coordinates></Point></Placemark>\n"
        )
    yield "</Document></kml>\n"


FORMS: dict[str, tuple[str, Callable[[Iterable[Detail], Marks], Iterator[str]]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "jsonl": ("application/x-ndjson", as_json_lines),
    "kml": ("application/vnd.google-earth.kml+xml", as_kml),
    "geojson": ("application/geo+json", as_geojson),
}


def _line(cells: Iterable[Any]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerow([_harmless(cell) for cell in cells])
    return made.getvalue()


def _harmless(cell: Any) -> Any:
    """No cell that a spreadsheet would reckon with."""
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell


def _xml(text: str) -> str:
    return escape(text.translate(_UNFIT).encode("utf-8", "replace").decode())
