"""A run whose driver is in the cluster: spark-submit sends it there, and what came of it is read where it tells."""

from __future__ import annotations

import pickle
import re
import secrets
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from metadata_digger.errors import DiggerError
from metadata_digger.run.engines.spark import driver
from metadata_digger.run.engines.spark.cluster import Cluster, command
from metadata_digger.run.engines.spark.java import submit
from metadata_digger.run.engines.spark.session import of_java, of_nodes
from metadata_digger.run.engines.spark.ship.mailbox import Mailbox
from metadata_digger.run.engines.spark.ship.networks import for_nodes
from metadata_digger.run.interrupt import stoppable
from metadata_digger.run.job import Job, Progress
from metadata_digger.run.records.record import report_of
from metadata_digger.run.report import Report
from metadata_digger.run.stage.folders import home_of
from metadata_digger.storage import LocalStorage
from metadata_digger.storage.lists import LIST
from metadata_digger.storage.urls import absolute

LOOK = 2.0  # seconds between two looks at what the driver tells
PATIENCE = 60.0  # seconds for its last word, when Spark says that it has ended; or that it was asked to stop
_STATE = re.compile(r"Application report for (\S+) \(state: (\w+)\)|State changed.*phase: (\w+)")
_WHY = re.compile(r"(?:diagnostics|Exception in thread \"main\"|container status|error): *(\S.*)")


def run_there(job: Job, cluster: Cluster, archive: str, progress: Progress, tell: Callable[[str], None]) -> Report:
    """`tell` is told the states of the application. Raises what the run raises; KeyboardInterrupt when the driver has
    left its work."""
    job = _absolute(job)
    folder = job.shared if job.output is None else home_of(job.output)
    if folder is None:
        raise DiggerError("a driver in the cluster needs a folder through which it answers")
    mailbox = Mailbox(folder, secrets.token_hex(8))
    properties = cluster.properties(job, archive)
    settings = {name: value for name, value in properties.items() if name == "spark.pyspark.python"}
    payload = pickle.dumps((for_nodes(job), cluster.master, settings, job.timezone, mailbox))
    try:
        with tempfile.TemporaryDirectory(prefix="metadata-digger-") as private, stoppable():
            # Keys of S3 are in it: in no property, no argument and no variable. Spark keeps it in the user's own
            # staging folder, which nobody else may read, and takes it away at the end.
            file = Path(private, driver.PAYLOAD)
            file.touch(0o600)
            file.write_bytes(payload)
            files = ",".join(filter(None, (properties.pop("spark.files", ""), str(file))))
            words = command(submit(), cluster.master, properties | {"spark.files": files}, [driver.__file__])
            _follow(words, Path(private, "log"), mailbox, progress, tell)
            return _report(job, mailbox)
    finally:
        mailbox.clear()


def _absolute(job: Job) -> Job:
    """The driver has another working directory."""
    output = Path.cwd() / job.output if isinstance(job.output, Path) else job.output
    is_local = isinstance(job.storage, LocalStorage)
    return replace(job, output=output, paths=tuple(_entry(path, is_local=is_local) for path in job.paths))


def _entry(path: str, *, is_local: bool) -> str:
    if path.startswith(LIST):
        return path if "://" in path else f"{LIST}{absolute(path.removeprefix(LIST))}"
    return f"{absolute(path)}{'/' if path.endswith('/') else ''}" if is_local else path


def _follow(words: list[str], log: Path, mailbox: Mailbox, progress: Progress, tell: Callable[[str], None]) -> None:
    """Until spark-submit has ended. Raises DiggerError where that went wrong and the driver has said nothing."""
    with log.open("wb") as said:
        process = subprocess.Popen(words, stdout=said, stderr=said, start_new_session=True)  # noqa: S603
    told, stopped, last = "", False, 0.0
    try:
        while process.poll() is None:
            try:
                time.sleep(LOOK / 4)
                if time.monotonic() - last < LOOK:
                    continue
                last = time.monotonic()
                if (state := _state(log)) != told:
                    told = state
                    tell(f"Spark: {state}")
                if (far := mailbox.far()) is not None:
                    progress(*far)
            except KeyboardInterrupt:
                if stopped:
                    raise
                stopped = True
                tell("Asking the driver to stop; once more, and it is left alone")
                mailbox.stop()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    end = time.monotonic() + (PATIENCE if process.returncode == 0 else LOOK)
    while not mailbox.has_ended():
        if time.monotonic() > end:
            raise DiggerError(f"Spark: {_why(log)}")
        time.sleep(LOOK / 4)


def _state(log: Path) -> str:
    """What spark-submit said last of the application."""
    found = _STATE.findall(log.read_text("utf-8", "replace"))
    if not found:
        return "sending the program"
    name, state, phase = found[-1]
    return f"{name} {state}".strip() if state else phase


def _why(log: Path) -> str:
    text = log.read_text("utf-8", "replace")
    if words := of_nodes(text):
        return words
    reasons = [line for line in _WHY.findall(text) if line.strip() not in ("N/A", "[]")]
    name = next((name for name, _, _ in _STATE.findall(text) if name), "")
    more = f"; all of it: yarn logs -applicationId {name}" if name else ""
    return f"the driver ended without a word: {(reasons or [of_java(text)])[-1]}{more}"


def _report(job: Job, mailbox: Mailbox) -> Report:
    told = mailbox.result()
    if job.output is None or told is None:
        return told or Report()
    report = report_of(job.output)
    report.notes = told.notes
    report.tags = told.tags
    return report
