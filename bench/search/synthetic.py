"""Rows of photographs that never were: 87 tags each, with values as spread as those of real collections, the same at
every run."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from metadata_digger.pipeline import row_id
from metadata_digger.schema import EXTRACTED, FILE, LABELLED, OWN_TAG

SCHEMA = pa.schema([*FILE, *EXTRACTED, *LABELLED])
BATCH = 1_000
_MAKES = ("Canon", "NIKON CORPORATION", "Apple", "samsung", "SONY", "FUJIFILM", "OLYMPUS", "Panasonic", "Google", "DJI")
_LABELS = ("person", "car", "dog", "cat", "chair", "bottle", "boat", "bird", "traffic light", "bicycle", "bus", "train")
_TYPES = ("JPEG", "JPEG", "JPEG", "JPEG", "JPEG", "HEIF", "PNG", "TIFF", "NEF", "WebP")
_WORDS = ("harbour", "morning", "street", "family", "office", "mountain", "river", "bridge", "market", "garden", "snow")
_FIRST = datetime(2001, 1, 1, tzinfo=UTC)
_SECONDS = 24 * 365 * 86_400


def batches(first: int, last: int) -> Iterator[pa.RecordBatch]:
    """The rows from one number to another. Each row depends on its number alone."""
    for start in range(first, last, BATCH):
        yield pa.RecordBatch.from_pylist([row(number) for number in range(start, min(start + BATCH, last))], SCHEMA)


def row(number: int) -> dict[str, Any]:
    chance = random.Random(number)  # noqa: S311  # no secret
    make = _MAKES[int(chance.random() ** 2 * len(_MAKES))]
    model = f"{make.split()[0]} {chance.choice('ABCDEFX')}{int(chance.random() ** 2 * 60)}"
    folder = f"/archive/{number // 50_000:02d}/{number // 500 % 100:02d}"
    url = f"file:{folder}/IMG_{number % 500:04d}.jpg"
    taken = _FIRST + timedelta(seconds=int(chance.random() * _SECONDS)) if chance.random() < 0.9 else None
    place = (chance.uniform(-60, 70), chance.uniform(-180, 180)) if chance.random() < 0.3 else None
    labels = chance.sample(_LABELS, int(chance.random() * 4))
    tags = list(_tags(chance, number, make, model, taken, place))
    return {
        "id": row_id(url),
        "base_path": "file:///archive",
        "file_path": url,
        "size": int(chance.random() ** 3 * 20_000_000) + 20_000,
        "modified": taken or _FIRST,
        "status": "ok",
        "reason": None,
        "notes": ["no picture: truncated"] if chance.random() < 0.01 else [],
        "again": None,
        "file_type": chance.choice(_TYPES),
        "directories": list(dict.fromkeys(tag["directory"] for tag in tags)),
        "tags": tags,
        "labels": labels,
        "scores": [{"label": label, "score": 0.5 + chance.random() / 2, "model": "m"} for label in labels],
        "models": [{"name": "m", "sha256": "0" * 64}],
    }


def _tags(
    chance: random.Random,
    number: int,
    make: str,
    model: str,
    taken: datetime | None,
    place: Sequence[float] | None,
) -> Iterator[dict[str, Any]]:
    def tag(directory: str, name: str, value: str, own: int = 1) -> dict[str, Any]:
        return {"directory": directory, "tag": own, "name": name, "value": value}

    width, height = chance.choice(((4000, 3000), (6000, 4000), (1200, 800), (4032, 3024)))
    yield tag("JPEG", "Image Width", f"{width} pixels")
    yield tag("JPEG", "Image Height", f"{height} pixels")
    yield tag("Exif IFD0", "Make", make)
    yield tag("Exif IFD0", "Model", model)
    yield tag("Exif IFD0", "Software", f"{make.split()[0]} {int(chance.random() * 40) / 10}")
    yield tag("Exif IFD0", "Artist", f"Person {int(chance.random() ** 3 * 5_000)}")
    yield tag("Exif SubIFD", "Body Serial Number", f"{chance.randrange(20_000):08d}")
    yield tag("IPTC", "Caption/Abstract", " ".join(chance.choices(_WORDS, k=5)) + f" {number}")
    if taken is not None:
        text = taken.strftime("%Y:%m:%d %H:%M:%S")
        yield tag("Exif IFD0", "Date/Time", text)
        yield tag("Exif SubIFD", "Date/Time Original", text)
        yield tag("Capture", "MD Taken", taken.strftime("%Y-%m-%dT%H:%M:%SZ"), OWN_TAG - 10)
    if place is not None:
        yield tag("GPS", "MD Location", f"{place[0]},{place[1]}", OWN_TAG - 1)
        yield tag("GPS", "MD Location Lat F", f"{place[0]}", OWN_TAG - 2)
        yield tag("GPS", "MD Location Long F", f"{place[1]}", OWN_TAG - 3)
    for one in range(30):  # of few values
        yield tag("Exif SubIFD", f"Setting {one}", f"Mode {int(chance.random() ** 2 * 8)}")
    for one in range(30):  # of some hundreds
        yield tag("Makernote", f"Value {one}", f"{int(chance.random() ** 2 * 400)} units of {one}")
    for one in range(13):  # of ten thousands
        yield tag("Makernote", f"Number {one}", f"{chance.randrange(30_000)}")
