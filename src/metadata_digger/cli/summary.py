"""The closing words of a run: counts that add up, and where everything is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from metadata_digger.schema import FILTERED, OK

if TYPE_CHECKING:
    from metadata_digger.run.report import Report

REASONS = 8  # shown of each kind; the report has all of them
LABELS = 12


def summary(report: Report) -> Iterator[str]:
    """Lines of text, without ends."""
    rate = report.seen / report.seconds if report.seconds > 0 else 0.0
    workers = f", {report.workers} worker{'s' if report.workers != 1 else ''}" if report.workers else ""
    yield f"files seen  {report.seen:>11,}   {report.seconds:,.1f} s, {rate:,.1f} files a second{workers}"
    yield f"  written   {report.written:>11,}"
    yield f"  filtered  {report.filtered:>11,}"
    yield from _reasons(Counter({reason: n for (status, reason), n in report.reasons.items() if status == FILTERED}))
    yield f"  failed    {report.failed:>11,}"
    failures: Counter[str] = Counter()
    for (status, reason), count in report.reasons.items():
        if status not in (OK, FILTERED):
            failures[reason if status == "failed" else f"{status.replace('_', ' ')}: {reason}"] += count
    yield from _reasons(failures)
    if report.labels:
        found = ", ".join(f"{label} {count:,}" for label, count in _commonest(report.labels)[:LABELS])
        more = f", ... ({len(report.labels):,} labels)" if len(report.labels) > LABELS else ""
        yield f"labels      {found}{more}"
    if report.output is not None:
        yield f"output      {_files(report.output, report.files)}"
        yield f"report      {report.output / '_report.json'}"
    if not report.seen:
        yield "note        there are no files in input.paths"
    for note in report.notes:
        yield f"note        {note}"


def _commonest(labels: Counter[str]) -> list[tuple[str, int]]:
    """Equal ones by name: in the order of arrival, two runs would tell them differently."""
    return sorted(labels.items(), key=lambda item: (-item[1], item[0]))


def _reasons(reasons: Counter[str]) -> Iterator[str]:
    for reason, count in reasons.most_common(REASONS):
        yield f"    {count:>11,}  {reason}"
    rest = reasons.total() - sum(count for _, count in reasons.most_common(REASONS))
    if rest:
        yield f"    {rest:>11,}  for {len(reasons) - REASONS:,} other reasons"


def _files(output: Path, files: tuple[str, ...]) -> str:
    if len(files) == 1:
        return str(output / files[0])
    return f"{output} ({len(files):,} files)" if files else str(output)
