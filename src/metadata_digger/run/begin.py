"""How a run begins: with nothing, with what an interrupted one did, or with the rows of the last output."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import replace

import pyarrow as pa

from metadata_digger.errors import DiggerError
from metadata_digger.run.disk import sync, writing
from metadata_digger.run.job import Job, Progress
from metadata_digger.run.records.record import report_of
from metadata_digger.run.report import Report
from metadata_digger.run.stage import parts
from metadata_digger.run.stage.folders import Stage
from metadata_digger.run.stage.listing import NOTHING, Begun, Listing, agreed, begun, cut
from metadata_digger.run.stage.parts import Stretch
from metadata_digger.run.tasks import Do, Limits
from metadata_digger.run.update.allowed import check_owner, rows_of, why_anew
from metadata_digger.run.update.changes import Update, all_ids
from metadata_digger.run.update.gone import Unlisted, check_gone
from metadata_digger.schema import OK
from metadata_digger.sinks import Growing, Removing
from metadata_digger.storage.model import Found


def complete(job: Job) -> Report:
    """The report of a run that is asked to go on with an output that is there."""
    if job.output is None:
        raise DiggerError("a run without output is never complete")
    report = report_of(job.output)
    report.notes.append("the output is complete; there was nothing left to do")
    return report


@contextmanager
def begin(
    job: Job, folders: Stage, schema: pa.Schema, limits: Limits, report: Report, do: Do, progress: Progress
) -> Iterator[tuple[Listing, dict[str, int]]]:
    """The listing, and the parts that are there already with their rows that are ok; these are in the report."""
    by = "hash" if folders.comparing else job.update
    report.notes += folders.notes
    excluded, listed = Counter[str](), Counter[str]()
    mine = folders.root if job.output is None else job.output
    walk = job.storage.walk(job.paths, [str(mine)], excluded, listed)
    rows: dict[str, int] = {}
    known, done = NOTHING, list[Stretch]()
    if folders.resumed is not None:
        report.resumed = (*folders.resumed.resumed, report.started)
        report.started = folders.resumed.started
        job = replace(job, accept_gone=job.accept_gone or folders.resumed.accept_gone)
    if folders.resumed is not None and not folders.comparing:
        with writing(folders.root):
            known, done, walk = _go_on(folders, walk, report, rows)
            with suppress(FileNotFoundError):
                report.changes = json.loads(folders.changes.read_text())
    elif by is not None and job.output is not None and job.output.exists():
        check_owner(job)
        if folders.comparing:  # it may have been killed while it linked what it was to keep
            with writing(folders.parts):
                for part in parts.names(folders.parts):
                    parts.path_of(folders.parts, part).unlink()
        why = why_anew(job, schema, do)
        if not why:
            with (
                closing(Update(job, folders, schema, by, limits.whole, progress)) as update,
                closing(
                    Listing(
                        update.todo(walk, do, listed),
                        folders.listing,
                        excluded=excluded,
                        listed=listed,
                        saved=folders.saved(folders.listing),
                    )
                ) as listing,
            ):
                listing.finish()  # only then it is known which rows are kept
                check_gone(job, listing.listed)
                rows |= update.keep(do, report)
                # In a ranking every row may be another one now: all are sent anew.
                _remember(job, folders, all_ids(rows_of(job.output)) if job.ranking else update.ids_not_kept())
                report.changes = update.changes
                if update.unlisted:
                    report.notes.append(
                        f"--update: {update.unlisted:,} rows of files in directories that could not be listed are kept "
                        "as they were"
                    )
                _tell(folders, update.changes)
                yield listing, rows
            return
        report.notes.append(f"--update: all files are read anew: {why}")
        _remember(job, folders, all_ids(rows_of(job.output)))
    updates = by is not None or (folders.resumed is not None and folders.resumed.update)
    unlisted = Unlisted(job)
    walk = unlisted.watch(walk) if updates else walk
    saved = folders.saved(folders.listing)
    with closing(Listing(walk, folders.listing, known, done, excluded, listed, saved)) as listing:
        if updates:
            listing.finish()
            unlisted.check(folders.scratch / "known.db")
            check_gone(job, listing.listed)
        yield listing, rows


def _remember(job: Job, folders: Stage, ids: Iterator[str]) -> None:
    """What a server, or an index, is to forget when the rows of this run are written."""
    if any(isinstance(sink, Removing | Growing) for sink in job.sinks):
        with writing(folders.removed):
            with folders.removed.open("w", encoding="ascii") as file:
                file.writelines(f"{one}\n" for one in ids)
            sync(folders.removed)
            folders.save(folders.removed)


def _tell(folders: Stage, changes: Mapping[str, int]) -> None:
    """The comparison is complete, and all that was made of it is there."""
    temporary = folders.changes.with_suffix(".tmp")
    with writing(temporary):
        temporary.write_text(json.dumps(changes))
        sync(temporary)
        temporary.replace(folders.changes)
        folders.save(folders.changes)


def _go_on(
    folders: Stage, walk: Iterator[Found], report: Report, rows: dict[str, int]
) -> tuple[Begun, list[Stretch], Iterator[Found]]:
    """What is listed and done. A listing that was not finished is compared with a new walk and holds as far as that
    agrees: parts behind it are made anew, so that no file is lost and none comes twice. Raises OSError."""
    known, files = begun(folders.listing), 0
    if not known.complete:
        files, walk = agreed(folders.listing, known, walk)
    else:
        files = known.files
    done: list[Stretch] = []
    names = sorted(parts.names(folders.parts), key=_widest_first)
    for part, summary in zip(names, parts.summaries(folders.parts, names), strict=True):
        stretch = parts.stretch_of(part)
        # Of a batch that was written and then tried file by file, because its worker died before it said so, the
        # batch stands.
        behind = done[-1].stop if done else 0
        whole = summary is not None and (stretch is None or stretch.files == summary.statuses.total())
        if summary is None or not whole or (stretch and not behind <= stretch.start < stretch.stop <= files):
            parts.path_of(folders.parts, part).unlink()
            continue
        report.add(summary)
        rows[part] = summary.statuses[OK]
        if stretch is not None:
            done.append(stretch)
    return cut(folders.listing, known, files), done, walk


def _widest_first(part: str) -> tuple[int, int]:
    """The order of the listing; of parts that begin together the one that has more."""
    stretch = parts.stretch_of(part)
    return (stretch.start, -stretch.files) if stretch else (-1, 0)
