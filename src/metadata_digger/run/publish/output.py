"""Parts to the files of the output: which rows go where. The engines do the pieces and the joins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from metadata_digger.run.job import Job
from metadata_digger.run.publish import equal_files
from metadata_digger.run.publish.ranking import arrange
from metadata_digger.run.publish.server_rows import lost
from metadata_digger.run.report import Report
from metadata_digger.run.stage import parts
from metadata_digger.run.stage.place import Stage
from metadata_digger.run.tasks import Do, Join, Piece, Slice
from metadata_digger.sinks import Advising, Removing, Sink
from metadata_digger.sinks.columns import Columns

# A piece of fewer rows is not worth the columns that it is sent with.
ROWS_PER_PIECE = 500
# Pieces for each worker: the last one is late by a quarter of its share at most.
PIECES_PER_WORKER = 4


@dataclass(frozen=True, slots=True)
class OutputFile:
    target: Path
    pieces: tuple[tuple[Path, tuple[Slice, ...]], ...]  # where each piece goes, which rows it has


def plan(rows: Mapping[str, int], job: Job, workers: int, folders: Stage) -> list[OutputFile]:
    """The files of the output, equal in rows to one, rows in the order of the parts.

    `rows`: those of each part that are ok. One file is NAME.csv, several are NAME_0.csv, NAME_1.csv, ... as the
    original has it. For a server all is one file, which is not made.
    """
    if job.sink is None or job.output is None:
        return []
    name, suffix = job.output.name, job.sink.suffix
    files = max(job.files_number, 1) if suffix else 1
    ordered = sorted(rows.items())
    total = sum(rows.values())
    planned = []
    for number in range(files):
        start, stop = total * number // files, total * (number + 1) // files
        count = max(1, min(-(-workers * PIECES_PER_WORKER // files), (stop - start) // ROWS_PER_PIECE))
        cuts = [start + (stop - start) * cut // count for cut in range(count + 1)]
        pieces = tuple(
            (folders.pieces / f"{number}-{cut}", slices(ordered, cuts[cut], cuts[cut + 1])) for cut in range(count)
        )
        planned.append(OutputFile(folders.output / f"{name}{f'_{number}' if files > 1 else ''}{suffix}", pieces))
    return planned


def write_output(job: Job, schema: pa.Schema, rows: Mapping[str, int], folders: Stage, do: Do, report: Report) -> None:
    """The rows of the parts through the sink, in the order of the job's ranking, if it has one; what becomes of them
    goes into the report.

    `schema`: what the steps make. Raises ConfigError when the columns cannot be written, OutputError.
    """
    sink = job.sink
    if sink is None:
        return
    if job.ranking is not None:
        schema, rows = job.ranking.output(schema), arrange(job.ranking, rows, folders, report, do)
    columns = Columns.of(schema, report.tags)
    sink.check(columns)
    if isinstance(sink, Advising):
        report.notes += sink.advice(columns)
    if job.distinct:
        equal_files.find(folders.parts, list(rows), job.distinct, equal_files.database(folders.pieces))
    if not sink.suffix:
        if job.ranking is None and isinstance(sink, Removing):
            again = lost(sink, folders.parts, rows)
            if count := sum(rows[part] for part in again):
                report.notes.append(
                    f"--update: not all that earlier runs sent was there: {count:,} rows were sent again"
                )
            rows = {part: count for part, count in rows.items() if not parts.is_kept(part) or part in again}
        if isinstance(sink, Removing) and folders.removed.exists():
            with folders.removed.open(encoding="ascii") as ids:
                sink.remove(line.rstrip("\n") for line in ids)
    files = plan(rows, job, max(report.workers, 1), folders)
    pieces = (Piece(slices, columns, target) for file in files for target, slices in file.pieces)
    for _, refused in do(pieces):
        report.refuse(refused)
    report.files = names(files, sink)
    for join, found in do(Join([target for target, _ in file.pieces], columns, file.target) for file in files):
        if found:
            report.digests[join.target.name] = found
        for piece in join.pieces:  # not by the worker: one that dies and is followed by another would have taken them
            piece.unlink(missing_ok=True)


def names(files: Sequence[OutputFile], sink: Sink) -> tuple[str, ...]:
    return tuple(file.target.name for file in files) if sink.suffix else ()


def slices(ordered: Sequence[tuple[str, int]], start: int, stop: int) -> tuple[Slice, ...]:
    """Rows [start, stop) of all parts together."""
    found = []
    first = 0
    for part, count in ordered:
        begin, end = max(start - first, 0), min(stop - first, count)
        if begin < end:
            found.append(Slice(part, begin, end))
        first += count
    return tuple(found)
