"""What a run that was killed, interrupted or ran into a full disk left in the stage, and who may go on from it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from metadata_digger.config.decisive import made
from metadata_digger.errors import OutputError
from metadata_digger.run.disk import sync
from metadata_digger.run.job import Job
from metadata_digger.run.records.fingerprint import difference
from metadata_digger.run.records.record import now, read_record
from metadata_digger.run.stage import parts
from metadata_digger.run.stage.hashes import count
from metadata_digger.run.stage.listing import begun as listed
from metadata_digger.storage.remote.place import Folder, Place, entries, remove

# Files of the stage.
JOB = "job.json"
LISTING = "listing"
HASHES = "hashes"
CHANGES = "changes.json"
REMOVED = "removed"
PUBLISHING = "publishing"  # in S3 alone: there when the output may be half replaced


@dataclass(frozen=True, slots=True)
class Unfinished:
    root: Folder
    facts: dict[str, Any]  # those of its Job
    started: str  # ISO 8601, UTC
    resumed: tuple[str, ...]  # when it was gone on with before
    overwrite: bool  # it was to replace whatever output is there
    update: bool  # it was bringing an output up to date
    accept_gone: bool  # as of its Job
    hashed: int  # files that it compared by their hashes
    done: int  # files
    total: int | None  # files, None while they were still being listed

    @property
    def progress(self) -> str:
        if not self.done:
            return f"{self.hashed:,} files compared by hash"
        return f"{self.done:,} {'' if self.total is None else f'of {self.total:,} '}files done"

    @property
    def publishing(self) -> bool:
        """Whether it was broken off while it replaced the output file by file."""
        return isinstance(self.root, Place) and (self.root / PUBLISHING).exists()


def find(home: Folder) -> Unfinished | None:
    """None when nothing is left, or no file is done or hashed. Raises OSError."""
    found = [one for folder in entries(home) if folder.is_dir() and (one := _read(folder)) is not None]
    best = max(found, key=lambda one: (one.done, one.hashed), default=None)
    return best if best is not None and (best.done or best.hashed) else None


def _read(root: Folder) -> Unfinished | None:
    try:
        job = json.loads((root / JOB).read_text("utf-8"))
        told = (
            job["facts"],
            job["started"],
            tuple(job["resumed"]),
            job["overwrite"],
            job["update"],
            bool(job.get("accept_gone")),
        )
    except (OSError, ValueError, KeyError, TypeError):  # none, half a one, or another program's
        return None
    stretches = [stretch for part in parts.names(root / "parts") if (stretch := parts.stretch_of(part)) is not None]
    known = listed(root / LISTING)
    done = sum(stretch.files for stretch in stretches)
    return Unfinished(root, *told, count(root / HASHES), done, known.files if known.complete else None)


def accept(left: Unfinished | None, job: Job) -> Unfinished | None:
    """What the job goes on from, None when it starts afresh; raises OutputError when it may not do either."""
    if left is None:
        return None
    if job.resume:
        if differing := difference(left.facts, job.facts):
            raise OutputError(
                f"--resume: the interrupted run on {job.output} had another configuration: {differing}; set it as it "
                "was, or start afresh with --overwrite instead of --resume"
            )
        return left
    if not job.overwrite:
        raise OutputError(
            f"output.directoryPath: a run on {job.output} was interrupted, {left.progress}: go on with it by --resume, "
            "or throw its work away and start afresh by --overwrite"
        )
    return None


def complete(job: Job) -> bool:
    """Whether there is nothing to go on with because the output is there, made with this very configuration."""
    if job.output is None or not job.resume or job.overwrite or job.update is not None:
        return False
    return not lack(job.output, job)


def lack(output: Folder, job: Job) -> str:
    """Why an output is not what this job would leave; "" when it is."""
    record = read_record(output)
    if not record:
        return "it has no record of the run that made it"
    if differing := difference(record, job.facts, output=made):
        return f"it was made with another configuration: {differing}"
    gone = [name for name in record.get("files", ()) if not (output / name).exists()]
    return f"{gone[0]} is gone from it" if gone else ""


def note(left: Unfinished | None, accepted: Unfinished | None) -> tuple[str, ...]:
    """For the closing summary."""
    if accepted is not None:
        return (f"resumed a run of {accepted.started}, {accepted.progress}",)
    if left is not None:
        return (f"threw an interrupted run's work away ({left.progress}); --resume would have gone on with it",)
    return ()


def begin(root: Folder, job: Job, accepted: Unfinished | None) -> None:
    """Writes down what is being done; of a run that is gone on with, takes away what is begun anew. Raises OSError."""
    if accepted is not None:
        for folder in ("pieces", "logs", "output"):
            remove(root / folder)
            (root / folder).mkdir()
        for torn in (root / "parts").glob("*.tmp"):
            torn.unlink()
    text = json.dumps(
        {
            "facts": job.facts,
            "started": accepted.started if accepted else now(),
            "resumed": [*accepted.resumed, now()] if accepted else [],
            "overwrite": job.overwrite or (accepted is not None and accepted.overwrite),
            "update": accepted.update if accepted else job.update is not None,
            "accept_gone": job.accept_gone or (accepted is not None and accepted.accept_gone),
        },
        default=str,
    )
    if isinstance(root, Place):
        (root / JOB).write_text(text)
        return
    temporary = root / f"{JOB}.tmp"
    temporary.write_text(text, "utf-8")
    sync(temporary)
    temporary.replace(root / JOB)


def leave(root: Folder, output: Folder, error: BaseException) -> bool:
    """Whether there is something to go on from; then the error says how, and only that is left."""
    with suppress(OSError):
        left = _read(root)
        if left is None or not (left.done or left.hashed) or read_record(output).get("run") == root.name:
            return False
        error.add_note(f"{left.progress}: to go on, give the same command with --resume; the work lies in {root}")
        for folder in ("pieces", "logs", "output"):
            remove(root / folder)
        return True
    return False
