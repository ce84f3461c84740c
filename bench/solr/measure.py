"""Measures how fast documents get into Solr, beside a client that posts the same ready JSON and does nothing else.

Both start from what is on the disk: rows of a run here, requests of 1,000 documents there. Both have as many processes,
each with one request under way, post to one node that leads both shards, and end with a commit. They take turns, each
time into a fresh collection; the best turn of each counts, and below BAR of the bare rate the measurement fails.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeAlias

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

import pyarrow.parquet as pq
import requests

from machine import machine
from metadata_digger import actions
from metadata_digger.config import load
from metadata_digger.run.engines import local
from metadata_digger.run.job import Job
from metadata_digger.run.publish.output import PIECES_PER_WORKER, slices
from metadata_digger.run.stage.parts import names, path_of
from metadata_digger.run.tasks import Limits
from metadata_digger.run.work import Work
from metadata_digger.sinks.columns import Columns, scan
from metadata_digger.solr.client import Solr
from metadata_digger.solr.collection import create
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.search import count
from page import put
from pictures import DATA, PHOTOS, ROOT, numbered
from servers.solr import Cloud, running

BAR = 0.8
BATCH = 1_000  # documents of a request


# How a process begins and with what, what it does, and the arguments of each time that it does it.
Assignment: TypeAlias = tuple[Callable[..., None], tuple[Any, ...], Callable[..., float], Sequence[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Rows:
    """The parts of a run, and what is known of all of them."""

    folder: Path
    counts: dict[str, int]
    columns: Columns


def headers(content: bytes) -> bytes:
    """A JPEG without its picture: everything up to the scan, and an end."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xDA:
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return content[:at] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00\xff\xd9"


def pictures(number: int) -> Path:
    """The demo photographs in turn as small JPEGs, each with a number of its own."""
    folder = DATA / f"headers-{number}"
    if folder.is_dir():
        return folder
    making = folder.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    photos = [headers(path.read_bytes()) for path in sorted(PHOTOS.glob("*.jpg"))]
    for one in range(number):
        (making / f"{one:06d}.jpg").write_bytes(numbered(photos[one % len(photos)], one))
    making.rename(folder)
    return folder


def job(cloud: Cloud, collection: str, folder: Path, inputs: Path) -> Job:
    settings = [
        f"input.paths={inputs}",
        f"output.zk.servers={cloud.servers}",
        f"output.collection={collection}",
        f"output.directoryPath={folder / 'run'}",
        "processing.thumbnails.enabled=false",
    ]
    config = load(str(ROOT / "configs" / "solr.config.properties"), settings, "extract")
    return actions.job(config, actions.BY_NAME["extract"])


def extracted(cloud: Cloud, folder: Path, inputs: Path) -> Rows:
    """The rows of a run over the pictures."""
    create(Connection("first", zookeepers=(cloud.servers,)), 1, 1)
    work = job(cloud, "first", folder, inputs)
    local.run(work)
    rows = folder / "run" / "_run" / "rows"
    tables = {part: pq.read_table(path_of(rows, part)) for part in names(rows)}
    found = set().union(*(scan(batch) for table in tables.values() for batch in table.to_batches()))
    schema = next(iter(tables.values())).schema
    return Rows(rows, {part: len(table) for part, table in tables.items()}, Columns.of(schema, found))


# What the processes do ------------------------------------------------------------------------------------------------

_state: dict[str, Any] = {}


def _begin_work(work: Job, rows: Rows) -> None:
    _state["work"], _state["rows"] = Work(work, rows.folder, Limits(1 << 28, 1 << 28)), rows


def _piece(target: Path, start: int, stop: int) -> float:
    before = time.process_time()
    rows = _state["rows"]
    refused = _state["work"].piece(slices(sorted(rows.counts.items()), start, stop), rows.columns, target)
    if refused:
        raise SystemExit(f"Solr refused {refused}")
    return time.process_time() - before


def _begin_bare() -> None:
    _state["session"] = requests.Session()


def _post(url: str, path: Path) -> float:
    before = time.process_time()
    answer = _state["session"].post(url, data=path.read_bytes(), headers={"Content-Type": "application/json"})
    answer.raise_for_status()
    return time.process_time() - before


def _ready() -> None:
    """A process is there and has imported everything."""
    time.sleep(0.2)


@dataclass(frozen=True, slots=True)
class Turn:
    seconds: float
    cpu: float  # seconds of the client's processes


