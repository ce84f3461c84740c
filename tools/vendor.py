"""Takes what the search page's front end needs from npm into src/metadata_digger/web/vendor, where it is committed.

Usage: python tools/vendor.py [--check]

Packages and files are held by the sha256 of tools/vendor.lock; `--check` compares the committed files with it and
fetches nothing. Needs npm, as it is set up on the machine. A new version: change it below, run with `--lock`, read what
changed.

land.json: the land of Natural Earth 1:50m, out of its TopoJSON: {"unit": degrees, "polygons": [[ring, ...], ...]}, a
polygon's first ring is its outline, the others are lakes. A ring is [x, y, dx, dy, dx, dy, ...]: longitude and latitude
in units, then steps; its last point is not its first again. No ring crosses the antimeridian.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
VENDOR = ROOT / "src" / "metadata_digger" / "web" / "vendor"
LOCK = ROOT / "tools" / "vendor.lock"
UNIT = 0.005  # degrees: 550 m, half of what the 1:50m data can say

# package -> our file: the package's
PACKAGES: Mapping[str, Mapping[str, str]] = {
    "htm@3.1.1": {"preact.js": "preact/standalone.module.js"},
    "leaflet@1.9.4": {"leaflet.js": "dist/leaflet.js", "leaflet.css": "dist/leaflet.css"},
    "world-atlas@2.0.2": {"land.json": "land-50m.json"},
}

Point = tuple[float, float]  # longitude, latitude
Ring = Sequence[Point]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare the committed files with the lock")
    parser.add_argument("--lock", action="store_true", help="take what there is and write the lock anew")
    given = parser.parse_args(arguments)
    if given.check:
        faults = [*wrong()]
        print("\n".join(faults) if faults else f"{VENDOR.name}/ is as locked")
        return 1 if faults else 0
    sums: dict[str, str] = {}
    for package, files in PACKAGES.items():
        archive = fetched(package)
        sums[package] = digest(archive)
        if not given.lock and sums[package] != locked().get(package):
            print(f"{package} is another one than {LOCK.name} says: nothing was taken", file=sys.stderr)
            return 1
        for name, member in files.items():
            data = made(name, archive, member)
            sums[name] = digest(data)
            VENDOR.mkdir(parents=True, exist_ok=True)
            (VENDOR / name).write_bytes(data)
    if given.lock:
        LOCK.write_text("".join(f"{sum_}  {name}\n" for name, sum_ in sums.items()), "utf-8")
    return main(["--check"])


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def locked() -> dict[str, str]:
    return {name: sum_ for sum_, name in (line.split() for line in LOCK.read_text("utf-8").splitlines())}


def wrong() -> Iterator[str]:
    names = [name for files in PACKAGES.values() for name in files]
    lock = locked()
    for name in names:
        file = VENDOR / name
        if not file.is_file():
            yield f"{name} is not there: python tools/vendor.py"
        elif digest(file.read_bytes()) != lock.get(name):
            yield f"{name} is not what {LOCK.name} says"
    yield from (f"{file.name} is of no package" for file in VENDOR.iterdir() if file.name not in names)


def fetched(package: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603, S607 - a name of PACKAGES, the user's own npm
        return next(Path(folder).glob("*.tgz")).read_bytes()


def made(name: str, archive: bytes, member: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(archive)) as package:
        file = package.extractfile(f"package/{member}")
        data = file.read() if file else b""
    if name == "land.json":
        return land(json.loads(data))
    text = data.decode("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("//# sourceMappingURL=")]
    if name == "leaflet.css":
        # Pictures of markers and layers, which the page has none of, and a filter of Internet Explorer.
        lines = [line for line in lines if "url(" not in line]
    return ("\n".join(lines) + "\n").encode("utf-8")


def land(topology: Mapping[str, Any]) -> bytes:
    arcs = [[*arc_points(topology["transform"], arc)] for arc in topology["arcs"]]
    polygons = []
    for geometry in topology["objects"]["land"]["geometries"]:
        several = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for rings in several:
            pieces = cut([unwrapped(joined(arcs, ring)) for ring in rings])
            polygons += [[steps(ring) for ring in piece] for piece in pieces]
    # The edge of the data at the South Pole is a ring without a height.
    kept = [[ring for ring in polygon if len(ring) >= 6 and any(ring[3::2])] for polygon in polygons]
    polygons = [polygon for polygon in kept if polygon]
    return json.dumps({"unit": UNIT, "polygons": polygons}, separators=(",", ":")).encode("ascii") + b"\n"


def arc_points(transform: Mapping[str, Any], arc: Sequence[Sequence[int]]) -> Iterator[Point]:
    x = y = 0
    for dx, dy in arc:
        x, y = x + dx, y + dy
        yield (
            x * transform["scale"][0] + transform["translate"][0],
            y * transform["scale"][1] + transform["translate"][1],
        )


def joined(arcs: Sequence[Ring], numbers: Sequence[int]) -> list[Point]:
    """A ring, its first point not repeated. ~n is arc n from its end."""
    ring: list[Point] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += arc[1:] if ring else arc
    return ring[:-1]


def unwrapped(ring: Ring) -> list[Point]:
    """Longitudes that go on behind 180 degrees; a ring round a pole is led along the pole."""
    found: list[Point] = []
    turn = 0.0
    for x, y in [*ring, ring[0]]:
        if found:
            step = x + turn - found[-1][0]
            turn -= 360 * round(step / 360)
        found.append((x + turn, y))
    first, last = found[0], found[-1]
    if abs(last[0] - first[0]) < 180:
        return found[:-1]
    pole = -90.0 if first[1] < 0 else 90.0
    return [*found, (last[0], pole), (first[0], pole)]


def cut(rings: Sequence[Ring]) -> Iterator[list[list[Point]]]:
    """The polygon's parts in each turn of the Earth, all between -180 and 180 degrees."""
    for turn in (-360, 0, 360):
        parts = [below(above(ring, turn - 180.0), turn + 180.0) for ring in rings]
        parts = [[(x - turn, y) for x, y in part] for part in parts]
        if parts and len(parts[0]) > 2:
            yield [part for part in parts if len(part) > 2]


def above(ring: Ring, edge: float) -> list[Point]:
    return [(-x, y) for x, y in below([(-x, y) for x, y in ring], -edge)]


def below(ring: Ring, edge: float) -> list[Point]:
    """What of a ring is west of a meridian (Sutherland and Hodgman 1974, one side)."""
    found: list[Point] = []
    for number, (x, y) in enumerate(ring):
        before_x, before_y = ring[number - 1]
        if (x <= edge) != (before_x <= edge):
            found.append((edge, before_y + (y - before_y) * (edge - before_x) / (x - before_x)))
        if x <= edge:
            found.append((x, y))
    return found


def steps(ring: Ring) -> list[int]:
    points = [(round(x / UNIT), round(y / UNIT)) for x, y in ring]
    points = [point for number, point in enumerate(points) if point != points[number - 1]]
    flat: list[int] = []
    x = y = 0
    for new_x, new_y in points:
        flat += [new_x - x, new_y - y]
        x, y = new_x, new_y
    return flat


if __name__ == "__main__":
    sys.exit(main())
