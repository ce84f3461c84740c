"""--update: which files are new or have changed since the last output, and which of its rows are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from metadata_digger.config.decisive import sent
from metadata_digger.errors import ConfigError, OutputError
from metadata_digger.pipeline import microseconds
from metadata_digger.run.disk import writing
from metadata_digger.run.job import Job, Progress
from metadata_digger.run.records import sums
from metadata_digger.run.records.fingerprint import difference, other_files
from metadata_digger.run.records.record import FOLDER, ROWS, SUMS, read_record, recorded_sums
from metadata_digger.run.report import Report
from metadata_digger.run.stage import parts
from metadata_digger.run.stage.hashes import Hashed, Hashes, begun
from metadata_digger.run.stage.parts import SAME
from metadata_digger.run.stage.place import Stage
from metadata_digger.run.tasks import Do, Hash, Keep
from metadata_digger.run.update.old_rows import Known, Row
from metadata_digger.schema import FAILED, FILTERED, HASHES, OK
from metadata_digger.sinks.arrow_files import opened
from metadata_digger.storage.model import Entry, Found

# What became of a file once and will again, unless the row says otherwise (schema.FILE, "again").
SETTLED = (OK, FILTERED, FAILED)
CHUNK = 64  # files hashed at once


def check(job: Job) -> None:
    """Raises ConfigError where nothing can be brought up to date, whatever the last output is like."""
    if job.update is not None and job.distinct:
        raise ConfigError(
            "--update and processing.hash.comparator=true do not go together: the one deletes documents for whose sake "
            "the other leaves files out; give one of them"
        )


def rows_of(output: Path) -> Path:
    return output / FOLDER / ROWS


def check_owner(job: Job) -> None:
    """Raises OutputError where the last output is that of another input, and only its place, which nobody chose, is the
    same: the documents of that input's files would be deleted."""
    output = job.output
    if output is None or not job.gives_way:
        return
    if differing := other_files(read_record(output), job.facts):
        raise OutputError(
            f"--update: {output} has the records of a run over other files: {differing}; their documents would be "
            "deleted. Give each input an output.directoryPath of its own, or, if these documents are to go, set it to "
            f"{output}"
        )


def why_anew(job: Job, schema: pa.Schema, do: Do) -> str:
    """Why the rows of the last output are of no use; "" when they are, and when there is no output yet."""
    output = job.output
    if output is None or not output.exists():
        return ""
    rows = rows_of(output)
    record = read_record(output)
    # What a server has was written with the output's keys, while files are written anew from the rows.
    files = job.sink is None or bool(job.sink.suffix)
    if not record:
        return f"{output} has no record of the run that made it"
    if differing := difference(record, job.facts, listing=False, output=None if files else sent):
        return f"other than in the last run: {differing}"
    if not rows.is_dir():
        return "the last run did not keep its rows (output.keepRows)"
    names = parts.names(rows)
    for part in names:
        if parts.summary(rows, part) is None:
            return f"{parts.path_of(rows, part)} is damaged"
    if names:
        with opened(parts.path_of(rows, names[0])) as file:
            if not pq.read_schema(file).equals(schema):
                return "the last run's rows have other columns"
    for path, reason, *_ in sums.altered(output, recorded_sums(record).get(f"{FOLDER}/{SUMS}"), do):
        return f"{path}: {reason}"
    return ""


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
        self._known = Known(rows_of(job.output), folders.root / "known.db", self._column)
        if self._column is not None:
            with writing(folders.hashes):
                self._known.take_in_hashed(begun(folders.hashes))
            self._hashes = Hashes(folders.hashes)
        self._masks = [bytearray(count) for count in self._known.counts]  # 1: the row is kept
        self._times: dict[int, npt.NDArray[np.int64]] = {}  # new modification times of a part's kept rows, in hash mode
        self.new = self.changed = self.unchanged = self.kept = 0

    def todo(self, walk: Iterator[Found], do: Do) -> Iterator[Found]:
        """What is to be read: all but files whose row is kept."""
        if self._column is not None and self._hashes is not None:
            yield from self._by_hash(walk, do, self._column, self._hashes)
            return
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
        if row is None:
            self.new += 1
        elif isinstance(one, Entry):
            self.changed += 1
        else:
            self.unchanged += 1  # what is no file has no row to keep: it is told of anew
        return one

    def keep(self, do: Do, report: Report) -> dict[str, int]:
        """The kept rows into parts of this run; how many of each are ok. A part that stays as it is is linked."""
        rows: dict[str, int] = {}
        for number, name in self._kept_whole():
            source = parts.path_of(self._known.rows, self._known.parts[number])
            target = parts.path_of(self._folders.parts, name)
            with writing(target):
                parts.link(source, target)
            summary = parts.summary(self._folders.parts, name)
            if summary is not None:
                report.add(summary)
                rows[name] = summary.statuses[OK]
        for _, summary in do(self._rewritten()):
            report.add(summary)
            rows[summary.part] = summary.statuses[OK]
        return rows

    @property
    def changes(self) -> dict[str, int]:
        """Files, for the report."""
        gone = sum(self._known.counts) - self.unchanged - self.changed
        return {"unchanged": self.unchanged, "new": self.new, "changed": self.changed, "gone": gone}

    def _kept_whole(self) -> Iterator[tuple[int, str]]:
        for number, mask in enumerate(self._masks):
            if mask and all(mask) and number not in self._times:
                yield number, parts.kept_name(number)

    def _rewritten(self) -> Iterator[Keep]:
        for number, mask in enumerate(self._masks):
            if any(mask) and (number in self._times or not all(mask)):
                source = parts.path_of(self._known.rows, self._known.parts[number])
                yield Keep(source, parts.kept_name(number), bytes(mask), self._times.get(number))

    def ids_not_kept(self) -> Iterator[str]:
        """Of rows that the last output has: a server still has them. Those of files that changed come again."""
        for number, mask in enumerate(self._masks):
            if not all(mask):
                yield from parts.ids(parts.path_of(self._known.rows, self._known.parts[number]), mask)

    def close(self) -> None:
        self._known.close()
        if self._hashes is not None:
            self._hashes.close()


def all_ids(rows: Path) -> Iterator[str]:
    for part in parts.names(rows) if rows.is_dir() else ():
        yield from parts.ids(parts.path_of(rows, part))


def _same_time(one: Entry, row: Row) -> bool:
    return row.modified is not None and row.modified == microseconds(one.modified)
