"""--update over an input that is not there: an unmounted share looks like a directory that somebody emptied.

Where an entry of input.paths had files and now has none, or less than half of them, nothing is changed until the user
says that they are gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from metadata_digger.config.decisive import LISTING
from metadata_digger.config.keys import BY_NAME
from metadata_digger.errors import OutputError
from metadata_digger.run.job import Job
from metadata_digger.run.records.fingerprint import PATHS
from metadata_digger.run.records.record import ENTRIES, read_record
from metadata_digger.run.stage import parts
from metadata_digger.run.update.allowed import rows_of
from metadata_digger.run.update.changes import hides
from metadata_digger.run.update.old_rows import Known
from metadata_digger.storage.model import Found
from metadata_digger.storage.remote.place import Folder

TOLD = 20  # lines of one kind
MOST = 100_000  # places that are held
REMEDY = (
    "is all of it mounted, and may it be read? If these files are gone for good, say so by --accept-gone; nothing was "
    "changed"
)


def check_gone(job: Job, listed: Mapping[str, int]) -> None:
    """`listed`: files of each entry, as the walk counts them. Raises OutputError."""
    if job.output is None or job.accept_gone:
        return
    if lost := list(_lost(job, job.output, listed)):
        raise OutputError("\n".join(f"--update: {line}" for line in [*_told(lost), REMEDY]))


def _lost(job: Job, output: Folder, listed: Mapping[str, int]) -> Iterator[str]:
    record = read_record(output)
    before = record.get(ENTRIES)
    if not isinstance(before, dict):  # records did not always tell
        before = _files_of_rows(job, rows_of(output))
    patterns = _patterns(record) == _patterns(job.facts)  # with others fewer files are no surprise
    for path in dict.fromkeys(job.paths):
        name = job.storage.entry_name(path)
        was, now = before.get(name, 0), listed.get(name, 0)
        if not isinstance(was, int):  # somebody has edited it
            continue
        # A new entry within this one took its files over.
        now += sum(count for one, count in listed.items() if one not in before and one.startswith(f"{name}/"))
        if was and (not now or (patterns and 2 * now < was)):
            yield f"{path} had {was:,} files and has {f'{now:,}' if now else 'none'} now"


def _files_of_rows(job: Job, rows: Folder) -> Counter[str]:
    """How many rows are of files of each entry, by `urls.entry_name`. Of a list there are none: the base of a row is
    its line."""
    names = {job.storage.base_of(path): job.storage.entry_name(path) for path in job.paths}
    counts = Counter[str]()
    all_parts = parts.names(rows)
    for part, summary in zip(all_parts, parts.summaries(rows, all_parts), strict=True):
        if summary is None:
            continue  # damaged
        for batch in parts.every_row(parts.path_of(rows, part), ("base_path", "modified")):
            of_files = batch.filter(pc.is_valid(batch.column("modified")))  # what is no file has no time
            counts.update(names[base] for base in of_files.column("base_path").to_pylist() if base in names)
    return counts


def _patterns(facts: Mapping[str, Any]) -> list[str]:
    config = facts.get("config", {})
    # A key that the last run did not know yet was what it is by default.
    return [str(config.get(key, BY_NAME[key].default or "")) for key in LISTING if key != PATHS]


class Unlisted:
    """Directories that could not be listed, where all files are read anew: the rows of their files cannot be kept."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._places: list[str] = []

    def watch(self, walk: Iterable[Found]) -> Iterator[Found]:
        for one in walk:
            if hides(one, self._job.accept_gone) and len(self._places) < MOST:
                self._places.append(one.url)
            yield one

    def check(self, database: Path) -> None:
        """`database`: where one may be for a moment. Raises OutputError where the last output has rows of them."""
        rows = None if self._job.output is None else rows_of(self._job.output)
        if self._job.accept_gone or not self._places or rows is None or not rows.is_dir():
            return
        if None in parts.summaries(rows, parts.names(rows)):
            return  # damaged: that is why all files are read anew
        with closing(Known(rows, database, None)) as known:
            counts = {place: sum(1 for _ in known.within(place)) for place in self._places}
        if lost := [f"{place} cannot be listed and has {count:,} rows" for place, count in counts.items() if count]:
            raise OutputError(
                "\n".join(
                    f"--update: {line}"
                    for line in [*_told(lost), f"all files are read anew, so these rows would be lost: {REMEDY}"]
                )
            )


def _told(lines: Sequence[str]) -> list[str]:
    more = len(lines) - TOLD
    return [*lines[:TOLD], *([f"... and {more:,} more"] if more > 0 else [])]
