"""Whether counts are exact:  python bench/search/check.py INDEX

A hundred questions to an index that build.py made, and the same of every row of photos.sqlite by DuckDB, which knows
nothing of the index.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from metadata_digger.index import rows
from metadata_digger.index.asking import IndexCollection
from metadata_digger.query.parse import parse

COLUMNS = ("make", "model", "software", "artist", "serial", "caption")
FIELDS = (
    "md_exif_ifd0_make",
    "md_exif_ifd0_model",
    "md_exif_ifd0_software",
    "md_exif_ifd0_artist",
    "md_exif_subifd_body_serial_number",
    "md_iptc_captionabstract",
)
MAKES = ("Canon", "NIKON", "Apple", "samsung", "SONY", "FUJIFILM", "OLYMPUS", "Panasonic", "Google", "DJI")
LABELS = ("person", "car", "dog", "cat", "chair", "bottle", "boat", "bird", "traffic light", "bicycle", "bus", "train")
WORDS = ("harbour", "morning", "street", "family", "office", "mountain")
BATCH = 20_000


def questions() -> Iterator[tuple[str, str]]:
    """Of each the query, and the condition of SQL."""
    for make in MAKES:
        yield f"md_exif_ifd0_make:{make.lower()}", f"make LIKE '{make}%'"
        yield f"md_exif_ifd0_make:{make} AND labels:person", f"make LIKE '{make}%' AND 'person' IN labels"
        start = make[:3].lower()
        yield f"md_exif_ifd0_model:{start}*", f"regexp_matches(lower(model), '\\b{start}')"
    for number, label in enumerate(LABELS):
        other = LABELS[number - 1]
        yield f'labels:"{label}"', f"'{label}' IN labels"
        yield f'labels:("{label}" AND "{other}")', f"'{label}' IN labels AND '{other}' IN labels"
        yield f'labels:("{label}" -"{other}")', f"'{label}' IN labels AND '{other}' NOT IN labels"
    for year in range(2001, 2025, 2):
        yield f"date:{year}", f"date >= '{year}' AND date < '{year + 1}'"
        yield f"date:[{year}-02 TO {year}-03-10]", f"date >= '{year}-02' AND date < '{year}-03-11'"
    for word in WORDS:
        yield word, f"regexp_matches(caption, '\\b{word}\\b')"
        yield f'"{word} street"', f"regexp_matches(caption, '\\b{word} street\\b')"
    for size in (100_000, 1_000_000, 5_000_000):
        yield f"file_size:[{size} TO *]", f"size >= {size}"
        yield f"file_size:[* TO {size}}}", f"size < {size}"
    yield "location:[40,-10 TO 60,30]", "lat BETWEEN 40 AND 60 AND lon BETWEEN -10 AND 30"
    yield "location:[-20,170 TO 20,-170]", "lat BETWEEN -20 AND 20 AND (lon >= 170 OR lon <= -170)"
    yield "location:*", "lat IS NOT NULL"
    yield "-location:*", "lat IS NULL"
    yield "-date:*", "date IS NULL"
    yield "-labels:*", "len(labels) = 0"
    yield "md_exif_ifd0_model:canon", "model LIKE 'Canon %'"
    yield 'exact.md_exif_ifd0_model:"Canon A0"', "model = 'Canon A0'"
    yield "md_exif_subifd_body_serial_number:00001234", "serial = '00001234'"
    yield '"person 17"', "artist = 'Person 17'"


def table(folder: Path) -> pa.Table:
    """The rows as photos.sqlite has them."""
    reader = rows.Rows(folder / rows.FILE)
    batches = []
    held: list[dict[str, Any]] = []
    number, last = 0, reader.last()
    while number <= last:
        found = reader.detail(number)
        number += 1
        if found is not None:
            held.append(_columns(*found))
        if len(held) == BATCH or number > last:
            batches.append(pa.RecordBatch.from_pylist(held, SCHEMA))
            held = []
            print(f"\r{number:,} rows read", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return pa.Table.from_batches(batches)


SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in COLUMNS),
        ("labels", pa.list_(pa.string())),
        ("date", pa.string()),
        ("size", pa.int64()),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
    ]
)


def _columns(summary: dict[str, Any], detail: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, str] = {}
    for _, _, texts, names in detail["directories"]:
        values.update(zip(names, texts, strict=True))
    place = values.get("md_gps_md_location", "").split(",")
    found: dict[str, Any] = {name: values.get(field) for name, field in zip(COLUMNS, FIELDS, strict=True)}
    found |= {"labels": summary.get("labels", []), "size": summary["size"], "date": values.get("md_capture_md_taken")}
    return found | ({"lat": float(place[0]), "lon": float(place[1])} if len(place) == 2 else {})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    folder = parser.parse_args().index
    photos = table(folder)
    database = duckdb.connect()
    database.register("photos", photos)
    collection = IndexCollection(folder)
    wrong = count = 0
    for query, condition in questions():
        (plain,) = database.execute(f"SELECT count(*) FROM photos WHERE {condition}").fetchone() or (0,)  # noqa: S608
        found = collection.count(parse(query).node)
        count += 1
        if found != plain:
            wrong += 1
            print(f"{query}: {found:,}, and {plain:,} by {condition}")
    print(f"{photos.num_rows:,} rows, {count} questions, {wrong} counted otherwise")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
