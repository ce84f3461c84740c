"""The stage of an output in S3 or HDFS: beside it too, so that any machine goes on from it.

A folder of HDFS is renamed into its place. In S3 there is no such step: files are copied one by one, by the server, and
`_run/run.json` comes last; until it is there it is no output.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from metadata_digger.errors import OutputError, StorageError
from metadata_digger.run.disk import writing
from metadata_digger.run.interrupt import unbroken
from metadata_digger.run.job import Job
from metadata_digger.run.records.record import FOLDER, RECORD, read_record
from metadata_digger.run.stage import unfinished
from metadata_digger.run.stage.folders import Stage, check, home_of
from metadata_digger.run.stage.lock import locked
from metadata_digger.run.stage.unfinished import CHANGES, HASHES, LISTING, PUBLISHING, REMOVED, Unfinished
from metadata_digger.storage.own import STAGE_SUFFIX
from metadata_digger.storage.remote.place import Place, at_once

LOCK = "lock"
REPLACED = "replaced"  # in HDFS alone: the old output, between two renames
KEPT = (LISTING, HASHES, CHANGES, REMOVED)  # files that are written on this machine


def reach(output: Place) -> None:
    """Raises OutputError where the server does not let us in, or does not answer."""
    try:
        output.client.check()
    except StorageError as error:
        raise OutputError(f"output.directoryPath: {output}: {error}") from error


@contextmanager
def stage(job: Job, output: Place) -> Iterator[Stage]:
    """As `place.stage`."""
    home = home_of(output)
    with writing(output):
        if not home.exists() and not unfinished.complete(job):
            check(job)
    with locked(home / LOCK, output) as notes:
        left = _recover(home, output)
        begun = unfinished.accept(left, job)
        complete = begun is None and unfinished.complete(job)
        if not complete:
            check(job, begun)
        notes = (*notes, *unfinished.note(left, begun))
        root = home / secrets.token_hex(4) if begun is None else begun.root
        if not isinstance(root, Place):
            raise OutputError(f"{root} is not where {output} is")
        # By such a name it is no input, should the place of temporary files be that.
        with tempfile.TemporaryDirectory(prefix=".", suffix=STAGE_SUFFIX) as folder:
            scratch = Path(folder)
            try:
                with writing(home):
                    for one in home.iterdir():
                        if one.is_dir() and one != root:
                            one.remove()
                    unfinished.begin(root, job, begun)
                    _bring(root, scratch)
                yield _folders(root, scratch, job.spread, begun, complete, notes)
            except BaseException as error:
                with unbroken():
                    _send(root, scratch)
                    if not unfinished.leave(root, output, error):
                        _gone(root)
                raise
            with unbroken():
                _gone(root)
                _gone_if_empty(home)


@contextmanager
def loose(shared: Place) -> Iterator[Stage]:
    """Of a run without output, of which nothing is left."""
    root = shared / f".{secrets.token_hex(8)}{STAGE_SUFFIX}"
    with tempfile.TemporaryDirectory(prefix=".", suffix=STAGE_SUFFIX) as folder:
        try:
            yield _folders(root, Path(folder), True, None, False, ())
        finally:
            with unbroken():
                _gone(root)


def _folders(
    root: Place, scratch: Path, spread: bool, begun: Unfinished | None, complete: bool, notes: tuple[str, ...]
) -> Stage:
    pieces, logs = scratch / "pieces", scratch / "logs"
    for folder in (pieces, logs):
        folder.mkdir()
    there = root / "pieces" if spread else pieces
    return Stage(root, root / "parts", there, root / "output", scratch, logs, begun, complete, notes)


def _bring(root: Place, scratch: Path) -> None:
    for name in KEPT:
        with suppress(FileNotFoundError):
            (root / name).download(scratch / name)


def _send(root: Place, scratch: Path) -> None:
    with suppress(OSError):
        for name in KEPT:
            if (scratch / name).exists():
                (root / name).upload(scratch / name)


def _gone(root: Place) -> None:
    with suppress(OSError):
        root.remove()


def _gone_if_empty(home: Place) -> None:
    with suppress(OSError):
        if all(one.name == LOCK for one in home.iterdir()):
            home.remove()


def publish(folders: Stage, output: Place) -> None:
    """The output into its place. Raises OutputError."""
    made = folders.output
    if not isinstance(made, Place) or not isinstance(folders.root, Place):
        raise OutputError(f"{folders.root} is not where {output} is")
    with unbroken(), writing(output):
        if output.client.renames:
            _rename(made, output, folders.root.parent / REPLACED)
        else:
            (folders.root / PUBLISHING).write_bytes(b"")
            _copy(made, output)


def _rename(made: Place, output: Place, replaced: Place) -> None:
    there = output.exists()
    if there:
        output.rename(replaced)
    try:
        made.rename(output)
    except OSError:
        if there:
            replaced.rename(output)
        raise
    if there:
        replaced.remove()


def _copy(made: Place, output: Place) -> None:
    record = f"{FOLDER}/{RECORD}"
    old = {one.relative_to(output) for one in output.below()}
    (output / record).unlink(missing_ok=True)
    new = {one.relative_to(made) for one in made.below()}
    at_once(lambda name: (made / name).copy_to(output / name), new - {record})
    output.client.delete([(output / name).key for name in sorted(old - new)])
    (made / record).copy_to(output / record)


def _recover(home: Place, output: Place) -> Unfinished | None:
    """As `place._recover`."""
    with writing(home):
        with suppress(OSError):  # not everyone may ask for them
            home.abort_uploads()
        replaced, ended = home / REPLACED, read_record(output).get("run")
        for root in [one for one in home.iterdir() if one.is_dir() and one.name == ended]:
            root.remove()
        if replaced.exists():
            if not output.exists():
                replaced.rename(output)
            elif ended:
                replaced.remove()
            else:
                raise OutputError(
                    f"output.directoryPath: a run was killed while it replaced {output}, and something else is there "
                    f"now; what it was replacing is {replaced}: move one of the two away"
                )
        return unfinished.find(home)
