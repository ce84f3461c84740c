"""The records of a run, in the folder `_run` of its output: what was done, every file that is not in it, the rows.

Readers of whole directories (Spark, Hive, pyarrow and so pandas) pass over names that begin with `_`, and a pattern
such as `*.json` does not look into folders: no record is ever taken for data.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from metadata_digger.index import rows
from metadata_digger.run.report import Report
from metadata_digger.storage.remote.place import Folder

FOLDER = "_run"
RECORD = "run.json"
FAILED = "failed.jsonl"
LEFT_OUT = "filtered.jsonl"
NOTES = "notes.jsonl"
ENTRIES = "entries"  # the key of RECORD: files of each entry of input.paths
ROWS = "rows"  # the parts, for --update
SUMS = "rows.sha256"  # of these (records.sums)
SOURCES = "sources.sqlite"  # what the rows of an index that was made of an output were (indexing.contents)
OURS = (RECORD, FAILED, LEFT_OUT, NOTES, ROWS, SUMS, SOURCES)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def read_record(output: Folder) -> dict[str, Any]:
    """The `run.json` of an output; empty where there is none that can be read."""
    try:
        found = json.loads((output / FOLDER / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def recorded_sums(record: dict[str, Any]) -> dict[str, str]:
    """The sha256 of each file of an output; empty where the record does not tell, or was edited into something else."""
    try:
        return {str(name): str(was["sha256"]) for name, was in record["files"].items()}
    except (LookupError, TypeError, AttributeError):
        return {}


def digest(path: Folder) -> dict[str, Any]:
    """Size and sha256 of a file. Raises OSError."""
    with path.open("rb", buffering=0) as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # the stubs want a BytesIO
        return {"bytes": file.tell(), "sha256": found}


def report_of(output: Folder) -> Report:
    """What the run that made an output had to tell, without the tags."""
    record = read_record(output)
    return Report(
        reasons=Counter({(one["status"], one["reason"]): one["files"] for one in record["reasons"]}),
        statuses=Counter(record["statuses"]),
        labels=Counter(record["labels"]),
        noted=record["noted"],
        kinds=Counter(record["kinds"]),
        started=record["started"],
        seconds=record["seconds"],
        timings=record["timings"],
        workers=record["workers"],
        output=output,
        files=tuple(name for name in record["files"] if "/" not in name and name != rows.FILE),
        digests=record["files"],
        resumed=tuple(record["resumed"]),
        changes=record.get("changes", {}),
        entries=record.get(ENTRIES, {}),
    )
