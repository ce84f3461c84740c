"""The demo photographs: what ships, whose it is, and that a run over them finds what anybody can see."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from checkout import PHOTOS, ROOT, run

# What is on the picture beyond doubt, and what the default model finds. Pictures that it gets wrong are not here.
SEEN = {
    "ambulance.jpg": {"truck"},
    "astronaut.png": {"person"},
    "bicycle-square.jpg": {"bicycle"},
    "car-and-people.jpg": {"car", "person"},
    "car-garage.jpg": {"car", "person"},
    "car-roadside.jpg": {"car"},
    "cat.png": {"cat"},
    "church-and-cars.jpg": {"car"},
    "cup-of-coffee.tiff": {"cup"},
    "dog.tiff": {"dog"},
    "fruits.jpg": {"orange"},
    "hummingbird.jpg": {"bird"},
    "inca-tern.jpg": {"bird"},
    "motorcycle.webp": {"motorcycle"},
    "office.heic": {"chair"},
    "officer.jpg": {"person", "tie"},
    "rider-statue.jpg": {"horse", "person"},
    "station-traveller.jpg": {"person"},
}

# Latitude and longitude, rounded, of the positions that the cameras wrote.
PLACES = {
    "bicycle-square.jpg": (50.87, 4.70),  # Leuven
    "car-and-people.jpg": (37.81, -122.26),  # Oakland
    "car-garage.jpg": (37.78, -122.42),  # San Francisco
    "car-roadside.jpg": (37.89, -122.62),  # Stinson Beach
    "office.heic": (23.18, 113.39),  # Guangzhou
    "starfish.jpg": (55.04, 8.46),  # Sylt
    "station-platform.jpg": (48.14, -1.95),  # Montauban-de-Bretagne
    "station-traveller.jpg": (49.01, 1.92),  # Thun-le-Paradis
    "street.jpg": (48.16, -1.68),  # Rennes
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The rows of the demo run by file name, as JSON."""
    output = tmp_path_factory.mktemp("demo") / "out"
    settings = ["--set", f"output.directoryPath={output}", "--set", "output.format=json"]
    program = [sys.executable, "-P", "-m", "metadata_digger", "full", "configs/demo.config.properties"]
    done = run(*program, *settings, cwd=ROOT, env={"PYTHONPATH": str(ROOT / "src")})
    assert done.returncode == 0, done.stderr
    lines = (output / "out.json").read_text(encoding="utf-8").splitlines()
    return {Path(row["FilePath"]).name: row for row in map(json.loads, lines)}


def test_every_photograph_is_written(rows: dict[str, dict[str, Any]]) -> None:
    assert rows.keys() == {path.name for path in PHOTOS.iterdir()}


@pytest.mark.parametrize("name", SEEN)
def test_labels(name: str, rows: dict[str, dict[str, Any]]) -> None:
    assert SEEN[name] <= set(rows[name]["Labels"])


@pytest.mark.parametrize("name", PLACES)
def test_places(name: str, rows: dict[str, dict[str, Any]]) -> None:
    location = rows[name]["Metadata"]["GPS"]["MD Location"]
    assert [float(number) for number in location.split(",")] == pytest.approx(PLACES[name], abs=0.01)


def test_cameras(rows: dict[str, dict[str, Any]]) -> None:
    models = Counter(row["Metadata"].get("ExifIFD0", {}).get("Model") is not None for row in rows.values())
    assert models[True] >= 15


def test_varied_and_small() -> None:
    photos = list(PHOTOS.iterdir())
    assert len(photos) >= 24
    assert sum(path.stat().st_size for path in photos) < 12_000_000
    assert {path.suffix for path in photos} == {".jpg", ".png", ".tiff", ".webp", ".heic"}


def test_notice_names_each_with_source_and_licence() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    entries = dict(re.findall(r"^demo/photos/(\S+)\n((?:    .+\n)+)", notice, re.M))
    assert entries.keys() == {path.name for path in PHOTOS.iterdir()}
    for name, entry in entries.items():
        assert re.search(r"^    from \w+ package \S+, ", entry), name
        assert re.search(r"public domain|CC0-1\.0|CC-BY-2\.0|MIT|Apache-2\.0", entry), name


def test_notice_is_what_the_tool_prints() -> None:
    printed = run(sys.executable, "tools/make_demo.py", ".", "--notice", cwd=ROOT)
    assert printed.returncode == 0, printed.stderr
    assert printed.stdout in (ROOT / "NOTICE").read_text(encoding="utf-8")