def timed(processes: int, work: Assignment, connection: Connection, documents: int) -> Turn:
    begin, given, do, tasks = work
    with Solr(connection) as solr, ProcessPoolExecutor(processes, get_context("spawn"), begin, given) as pool:
        for one in [pool.submit(_ready) for _ in range(processes)]:
            one.result()
        start = time.perf_counter()
        cpu = sum(pool.map(do, *zip(*tasks, strict=True)))
        solr.commit()
        seconds = time.perf_counter() - start
        if (found := count(solr)) != documents:
            raise SystemExit(f"{found} documents are in the collection, and not {documents}")
    return Turn(seconds, cpu)


def ready(work: Job, rows: Rows, folder: Path) -> list[Path]:
    """The same documents as requests on the disk."""
    maker = work.sinks[0].form.maker(rows.columns)  # type: ignore[union-attr]  # it is the sink for Solr
    documents = [
        document
        for part in sorted(rows.counts)
        for batch in pq.read_table(path_of(rows.folder, part)).to_batches(max_chunksize=256)
        for document in maker.documents(batch)
    ]
    paths = []
    for start in range(0, len(documents), BATCH):
        paths.append(folder / f"request-{start:07d}.json")
        paths[-1].write_bytes(b"[" + b",".join(documents[start : start + BATCH]) + b"]")
    return paths


def measure(pictures_of: int, processes: int, turns: int) -> tuple[dict[str, Turn], int]:
    """The best turn of each, and the bytes of all documents."""
    inputs = pictures(pictures_of)
    best: dict[str, Turn] = {}
    with tempfile.TemporaryDirectory(prefix="bench-solr-") as name:
        folder = Path(name)
        cloud = Cloud(folder / "cloud")
        with running(cloud):
            rows = extracted(cloud, folder, inputs)
            size = sum(rows.counts.values())
            requests = ready(replace(job(cloud, "first", folder, inputs), output=folder / "none"), rows, folder)
            for turn in range(turns + 1):
                for who in ("bare client", "metadata-digger"):
                    with cloud.collection() as collection:
                        connection = Connection(collection, zookeepers=(cloud.servers,))
                        create(connection, 2, 1)
                        if who == "bare client":
                            url = f"{cloud.url}/{collection}/update"
                            work = (_begin_bare, (), _post, [(url, path) for path in requests])
                        else:
                            given = replace(job(cloud, collection, folder, inputs), output=folder / "none")
                            work = (_begin_work, (given, rows), _piece, pieces(size, processes, folder))
                        done = timed(processes, work, connection, size)
                    print(f"turn {turn}: {who}: {size / done.seconds:,.0f} documents a second, CPU {done.cpu:.1f} s")
                    if turn and (who not in best or done.seconds < best[who].seconds):  # the first one warms Java up
                        best[who] = done
            return best, sum(path.stat().st_size for path in requests)


def pieces(size: int, processes: int, folder: Path) -> list[tuple[Path, int, int]]:
    """As a run plans them."""
    count = processes * PIECES_PER_WORKER
    cuts = [size * cut // count for cut in range(count + 1)]
    return [(folder / f"piece-{number}", cuts[number], cuts[number + 1]) for number in range(count)]


def table(best: dict[str, Turn], size: int, number: int, processes: int, load: float) -> str:
    ours, bare = best["metadata-digger"], best["bare client"]
    rows = [
        f"| {who} | {turn.seconds:.1f} | {number / turn.seconds:,.0f} | {turn.cpu:.1f} |" for who, turn in best.items()
    ]
    return "\n".join(
        (
            f"{machine('pyarrow', 'requests')} Solr 9.10.1 on the same machine, one node, two shards; the load average "
            f"was {load:.1f} when this began.",
            "",
            f"{number:,} documents, {size / 2**20:,.0f} MiB of JSON; {processes} processes; from the disk to the "
            "commit.",
            "",
            "| who | seconds | documents a second | CPU seconds of the client |",
            "|---|---|---|---|",
            *rows,
            "",
            "| bar | at least | measured |",
            "|---|---|---|",
            f"| rate against that of the bare client | {BAR:.2f} | {bare.seconds / ours.seconds:.2f} |",
            "",
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--print", action="store_true", help="print the table and leave bench/results.md alone")
    args = parser.parse_args()
    load = os.getloadavg()[0]
    best, size = measure(args.documents, args.processes, args.turns)
    text = table(best, size, args.documents, args.processes, load)
    print(text)
    if not args.print:
        put("bench/solr/run", "Into Solr", text)
    if best["bare client"].seconds < BAR * best["metadata-digger"].seconds:
        raise SystemExit(f"below the bar of {BAR:.2f}")


if __name__ == "__main__":
    main()
