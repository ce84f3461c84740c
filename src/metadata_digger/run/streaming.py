"""Rows to standard output as soon as their batch is done: only what is under way is on disk."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from metadata_digger.errors import OutputError
from metadata_digger.run.report import NAMED, Report
from metadata_digger.run.work import left_out, streamed
from metadata_digger.schema import FILTERED

_BLOCK = 1 << 20


def put(folder: Path, report: Report, part: str) -> None:
    """A part's rows to standard output, its failed files to the report; both are gone from the folder.

    Raises BrokenPipeError when nobody reads any more, OutputError when standard output cannot be written otherwise.
    """
    rows = streamed(folder, part)
    try:
        with rows.open("rb", buffering=0) as source:
            while block := source.read(_BLOCK):
                _write(block)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"rows cannot be written to standard output: {error.strerror}") from error
    rows.unlink()
    if (lines := left_out(folder, part)).exists():
        with lines.open(encoding="utf-8") as file:
            for one in map(json.loads, file):
                if one["status"] != FILTERED and len(report.lost) < NAMED:
                    report.lost.append((one["file"], one["reason"]))
        lines.unlink()


def _write(block: bytes) -> None:
    """Past Python's buffer: what cannot be written must not be tried again while the interpreter ends."""
    left = memoryview(block)
    while left:
        left = left[os.write(sys.stdout.fileno(), left) :]
