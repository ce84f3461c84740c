"""Parts to the files of the output: which rows go where, and the report. The engines do the pieces and the joins."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from metadata_digger.run.job import Job
from metadata_digger.run.parts import Slice, writing
from metadata_digger.run.report import Report
from metadata_digger.run.stage import REPORT, Stage
from metadata_digger.run.work import left_out

# A piece of fewer rows is not worth the columns that it is sent with.
ROWS_PER_PIECE = 500
# Pieces for each worker: the last one is late by a quarter of its share at most.
PIECES_PER_WORKER = 4


@dataclass(frozen=True, slots=True)
class OutputFile:
    target: Path
    pieces: tuple[tuple[Path, tuple[Slice, ...]], ...]  # where each piece goes, which rows it has


def plan(rows: Mapping[str, int], files: int, workers: int, name: str, suffix: str, folders: Stage) -> list[OutputFile]:
    """The files of the output, equal in rows to one, rows in the order of the parts.

    `rows`: those of each part that are ok. One file is NAME.csv, several are NAME_0.csv, NAME_1.csv, ... as the
    original has it.
    """
    files = max(files, 1)
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


def write_report(job: Job, report: Report, parts: Sequence[str], folders: Stage) -> None:
    """`_report.json`: counts, and every file left out with its reason, one a line, streamed from beside the parts."""
    reasons = [{"status": status, "reason": why, "files": n} for (status, why), n in report.reasons.most_common()]
    head = {
        **job.facts,
        "started": report.started,
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
        **({"similar": report.similar} if report.similar else {}),
        "files": list(report.files),
        "notes": report.notes,
    }
    target = folders.output / REPORT
    with writing(target), target.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head, indent=2, ensure_ascii=False, default=str).removesuffix("\n}"))
        file.write(',\n  "left_out": [')
        separator = "\n"
        for part in sorted(parts):
            lines = left_out(folders.parts, part)
            if lines.exists():
                with lines.open(encoding="utf-8") as source:
                    for line in source:
                        file.write(f"{separator}    {line.rstrip()}")
                        separator = ",\n"
        file.write("\n  ]\n}\n")
