"""--update: which files are new or have changed since the last output, and which of its rows are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from metadata_digger.errors import ConfigError
from metadata_digger.pipeline import microseconds
from metadata_digger.run.counts import Summary
from metadata_digger.run.disk import writing
from metadata_digger.run.job import Job, Progress
from metadata_digger.run.report import Report
from metadata_digger.run.stage import parts
from metadata_digger.run.stage.folders import Stage
from metadata_digger.run.stage.hashes import Hashed, Hashes, begun
from metadata_digger.run.stage.parts import SAME
from metadata_digger.run.tasks import Do, Hash, Keep
from metadata_digger.run.update.allowed import rows_of
from metadata_digger.run.update.old_rows import Known, Row
from metadata_digger.schema import FAILED, FILTERED, HASHES, OK
from metadata_digger.storage.model import Entry, Found
from metadata_digger.storage.remote.place import Folder, each

# What became of a file once and will again, unless the row says otherwise (schema.FILE, "again").
SETTLED = (OK, FILTERED, FAILED)
CHUNK = 64  # files hashed at once


def strongest(types: Iterable[str]) -> str:
    """The column of the strongest of these hashes (schema.HASHES has them from the weakest on)."""
    return f"hash_{max(types, key=HASHES.index)}"


class Update:
    """A comparison of the input with the last output. `todo` first, to its end, then `keep` and `ids_not_kept`.

    `by`: as Job.update. `whole`: the largest file in bytes that this run reads whole. `progress` is told of kept rows.
    """

    def __init__(self, job: Job, folders: Stage, schema: pa.Schema, by: str, whole: int, progress: Progress) -> None:
        if job.output is None:
            raise ConfigError("--update needs an output")
        self._column: str | None = None
        self._hashes: Hashes | None = None
        if by == "hash":
            types = [kind for kind in HASHES if f"hash_{kind}" in schema.names]
            if not types:
                raise ConfigError(
                    "--update-by hash needs processing.hash.types: the hashes of the last run are compared"
                )
            self._column = strongest(types)
        self._folders = folders
        self._whole = whole
        self._progress = progress
        self._known = Known(rows_of(job.output), folders.scratch / "known.db", self._column)
        if self._column is not None:
            with writing(folders.hashes):
                self._known.take_in_hashed(begun(folders.hashes))
            self._hashes = Hashes(folders.hashes, folders.saved(folders.hashes))
        self._masks = [bytearray(count) for count in self._known.counts]  # 1: the row is kept
        self._met = [bytearray(count) for count in self._known.counts]  # 1: its file is there, and read again
        self._unlisted: list[str] = []  # directories that could not be listed, or not to their end, and have rows
        self._entries = {job.storage.base_of(path): job.storage.entry_name(path) for path in job.paths}
        self._accepts = job.accept_gone
        self._times: dict[int, npt.NDArray[np.int64]] = {}  # new modification times of a part's kept rows, in hash mode
        self.new = self.changed = self.unchanged = self.kept = self.unlisted = 0

    def todo(self, walk: Iterator[Found], do: Do, listed: Counter[str]) -> Iterator[Found]:
        """What is to be read: all but files whose row is kept. `listed`: files of each entry of the input, as the walk
        counts them; those that nobody knows of are added."""
        if self._column is not None and self._hashes is not None:
            yield from self._by_hash(walk, do, self._column, self._hashes)
        else:
            yield from self._by_time(walk)
        self._keep_unlisted(listed)

    def _by_time(self, walk: Iterator[Found]) -> Iterator[Found]:
        for one in walk:
            row = self._known.find(one.url)
            if isinstance(one, Entry) and row is not None and self._same_file(one, row) and _same_time(one, row):
                self._keep(row)
            else:
                yield self._again(one, row)

    def _by_hash(self, walk: Iterator[Found], do: Do, column: str, hashes: Hashes) -> Iterator[Found]:
        waiting: list[Found] = []

        def compare(one: Entry, row: Row, now: str | None) -> None:
            if now == row.hash:
                self._keep(row, microseconds(one.modified))
            else:
                waiting.append(self._again(one, row))

        def tasks() -> Iterator[Hash]:
            while chunk := list(islice(walk, CHUNK)):
                same: list[Entry] = []
                rows: list[Row] = []
                for one in chunk:
                    row = self._known.find(one.url)
                    if not isinstance(one, Entry) or row is None or not self._same_file(one, row) or not row.hash:
                        waiting.append(self._again(one, row))
                    elif now := self._known.hash_of(one):
                        compare(one, row, now)
                    else:
                        same.append(one)
                        rows.append(row)
                # Only between two tasks is anything given to the caller, so there is one for no files too.
                if same or waiting:
                    yield Hash(same, (column.removeprefix("hash_"),), rows)

        for task, found in do(tasks()):
            for one, row, now in zip(task.found, task.rows, found, strict=True):
                compare(one, row, now.hashes[0])
            pairs = zip(task.found, found, strict=True)
            hashes.add([Hashed(one.url, one.size, one.modified, now.hashes[0]) for one, now in pairs if now.hashes[0]])
            yield from waiting
            waiting.clear()
            self._progress(self.kept, None)
        yield from waiting

    def _same_file(self, one: Entry, row: Row) -> bool:
        settled = row.status in SETTLED and (row.again is None or row.again > self._whole)
        return settled and row.base == one.base and row.size == one.size

    def _keep(self, row: Row, modified: int | None = None) -> None:
        self._masks[row.part][row.at] = 1
        self.unchanged += 1
        self.kept += 1
        if modified is not None and modified != row.modified:
            times = self._times.setdefault(row.part, np.full(len(self._masks[row.part]), SAME, np.int64))
            times[row.at] = modified

    def _again(self, one: Found, row: Row | None) -> Found:
        if row is not None:
            self._met[row.part][row.at] = 1
        if hides(one, self._accepts) and next(self._known.within(one.url), None) is not None:
            self._unlisted.append(one.url)
        if row is None:
            self.new += 1
        elif isinstance(one, Entry):
            self.changed += 1
        else:
            self.unchanged += 1  # what is no file has no row to keep: it is told of anew
        return one

    def _keep_unlisted(self, listed: Counter[str]) -> None:
        """Files in directories that could not be listed this time are not gone: nobody knows."""
        lists = [entry for entry in self._entries.values() if entry.startswith("@")]
        for url in self._unlisted:
            for base, modified, part, at in self._known.within(url):
                if self._masks[part][at] or self._met[part][at]:
                    continue
                self._masks[part][at] = 1
                self.kept += 1
                self.unlisted += 1
                if modified is not None:  # a file: what is none has no time
                    # The base of what a list names is the line, not the list.
                    listed.update([self._entries[base]] if base in self._entries else lists)

    def keep(self, do: Do, report: Report) -> dict[str, int]:
        """The kept rows into parts of this run; how many of each are ok. A part that stays as it is is linked."""
        rows: dict[str, int] = {}
        for summary in each(self._folders.parts, self._linked, self._kept_whole()):
            if summary is not None:
                report.add(summary)
                rows[summary.part] = summary.statuses[OK]
        for _, summary in do(self._rewritten()):
            report.add(summary)
            rows[summary.part] = summary.statuses[OK]
        return rows

    def _linked(self, kept: tuple[int, str]) -> Summary | None:
        """`kept`: number and new name of a part that stays as it is."""
        number, name = kept
        target = parts.path_of(self._folders.parts, name)
        with writing(target):
            parts.link(parts.path_of(self._known.rows, self._known.parts[number]), target)
        return parts.summary(self._folders.parts, name)

    @property
    def changes(self) -> dict[str, int]:
        """Files, for the report."""
        gone = sum(self._known.counts) - self.unchanged - self.changed - self.unlisted
        counts = {"unchanged": self.unchanged, "new": self.new, "changed": self.changed, "gone": gone}
        return counts | ({"unlisted": self.unlisted} if self.unlisted else {})

    def _kept_whole(self) -> Iterator[tuple[int, str]]:
        for number, mask in enumerate(self._masks):
            if mask and all(mask) and number not in self._times:
                yield number, parts.kept_name(number)

    def _rewritten(self) -> Iterator[Keep]:
        for number, mask in enumerate(self._masks):
            if any(mask) and (number in self._times or not all(mask)):
                source = parts.path_of(self._known.rows, self._known.parts[number])
                times = self._times.get(number)
                yield Keep(source, parts.kept_name(number, timed=times is not None), bytes(mask), times)

    def ids_not_kept(self) -> Iterator[str]:
        """Of rows that the last output has: a server still has them. Those of files that changed come again."""
        for number, mask in enumerate(self._masks):
            if not all(mask):
                yield from parts.ids(parts.path_of(self._known.rows, self._known.parts[number]), mask)

    def close(self) -> None:
        self._known.close()
        if self._hashes is not None:
            self._hashes.close()


def hides(one: Found, accepts: bool) -> bool:
    """Whether what is below that place may still be there. `accepts`: what is not found is gone."""
    return not isinstance(one, Entry) and one.status != FILTERED and not (accepts and one.status == "not_found")


def all_ids(rows: Folder) -> Iterator[str]:
    for part in parts.names(rows) if rows.is_dir() else ():
        yield from parts.ids(parts.path_of(rows, part))


def _same_time(one: Entry, row: Row) -> bool:
    return row.modified is not None and row.modified == microseconds(one.modified)
