"""What photos.sqlite has of a row, as query.asking tells it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from metadata_digger.query.asking import Detail, Directory, Photo, Seen, Tag


def photo_of(summary: Mapping[str, Any]) -> Photo:
    latitude, longitude = summary.get("place") or (None, None)
    return Photo(
        id=summary["id"],
        path=summary["path"],
        file_type=summary.get("type"),
        size=summary.get("size", 0),
        date=_moment(summary.get("date")),
        latitude=latitude,
        longitude=longitude,
        width=summary.get("width"),
        height=summary.get("height"),
        camera=summary.get("camera"),
        labels=tuple(summary.get("labels", ())),
        notes=tuple(summary.get("notes", ())),
    )


def detail_of(summary: Mapping[str, Any], detail: Mapping[str, Any]) -> Detail:
    boxes = detail.get("boxes", ())
    boxed = {(label, model) for label, _, model, _ in boxes}
    seen = [Seen(label, score, model, (x, y, w, h)) for label, score, model, (x, y, w, h) in boxes]
    seen += [Seen(*one) for one in detail.get("seen", ()) if (one[0], one[2]) not in boxed]
    return Detail(
        photo=photo_of(summary),
        base_path=detail.get("base", ""),
        modified=_moment(detail.get("modified")),
        processed=_moment(detail.get("processed")),
        directories=[
            Directory(name, [Tag(*one) for one in zip(*tags, strict=True)])
            for name, *tags in detail.get("directories", ())
        ],
        directory_names=detail.get("directory_names", ()),
        tag_names=detail.get("tag_names", ()),
        seen=sorted(seen, key=lambda one: -one.score),
        models=detail.get("models", ()),
        hashes=detail.get("hashes", {}),
        more=detail.get("more", {}),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
