"""What this program has made itself, outputs and unfinished work: none of it is input, wherever it lies.

An output is told by its record, `_run/run.json`, and by holding nothing but what the record names: whoever puts such a
record among pictures hides none of them.
"""

# os and not pathlib, for the reason in storage.walk.
# ruff: noqa: PTH113, PTH118, PTH208

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection
from typing import Any

# A directory named like this holds a run's unfinished work; no run reads another's.
STAGE_SUFFIX = ".metadata-digger"
RECORDS = "_run"  # run.records.record.FOLDER
RECORD = "run.json"
BESIDE = {
    RECORD,
    "failed.jsonl",
    "filtered.jsonl",
    "notes.jsonl",
    "rows",
    "rows.sha256",
    "sources.sqlite",
}  # run.records.record.OURS
KEYS = {"run", "version", "action", "started", "files"}  # of each record
FORMS = (".csv", ".json", ".parquet", ".sqlite")  # what files of an output end with
SEARCH = "search"  # index.about.SEARCH: a folder of an output
LOCKS = ".tantivy-"  # what who looks at an index leaves there
_MARKS = re.compile(r"(.+)-marks\.sqlite(-journal|-wal|-shm)?")  # what was marked in an output, beside it
# Bytes of a record that is looked at: enough for 30,000 files of an output, and 90 MB as the worst JSON in memory.
LONGEST = 4 << 20

MINE = "in the output or in an unfinished run's directory"
OUTPUT = "an output of Metadata Digger, known by its _run/run.json"
STAGE = "an unfinished run's directory"


class Own:
    """`mine`: the output of this very run; with its unfinished work it is passed over without a word."""

    def __init__(self, mine: Collection[str]) -> None:
        places = [os.path.realpath(path) for path in mine]
        self.mine = {*places, *(f"{folder}/.{name}{STAGE_SUFFIX}" for folder, name in map(os.path.split, places))}
        self._asked: tuple[str, str] = ("", "")  # what `lies` said last

    def lies(self, real: str) -> str:
        """What a directory that is named, or that a link leads to, is or lies in: MINE, OUTPUT or STAGE, "" for none
        of them; by its real path. What is entered from a directory that is none needs no more than `is_stage` and
        `is_output`."""
        if real != self._asked[0]:
            self._asked = real, self._lies(real)
        return self._asked[1]

    def _lies(self, real: str) -> str:
        if any(f"{real}/".startswith(f"{path}/") for path in self.mine):
            return MINE
        names = real.split("/")
        if any(map(is_stage, names)):
            return STAGE
        outputs = [real, *("/".join(names[:at]) for at, name in enumerate(names) if name == RECORDS)]
        return OUTPUT if any(map(is_output, outputs)) else ""


def is_stage(name: str) -> bool:
    return name.startswith(".") and name.endswith(STAGE_SUFFIX)


def is_marks(directory: str, name: str) -> bool:
    """Whether a file has the marks of the output beside it."""
    found = _MARKS.fullmatch(name) if "-marks.sqlite" in name else None
    return found is not None and os.path.isfile(os.path.join(directory, found[1], RECORDS, RECORD))


def is_output(path: str) -> bool:
    """Whether a directory that has a folder of records is an output, with nothing else in it."""
    files = _record(os.path.join(path, RECORDS, RECORD)).get("files")
    if not isinstance(files, dict):
        return False
    try:
        if not BESIDE.issuperset(os.listdir(os.path.join(path, RECORDS))):
            return False
        with os.scandir(path) as entries:
            return all(entry.name == RECORDS or _is_made(entry, files) for entry in entries)
    except OSError:
        return False


def _is_made(entry: os.DirEntry[str], files: Collection[str]) -> bool:
    if entry.name == SEARCH and entry.is_dir(follow_symlinks=False):
        return all(f"{SEARCH}/{name}" in files or name.startswith(LOCKS) for name in os.listdir(entry.path))
    return entry.name in files and entry.name.endswith(FORMS) and entry.is_file(follow_symlinks=False)


def _record(path: str) -> dict[str, Any]:
    """Empty where there is none of this program."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            found = json.loads(file.read(LONGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and found.keys() >= KEYS else {}
