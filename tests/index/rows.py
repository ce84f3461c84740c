"""Rows with few words and many coincidences, an index of them, and a plain search through them that knows no index."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from metadata_digger.index import about
from metadata_digger.pipeline import row_id
from metadata_digger.query.tree import (
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
)  # fmt: skip
from metadata_digger.schema import EXTRACTED, FILE, LABELLED, OWN_TAG, hashed
from metadata_digger.sinks.columns import Columns, scan
from metadata_digger.sinks.index import IndexSink

SCHEMA = pa.schema([*FILE, *EXTRACTED, *hashed(["sha256"]), *LABELLED])
MAKES = ("Canon", "NIKON", "Apple", "canon eos", "Çanön")
MODELS = ("EOS 400D", "E-P1", "iPhone 4S", "PowerShot SD750", "400D")
WORDS = ("harbour", "harbor", "Morning", "2.8", "img_0001", "東京", "o'brien", "a-b")
LABELS = ("person", "car", "traffic light")
FIELDS = {
    "md_exif_ifd0_make": ("Exif IFD0", "Make"),
    "md_exif_ifd0_model": ("Exif IFD0", "Model"),
    "md_iptc_caption": ("IPTC", "Caption"),
    "md_iptc_keywords": ("IPTC", "Keywords"),
}
MARKED = "3"


def made(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """As a listing has them: by their paths."""
    rows = [_row(random.Random(seed * 100_000 + number), number) for number in range(count)]  # noqa: S311
    return sorted(rows, key=lambda row: str(row["file_path"]))


def _row(chance: random.Random, number: int) -> dict[str, Any]:
    url = f"file:/in/{chance.choice('abc')}/{number:04d}.{chance.choice(('jpg', 'png'))}"
    tags: list[dict[str, Any]] = []

    def tag(directory: str, name: str, value: str, own: int = 1) -> None:
        tags.append({"directory": directory, "tag": own, "name": name, "value": value})

    if chance.random() < 0.8:
        tag("Exif IFD0", "Make", chance.choice(MAKES))
        tag("Exif IFD0", "Model", chance.choice(MODELS))
    if chance.random() < 0.5:
        tag("IPTC", "Caption", " ".join(chance.choices(WORDS, k=3)))
    for _ in range(chance.randrange(3)):
        tag("IPTC", "Keywords", chance.choice(WORDS))
    if chance.random() < 0.6:
        taken = datetime(2019, 12, 30, 23, 59, tzinfo=UTC) + timedelta(hours=chance.randrange(24 * 400))
        tag("Capture", "MD Taken", taken.strftime("%Y-%m-%dT%H:%M:%SZ"), OWN_TAG - 9)
    if chance.random() < 0.6:
        place = chance.choice(((52.2, 21.0), (52.3, 21.1), (-17.0, 179.5), (-17.0, -179.5), (0.0, 0.0)))
        tag("GPS", "MD Location", f"{place[0]},{place[1]}", OWN_TAG - 1)
        tag("GPS", "MD Location Lat F", str(place[0]), OWN_TAG - 2)
        tag("GPS", "MD Location Long F", str(place[1]), OWN_TAG - 3)
    if chance.random() < 0.5:
        tag("JPEG", "Image Width", f"{chance.choice((640, 800, 4000))} pixels")
    labels = chance.sample(LABELS, chance.randrange(3)) if chance.random() < 0.8 else None
    scores = [{"label": label, "score": round(chance.random(), 2), "model": "m"} for label in labels or ()]
    return {
        "id": row_id(url),
        "base_path": "file:///in",
        "file_path": url,
        "size": chance.choice((0, 10, 1_000, 1 << 33)),
        "modified": datetime(2020, 1, 1, tzinfo=UTC),
        "status": "ok",
        "reason": None,
        "notes": ["a note"] if chance.random() < 0.2 else [],
        "again": None,
        "file_type": chance.choice(("JPEG", "PNG", None)),
        "directories": list(dict.fromkeys(one["directory"] for one in tags)),
        "tags": tags,
        "hash_sha256": f"{number:064x}",
        "labels": labels,
        "scores": scores if labels is not None else None,
        "models": [{"name": "m", "sha256": "0"}],
    }


def index(rows: Sequence[Mapping[str, Any]], folder: Path, pieces: int = 3) -> Path:
    """An output's folder with an index of the rows, made of several pieces."""
    folder.mkdir(parents=True, exist_ok=True)
    batch = pa.RecordBatch.from_pylist([dict(row) for row in rows], SCHEMA)
    columns = Columns.of(SCHEMA, scan(batch))
    targets = []
    for number in range(pieces):
        start, stop = (len(rows) * end // pieces for end in (number, number + 1))
        targets.append(folder.parent / f"{folder.name}-piece-{number}")
        sink = IndexSink(moment="2026-12-01T00:00:00Z").numbered(start)
        assert sink.piece(iter([batch.slice(start, stop - start)]), columns, targets[-1]) == stop - start
    IndexSink().numbered(len(rows)).join(targets, columns, folder / about.FILE)
    return folder


def matching(rows: Iterable[Mapping[str, Any]], node: Node, marked: frozenset[str] = frozenset()) -> Iterator[str]:
    """The ids of the rows that fit."""
    return (row["id"] for row in rows if fits(row, node, marked))


def fits(row: Mapping[str, Any], node: Node, marked: frozenset[str] = frozenset()) -> bool:
    match node:
        case Everything():
            return True
        case Every(parts):
            return all(fits(row, part, marked) for part in parts)
        case Some(parts):
            return any(fits(row, part, marked) for part in parts)
        case Not(part):
            return not fits(row, part, marked)
        case Text(name, text, 0):
            wanted = words(text)
            return any(_runs(wanted, words(value)) for value in _texts(row, name))
        case OneOf(name, values):
            return bool({*values} & {*_values(row, name)})
        case Has(name):
            return bool(_values(row, name))
        case Glob(name, pattern):
            return _any(row, name, re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))
        case Regex(name, pattern):
            return _any(row, name, pattern)
        case Near(name, word, distance):
            return any(_distance(_folded(word), one) <= distance for value in _texts(row, name) for one in words(value))
        case Span(name, low, high, with_low, with_high):
            found = _values(row, name)
            return any(
                (low is None or (one >= low if with_low else one > low))
                and (high is None or (one <= high if with_high else one < high))
                for one in found
            )
        case Box(south, west, north, east):
            return any(
                south <= latitude <= north and _between(west, longitude, east)
                for latitude, longitude in _values(row, "location")
            )
        case Circle(latitude, longitude, kilometres):
            return any(_kilometres((latitude, longitude), one) <= kilometres for one in _values(row, "location"))
        case Marked(_):
            return row["id"] in marked
    raise AssertionError(node)


