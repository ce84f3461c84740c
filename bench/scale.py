"""Measures whole runs of `extract` and writes the tables into bench/results.md: how quick, how the time grows with the
number of files, two workers against one, how much memory, what the main process costs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from machine import machine
from page import put
from photographs import photographs, small
from pictures import many
from process import Cost, at_once, run

ORIGINAL = 25.0  # files a second, by the clock, start included: Metadata Digger 0.2.1 on such files and two cores
DISTINCT = 200
SIZES = (1_000, 10_000, 50_000, 200_000)
FORMS = ("csv", "json", "parquet")
PLANNED = 64  # workers that the main process is to have room for


def show(text: str) -> None:
    print(f"\r{text:<70}", end="", file=sys.stderr, flush=True)


def once(folder: Path, workers: int, what: str, *, form: str = "csv", memory: bool = False) -> Cost:
    show(what)
    return run("extract", folder, workers, form=form, memory=memory)


def quick(repeats: int) -> list[str]:
    """2,000 photographs, two workers."""
    folder = many(photographs(DISTINCT), 2_000 // DISTINCT)
    costs: dict[str, Cost] = {}
    for turn in range(repeats):
        for form in FORMS:
            cost = once(folder, 2, f"2,000 photographs to {form} ({turn + 1} of {repeats})", form=form)
            costs[form] = cost.better(costs.get(form))
    lines = ["| 2,000 photographs, 2 workers | seconds | CPU seconds | files a second | times the original |"]
    lines.append("|---|---|---|---|---|")
    for form, cost in costs.items():
        rate = 2_000 / cost.wall
        lines.append(f"| {form} | {cost.wall:.2f} | {cost.cpu:.2f} | {rate:,.0f} | {rate / ORIGINAL:.0f} |")
    return lines


def two_for_one(repeats: int) -> tuple[list[str], float]:
    """20,000 photographs with one worker and two; and files that a worker does in a second, when it is under way."""
    folder = many(photographs(DISTINCT), 20_000 // DISTINCT)
    costs: dict[int, Cost] = {}
    limits = []
    for turn in range(repeats):
        for workers in (1, 2):
            cost = once(folder, workers, f"20,000 photographs, {workers} workers ({turn + 1} of {repeats})")
            costs[workers] = cost.better(costs.get(workers))
        show(f"20,000 photographs, two runs at once ({turn + 1} of {repeats})")
        limits.append(at_once("extract", folder, 2))
    lines = ["| 20,000 photographs | seconds | CPU seconds | files a second |", "|---|---|---|---|"]
    for workers, cost in costs.items():
        name = f"{workers} worker{'s' if workers > 1 else ''}"
        lines.append(f"| {name} | {cost.wall:.2f} | {cost.cpu:.2f} | {20_000 / cost.wall:,.0f} |")
    lines.append(f"| **two against one** (at least 1.8) | **{costs[1].wall / costs[2].wall:.2f}** | | |")
    limit = 2 * costs[1].wall / min(limits)
    lines.append(f"| the machine: two runs with 1 worker each, at once, against one | {limit:.2f} | | |")
    return lines, 20_000 / (costs[1].cpu - costs[1].main)


def growing(sizes: tuple[int, ...], repeats: int, photographs_a_second: float) -> list[str]:
    """From few files to many, two workers; memory and the main process by the way."""
    costs: dict[int, Cost] = {}
    for size in sizes:
        folder = many(small(DISTINCT), size // DISTINCT)
        for turn in range(1 if size > 50_000 else repeats):
            cost = once(folder, 2, f"{size:,} small files ({turn + 1})", memory=size > 50_000)
            costs[size] = cost.better(costs.get(size))
    lines = ["| small files, 2 workers | seconds | CPU seconds | ms a file | of CPU | ms each further file | of CPU |"]
    lines.append("|---|---|---|---|---|---|---|")
    least = sizes[0]
    for size, cost in costs.items():
        more = size - least
        further = ("", "")
        if more:
            wall, cpu = (cost.wall - costs[least].wall) / more, (cost.cpu - costs[least].cpu) / more
            further = (f"{wall * 1e3:.3f}", f"{cpu * 1e3:.3f}")
        row = (f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{cost.wall / size * 1e3:.3f}", f"{cost.cpu / size * 1e3:.3f}")
        lines.append(f"| {size:,} | {' | '.join((*row, *further))} |")
    return [*lines, "", *_bars(costs, photographs_a_second)]


def _bars(costs: Mapping[int, Cost], photographs_a_second: float) -> list[str]:
    least, *_, middle, most = costs
    first, before, last = (costs[size] for size in (least, middle, most))
    linear = ((last.cpu - first.cpu) / (most - least)) / ((before.cpu - first.cpu) / (middle - least))
    row = (last.main - first.main) / (most - least)
    small_ones = (most - least) / (last.cpu - last.main - first.cpu + first.main)
    used, used_small = (row * PLANNED * rate for rate in (photographs_a_second, small_ones))
    start = (first.main - row * least) * 1e3
    return [
        "| bar | | measured |",
        "|---|---|---|",
        f"| CPU of a further file, up to {most:,} against up to {middle:,} | 1.0 | {linear:.2f} |",
        f"| all processes together at {most:,} files, 2 workers (proportional set sizes) | under 1,024 MiB | "
        f"{last.peak / 2**20:,.0f} MiB |",
        f"| main process: CPU a file, listing to last row (its start takes {start:.0f} ms more) | | "
        f"{row * 1e6:.1f} us |",
        f"| share of one core that it takes with {PLANNED} workers: photographs, {photographs_a_second:,.0f} a second "
        f"and worker | below 1 | {used:.2f} |",
        f"| the same, small files, {small_ones:,.0f} a second and worker | | {used_small:.2f} |",
    ]


def measured(sizes: tuple[int, ...], repeats: int) -> str:
    """The tables, as Markdown."""
    pages = photographs(DISTINCT)
    mean = sum(path.stat().st_size for path in pages.iterdir()) / DISTINCT
    speed = quick(repeats)
    ratio, rate = two_for_one(repeats)
    growth = growing(sizes, repeats, rate)
    show("")
    lines = [
        machine("numpy", "pyarrow"),
        "",
        f"Photographs: {DISTINCT} different JPEGs, {mean / 1e6:.1f} MB on average, with the Exif data, makernotes and "
        "thumbnails of cameras (`bench/photographs.py`); small files: JPEGs of 11 KB with 63 tags. More files are more "
        "names of these. Page cache warm, whole runs of `extract`, start included; to CSV where nothing else is said. "
        f"Best of {repeats}; the largest once.",
        "",
        *speed,
        "",
        f"The original, on 2,000 JPEGs of that size and two cores: {ORIGINAL:.0f} files a second.",
        "",
        *ratio,
        "",
        *growth,
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--most", type=int, default=SIZES[-1], help=f"files of the largest run (default: {SIZES[-1]})")
    parser.add_argument("--print", action="store_true", help="print the tables and leave bench/results.md alone")
    args = parser.parse_args()
    begin = time.monotonic()
    sizes = (*(size for size in SIZES if size < args.most), args.most)
    table = measured(sizes, args.repeats)
    print(table)
    if not args.print:
        put("bench/scale", "Speed and size", table)
    print(f"({time.monotonic() - begin:.0f} s in all)", file=sys.stderr)


if __name__ == "__main__":
    main()
