"""Builds an index of synthetic rows:  python bench/search/build.py FOLDER ROWS [--workers 2] [--bare]

Says what it cost. `--bare`: also what tantivy alone costs, with the same documents ready-made.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import shutil
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from synthetic import SCHEMA, batches, row

from metadata_digger.index import about
from metadata_digger.index.schema import opened
from metadata_digger.sinks.columns import Columns
from metadata_digger.sinks.index import IndexSink

PIECE = 62_500  # rows
MOMENT = "2026-12-01T00:00:00Z"


def columns() -> Columns:
    pairs = {(tag["directory"], tag["name"]) for number in range(200) for tag in row(number)["tags"]}
    return Columns.of(SCHEMA, pairs)


def piece(target: Path, first: int, last: int) -> tuple[float, int]:
    """Seconds of CPU without those that making the rows takes, and KiB of memory at most."""
    made = tempfile.NamedTemporaryFile(dir=target.parent, suffix=".arrow")  # noqa: SIM115
    import pyarrow as pa

    with pa.OSFile(made.name, "wb") as file, pa.ipc.new_stream(file, SCHEMA) as writer:
        for batch in batches(first, last):
            writer.write_batch(batch)
    sink = IndexSink(moment=MOMENT).numbered(first)
    collector()
    start = time.process_time()
    with pa.OSFile(made.name) as file:
        sink.piece(iter(pa.ipc.open_stream(file)), columns(), target)
    return time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def collector() -> None:
    """As worker processes set it."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def bare(folder: Path, rows: int) -> float:
    """Seconds of CPU of tantivy alone."""
    import tantivy

    from metadata_digger.sinks.index_documents import Documents, form
    from metadata_digger.steps.filter import EVERYTHING

    documents = Documents(form(EVERYTHING, True, MOMENT), columns(), EVERYTHING)
    found = [one.fields for batch in batches(0, rows) for one in documents.of(batch, 0)]
    search = folder / "bare"
    shutil.rmtree(search, ignore_errors=True)
    search.mkdir(parents=True)
    index = opened(search, new=True)
    schema = index.schema
    writer = index.writer(heap_size=64 << 20, num_threads=1)
    collector()
    start = time.process_time()
    for one in found:
        writer.add_document(tantivy.Document.from_dict(one, schema))
    writer.commit()
    writer.wait_merging_threads()
    spent = time.process_time() - start
    shutil.rmtree(search)
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("rows", type=int)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--bare", action="store_true")
    options = parser.parse_args()
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    stretches = [(at, min(at + PIECE, options.rows)) for at in range(0, options.rows, PIECE)]
    start = time.monotonic()
    with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
        targets = [folder / f"piece-{first}" for first, _ in stretches]
        found = [*pool.map(piece, targets, *zip(*stretches, strict=True))]
    spent = sum(seconds for seconds, _ in found)
    made = time.monotonic() - start
    begin = time.process_time()
    IndexSink().numbered(options.rows).join(targets, columns(), folder / about.FILE)
    join = time.process_time() - begin
    for target in targets:
        shutil.rmtree(target)
    size = sum(file.stat().st_size for file in (folder / about.SEARCH).iterdir())
    rows = (folder / "photos.sqlite").stat().st_size
    each = f"{spent / options.rows * 1e6:.0f} us a row"
    print(f"{options.rows:,} rows: pieces {spent:.1f} s of CPU ({each}), join {join:.1f} s")
    memory = max(kib for _, kib in found) >> 10
    print(f"wall {made:.1f} s with the making of rows; memory of a worker {memory} MiB")
    print(f"search/ {size / options.rows:,.0f} bytes a row, photos.sqlite {rows / options.rows:,.0f}")
    if options.bare:
        alone = bare(folder, options.rows)
        print(f"tantivy alone {alone:.1f} s of CPU: {alone / spent:.2f} of it (bar 0.50)")
    print(f"{os.cpu_count()} cores")


if __name__ == "__main__":
    main()
