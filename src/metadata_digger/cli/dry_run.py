"""`--dry-run`: what a run would read, and whether it could begin."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from typing import TextIO

from metadata_digger.cli.progress import Progress
from metadata_digger.cli.terminal import printable, write
from metadata_digger.run.engines.dry import Expected, rehearse
from metadata_digger.run.job import Job
from metadata_digger.schema import FILTERED
from metadata_digger.storage.lists import LIST
from metadata_digger.storage.urls import base_of

SHOWN = 20  # extensions, entries of input.paths, reasons
FAULTS = 3  # exit code
UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def dry_run(job: Job, engine: str, stream: TextIO) -> int:
    """Prints it; returns 0, or 3 where the listing has faults. Raises what the run would."""
    started = _on_spark(job) if engine == "spark" else ""
    with Progress(stays=False) as progress:
        expected = rehearse(job, progress)
    for line in lines(expected, job.paths):
        write(printable(line), stream)
    if started:
        write(printable(f"spark       {started}"), stream)
    return FAULTS if any(status != FILTERED for status, _ in expected.left_out) else 0


def _on_spark(job: Job) -> str:
    """The command that would start it, after the same checks."""
    from metadata_digger.cli.spark_settings import spark_settings
    from metadata_digger.run.engines.spark.cluster import command
    from metadata_digger.run.engines.spark.java import check, submit
    from metadata_digger.run.engines.spark.ship.send import place

    cluster = spark_settings(os.environ)
    check(job)
    archive = place(job, cluster, os.environ) if cluster.ships else ""
    return shlex.join(command(submit(), cluster.master, cluster.properties(job, archive)))


def lines(expected: Expected, paths: tuple[str, ...]) -> Iterator[str]:
    """Lines of text, without ends."""
    if not expected.complete:
        yield from _files(expected)
        yield from _entries(expected, paths)
        yield from _others(expected)
    if expected.output is not None:
        there = "is there already" if expected.output.exists() else "is not there yet"
        yield f"output      {expected.output} ({there})"
    for note in expected.notes:
        yield f"note        {note}"
    yield "dry run     nothing was read or written; what can be checked before a run is right"


def _files(expected: Expected) -> Iterator[str]:
    yield f"files       {expected.files.total():>11,}   {size(expected.sizes.total())}"
    kinds = sorted(expected.files, key=lambda kind: (-expected.files[kind], kind))
    for kind in kinds[:SHOWN]:
        name = kind or "(no extension)"
        yield f"  {name:<14}{expected.files[kind]:>7,}   {size(expected.sizes[kind])}"
    if rest := kinds[SHOWN:]:
        count, total = (sum(counts[kind] for kind in rest) for counts in (expected.files, expected.sizes))
        yield f"  {f'{len(rest):,} others':<14}{count:>7,}   {size(total)}"


def _others(expected: Expected) -> Iterator[str]:
    """What is listed and not read, what is not listed, and how an update sees it."""
    if expected.left_out:
        yield f"not read    {expected.left_out.total():>11,}"
        for (status, reason), count in sorted(expected.left_out.items(), key=lambda one: (-one[1], one[0]))[:SHOWN]:
            words = reason if status in (FILTERED, "failed") else f"{status.replace('_', ' ')}: {reason}"
            yield f"    {count:>11,}  {words}"
    for kind, count in sorted(expected.excluded.items()):
        yield f"left out    {count:>11,}   {kind}, by input.include and input.exclude"
    if expected.changes:
        yield f"update      {', '.join(f'{count:,} {what}' for what, count in expected.changes.items())}"


def _entries(expected: Expected, paths: tuple[str, ...]) -> Iterator[str]:
    """Files of each entry of input.paths: of one that is not mounted there are none."""
    named = dict.fromkeys(base_of(path) for path in paths if not path.startswith(LIST))
    if len(paths) < 2:
        return
    for base in list(named)[:SHOWN]:
        yield f"input       {expected.entries[base]:>11,}   {base}"
    if len(named) > SHOWN:
        count = sum(expected.entries[base] for base in list(named)[SHOWN:])
        yield f"input       {count:>11,}   in {len(named) - SHOWN:,} other entries of input.paths"
    if listed := sum(count for base, count in expected.entries.items() if base not in named):
        yield f"input       {listed:>11,}   in lists"


def size(count: int) -> str:
    """Bytes for people, of 1,000 to the next unit, as file managers have them."""
    number, unit = float(count), 0
    while number >= 999.5 and unit < len(UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:,.1f} {UNITS[unit]}" if unit and number < 99.95 else f"{number:,.0f} {UNITS[unit]}"
