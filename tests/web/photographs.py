"""Indexes of photographs that never were, made quickly, and a real `serve` over them."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from checkout import PHOTOS, ROOT
from metadata_digger.index import about
from metadata_digger.pipeline import row_id
from metadata_digger.schema import BOXED, EXTRACTED, FILE, LABELLED, OWN_TAG
from metadata_digger.sinks.columns import Columns
from metadata_digger.sinks.index import IndexSink

SCHEMA = pa.schema([*FILE, *EXTRACTED, *LABELLED, *BOXED])
PICTURES = ("beach.jpg", "car-garage.jpg", "dinner.jpg", "flower.jpg", "palace.jpg")
CAMERAS = ("EOS 5D", "D100", "iPhone 4S")
HOSTILE = '<img src=x onerror="document.title=1">\u202egpj.exe'
_FIRST = datetime(2010, 1, 1, 8, tzinfo=UTC)
SECONDS = 60


def row(number: int, folder: Path) -> dict[str, Any]:
    """Every second one has a person, every third a car, every fifth neither camera nor day nor place."""
    base = folder.as_uri()
    url = f"{base}/card-{number % 2}/picture-{number:05d}.jpg".replace("file://", "file:")
    taken = _FIRST + timedelta(days=number) if number % 5 else None
    tags = [("JPEG", "Image Width", "4000 pixels", 1), ("JPEG", "Image Height", "3000 pixels", 3)]
    if taken is not None:
        tags += [
            ("Exif IFD0", "Make", "Canon", 271),
            ("Exif IFD0", "Model", CAMERAS[number % 3], 272),
            ("Exif IFD0", "Software", HOSTILE if number == 7 else "GIMP 2.4.7", 305),
            ("Exif SubIFD", "Body Serial Number", f"{number % 7:010d}", 42033),
            ("Exif SubIFD", "Date/Time Original", taken.strftime("%Y:%m:%d %H:%M:%S"), 36867),
            ("GPS", "MD Location", f"{50 + number % 7},{4 + number % 11}", OWN_TAG - 1),
            ("GPS", "MD Location Lat F", f"{50 + number % 7}", OWN_TAG - 2),
            ("GPS", "MD Location Long F", f"{4 + number % 11}", OWN_TAG - 3),
        ]
    labels = [label for label, each in (("person", 2), ("car", 3)) if number % each == 0]
    return {
        "id": row_id(url),
        "base_path": base,
        "file_path": url,
        "size": 20_000 + number,
        "modified": taken or _FIRST,
        "status": "ok",
        "reason": None,
        "notes": [],
        "again": None,
        "file_type": "PDF" if number == 11 else "JPEG",
        "directories": list(dict.fromkeys(directory for directory, *_ in tags)),
        "tags": [
            {"directory": directory, "tag": code, "name": name, "value": value} for directory, name, value, code in tags
        ],
        "labels": labels,
        "scores": [{"label": label, "score": 0.75, "model": "m"} for label in labels],
        "models": [{"name": "m", "sha256": "0" * 64}],
        "boxes": [
            {"label": label, "score": 0.75, "x": 400 * at, "y": 300, "width": 1000, "height": 1500, "model": "m"}
            for at, label in enumerate(labels, 1)
        ],
    }


def index(output: Path, rows: int, pictures: Path | None = None) -> Path:
    """An output with so many; their files lie in `pictures`, or nowhere."""
    folder = pictures or output.parent / "nowhere"
    output.mkdir(parents=True)
    given = [row(number, folder) for number in range(rows)]
    if pictures is not None:
        for number, one in enumerate(given):
            file = pictures / f"card-{number % 2}" / Path(one["file_path"]).name
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PHOTOS / PICTURES[number % len(PICTURES)], file)
    given.sort(key=lambda one: one["file_path"])
    pairs = {(tag["directory"], tag["name"]) for one in given[:300] for tag in one["tags"]}
    columns = Columns.of(SCHEMA, pairs)
    sink = IndexSink(moment="2026-12-01T00:00:00Z").numbered(0)
    batches = (pa.RecordBatch.from_pylist(given[at : at + 1000], SCHEMA) for at in range(0, rows, 1000))
    piece = output.parent / f"{output.name}-piece"
    sink.piece(batches, columns, piece)
    IndexSink().numbered(rows).join([piece], columns, output / about.FILE)
    shutil.rmtree(piece)
    return output


@contextmanager
def serving(output: Path, *options: str) -> Iterator[str]:
    """The page's address."""
    command = [
        sys.executable,
        "-P",
        "-m",
        "metadata_digger",
        "serve",
        str(output),
        "--port",
        "0",
        "--no-open",
        *options,
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "XDG_CACHE_HOME": str(output.parent / "cache")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment) as it:
        try:
            yield _address(it)
        finally:
            it.send_signal(signal.SIGINT)
            try:
                it.wait(10)
            except subprocess.TimeoutExpired:
                it.kill()


def _address(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    until = time.monotonic() + SECONDS
    said = []
    while time.monotonic() < until and select.select([program.stdout], [], [], 1)[0] is not None:
        line = program.stdout.readline()
        said.append(line)
        if found := re.search(r"http://\S+", line):
            return found[0]
        if not line:
            break
    raise AssertionError(f"serve did not begin: {''.join(said)}")
