"""What asking an index costs, beside what tantivy alone costs:  python bench/search/ask.py INDEX

INDEX is made by build.py. Every figure is a ratio of two medians of the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from metadata_digger.index import about
from metadata_digger.index.schema import opened
from metadata_digger.query.parse import parse
from metadata_digger.query.to_index import Engine

QUERY = "labels:(person AND car)"
FACETS = ("labels", "md_exif_ifd0_model", "file_type", "md_exif_ifd0_software", "file_path")
ROUNDS = 15


def median(do: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Seconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        do()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def post(address: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310  # our own server
        f"{address}api/v2/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)
        return found


def anonymous(process: int) -> float:
    """MiB of memory of a process that no file stands behind."""
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    folder = parser.parse_args().index
    command = [sys.executable, "-P", "-m", "metadata_digger", "serve", str(folder), "--port", "0", "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # our own program
        line = process.stdout.readline() if process.stdout is not None else ""
        address = next(word for word in line.split() if word.startswith("http://"))
        try:
            measure(folder, address, process.pid)
        finally:
            process.terminate()


def measure(folder: Path, address: str, process: int) -> None:
    import tantivy

    index = opened(folder / about.SEARCH)
    searcher = index.searcher()
    engine = Engine(index, searcher)
    node = engine.query(parse(QUERY).node)
    total = about.read(folder).rows
    print(f"{total:,} rows, {searcher.num_segments} segments, {os.cpu_count()} cores")

    alone = median(lambda: searcher.search(node, 60))
    asked = {"q": QUERY, "limit": 60}
    served = median(lambda: post(address, "search", asked))
    figures = f"{served * 1e3:.1f} ms by HTTP, tantivy's search {alone * 1e3:.1f} ms"
    told(QUERY, figures, f"3 x + 5 ms = {alone * 3e3 + 5:.1f} ms")

    everything = tantivy.Query.all_query()
    names = {name: f"exact.{name}" if name.startswith("md_") else name for name in FACETS}

    def bare() -> None:
        for name in names.values():
            terms = {"field": name, "size": 21, "segment_size": 65_000}
            searcher.aggregate(everything, {"a": {"terms": terms}})

    plain = median(bare, 3)
    count = iter(range(1_000))

    def facets(fresh: bool) -> None:
        """`fresh`: one value more each time, so that nothing is remembered of it."""
        size = 20 + next(count) if fresh else 20
        post(address, "facets", {"facets": [{"field": name, "size": size} for name in FACETS]})

    new = median(lambda: facets(True), 3)
    facets(False)
    known = median(lambda: facets(False))
    ratio = f"{new / plain:.2f} of tantivy's {plain * 1e3:.0f} ms"
    told("five facets over all", f"{new * 1e3:.0f} ms, {ratio}", "1.3")
    told("the same again", f"{known * 1e3:.1f} ms, {known / plain:.3f}", "0.1")

    for sort in ("path", "date", "-date", "size"):
        times = [median(lambda body=body: post(address, "search", body)) for body in pages(sort, total)]  # type: ignore[misc]
        first, deep, half = (f"{seconds * 1e3:.1f}" for seconds in times)
        words = f"first page {first} ms, at nine tenths {deep} ({times[1] / times[0]:.2f} of it), in the middle {half}"
        told(f"sorted by {sort}", words, "3")
    post(address, "grid", {"view": [-90, -180, 90, 180]})
    post(address, "timeline", {})
    told("memory that no file stands behind", f"{anonymous(process):.0f} MiB", "300 MB")


def pages(sort: str, total: int) -> list[dict[str, Any]]:
    return [{"sort": sort, "limit": 60, "offset": offset} for offset in (0, total * 9 // 10, total // 2)]


def told(what: str, figures: str, bar: str) -> None:
    print(f"{what}: {figures} (bar {bar})", flush=True)


if __name__ == "__main__":
    main()
