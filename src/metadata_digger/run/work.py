"""What a worker does, wherever it runs: files through the composed steps into a part of the stage, parts through the
sink into pieces, pieces into files of the output."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from metadata_digger.errors import DiggerError
from metadata_digger.pipeline import Batch, compose, open_batch
from metadata_digger.run import parts
from metadata_digger.run.job import Job
from metadata_digger.run.parts import Slice, writing
from metadata_digger.schema import FILE, OK
from metadata_digger.sinks import Sink
from metadata_digger.sinks.columns import Columns, scan, written
from metadata_digger.storage.model import Entry, Found

# Files that go through the steps together. Content and picture of each are alive until the batch is through, so there
# are few where pictures are decoded. 64 bring what a batch itself costs (generators, Arrow arrays: 0.4 ms) to under 1 %
# of extraction alone.
FILES = 64
PICTURES = 4


_LEFT_OUT = ("file_path", "status", "reason")


class Limits(NamedTuple):
    """What a worker may hold, in bytes: the files of one batch together, one file whole."""

    batch: int
    whole: int


@dataclass(slots=True)
class Summary:
    """What goes back for a part: counts, not rows."""

    part: str
    statuses: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    tags: set[tuple[str, str]] = field(default_factory=set)


def left_out(folder: Path, part: str) -> Path:
    """JSON Lines beside a part: its rows that are not ok."""
    return folder / f"{part}.left_out.jsonl"


class Work:
    """One pipeline for the life of a process: the networks of the steps are made once."""

    def __init__(self, job: Job, folder: Path, limits: Limits) -> None:
        self._job = job
        self._folder = folder
        self._limits = limits
        self._pending: Batch | None = None
        self.sent: set[tuple[str, str]] = set()  # tags that the main process knows of already (run.worker)
        chain = compose(job.steps)
        self._pixels = chain.pixels
        self._schema = chain.output(FILE)
        self._through = chain.run(self._feed())

    def warm_up(self) -> None:
        """Sends a batch without rows through the steps, so that they make their networks and show their faults."""
        self._steps([])

    def extract(self, part: str, found: Sequence[Found], progress: Callable[[int], None]) -> Summary:
        """The files' rows into a part; `progress` is told the files done so far. Raises OutputError."""
        summary = Summary(part)
        lines: list[str] = []
        rows = self._rows(found, summary, lines, progress)
        if self._job.sink is None:  # then the counts are all that is wanted
            for _ in rows:
                pass
        else:
            parts.write(self._folder, part, self._schema, rows)
            if lines:
                with writing(path := left_out(self._folder, part)):
                    path.write_text("".join(lines), "utf-8")
        return summary

    def piece(self, slices: Sequence[Slice], columns: Columns, target: Path) -> int:
        """Rows of parts through the sink; their number. Raises OutputError."""
        with writing(target):
            return self._sink().piece(parts.read(self._folder, slices), columns, target)

    def join(self, pieces: Sequence[Path], columns: Columns, target: Path) -> None:
        """Pieces into a file of the output; they are gone afterwards. Raises OutputError."""
        with writing(target):
            self._sink().join(pieces, columns, target)
            for piece in pieces:
                piece.unlink(missing_ok=True)

    def _sink(self) -> Sink:
        if self._job.sink is None:
            raise DiggerError("this job has no output")
        return self._job.sink

    def _rows(
        self, found: Sequence[Found], summary: Summary, lines: list[str], progress: Callable[[int], None]
    ) -> Iterator[pa.RecordBatch]:
        done = 0
        for files in self._batches(found):
            rows = self._steps(files, partial(progress, done))
            _count(rows, summary, lines)
            yield rows
            done += len(files)
            progress(done)

    def _batches(self, found: Sequence[Found]) -> Iterator[Sequence[Found]]:
        """Few files at a time, and no more bytes than the limit, but at least one file."""
        most = PICTURES if self._pixels else FILES
        start = size = 0
        for number, one in enumerate(found):
            more = one.size if isinstance(one, Entry) else 0
            if number > start and (number - start == most or size + more > self._limits.batch):
                yield found[start:number]
                start, size = number, 0
            size += more
        if start < len(found):
            yield found[start:]

    def _steps(self, found: Sequence[Found], beat: Callable[[], None] = lambda: None) -> pa.RecordBatch:
        job = self._job
        self._pending = batch = open_batch(found, job.storage, self._pixels, self._limits.whole, job.max_pixels, beat)
        try:
            rows = next(self._through).rows
        finally:
            batch.close()
        if len(rows) != len(found) or not rows.schema.equals(self._schema):
            raise DiggerError(
                f"the steps made {len(rows)} rows of\n{rows.schema}\nand not {len(found)} of\n{self._schema}"
            )
        return rows

    def _feed(self) -> Iterator[Batch]:
        while self._pending is not None:
            batch, self._pending = self._pending, None
            yield batch
        raise DiggerError("a step asked for a batch before it gave the last one (pipeline.Step)")


def _count(rows: pa.RecordBatch, summary: Summary, lines: list[str]) -> None:
    files, statuses, reasons = (
        [*map(str, rows.column(name).to_pylist())] for name in ("file_path", "status", "reason")
    )
    summary.statuses.update(statuses)
    for file, status, reason in zip(files, statuses, reasons, strict=True):
        if status != OK:
            summary.reasons[status, reason] += 1
            lines.append(json.dumps({"file": file, "status": status, "reason": reason}, ensure_ascii=False) + "\n")
    good = written(rows)
    if "labels" in good.schema.names:
        summary.labels.update(map(str, pc.list_flatten(good.column("labels")).to_pylist()))
    summary.tags |= scan(good)
