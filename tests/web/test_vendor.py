"""What the page takes from npm is what tools/vendor.lock says, has a licence in NOTICE, and fetches nothing."""

from __future__ import annotations

import json
import re
import sys

import pytest

from checkout import ROOT, run

VENDOR = ROOT / "src" / "metadata_digger" / "web" / "vendor"


def test_files_are_as_locked() -> None:
    checked = run(sys.executable, ROOT / "tools" / "vendor.py", "--check", cwd=ROOT)
    assert checked.returncode == 0, checked.stdout


def test_notice_names_each_package() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    lock = (ROOT / "tools" / "vendor.lock").read_text("utf-8")
    packages = [name for line in lock.splitlines() if "@" in (name := line.split()[1])]
    assert len(packages) == 3
    for package in packages:
        assert package in notice


@pytest.mark.parametrize("name", ["preact.js", "leaflet.js", "leaflet.css"])
def test_nothing_is_fetched(name: str) -> None:
    text = (VENDOR / name).read_text("utf-8")
    assert "sourceMappingURL" not in text
    assert "eval(" not in text and "new Function(" not in text
    assert "url(" not in text.replace("url(#default#VML)", "") or not name.endswith(".css")


def test_land_is_cut_at_the_antimeridian() -> None:
    land = json.loads((VENDOR / "land.json").read_text("ascii"))
    unit, points = land["unit"], 0
    for polygon in land["polygons"]:
        for ring in polygon:
            x = y = 0
            longitudes, latitudes = [], []
            for dx, dy in zip(ring[::2], ring[1::2], strict=True):
                x, y = x + dx, y + dy
                longitudes.append(x * unit)
                latitudes.append(y * unit)
                assert abs(x) * unit <= 180 and abs(y) * unit <= 90
            round_the_pole = min(latitudes) == -90
            assert max(longitudes) - min(longitudes) < 200 or round_the_pole
            points += len(longitudes)
    assert points > 50_000


def test_pages_write_text_only() -> None:
    """Metadata of strangers never becomes markup."""
    pages = [file for file in VENDOR.parent.joinpath("pages").rglob("*") if file.suffix in (".js", ".html")]
    for file in pages:
        text = file.read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|DOMParser|\beval\(", text), file.name
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), file.name
