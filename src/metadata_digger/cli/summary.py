"""The closing words of a run: counts that add up, and where everything is."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from metadata_digger.run.records.record import FOLDER
from metadata_digger.schema import FILTERED, OK
from metadata_digger.solr.errors import SolrError
from metadata_digger.solr.queries import phrase

if TYPE_CHECKING:
    from metadata_digger.run.report import Report
    from metadata_digger.sinks import Sink
    from metadata_digger.solr.connection import Connection
    from metadata_digger.storage.remote.place import Folder

REASONS = 8  # shown of each kind; the report has all of them
LABELS = 12
NAMED = 6  # files of an output
COMMAND = "metadata-digger serve"
PATIENCE = 10.0  # seconds for a last question to Solr


def summary(report: Report) -> Iterator[str]:
    """Lines of text, without ends."""
    rate = report.seen / report.seconds if report.seconds > 0 else 0.0
    workers = f", {report.workers} worker{'s' if report.workers != 1 else ''}" if report.workers else ""
    yield f"files seen  {report.seen:>11,}   {report.seconds:,.1f} s, {rate:,.1f} files a second{workers}"
    yield f"  written   {report.written:>11,}"
    if report.noted:
        yield f"    with notes {report.noted:>6,}"
        # What rows lack comes before what was remarked in passing.
        lacking = Counter({kind: count for kind, count in report.kinds.items() if kind.startswith("no ")})
        yield from _reasons([*_commonest(lacking), *_commonest(report.kinds - lacking)])
    yield f"  filtered  {report.filtered:>11,}"
    filtered = Counter({reason: n for (status, reason), n in report.reasons.items() if status == FILTERED})
    yield from _reasons(_commonest(filtered))
    yield f"  failed    {report.failed:>11,}"
    failures: Counter[str] = Counter()
    for (status, reason), count in report.reasons.items():
        if status not in (OK, FILTERED):
            failures[reason if status == "failed" else f"{status.replace('_', ' ')}: {reason}"] += count
    yield from _reasons(_commonest(failures))
    for file, reason in report.lost:
        yield f"lost        {file}: {reason}"
    if report.lost and report.failed > len(report.lost):
        unnamed = report.failed - len(report.lost)
        yield f"lost        {unnamed:,} more; with a directory as output.directoryPath there is a list of all"
    if report.labels:
        found = ", ".join(f"{label} {count:,}" for label, count in _commonest(report.labels)[:LABELS])
        more = f", ... ({len(report.labels):,} labels)" if len(report.labels) > LABELS else ""
        yield f"labels      {found}{more}"
    for number, line in enumerate(report.findings):
        yield f"{'' if number else 'similar':<10}  {line}"
    if report.output is not None:
        if report.files:  # none where the rows went to a server
            yield f"output      {_files(report.output, report.files)}"
        yield f"record      {report.output / FOLDER} (run.json, failed.jsonl, filtered.jsonl, notes.jsonl)"
    if report.changes:
        yield f"update      {', '.join(f'{count:,} {what}' for what, count in report.changes.items())}"
    if not report.seen:
        yield "note        there are no files in input.paths"
    for note in report.notes:
        yield f"note        {note}"


def serving(sinks: Sequence[Sink], report: Report, configuration: str | None) -> Iterator[str]:
    """The command that opens what was made on a page, where it can be."""
    forms = {sink.name for sink in sinks}
    if isinstance(report.output, Path) and forms & {"index", "parquet"}:
        yield f"serve       {COMMAND} {shlex.quote(str(report.output))}"
    elif "solr" in forms and configuration is not None:
        yield f"serve       {COMMAND} {shlex.quote(configuration)}"


def collection(connection: Connection, report: Report) -> Iterator[str]:
    """What the collection holds now, and a query to try; nothing when Solr went away after the run."""
    from metadata_digger.solr.client import Solr
    from metadata_digger.solr.nodes import Nodes
    from metadata_digger.solr.search import count

    label = next((label for label, _ in _commonest(report.labels)), None)
    query = "*:*" if label is None else f"labels:{label if label.isalnum() else phrase(label)}"
    with suppress(SolrError), Solr(connection, PATIENCE) as solr:
        yield f"collection  {connection.collection}: {count(solr):,} documents"
        place = f"{Nodes(connection).next()}/{quote(connection.collection, safe='')}"
        yield f"query       {place}/select?q={quote(query, safe=':*')}"


def _commonest(counts: Counter[str]) -> list[tuple[str, int]]:
    """Equal ones by name: in the order of arrival, two runs would tell them differently."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _reasons(reasons: Sequence[tuple[str, int]]) -> Iterator[str]:
    for reason, count in reasons[:REASONS]:
        yield f"    {count:>11,}  {reason}"
    if rest := sum(count for _, count in reasons[REASONS:]):
        yield f"    {rest:>11,}  for {len(reasons) - REASONS:,} other reasons"


def _files(output: Folder, files: tuple[str, ...]) -> str:
    """A file by its path; of several forms all files, of one form in many files their number."""
    if len(files) == 1:
        return str(output / files[0])
    if len({Path(name).suffix for name in files}) == 1 or len(files) > NAMED:
        return f"{output} ({len(files):,} files)"
    return f"{output} ({', '.join(files)})"
