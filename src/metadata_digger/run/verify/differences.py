"""Whether the files of an output are what they were, and the output itself is: chain of custody."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from metadata_digger.errors import ConfigError, OutputError
from metadata_digger.run.job import Progress
from metadata_digger.run.records.record import FOLDER, RECORD, SUMS, read_record, recorded_sums
from metadata_digger.run.records.sums import altered, sums
from metadata_digger.run.tasks import Do, Hash, Hashed
from metadata_digger.run.verify.new_files import new_files, told
from metadata_digger.run.verify.read_back import Written, data_files, others, types_of, written
from metadata_digger.run.verify.whereabouts import Input, Moved, about, now
from metadata_digger.schema import OK
from metadata_digger.storage.model import Entry
from metadata_digger.storage.remote.place import Folder

CHUNK = 64  # files hashed at once, fewer where there are few: each of some disk images is worth a worker
TASKS_PER_WORKER = 4
# Tasks and differences that are done and wait for one before them, which may take an hour: 10 MB.
AHEAD = 10_000

CHANGED = "changed"
MISSING = "missing"
UNREADABLE = "unreadable"
NEW = "new"  # the output tells nothing of it
ALTERED = "altered"  # one of the output's own files


class Difference(NamedTuple):
    kind: str
    file: str  # URL of an input file, path of one of the output
    reason: str = ""
    was: Mapping[str, str] = MappingProxyType({})  # by type of hash
    now: Mapping[str, str] = MappingProxyType({})


@dataclass(slots=True)
class Verified:
    """files = equal + changed + missing + unreadable; `new` ones have no row."""

    output: Path
    types: tuple[str, ...] = ()
    files: int = 0
    differences: Counter[str] = field(default_factory=Counter)
    recorded: bool = True  # whether there is a run.json that has their sha256
    idle: set[Moved] = field(default_factory=set)  # that no row's file is about

    @property
    def equal(self) -> int:
        return self.files - sum(self.differences[kind] for kind in (CHANGED, MISSING, UNREADABLE))


def differences(
    output: Path,
    doing: Callable[[], AbstractContextManager[Do]],
    cores: int,
    result: Verified,
    progress: Progress,
    given: Input | None = None,
    moves: Sequence[Moved] = (),
) -> Iterator[Difference]:
    """Every difference, those of the output itself first, then input files in the order of the rows, then new ones if
    it is known what was `given`; counts them all in `result`. `doing` is entered when there is something to compare
    with; it does the tasks, `cores` at a time.

    Raises ConfigError when there is nothing to compare with, OutputError when the output cannot be read back (after
    all that can be was compared).
    """
    record = read_record(output)
    recorded = recorded_sums(record)
    result.recorded = bool(record)
    result.idle = set(moves)
    files = [path for path in data_files(output, recorded) if path.exists()]
    faults: list[OutputError] = []
    result.types = types_of(files, faults)
    if not result.types and not faults and any(True for path in files for _ in written(path, ())):
        raise ConfigError(
            f"{output} has no hashes to compare with: set processing.hash.types (sha256, for example) in the run that "
            "makes the output"
        )
    written_rows = record.get("written")
    total = written_rows if isinstance(written_rows, int) else None
    with doing() as do, tempfile.TemporaryDirectory(prefix="metadata-digger-") as folder, told(Path(folder)) as known:
        for one in _own(output, recorded, do) if record else ():
            result.differences[one.kind] += 1
            yield one
        rows = known.watch(_rows(files, result.types, faults))
        chunk = CHUNK if total is None else min(CHUNK, max(total, 0) // (TASKS_PER_WORKER * cores) + 1)
        yield from _of_input(rows, do, chunk, result, lambda: progress(result.files, total), moves)
        if given is not None and not faults:
            for url in new_files(output, known, given, moves):
                result.differences[NEW] += 1
                yield Difference(NEW, url)
    if faults:
        raise faults[0]
    if record and result.files != total:
        result.differences[ALTERED] += 1
        yield Difference(ALTERED, str(output), f"it has {result.files} rows, and the run wrote {total}")


def _rows(files: Sequence[Path], types: tuple[str, ...], faults: list[OutputError]) -> Iterator[Written]:
    """Of a file that is damaged the rows before that; what is wrong with it goes into `faults`."""
    for path in files:
        try:
            yield from written(path, types)
        except OutputError as error:
            faults.append(error)


def _own(output: Path, recorded: Mapping[str, str], do: Do) -> Iterator[Difference]:
    """Files of the output that are not what they were when the run ended, and those that it did not write."""
    found = {path: (now, why) for path, now, why in sums((output / name for name in recorded), do, 1)}
    for name, was in recorded.items():
        now, why = found[output / name]
        if now != was:
            yield _altered(
                output / name, why or f"it is not what it was when the run ended ({FOLDER}/{RECORD})", was, now
            )
    for path in others(output, recorded):
        yield _altered(path, f"the run did not write it ({FOLDER}/{RECORD})")
    name = f"{FOLDER}/{SUMS}"
    if name not in recorded or found[output / name][0] == recorded[name]:
        for one in altered(output, recorded.get(name), do):
            yield _altered(*one)


def _altered(path: Folder, reason: str, was: str = "", now: str = "") -> Difference:
    return Difference(ALTERED, str(path), reason, *({"sha256": sha} for sha in (was, now) if now))


def _of_input(
    rows: Iterator[Written],
    do: Do,
    chunk: int,
    result: Verified,
    tell: Callable[[], None],
    moves: Sequence[Moved] = (),
) -> Iterator[Difference]:
    """Of the rows, in their order, counted in `result` as soon as they are known. `chunk`: files hashed at once."""
    waiting: dict[int, tuple[int, list[Difference]]] = {}  # by the first row: rows, differences
    held = due = 0

    def tasks() -> Iterator[Hash | None]:
        first = 0
        while True:
            if held > AHEAD:
                yield None
            elif found := list(islice(rows, chunk)):
                # Nobody knows the size any more; a file is read as a stream, whatever it has.
                for row in found if result.idle else ():
                    result.idle.difference_update(about(row.path, moves))
                entries = [Entry("", now(row.path, moves), 0, None) for row in found]
                yield Hash(entries, result.types, found, first)
                first += len(found)
            else:
                return

    for task, hashes in do(tasks()):
        compared = (_compared(row, one, result.types) for row, one in zip(task.rows, hashes, strict=True))
        found = [one for one in compared if one is not None]
        waiting[task.first] = len(hashes), found
        held += 1 + len(found)
        result.files += len(hashes)
        result.differences.update(one.kind for one in found)
        tell()
        while due in waiting:
            count, found = waiting.pop(due)
            due += count
            held -= 1 + len(found)
            yield from found


def _compared(row: Written, now: Hashed, types: tuple[str, ...]) -> Difference | None:
    if not row.path:
        reason = "the output does not tell its name exactly: its ID is that of another path"
        return Difference(UNREADABLE, row.told, reason)
    if now.status != OK:
        return Difference(MISSING if now.status == "not_found" else UNREADABLE, row.path, now.reason or now.status)
    found = tuple(str(value) for value in now.hashes)
    if found == row.hashes:
        return None
    return Difference(
        CHANGED, row.path, "", dict(zip(types, row.hashes, strict=True)), dict(zip(types, found, strict=True))
    )
