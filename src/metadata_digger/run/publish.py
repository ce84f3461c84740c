"""Parts to the files of the output: which rows go where, and the records. The engines do the pieces and the joins."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from metadata_digger.run import parts, twins, untaken
from metadata_digger.run.held import lost
from metadata_digger.run.job import Job
from metadata_digger.run.parts import Slice, sync, writing
from metadata_digger.run.ranking import arrange, unranked
from metadata_digger.run.records import FAILED, FOLDER, LEFT_OUT, RECORD, ROWS, digest, now
from metadata_digger.run.report import Report
from metadata_digger.run.stage import Stage
from metadata_digger.run.tasks import Do
from metadata_digger.run.worker import Join, Piece
from metadata_digger.schema import FILTERED
from metadata_digger.sinks import Removing, Sink
from metadata_digger.sinks.columns import Columns
from metadata_digger.sinks.refused import refusals

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
    if job.distinct:
        twins.find(folders.parts, list(rows), job.distinct, twins.database(folders.pieces))
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


def write_records(job: Job, report: Report, rows: Mapping[str, int], engine: str, folders: Stage) -> None:
    """The folder of records: `run.json`, the files left out one a line, and the parts, if they are to be kept.

    `rows`: as for `plan`; other parts are what workers left that died: half a part, or a whole one whose files were
    then tried one by one. What the report still lacks is put into it. Raises OutputError.
    """
    target = folders.output / FOLDER
    with writing(target):
        target.mkdir()
        _write_left_out(rows, folders, target)
        for name in (FAILED, LEFT_OUT):
            report.digests[f"{FOLDER}/{name}"] = digest(target / name)
        (target / RECORD).write_text(_record(job, report, engine, folders), "utf-8")
        if job.keep_rows:
            _keep(rows, folders, target / ROWS)


def _keep(rows: Mapping[str, int], folders: Stage, target: Path) -> None:
    """The parts of `rows` also among the records. In the stage they stay as they are: a run that goes on from it
    writes all rows again, those too that this one could not. Raises OSError, OutputError."""
    target.mkdir()
    if lines := list(refusals(folders.pieces)):
        untaken.note(folders.parts, rows, lines, folders.pieces / "untaken.sqlite", target)
    for part in rows:
        if not (path := parts.path_of(target, part)).exists():
            parts.link(parts.path_of(folders.parts, part), path)
    sync(target)


def _record(job: Job, report: Report, engine: str, folders: Stage) -> str:
    reasons = [{"status": status, "reason": why, "files": n} for (status, why), n in report.reasons.most_common()]
    record = {
        "run": folders.root.name,
        **job.facts,
        "command": job.command,
        "engine": engine,
        "host": platform.node(),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "started": report.started,
        "resumed": report.resumed,
        "ended": now(),
        "seconds": round(report.seconds, 3),
        "timings": {name: round(seconds, 3) for name, seconds in report.timings.items()},
        "workers": report.workers,
        "seen": report.seen,
        "written": report.written,
        "filtered": report.filtered,
        "failed": report.failed,
        "statuses": dict(sorted(report.statuses.items())),
        "reasons": reasons,
        "labels": dict(report.labels.most_common()),
        **({"changes": report.changes} if report.changes else {}),
        **({"ranking": report.ranking} if report.ranking else {}),
        "files": report.digests,
        "notes": report.notes,
    }
    return json.dumps(record, indent=2, ensure_ascii=False, default=str) + "\n"


def _write_left_out(rows: Mapping[str, int], folders: Stage, target: Path) -> None:
    """Streamed, part by part; then what a ranking left out; rows that were ok until they were to be written come last.

    Raises OSError.
    """
    lists = [(target / name).open("w", encoding="utf-8") for name in (FAILED, LEFT_OUT)]
    with lists[0] as failed, lists[1] as other:
        for part in sorted(rows):
            stretch = parts.stretch_of(part)
            if stretch is not None and stretch.files == rows[part]:
                continue
            for file, status, reason in parts.left_out(folders.parts, part):
                line = json.dumps({"file": file, "status": status, "reason": reason}, ensure_ascii=False) + "\n"
                (other if status == FILTERED else failed).write(line)
        for lines in unranked(folders):
            with lines.open(encoding="utf-8") as source:
                shutil.copyfileobj(source, other)
        for lines in sorted(refusals(folders.pieces)):
            with lines.open(encoding="utf-8") as source:
                for line in source:
                    (other if json.loads(line)["status"] == FILTERED else failed).write(line)
