"""Measures the program on copies of the demo photographs, all in one go, and writes the table into bench/results.md.

Every time is the best of some repeats, taken in turn, so that a slow minute of the machine meets all alike.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from alone import (
    bare_hashing,
    bare_network,
    bare_thumbnails,
    decoding,
    hash_step,
    label_step,
    reading,
    thumbnail_step,
)
from machine import machine
from page import put
from pictures import PHOTOS, ROOT, many, only, pictures
from process import Cost, program, run

HEAVY = 800_000  # bytes: the mean of the files that the original was timed on


def best(repeats: int, measures: Mapping[str, Callable[[], Cost]]) -> dict[str, Cost]:
    """Each measure's quickest run; they take turns."""
    costs: dict[str, Cost] = {}
    for turn in range(repeats):
        for name, measure in measures.items():
            show(f"{name} ({turn + 1} of {repeats})")
            costs[name] = measure().better(costs.get(name))
    return costs


def show(text: str) -> None:
    print(f"\r{text:<60}", end="", file=sys.stderr, flush=True)


def measured(files: int, times: int, repeats: int) -> str:
    """The table, as Markdown."""
    few = pictures(files)
    much = many(few, times)
    one = pictures(1)
    jpegs, heavy = only(few, ".jpg"), only(few, ".jpg", HEAVY)
    size = sum(path.stat().st_size for path in few.iterdir())
    picture = next(one.iterdir())

    starts = best(
        max(repeats, 5),
        {
            "--version": lambda: program("--version"),
            "extract_single": lambda: program("extract_single", picture),
            "extract of one file": lambda: run("extract", one, 1),
            "full of one file": lambda: run("full", one, 1),
        },
    )
    parts = best(
        repeats,
        {
            "read_metadata": lambda: reading(few, times),
            "decoding": lambda: decoding(few),
            "bare ONNX Runtime": lambda: bare_network(few),
            "label step": lambda: label_step(few),
            "label step, quality=best": lambda: label_step(few, "best"),
            "extract, 1 worker": lambda: run("extract", much, 1),
            "extract, 2 workers": lambda: run("extract", much, 2),
            "hash step, md5 and sha256": lambda: hash_step(heavy),
            "bare hashlib": lambda: bare_hashing(heavy),
            "thumbnail step, 150x100 and 300x300": lambda: thumbnail_step(jpegs),
            "bare Pillow": lambda: bare_thumbnails(jpegs),
            "extract of the pictures": lambda: run("extract", few, 1),
            "full, 1 worker": lambda: run("full", few, 1),
            "full, 2 workers": lambda: run("full", few, 2),
        },
    )
    show("memory")
    peaks = {
        "extract, 2 workers": run("extract", much, 2, memory=True).peak,
        "full, 2 workers": run("full", few, 2, memory=True).peak,
    }
    show("")

    def rate(name: str, count: int) -> str:
        cost = parts[name]
        peak = f"{peaks[name] / 2**20:.0f} MiB" if name in peaks else ""
        return f"| {name} | {count:,} | {cost.wall:.2f} | {cost.cpu:.2f} | {count / cost.wall:,.1f} | {peak} |"

    total, photographs = files * times, len(list(jpegs.iterdir()))
    limit = parts["decoding"].wall + parts["bare ONNX Runtime"].wall
    in_parts = parts["extract of the pictures"].wall + parts["label step"].wall
    two = parts["extract, 1 worker"].wall / parts["extract, 2 workers"].wall
    two_full = parts["full, 1 worker"].wall / parts["full, 2 workers"].wall
    lines = [
        machine("onnxruntime", "numpy", "pillow", "pyarrow"),
        "",
        f"Input: {files:,} pictures ({size / 2**20:,.0f} MiB, the {len(list(PHOTOS.iterdir()))} demo photographs in "
        f"turn, no two files the same); where {total:,} files are named, each of them under {times} names. Page cache "
        f"warm. Best of {repeats}.",
        "",
        "| what | files | seconds | CPU seconds | files a second | peak of all processes |",
        "|---|---|---|---|---|---|",
        rate("extract, 1 worker", total),
        rate("extract, 2 workers", total),
        rate("read_metadata", total),
        rate("decoding", files),
        rate("bare ONNX Runtime", files),
        rate("label step", files),
        rate("label step, quality=best", files),
        rate("hash step, md5 and sha256", photographs),
        rate("bare hashlib", photographs),
        rate("thumbnail step, 150x100 and 300x300", photographs),
        rate("bare Pillow", photographs),
        rate("extract of the pictures", files),
        rate("full, 1 worker", files),
        rate("full, 2 workers", files),
        "",
        "`extract` and `full` are whole runs, start included, files to CSV. `read_metadata` is one process that reads "
        "every directory and asks for every description. The steps are each in one process; that of labels and that of "
        f"thumbnails have the decoding in them. Hashes are of the JPEGs, filled up to {HEAVY / 1e6} MB, read included.",
        "",
        "| bar | at least | measured |",
        "|---|---|---|",
        f"| label step against its limit: bare ONNX Runtime on ready tensors, plus decoding | 0.85 | "
        f"{limit / parts['label step'].wall:.2f} |",
        f"| hash step against bare hashlib on the same files | 0.87 | "
        f"{parts['bare hashlib'].cpu / parts['hash step, md5 and sha256'].cpu:.2f} |",
        f"| thumbnail step against bare Pillow (draft, thumbnail, save) | 0.85 | "
        f"{parts['bare Pillow'].cpu / parts['thumbnail step, 150x100 and 300x300'].cpu:.2f} |",
        f"| `full` against the sum of its parts: `extract` and the label step, 1 worker | 0.91 | "
        f"{in_parts / parts['full, 1 worker'].wall:.2f} |",
        f"| `extract` with two workers against one | 1.8 | {two:.2f} |",
        f"| `full` with two workers against one | 1.8 | {two_full:.2f} |",
        "",
        "| start | seconds | CPU seconds |",
        "|---|---|---|",
        *(f"| {name} | {cost.wall:.3f} | {cost.cpu:.3f} |" for name, cost in starts.items()),
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=400, help="pictures (default: 400)")
    parser.add_argument(
        "--times", type=int, default=50, help="names for each where only metadata is read (default: 50)"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--print", action="store_true", help="print the table and leave bench/results.md alone")
    args = parser.parse_args()
    (ROOT / "bench" / "data").mkdir(exist_ok=True)
    begin = time.monotonic()
    table = measured(args.files, args.times, args.repeats)
    print(table)
    if not args.print:
        put("bench/run", "The parts", table)
    print(f"({time.monotonic() - begin:.0f} s in all)", file=sys.stderr)


if __name__ == "__main__":
    main()
