"""Rows in an order of their own, and rows whose fate depends on all others: between the stage and the publishing.

Everything is done from the parts: two passes over them and none over the files. The parts become ranked ones, named so
that their order is that of the output. One holds the rows of one place in the order (of one score) and of a run of
parts, so that nothing is ever sorted and memory stays flat; a ranking has some hundred places at most.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from metadata_digger.pipeline import Ranking
from metadata_digger.run.counts import Summary
from metadata_digger.run.disk import writing
from metadata_digger.run.publish.made_here import made_here
from metadata_digger.run.report import Report
from metadata_digger.run.stage import parts
from metadata_digger.run.stage.folders import Stage
from metadata_digger.run.tasks import Do, Slice, Worker
from metadata_digger.schema import OK
from metadata_digger.sinks.arrow_files import opened
from metadata_digger.sinks.columns import written
from metadata_digger.storage.remote.place import Folder

FOLDER = "../pieces/ranked"  # from the parts; what is in pieces is begun anew by a run that goes on
LEFT_OUT = ".jsonl"
ROWS = 16_384  # of a run of parts: so many or more
HELD = 1 << 18  # bytes of one place that wait for more of their kind, before they are written
BEST = 10  # rows that are told of


class Count(NamedTuple):
    ranking: Ranking
    folder: Folder
    parts: Sequence[str]

    def run(self, work: Worker, progress: Callable[[int], None]) -> object:
        columns = list(dict.fromkeys(("status", *self.ranking.counted)))
        return [
            self.ranking.count(written(batch).select(list(self.ranking.counted)))
            for part in self.parts
            for batch in parts.every_row(parts.path_of(self.folder, part), columns)
        ]


class Ranked(NamedTuple):
    """What goes back for a run of parts: counts, and the best rows."""

    summary: Summary
    rows: dict[str, int]  # of each ranked part
    best: list[tuple[int, str, list[str]]]


class Rank(NamedTuple):
    ranking: Ranking
    folder: Folder
    name: str
    slices: Sequence[Slice]

    def run(self, work: Worker, progress: Callable[[int], None]) -> object:
        summary = Summary(self.name)
        lines: list[str] = []
        best: list[tuple[int, str, list[str]]] = []
        with ExitStack() as stack:
            places: dict[int, _Rows] = {}
            for batch in parts.read(self.folder, self.slices):
                rows = self.ranking.rank(batch)
                summary.count(rows)
                lines += _left_out(rows)
                rows = written(rows)
                order: list[Any] = rows.column(self.ranking.by).to_pylist()
                for number in dict.fromkeys(order):
                    place = places.get(number)
                    if place is None:
                        target = parts.path_of(self.folder, ranked_part(number, self.name))
                        here = stack.enter_context(made_here(target))
                        place = places[number] = stack.enter_context(_Rows(here))
                    place.add(rows.filter(pa.array([one == number for one in order])))
                best = _best([*best, *_told(rows, self.ranking.by)])
        if lines:
            with writing(path := parts.path_of(self.folder, f"{FOLDER}/{self.name}").with_suffix(LEFT_OUT)):
                path.write_text("".join(lines), "utf-8")
        return Ranked(summary, {ranked_part(number, self.name): one.count for number, one in places.items()}, best)


@dataclass(slots=True)
class _Rows:
    """The rows of one place, into a part of their own."""

    target: Path
    count: int = 0
    held: list[pa.RecordBatch] = field(default_factory=list)
    size: int = 0
    file: pa.NativeFile | None = None
    writer: pq.ParquetWriter | None = None

    def __enter__(self) -> _Rows:
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            self._write()
        if self.writer is not None and self.file is not None:
            with writing(self.target):
                self.writer.close()
                self.file.close()

    def add(self, rows: pa.RecordBatch) -> None:
        self.count += len(rows)
        self.held.append(rows)
        self.size += rows.nbytes
        if self.size > HELD:
            self._write()

    def _write(self) -> None:
        if not self.held:
            return
        with writing(self.target):
            table = pa.Table.from_batches(self.held)
            if self.writer is None:
                self.file = opened(self.target, "wb")
                self.writer = pq.ParquetWriter(self.file, table.schema, compression="lz4")
            self.writer.write_table(table)
        self.held, self.size = [], 0


def ranked_part(place: int, name: str) -> str:
    """Names sort as the places do, the highest first."""
    return f"{FOLDER}/{10**9 - 1 - place:09d}-{name}"


def arrange(
    ranking: Ranking,
    rows: Mapping[str, int],
    folders: Stage,
    report: Report,
    do: Do,
) -> dict[str, int]:
    """The parts, ranked; the rows of each ranked part. `rows`: those of each part that are ok.

    The parts themselves stay as they are, for runs that go on from them. The report counts anew what the ranking left
    out. Raises OutputError.
    """
    folder = folders.parts
    with writing(target := folder / FOLDER):
        target.mkdir()
    runs = [(f"{number:06d}", slices) for number, slices in enumerate(_runs(rows))]
    counts: list[Any] = []
    if ranking.counted:
        tasks = (Count(ranking, folder, [one.part for one in slices]) for _, slices in runs)
        counts = [one for _, answer in do(tasks) for one in answer]
    settled = ranking.settled(counts)
    found: dict[str, int] = {}
    best: list[tuple[int, str, list[str]]] = []
    del report.statuses[OK]
    report.tags, report.labels = set(), Counter()
    answers: list[Ranked] = [answer for _, answer in do(Rank(settled, folder, name, slices) for name, slices in runs)]
    for answer in sorted(answers, key=lambda one: one.summary.part):
        report.add(answer.summary)
        found |= answer.rows
        best = _best([*best, *answer.best])
    report.findings, report.ranking = settled.told(best)
    return found


def ranked(folders: Stage) -> list[str]:
    """The ranked parts, in the order of the output."""
    return [f"{FOLDER}/{name}" for name in parts.names(folders.parts / FOLDER)]


def unranked(folders: Stage) -> list[Folder]:
    """JSON Lines of the rows that a ranking left out, in the order of the listing."""
    return sorted((folders.parts / FOLDER).glob(f"*{LEFT_OUT}"))


def _left_out(rows: pa.RecordBatch) -> Iterator[str]:
    columns = (rows.column(name).to_pylist() for name in ("file_path", "status", "reason"))
    for file, status, reason in zip(*columns, strict=True):
        if status != OK:
            yield json.dumps({"file": file, "status": status, "reason": reason}, ensure_ascii=False) + "\n"


def _runs(rows: Mapping[str, int]) -> Iterator[list[Slice]]:
    run: list[Slice] = []
    total = 0
    for part, count in sorted(rows.items()):
        if count:
            run.append(Slice(part, 0, count))
            total += count
        if total >= ROWS:
            yield run
            run, total = [], 0
    if run:
        yield run


def _told(rows: pa.RecordBatch, by: str) -> list[tuple[int, str, list[str]]]:
    columns = (rows.column(name).to_pylist() for name in (by, "file_path", "similar_reasons"))
    return list(zip(*columns, strict=True))


def _best(rows: list[tuple[int, str, list[str]]]) -> list[tuple[int, str, list[str]]]:
    return sorted(rows, key=lambda row: -row[0])[:BEST]
