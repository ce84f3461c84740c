"""A document of Solr's as query.asking tells a row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from metadata_digger.query.asking import Detail, Directory, Photo, Seen, Tag
from metadata_digger.query.fields import SCORES, TAGS
from metadata_digger.sinks.index_documents import NAMING, camera, picture_size
from metadata_digger.sinks.solr_fields import safe_name

LATITUDE, LONGITUDE = "md_gps_md_location_lat_f", "md_gps_md_location_long_f"


def photo_of(one: Mapping[str, Any]) -> Photo:
    width, height = picture_size(one)
    return Photo(
        id=one["id"],
        path=str(one.get("file_path") or ""),
        file_type=one.get("file_type"),
        size=int(one.get("file_size", 0)),
        date=_moment(one.get("date") or _first(one.get("md_capture_md_taken"))),
        latitude=_number(one.get(LATITUDE)),
        longitude=_number(one.get(LONGITUDE)),
        width=width,
        height=height,
        camera=camera(one),
        labels=tuple(one.get("labels", ())),
        notes=tuple(one.get("notes", ())),
    )


def detail_of(one: Mapping[str, Any]) -> Detail:
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
        photo=photo_of(one),
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


def _first(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[-1] if value else None
    return None if value is None else str(value)


def _number(value: Any) -> float | None:
    text = _first(value)
    return None if text is None else float(text)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
