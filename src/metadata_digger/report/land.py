"""The map: land as one path of SVG, pictures as circles. Plate carrée: a degree is as long everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from metadata_digger.query.asking import Cell
from metadata_digger.report.markup import Markup, element, text

WIDTH, HEIGHT = 1440, 640  # of the picture: 4 units a degree, from 80 north to 80 south
_UNITS = WIDTH / 360
_TOP = 80.0


def drawn(cells: Sequence[Cell]) -> Markup:
    most = max((cell.count for cell in cells), default=1)
    circles = [
        element(
            "circle",
            element("title", f"{cell.count:,} at {cell.latitude:.4f}, {cell.longitude:.4f}"),
            cx=f"{(cell.longitude + 180) * _UNITS:.1f}",
            cy=f"{(_TOP - cell.latitude) * _UNITS:.1f}",
            r=f"{4 + 14 * (cell.count / most) ** 0.5:.1f}",
        )
        for cell in cells
    ]
    land = Markup(f'<path class="land" d="{_land()}"/>')
    return element(
        "svg", land, *circles, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label="Where the pictures were taken"
    )


@lru_cache(1)
def _land() -> str:
    """Natural Earth's, bundled with the search page: rings of differences, in units of some thousandths of a degree."""
    found: dict[str, Any] = json.loads((files("metadata_digger") / "web" / "vendor" / "land.json").read_text("utf-8"))
    unit = float(found["unit"])
    return text(" ".join(_ring(ring, unit) for polygon in found["polygons"] for ring in polygon))


def _ring(numbers: Sequence[int], unit: float) -> str:
    x = y = 0
    points: list[str] = []
    last = ""
    for east, north in _pairs(numbers):
        x, y = x + east, y + north
        point = f"{(x * unit + 180) * _UNITS:.0f},{(_TOP - y * unit) * _UNITS:.0f}"
        if point != last:  # a pixel is a sixteenth of a degree: most of the coast's bends are within one
            points.append(point)
            last = point
    return f"M{'L'.join(points)}Z" if len(points) > 2 else ""


def _pairs(numbers: Sequence[int]) -> Iterable[tuple[int, int]]:
    return zip(numbers[::2], numbers[1::2], strict=True)
