"""What is answered, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from metadata_digger.query.asking import Detail, Photo
from metadata_digger.query.fields import EXACT, SCORES

# Types of files of which no picture can be made.
_NO_PICTURE = frozenset({"MP3", "WAV", "AVI", "ASF", "Unknown", "SVG", "PDF", "EPS"})


def photo(one: Photo, mark: str | None = None) -> dict[str, Any]:
    folder, _, name = one.path.rpartition("/")
    return {
        "id": one.id,
        "path": shown(one.path),
        "name": shown(name),
        "folder": shown(folder),
        "type": one.file_type,
        "size": one.size,
        "date": moment(one.date),
        "lat": one.latitude,
        "lon": one.longitude,
        "width": one.width,
        "height": one.height,
        "camera": one.camera,
        "labels": [*one.labels],
        "notes": [*one.notes],
        "mark": mark,
        "picture": one.file_type not in _NO_PICTURE,
    }


def shown(url: str) -> str:
    """A path as people write it; a name that is no UTF-8 keeps its escapes."""
    if url.startswith("file:///"):
        return url
    return url.removeprefix("file:") if url.startswith("file:/") else url


def moment(value: datetime | None) -> str | None:
    """Without a zone: the clock of the camera, or UTC."""
    return None if value is None else value.replace(tzinfo=None).isoformat(timespec="seconds")


def detail(one: Detail, mark: str | None = None, *, original: bool = False) -> dict[str, Any]:
    return photo(one.photo, mark) | {
        "base_path": shown(one.base_path),
        "modified": moment(one.modified),
        "processed": moment(one.processed),
        "hashes": dict(one.hashes),
        "seen": [
            {"label": seen.label, "score": seen.score, "model": seen.model, "box": seen.box and [*seen.box]}
            for seen in one.seen
        ],
        "models": [dict(model) for model in one.models],
        "directories": [
            {
                "name": directory.name,
                "tags": [{"name": tag.name, "value": tag.value, "field": tag.field} for tag in directory.tags],
            }
            for directory in one.directories
        ],
        "more": _plain(one.more),
        "original": original,
    }


def values(one: Detail, fields: Sequence[str]) -> dict[str, str]:
    """Of these fields, those that a row has, as text; several values of a tag stand side by side."""
    several: dict[str, list[str]] = {}
    for directory in one.directories:
        for tag in directory.tags:
            several.setdefault(tag.field, []).append(tag.value)
    own: dict[str, Any] = {
        **one.more,
        **one.hashes,
        **{f"hash_{kind}": value for kind, value in one.hashes.items()},
        **{f"{SCORES}{seen.label}": f"{seen.score:.3f}" for seen in one.seen},
        "id": one.photo.id,
        "base_path": shown(one.base_path),
        "file_path": shown(one.photo.path),
        "exact_base_path": shown(one.base_path),
        "exact_file_path": shown(one.photo.path),
        "file_modified": moment(one.modified),
        "processing_datetime": moment(one.processed),
        "directory_names": one.directory_names,
        "tag_names": one.tag_names,
        "model_name": [model.get("name", "") for model in one.models],
        "model_sha256": [model.get("sha256", "") for model in one.models],
    }
    found = {}
    for name in fields:
        value = several.get(name.removeprefix(EXACT)) or own.get(name)
        if value is not None:
            found[name] = " | ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return found


def compared(a: Detail, b: Detail) -> list[dict[str, Any]]:
    """Every tag of both, those that differ first, in the order of the files."""
    left, right = _values(a), _values(b)
    rows = []
    for key in dict.fromkeys((*left, *right)):
        (directory, name), (first, second) = key, (left.get(key), right.get(key))
        field = (first or second or ("", ""))[1]
        values = [None if one is None else one[0] for one in (first, second)]
        rows.append(
            {
                "directory": directory,
                "name": name,
                "field": field,
                "a": values[0],
                "b": values[1],
                "differs": values[0] != values[1],
            }
        )
    return sorted(rows, key=lambda row: not row["differs"])


def _values(one: Detail) -> dict[tuple[str, str], tuple[str, str]]:
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for directory in one.directories:
        for tag in directory.tags:
            key = directory.name, tag.name
            before = found.get(key)
            found[key] = (f"{before[0]} | {tag.value}" if before else tag.value, tag.field)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return moment(value) if isinstance(value, datetime) else value
