"""What a worker does, wherever it runs: files through the composed steps into a part of the stage, parts through the
sink into pieces, pieces into files of the output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from metadata_digger.errors import DiggerError
from metadata_digger.pipeline import Batch, compose, open_batch
from metadata_digger.run.counts import Summary
from metadata_digger.run.disk import writing
from metadata_digger.run.job import Job
from metadata_digger.run.publish import equal_files, refused_rows, streaming
from metadata_digger.run.publish.made_here import brought_here, kept_here, made_here
from metadata_digger.run.records.record import digest
from metadata_digger.run.stage import parts
from metadata_digger.run.stage.parts import SAME
from metadata_digger.run.tasks import Hashed, Join, Limits, Piece
from metadata_digger.schema import FILE, Column
from metadata_digger.sinks import Growing, Numbering, made_by, refused, turns
from metadata_digger.steps.hash import HashStep
from metadata_digger.steps.mark import replaced
from metadata_digger.storage.model import Entry, Found
from metadata_digger.storage.remote.place import Folder

# Files that go through the steps together. Content and picture of each are alive until the batch is through, so there
# are few where pictures are decoded. 64 bring what a batch itself costs (generators, Arrow arrays: 0.4 ms) to under 1 %
# of extraction alone.
FILES = 64
PICTURES = 4
AHEAD = 32  # files that a storage which answers slowly is told of before they are opened


class Work:
    """One pipeline for the life of a process: the networks of the steps are made once.

    `beat` is told the URL of a file before anything is asked of it.
    """

    def __init__(
        self, job: Job, folder: Folder, limits: Limits, beat: Callable[[str], None] = lambda url: None
    ) -> None:
        self._job = job
        self._folder = folder
        self._limits = limits
        self._beat = beat
        self._pending: Batch | None = None
        self.sent: set[tuple[str, str]] = set()  # tags that the main process knows of already (tasks.Extract)
        chain = compose(job.steps)
        self._pixels = chain.pixels
        self._schema = chain.output(FILE)
        self._through = chain.run(self._feed())

    def warm_up(self) -> None:
        """Sends a batch without rows through the steps, so that they make their networks and show their faults."""
        self._steps([])

    def extract(self, part: str, found: Sequence[Found], progress: Callable[[int], None]) -> Summary:
        """The files' rows into a part; `progress` is told the files done so far. Raises OutputError.

        A part that is there stays: a task that is tried again, or that two do at once, makes nothing twice.
        """
        stays = bool(self._job.sinks) and not self._job.streams
        if stays and (first := parts.standing(self._folder, part, len(found))) is not None:
            return first
        summary = Summary(part)
        rows = self._rows(found, summary, progress)
        if stays:
            return parts.write(self._folder, part, self._schema, rows, lambda: summary)
        if isinstance(self._folder, Path) and self._job.streams:
            streaming.write(self._folder, part, self._job.sinks[0], self._schema, rows)
        else:  # the counts are all that is wanted
            for _ in rows:
                pass
        return summary

    def keep(self, source: Folder, part: str, mask: bytes, times: npt.NDArray[np.int64] | None) -> Summary:
        """The rows of an old part that the mask lets through, into a part of this run. Raises OutputError."""
        summary = Summary(part)
        return parts.write(self._folder, part, self._schema, _kept(source, mask, times, summary), lambda: summary)

    def hashes(self, found: Sequence[Found], types: tuple[str, ...], progress: Callable[[int], None]) -> list[Hashed]:
        """What each file has now."""
        step, hashes = HashStep(types), list[Hashed]()
        for files in self._batches(found):
            batch = open_batch(files, self._job.storage, 0, self._limits.whole, beat=self._beat)
            try:
                (done,) = step.run(iter([batch]))
            finally:
                batch.close()
            columns = (done.rows.column(name).to_pylist() for name in ("status", "reason"))
            values = zip(*(done.rows.column(f"hash_{kind}").to_pylist() for kind in types), strict=True)
            hashes += map(Hashed, *columns, values)
            progress(len(hashes))
        return hashes

    def piece(self, piece: Piece) -> Counter[tuple[str, str]]:
        """Rows of parts through a sink; (status, reason) of those not written after all. Raises OutputError."""
        columns, target, sink = piece.columns, piece.target, self._job.sinks[piece.sink]
        if isinstance(sink, Numbering):
            sink = sink.numbered(piece.first)
        rows = parts.read(self._folder, piece.slices)
        first = piece.sink == turns(self._job.sinks)[0]
        with writing(target), made_here(target) as here:
            if not first and (unsent := kept_here(refused_rows.unsent(target.parent))).exists():
                rows = refused_rows.without(rows, unsent)
            if not self._job.distinct:
                sink.piece(rows, columns, here)
                return refused.reasons(here)
            equal = kept_here(equal_files.database(target.parent))
            beside = here.with_name(f"{here.name}.equal")
            with refused.refusing(beside) as refuse:
                tell = refuse if first else _told  # once, of all forms
                sink.piece(equal_files.without(rows, equal, tell), columns, here)
            return refused.reasons(here) + refused.reasons(beside)

    def join(self, join: Join) -> dict[str, Any]:
        """Pieces into a file of the output, or several; the digest of each, by its name. Raises OutputError."""
        sink, target = self._job.sinks[join.sink], join.target
        if isinstance(sink, Numbering):
            sink = sink.numbered(join.rows)
        with writing(target), made_here(target) as here, brought_here(join.pieces) as pieces:
            if isinstance(sink, Growing) and join.growth is not None:
                sink.grow(join.growth, pieces, here)
            else:
                sink.join(pieces, join.columns, here)
            return {path.relative_to(here.parent).as_posix(): digest(path) for path in made_by(sink, here)}

    def _rows(
        self, found: Sequence[Found], summary: Summary, progress: Callable[[int], None]
    ) -> Iterator[pa.RecordBatch]:
        done = 0
        for files in self._ahead(found):
            rows = self._steps(files)
            summary.count(rows)
            yield rows
            done += len(files)
            progress(done)

    def _ahead(self, found: Sequence[Found]) -> Iterator[Sequence[Found]]:
        """The same batches; of those to come the storage is told: some files more, and no more bytes than a batch."""
        storage, batches = self._job.storage, list(self._batches(found))
        whole = self._limits.whole if self._pixels else 0
        sizes = [sum(one.size for one in files if isinstance(one, Entry) and one.size <= whole) for files in batches]
        asked = count = size = 0  # files and bytes that were asked for
        try:
            for number, files in enumerate(batches):
                while asked < len(batches) and (
                    asked <= number + 1 or (count < AHEAD and size + sizes[asked] <= self._limits.batch)
                ):
                    storage.ahead([one for one in batches[asked] if isinstance(one, Entry)], whole)
                    count += len(batches[asked])
                    size += sizes[asked]
                    asked += 1
                yield files
                count -= len(files)
                size -= sizes[number]
        finally:
            storage.forget()

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

    def _steps(self, found: Sequence[Found]) -> pa.RecordBatch:
        job, limit = self._job, self._limits.whole
        self._pending = batch = open_batch(found, job.storage, self._pixels, limit, job.max_pixels, self._beat)
        try:
            rows = next(self._through).rows
        finally:
            batch.close()
        if len(rows) != len(found) or not rows.schema.equals(self._schema):
            raise DiggerError(
                f"the steps made {len(rows)} rows of\n{rows.schema}\nand not {len(found)} of\n{self._schema}"
            )
        again = [file.again for file in batch.files]
        return rows if again == [None] * len(again) else replaced(rows, {"again": again})

    def _feed(self) -> Iterator[Batch]:
        while self._pending is not None:
            batch, self._pending = self._pending, None
            yield batch
        raise DiggerError("a step asked for a batch before it gave the last one (pipeline.Step)")


def _told(*why: object) -> None:
    """Of a row that is told of already."""


def _kept(
    source: Folder, mask: bytes, times: npt.NDArray[np.int64] | None, summary: Summary
) -> Iterator[pa.RecordBatch]:
    at = 0
    for batch in parts.every_row(source):
        wanted = np.frombuffer(mask, np.bool_, len(batch), at)
        if times is not None:
            batch = _timed(batch, times[at : at + len(batch)])
        at += len(batch)
        rows = batch.filter(pa.array(wanted))
        summary.count(rows)
        yield rows


def _timed(batch: pa.RecordBatch, times: npt.NDArray[np.int64]) -> pa.RecordBatch:
    """With the modification times that files have now."""
    place = batch.schema.get_field_index("modified")
    old = batch.column(place)
    new: Column = pa.array(times, mask=times == SAME).cast(old.type)
    columns = list(batch.columns)
    columns[place] = pc.coalesce(new, old)
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)
