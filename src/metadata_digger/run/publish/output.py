"""Parts to the files of the output: which rows go where. The engines do the pieces and the joins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from metadata_digger.run.job import Job
from metadata_digger.run.publish import equal_files, refused_rows
from metadata_digger.run.publish.growing import Grown, grown
from metadata_digger.run.publish.made_here import made_here
from metadata_digger.run.publish.ranking import arrange
from metadata_digger.run.publish.server_rows import lost
from metadata_digger.run.report import Report
from metadata_digger.run.stage import parts
from metadata_digger.run.stage.folders import Stage
from metadata_digger.run.tasks import Do, Join, Piece, Slice
from metadata_digger.sinks import Advising, Removing, Sink, target_of, turns
from metadata_digger.sinks.columns import Columns
from metadata_digger.sinks.refused import refusals
from metadata_digger.storage.remote.place import Folder, remove

# A piece of fewer rows is not worth the columns that it is sent with.
ROWS_PER_PIECE = 500
# Pieces for each worker: the last one is late by a quarter of its share at most.
PIECES_PER_WORKER = 4


@dataclass(frozen=True, slots=True)
class OutputFile:
    """`pieces`: where each goes, which rows it has, and the number of its first."""

    target: Folder
    pieces: tuple[tuple[Folder, tuple[Slice, ...], int], ...]
    rows: int


def plan(rows: Mapping[str, int], job: Job, workers: int, folders: Stage, number: int = 0) -> list[OutputFile]:
    """The files of the output by one of the job's sinks, equal in rows to one, rows in the order of the parts.

    `rows`: those of each part that are ok. One file is NAME.csv, several are NAME_0.csv, NAME_1.csv, ... as the
    original has it. For a server all is one file, which is not made; an index is one too.
    """
    if not job.sinks or job.output is None:
        return []
    sink, name = job.sinks[number], job.output.name
    files = max(job.files_number, 1) if sink.suffix.startswith(".") else 1
    ordered = sorted(rows.items())
    total = sum(rows.values())
    planned = []
    for file in range(files):
        start, stop = total * file // files, total * (file + 1) // files
        count = max(1, min(-(-workers * PIECES_PER_WORKER // files), (stop - start) // ROWS_PER_PIECE))
        cuts = [start + (stop - start) * cut // count for cut in range(count + 1)]
        pieces = tuple(
            (folders.pieces / f"{sink.name}-{file}-{cut}", slices(ordered, cuts[cut], cuts[cut + 1]), cuts[cut])
            for cut in range(count)
        )
        target = target_of(sink, folders.output, f"{name}{f'_{file}' if files > 1 else ''}")
        planned.append(OutputFile(target, pieces, stop))
    return planned


def write_output(
    job: Job,
    schema: pa.Schema,
    rows: Mapping[str, int],
    folders: Stage,
    do: Do,
    report: Report,
    tell: Callable[[str, int, int], None] = lambda form, done, total: None,
) -> None:
    """The rows of the parts through the sinks, in the order of the job's ranking, if it has one; what becomes of them
    goes into the report.

    `schema`: what the steps make; `tell`: as Writing.writing. Raises ConfigError when the columns cannot be
    written, OutputError.
    """
    if not job.sinks:
        return
    if job.ranking is not None:
        schema, rows = job.ranking.output(schema), arrange(job.ranking, rows, folders, report, do)
    columns = Columns.of(schema, report.tags)
    for sink in job.sinks:
        sink.check(columns)
        if isinstance(sink, Advising):
            report.notes += sink.advice(columns)
    if job.distinct:
        with made_here(equal_files.database(folders.pieces)) as here:
            equal_files.find(folders.parts, list(rows), job.distinct, here)
    for number in turns(job.sinks):
        sink = job.sinks[number]
        growth = grown(job, sink, rows, folders, do)
        mine = _to_send(job, sink, rows, folders, report) if not sink.suffix else growth.rows if growth else rows
        _write(job, number, columns, mine, growth, folders, do, report, tell)


def _write(
    job: Job,
    number: int,
    columns: Columns,
    rows: Mapping[str, int],
    growth: Grown | None,
    folders: Stage,
    do: Do,
    report: Report,
    tell: Callable[[str, int, int], None],
) -> None:
    """By one sink. `growth`: what is built upon."""
    sink = job.sinks[number]
    base = growth.first if growth else 0
    files = plan(rows, job, max(report.workers, 1), folders, number)
    pieces = (
        Piece(slices, columns, target, number, base + first) for file in files for target, slices, first in file.pieces
    )
    total = sum(len(file.pieces) for file in files)
    tell(sink.name, 0, total)
    for done, (_, refused) in enumerate(do(pieces), 1):
        report.refuse(refused)
        tell(sink.name, done, total)
    if not sink.suffix and len(job.sinks) > 1 and (lines := list(refusals(folders.pieces))):
        with made_here(refused_rows.unsent(folders.pieces)) as here, refused_rows.database(lines, here):
            pass
    if sink.suffix:
        report.files = (*report.files, *(file.target.name for file in files))
    upon = growth.growth if growth else None
    joins = (
        Join([target for target, _, _ in file.pieces], columns, file.target, number, file.rows, upon) for file in files
    )
    made = {}
    for join, found in do(joins):
        made[join.target] = found
        for piece in join.pieces:  # not by the worker: one that dies and is followed by another would have taken them
            if piece.is_dir():
                remove(piece)
            piece.unlink(missing_ok=True)
    for file in files:  # in their order, whichever was ready first
        report.digests |= made[file.target]


def _to_send(job: Job, sink: Sink, rows: Mapping[str, int], folders: Stage, report: Report) -> Mapping[str, int]:
    """What a server does not have yet; what it is no longer to have is removed."""
    if job.ranking is None and isinstance(sink, Removing):
        again = lost(sink, folders.parts, rows)
        if count := sum(rows[part] for part in again):
            report.notes.append(f"--update: not all that earlier runs sent was there: {count:,} rows were sent again")
        rows = {part: count for part, count in rows.items() if not parts.stands(part) or part in again}
    if isinstance(sink, Removing) and folders.removed.exists():
        with folders.removed.open(encoding="ascii") as ids:
            sink.remove(line.rstrip("\n") for line in ids)
    return rows


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
