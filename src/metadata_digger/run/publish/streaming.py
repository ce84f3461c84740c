"""Rows to standard output as soon as their batch is done: only what is under way is on disk."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pyarrow as pa

from metadata_digger.errors import OutputError
from metadata_digger.run.disk import writing
from metadata_digger.run.publish.notes import noted
from metadata_digger.run.report import NAMED, Report
from metadata_digger.schema import FILTERED, OK
from metadata_digger.sinks import Sink
from metadata_digger.sinks.columns import Columns

_BLOCK = 1 << 20


def write(folder: Path, part: str, sink: Sink, schema: pa.Schema, rows: Iterator[pa.RecordBatch]) -> None:
    """A part as it goes to standard output, and beside it what is to be told of its files. Raises OutputError."""
    target = _rows(folder, part)
    with writing(target), _told(folder, part).open("w", encoding="utf-8") as told:
        sink.piece(_watched(rows, told), Columns.of(schema, ()), target)


def put(folder: Path, report: Report, part: str) -> None:
    """A part's rows to standard output, its failed files and notes to the report; all are gone from the folder.

    Raises BrokenPipeError when nobody reads any more, OutputError when standard output cannot be written otherwise.
    """
    rows, told = _rows(folder, part), _told(folder, part)
    try:
        with rows.open("rb", buffering=0) as source:
            while block := source.read(_BLOCK):
                _print(block)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"rows cannot be written to standard output: {error.strerror}") from error
    with told.open(encoding="utf-8") as file:
        for line in file:
            found = json.loads(line)
            if "notes" in found:
                report.remark(found["notes"])
            elif len(report.lost) < NAMED:
                report.lost.append((found["file"], found["reason"]))
    rows.unlink()
    told.unlink()


def _rows(folder: Path, part: str) -> Path:
    return folder / f"{part}.rows"


def _told(folder: Path, part: str) -> Path:
    return folder / f"{part}.told.jsonl"


def _watched(rows: Iterator[pa.RecordBatch], told: TextIO) -> Iterator[pa.RecordBatch]:
    """An OSError that a step lets out is a fault of that step with one file, and not one of the output."""
    try:
        for batch in rows:
            columns = (batch.column(name).to_pylist() for name in ("file_path", "status", "reason"))
            for file, status, reason in zip(*columns, strict=True):
                if status not in (OK, FILTERED):
                    told.write(json.dumps({"file": file, "reason": reason}) + "\n")
            for notes in noted(batch).values():
                told.write(json.dumps({"notes": notes}) + "\n")
            yield batch
    except OSError as error:
        raise RuntimeError(f"a step raised {error!r}") from error


def _print(block: bytes) -> None:
    """Past Python's buffer: what cannot be written must not be tried again while the interpreter ends."""
    left = memoryview(block)
    while left:
        left = left[os.write(sys.stdout.fileno(), left) :]
