"""The folder of records of an output that is about to be there: what the run did, which files have no row and why."""

from __future__ import annotations

import json
import platform
import sqlite3
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from metadata_digger.run.disk import sync, writing
from metadata_digger.run.job import Job
from metadata_digger.run.publish import notes, refused_rows
from metadata_digger.run.publish.made_here import made_here
from metadata_digger.run.publish.ranking import ranked, unranked
from metadata_digger.run.records import sums
from metadata_digger.run.records.record import ENTRIES, FAILED, FOLDER, LEFT_OUT, NOTES, RECORD, ROWS, SUMS, digest, now
from metadata_digger.run.report import Report
from metadata_digger.run.stage import parts
from metadata_digger.run.stage.folders import Stage
from metadata_digger.run.tasks import Do
from metadata_digger.schema import FILTERED
from metadata_digger.sinks.refused import refusals
from metadata_digger.sinks.remarks import remarks
from metadata_digger.storage.remote.place import Folder, each


def write_records(job: Job, report: Report, rows: Mapping[str, int], engine: str, folders: Stage, do: Do) -> None:
    """The folder of records: `run.json`, the files left out and those with notes one a line, and the parts, if they are
    to be kept.

    `rows`: as for `plan`; other parts are what workers left that died: half a part, or a whole one whose files were
    then tried one by one. What the report still lacks is put into it. Raises OutputError.
    """
    there = folders.output / FOLDER
    with writing(there), made_here(there) as target:
        target.mkdir()
        _write_left_out(rows, folders, target)
        lines = list(refusals(folders.pieces))
        with refused_rows.database(lines, folders.scratch / "refused.sqlite") as refused:
            names = ranked(folders) if job.ranking is not None else sorted(rows)
            with _remarked(folders) as remarked:
                notes.write(folders.parts, names, refused, remarked, target / NOTES, report)
            if job.keep_rows:
                kept = there / ROWS
                _keep(rows, folders, kept, refused if lines else None)
                sums.write(target / SUMS, (parts.path_of(kept, name) for name in parts.names(kept)), do)
        for name in (FAILED, LEFT_OUT, NOTES, *([SUMS] if job.keep_rows else [])):
            report.digests[f"{FOLDER}/{name}"] = digest(target / name)
        # The command line and the working directory may be no UTF-8; as \udcff such a byte is good JSON.
        (target / RECORD).write_bytes(_record(job, report, engine, folders).encode("utf-8", "backslashreplace"))


@contextmanager
def _remarked(folders: Stage) -> Iterator[sqlite3.Connection | None]:
    """What the sink remarked of rows, None where that is nothing."""
    if lines := list(remarks(folders.pieces)):
        with refused_rows.database(lines, folders.scratch / "remarked.sqlite") as connection:
            yield connection
    else:
        yield None


def _keep(rows: Mapping[str, int], folders: Stage, target: Folder, refused: sqlite3.Connection | None) -> None:
    """The parts of `rows` also among the records. In the stage they stay as they are: a run that goes on from it
    writes all rows again, those too that this one could not. Raises OSError, OutputError."""
    target.mkdir()
    if refused is not None:
        refused_rows.note(folders.parts, rows, refused, target)

    noted = set(parts.names(target))

    def keep(part: str) -> None:
        parts.link(parts.path_of(folders.parts, part), parts.path_of(target, part))

    deque(each(target, keep, (part for part in rows if part not in noted)), 0)
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
        "noted": report.noted,
        "kinds": dict(report.kinds.most_common()),
        "labels": dict(report.labels.most_common()),
        ENTRIES: report.entries,
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
            with lines.open("rb") as source:
                other.writelines(line.decode() for line in source)
        for lines in sorted(refusals(folders.pieces)):
            with lines.open("rb") as source:
                for line in map(bytes.decode, source):
                    (other if json.loads(line)["status"] == FILTERED else failed).write(line)
