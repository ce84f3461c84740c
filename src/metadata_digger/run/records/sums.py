"""The sha256 of every part among the records, in `_run/rows.sha256`: a line each, as sha256sum writes and checks them.

A file of its own, whose sha256 is in run.json: there may be 100,000 parts, and run.json is read whole, often.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from metadata_digger.errors import OutputError
from metadata_digger.run.disk import writing
from metadata_digger.run.records.record import FOLDER, ROWS, SUMS, digest
from metadata_digger.run.tasks import Do, Worker
from metadata_digger.storage.remote.place import Folder, entries

CHUNK = 16  # parts at once: some 16,000 rows, with thumbnails half a GB
F = TypeVar("F", bound=Folder)

_LINE = re.compile(rf"([0-9a-f]{{64}})  {ROWS}/([^/\n]+)\n")


class Sum(NamedTuple):
    """sha256 of files; "" and why not of one that cannot be read."""

    paths: Sequence[Folder]

    def run(self, work: Worker, progress: Callable[[int], None]) -> object:
        found = []
        for number, path in enumerate(self.paths):
            found.append(_sum(path))
            progress(number)
        return found


class Altered(NamedTuple):
    path: Folder
    reason: str
    was: str = ""  # sha256
    now: str = ""


def _sum(path: Folder) -> tuple[str, str]:
    try:
        if path.exists() and not path.is_file():  # a pipe never ends
            return "", "it is no file"
        return str(digest(path)["sha256"]), ""
    except FileNotFoundError:
        return "", "it is gone"
    except (OSError, ValueError) as error:  # ValueError: a NUL in its name
        return "", getattr(error, "strerror", None) or str(error)


def sums(paths: Iterable[F], do: Do, chunk: int = CHUNK) -> Iterator[tuple[F, str, str]]:
    """Path, sha256, why there is none; in any order."""
    left = iter(paths)
    for task, found in do(iter(lambda: Sum(list(islice(left, chunk))), Sum([]))):
        yield from ((path, *one) for path, one in zip(task.paths, found, strict=True))


def write(target: Path, paths: Iterable[Folder], do: Do) -> None:
    """Of these parts. Raises OutputError."""
    found: list[str] = []
    for path, now, why in sums(paths, do):
        if why:
            raise OutputError(f"{path} cannot be read: {why}")
        found.append(f"{now}  {ROWS}/{path.name}\n")
    with writing(target):
        target.write_text("".join(sorted(found, key=lambda line: line[64:])), "utf-8")


def altered(output: Folder, recorded: str | None, do: Do) -> Iterator[Altered]:
    """The parts of an output that are not what they were, and those that were not there. `recorded`: the sha256 of the
    list in run.json; when the list is not what it was it proves nothing, and is all that is told."""
    folder, path = output / FOLDER / ROWS, output / FOLDER / SUMS
    if recorded is None:
        if folder.exists():
            yield Altered(folder, f"there is no sha256 of it ({FOLDER}/run.json)")
        return
    now, why = _sum(path)
    if now != recorded:
        yield Altered(path, why or f"it is not what it was when the run ended ({FOLDER}/run.json)", recorded, now)
        return
    known = {name: was for was, name in _LINE.findall(path.read_text("utf-8"))}
    if not folder.is_dir():
        yield Altered(folder, "it is gone")
        return
    for entry in entries(folder):
        if entry.name not in known:
            yield Altered(entry, f"the run did not write it ({FOLDER}/{SUMS})")
    for one, now, why in sums((folder / name for name in known), do):
        if now != known[one.name]:
            yield Altered(
                one, why or f"it is not what it was when the run ended ({FOLDER}/{SUMS})", known[one.name], now
            )
