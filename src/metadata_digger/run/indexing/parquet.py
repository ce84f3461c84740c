"""The index beside an output in Parquet, OUTPUT-index: made when it is first wanted, later of what is new alone.

What was compared and which pieces are built lies in the stage under names of their own, as parts of a run do: whoever
goes on with it makes no piece twice.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from metadata_digger import __version__
from metadata_digger.errors import ConfigError, OutputError
from metadata_digger.index import about
from metadata_digger.run.disk import writing
from metadata_digger.run.indexing import contents, rows
from metadata_digger.run.indexing.tasks import Build, Chunk, Compare, Compared, chunks, compared
from metadata_digger.run.job import Job, Progress
from metadata_digger.run.records.fingerprint import difference
from metadata_digger.run.records.record import FOLDER, RECORD, SOURCES, digest, now, read_record, recorded_sums
from metadata_digger.run.records.sums import sums
from metadata_digger.run.stage import parts, unfinished
from metadata_digger.run.stage.folders import Stage, home_of
from metadata_digger.run.stage.parts import Stretch
from metadata_digger.run.stage.place import publish, stage
from metadata_digger.run.tasks import Do, Join
from metadata_digger.run.verify.read_back import data_files
from metadata_digger.sinks import made_by, target_of
from metadata_digger.sinks.columns import Columns
from metadata_digger.sinks.growth import Growth
from metadata_digger.sinks.index import IndexSink
from metadata_digger.sinks.solr_values import instant
from metadata_digger.storage import LocalStorage
from metadata_digger.storage.remote.place import on_disk

SUFFIX = "-index"  # behind the name of the output
ACTION = "index"  # in the record of such an index
ROWS = 10_000  # of a piece: some seconds of work; fewer where there are few
PIECES = 4  # for each worker: the last one is late by a quarter of its share at most
AGAIN = "metadata-digger ACTION CONFIG --update --set output.format=FORM,index"

Doing = Callable[[Job, Stage], AbstractContextManager[Do]]


@dataclass(frozen=True, slots=True)
class Source:
    """An output, its files, and what tells it from another one."""

    output: Path
    files: tuple[Path, ...]
    identity: str
    record: dict[str, Any]


def target_for(output: Path) -> Path:
    return output.with_name(f"{output.name}{SUFFIX}")


def source(output: Path) -> Source:
    """Raises ConfigError where no index can be made of an output."""
    output = output.resolve()
    record = read_record(output)
    files = data_files(output, recorded_sums(record))
    if files[0].suffix != ".parquet":
        form = files[0].suffix[1:]
        again = AGAIN.replace("FORM", form).replace("ACTION", str(record.get("action", "ACTION")))
        raise ConfigError(
            f"{output} is {form.upper()}, which no index is made of; have one made beside it, of the rows that the run "
            f"kept: {again}"
        )
    states = [(path.name, state.st_size, state.st_mtime_ns) for path in files for state in (path.stat(),)]
    text = json.dumps([record.get("run"), states])
    return Source(output, tuple(files), sha256(text.encode()).hexdigest(), record)


def is_current(given: Source) -> bool:
    """Whether there is an index of the output as it is."""
    target = target_for(given.output)
    try:
        made = about.read(target)
    except OutputError:
        return False
    record = read_record(target)
    there = all((target / name).exists() for name in recorded_sums(record))
    return there and made.version == __version__ and _identity(record) == given.identity


def _identity(facts: dict[str, Any]) -> object:
    config = facts.get("config")
    return config.get("source") if isinstance(config, dict) else None


def make(given: Source, cores: int, doing: Doing, progress: Progress) -> Path:
    """The index, made or brought up to date; where it is. `doing`: who does the tasks, `cores` at a time.

    Raises ConfigError, OutputError, and KeyboardInterrupt with the work left to be gone on with.
    """
    target = target_for(given.output)
    if target.exists() and read_record(target).get("action") != ACTION and any(target.iterdir()):
        raise ConfigError(f"{target}, where the index of {given.output.name} is to be, is something else: rename it")
    old = target if about.is_index(target) and contents.is_of_use(target / FOLDER / SOURCES) else None
    upon = _state(old)
    facts = {"version": __version__, "action": ACTION, "config": {"source": given.identity, "upon": upon}}
    sink = _sink(given)
    job = Job(LocalStorage(), (), (), (sink,), target, overwrite=True, keep_rows=False, cores=cores, facts=facts)
    home = home_of(target)
    left = unfinished.find(home) if home.is_dir() else None
    job = replace(job, resume=left is not None and not difference(left.facts, facts))
    with _left(given), stage(job) as folders, doing(job, folders) as do:
        _Making(given, job, sink, old if upon else None, folders, do, progress, now()).run()
        publish(folders, job)
    return target


def _state(old: Path | None) -> str:
    """What tells the old index from others; "" where there is none that can be built upon."""
    try:
        made = about.read(old) if old is not None else None
    except OutputError:
        return ""
    return made.state if made is not None and made.version == __version__ else ""


def _sink(given: Source) -> IndexSink:
    """As the run that made the output would have it."""
    config = given.record.get("config")
    every = not isinstance(config, dict) or config.get("output.columns.repeatedTags", "all") == "all"
    try:
        moment = datetime.fromisoformat(str(given.record.get("started")))
    except ValueError:
        moment = datetime.fromisoformat(now())
    return IndexSink(every=every, moment=instant(moment))


@contextmanager
def _left(given: Source) -> Iterator[None]:
    """Notes of who stopped it: nobody has to ask for what is left to be gone on with."""
    try:
        yield
    except BaseException as error:
        if getattr(error, "__notes__", None):
            error.__notes__[:] = [f"the index of {given.output.name} is half done; the next serve of it goes on"]
        raise


@dataclass(slots=True)
class _Making:
    given: Source
    job: Job
    sink: IndexSink
    old: Path | None  # the index that is built upon
    folders: Stage
    do: Do
    progress: Progress
    started: str

    def run(self) -> None:
        begin = time.monotonic()
        if self.old is not None and not self._is_whole(self.old):
            self.old = None
            for path in on_disk(self.folders.parts).iterdir():  # what an earlier try compared with it
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        rows_of_all = sum(sum(rows.groups_of(path)) for path in self.given.files)
        size = max(min(ROWS, rows_of_all // (PIECES * self.job.cores)), 1)
        all_chunks = list(chunks(self.given.files, size))
        total = sum(chunk.rows for chunk in all_chunks)
        told = self._compare(all_chunks)
        new = sum(one.new for one in told)
        tags = set[tuple[str, str]]().union(*(one.tags for one in told))
        columns = Columns.of(rows.schema_of(self.given.files[0]), tags)
        self.sink.check(columns)
        first = self.sink.grows(self.old) if self.old is not None else None
        pieces = self._build(all_chunks, told, columns, first or 0, total)
        output = on_disk(self.folders.output)
        (output / FOLDER).mkdir()
        names = contents_file(output)
        contents.write(names, (self._told(chunk) for chunk in all_chunks))
        growth, gone = None, 0
        if self.old is not None:
            removed = on_disk(self.folders.pieces) / "removed"
            gone = contents.removed(contents_file(self.old), names, removed)
            growth = Growth(self.old, removed)
        target = target_of(self.sink, output, "")
        join = Join(pieces, columns, target, 0, (first or 0) + new, growth)
        ((_, files),) = self.do([join])
        self._record(total, {"indexed": new, "removed": gone}, files, begin)

    def _is_whole(self, old: Path) -> bool:
        recorded = recorded_sums(read_record(old))
        files = [*made_by(self.sink, target_of(self.sink, old, "")), contents_file(old)]
        found = {path.relative_to(old).as_posix(): now for path, now, _ in sums(files, self.do, 1)}
        return found == {name: recorded.get(name) for name in found}

    def _compare(self, all_chunks: list[Chunk]) -> list[Compared]:
        found: dict[Chunk, Compared] = {}
        for chunk in all_chunks:
            if (before := compared(self._told(chunk))) is not None:
                found[chunk] = before
        known = contents_file(self.old) if self.old is not None else None
        tasks = (Compare(chunk, known, self._told(chunk)) for chunk in all_chunks if chunk not in found)
        for task, answer in self.do(tasks):
            found[task.chunk] = answer
            self.progress(sum(chunk.rows for chunk in found), None)
        return [found[chunk] for chunk in all_chunks]

    def _build(
        self, all_chunks: list[Chunk], told: Iterable[Compared], columns: Columns, first: int, total: int
    ) -> list[Path]:
        pieces: list[Path] = []
        tasks: list[Build] = []
        done = total
        for chunk, one in zip(all_chunks, told, strict=True):
            if not one.new:
                continue
            piece = self._told(chunk).with_suffix(".piece")
            pieces.append(piece)
            if not piece.is_dir():
                tasks.append(Build(chunk, self._told(chunk), self.sink, columns, first, piece))
                done -= one.new
            first += one.new
        for _, count in self.do(tasks):
            done += count
            self.progress(done, total)
        return pieces

    def _told(self, chunk: Chunk) -> Path:
        return on_disk(parts.path_of(self.folders.parts, parts.name_of(Stretch(chunk.first, chunk.rows))))

    def _record(self, total: int, changes: dict[str, int], files: dict[str, Any], begin: float) -> None:
        output = on_disk(self.folders.output)
        record = {
            "run": self.folders.root.name,
            **self.job.facts,
            "output": str(self.given.output),
            "started": self.started,
            "ended": now(),
            "seconds": round(time.monotonic() - begin, 3),
            "seen": total,
            "written": total,
            "filtered": 0,
            "failed": 0,
            "changes": changes,
            "files": files | {f"{FOLDER}/{SOURCES}": digest(contents_file(output))},
        }
        with writing(output / FOLDER / RECORD):
            (output / FOLDER / RECORD).write_text(json.dumps(record, indent=2) + "\n", "utf-8", "backslashreplace")


def contents_file(index: Path) -> Path:
    return index / FOLDER / SOURCES