def _texts(row: Mapping[str, Any], name: str) -> list[str]:
    """The values in which words stand behind each other; they never do from one tag to the next."""
    return [one["value"] for one in row["tags"] if not name or (one["directory"], one["name"]) == FIELDS[name]]


def _values(row: Mapping[str, Any], name: str) -> list[Any]:
    name = name.removeprefix("exact.")
    if name in FIELDS:
        return _texts(row, name)
    tag = {one["name"]: one["value"] for one in row["tags"]}
    match name:
        case "labels":
            return [*(row["labels"] or ())]
        case "notes" | "directory_names":
            return [*row["notes" if name == "notes" else "directories"]]
        case "file_type":
            return [row["file_type"]] if row["file_type"] else []
        case "file_path":
            parts = row["file_path"].split("/")
            return ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
        case "file_size":
            return [row["size"]]
        case "score_traffic_light":
            return [one["score"] for one in row["scores"] or () if one["label"] == "traffic light"]
        case "date":
            return [datetime.fromisoformat(tag["MD Taken"])] if "MD Taken" in tag else []
        case "md_jpeg_image_width":
            return [int(tag["Image Width"].split()[0])] if "Image Width" in tag else []
        case "location":
            return [tuple(map(float, tag["MD Location"].split(",")))] if "MD Location" in tag else []
    raise AssertionError(name)


def _any(row: Mapping[str, Any], name: str, pattern: str) -> bool:
    if not name or name in FIELDS:
        pattern = _folded(pattern)
        return any(re.fullmatch(pattern, word, re.DOTALL) for value in _texts(row, name) for word in words(value))
    return any(re.fullmatch(pattern, value, re.DOTALL) for value in _values(row, name))


def words(text: str) -> list[str]:
    """Of the words above alone: by hand."""
    found = re.findall(r"[\u4e00-\u9fff]|[A-Za-z0-9_ÇöÖç]+(?:['.:][A-Za-z0-9_]+)*", text)
    return [*map(_folded, found)]


def _folded(text: str) -> str:
    return text.translate(str.maketrans("ÇöÖç", "CoOc")).lower()


def _runs(wanted: Sequence[str], found: Sequence[str]) -> bool:
    size = len(wanted)
    return size > 0 and any([*wanted] == [*found[at : at + size]] for at in range(len(found) - size + 1))


def _distance(a: str, b: str) -> int:
    """Edits between two words; two signs that changed places are one."""
    rows = [[*range(len(b) + 1)]]
    for i, x in enumerate(a, 1):
        rows.append([i])
        for j, y in enumerate(b, 1):
            best = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, rows[i - 2][j - 2] + 1)
            rows[i].append(best)
    return rows[-1][-1]


def _between(west: float, longitude: float, east: float) -> bool:
    return west <= longitude <= east if west <= east else longitude >= west or longitude <= east


def _kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """By the angle between two points as vectors."""
    points = []
    for latitude, longitude in (map(math.radians, a), map(math.radians, b)):
        flat = math.cos(latitude)
        points.append((flat * math.cos(longitude), flat * math.sin(longitude), math.sin(latitude)))
    cosine = sum(p * q for p, q in zip(*points, strict=True))
    return 6_371.0087714 * math.acos(max(-1.0, min(1.0, cosine)))
