"""Worker processes: who is idle, who is done, who has died, who makes no progress. It does not know what they do."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import re
import selectors
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

from metadata_digger.errors import DiggerError
from metadata_digger.run.engines import worker
from metadata_digger.run.engines.process import ONE_THREAD
from metadata_digger.run.engines.worker import Doing, Done, Ready
from metadata_digger.run.interrupt import inherited_block, unbroken
from metadata_digger.run.job import Waiting
from metadata_digger.run.tasks import Task, reads_input

# A fork of this process would copy locks that threads of Arrow or of the caller hold. Workers are forked from a process
# that has imported Arrow and does nothing else: it costs 0.2 s of CPU once and not for each of them, and they share its
# memory. macOS forbids even that, its own libraries do not survive a fork.
_FORKS = sys.platform == "linux"
_CONTEXT = multiprocessing.get_context("forkserver") if _FORKS else multiprocessing.get_context("spawn")
_PACKAGES = Path(__file__).parents[3]
SECONDS_UNTIL_TOLD = 10.0  # of a file without progress; slow ones are no news
_TEMPORARY = 70  # bytes of TMPDIR that leave room for "/pymp-.../listener-..." in the 107 of unix(7)
_STARTS = 3  # a process may be killed from outside while it starts; three in a row are a fault of the installation
_TAIL = 16_384  # bytes of a worker's log that its last words are looked for in
_WORDS = 300  # characters of them that are kept
_PLACE = re.compile(r'File "(.+)", line (\d+)')  # a line of a traceback


class Finished(NamedTuple):
    task: Task
    answer: Any
    seconds: float


class Died(NamedTuple):
    """The process that had this task is gone; `reason` says how, for people."""

    task: Task
    reason: str
    stalled: bool = False  # it made no progress, and was killed
    file: str = ""  # URL of the file that it was at then, as far as is known


@dataclass(slots=True, eq=False)
class _Worker:
    process: BaseProcess
    connection: Connection[Any, Any]
    log: Path
    task: Task | None = None
    ready: bool = False
    given: float = 0.0  # when the task was given
    heard: float = 0.0  # when it last made progress
    file: str = ""  # URL of the file that it is at
    files: int = 0  # of the task, done so far


@dataclass(slots=True)
class Pool:
    """`size` processes. Use `pool(...)`, which ends them."""

    size: int
    job: bytes  # pickled arguments of run.work.Work
    timezone: str
    logs: Path
    patience: float  # seconds without progress of a worker that reads input
    workers: list[_Worker] = field(default_factory=list)
    # Of pipes and deaths. `multiprocessing.connection.wait` looks all of them up anew each time: 1 ms for 64 workers.
    heard: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    started: int = 0
    failed_starts: int = 0  # in a row

    @property
    def idle(self) -> bool:
        return any(one.task is None for one in self.workers)

    @property
    def busy(self) -> bool:
        return any(one.task is not None for one in self.workers)

    @property
    def files(self) -> int:
        """Files done in tasks that are not finished."""
        return sum(one.files for one in self.workers)

    @property
    def waiting(self) -> list[Waiting]:
        """The files that workers have been held up by for long, the longest first."""
        now = time.monotonic()
        busy = [one for one in self.workers if one.file and one.task and reads_input(one.task)]
        held = [Waiting(one.file, now - one.heard) for one in busy if now - one.heard >= SECONDS_UNTIL_TOLD]
        return sorted(held, key=lambda one: -one.seconds)

    def start(self) -> _Worker:
        log = self.logs / f"worker-{self.started}.log"
        self.started += 1
        ours, theirs = _CONTEXT.Pipe()
        # The process that workers are forked from has the environment that this one had long ago.
        given = (theirs, self.job, dict(os.environ), self.timezone, log)
        process = _CONTEXT.Process(target=worker.main, args=given, daemon=True)
        with unbroken():
            try:
                with inherited_block():
                    process.start()
            except (OSError, EOFError) as error:  # EOF: who forks them was killed
                raise DiggerError(f"a worker process could not start: {error}") from error
            theirs.close()
            one = _Worker(process, ours, log)
            self.workers.append(one)
            self.heard.register(ours, selectors.EVENT_READ, one)
            self.heard.register(process.sentinel, selectors.EVENT_READ, one)
        return one

    def give(self, task: Task) -> None:
        """To an idle worker, one that is ready if there is one."""
        _send(max((one for one in self.workers if one.task is None), key=lambda one: one.ready), task)

    def wait(self, timeout: float) -> list[Finished | Died]:
        """What happened, after at most `timeout` seconds; raises the DiggerError that a worker ended with."""
        events: list[Finished | Died] = []
        ready: set[_Worker] = set()
        ended: set[_Worker] = set()
        for key, _ in self.heard.select(timeout):
            (ready if key.fileobj is key.data.connection else ended).add(key.data)
        for one in list(self.workers):
            if one in ready or one in ended:
                events += self._hear(one, one in ended)
        for one in [one for one in self.workers if one.ready and self._stuck(one)]:  # what was heard may be just that
            events += self._bury(one, f"no progress for {self.patience:g} s (processing.fileTimeout)")
        return events

    def _stuck(self, one: _Worker) -> bool:
        return one.task is not None and reads_input(one.task) and time.monotonic() - one.heard > self.patience

    def _hear(self, one: _Worker, ended: bool) -> Iterator[Finished | Died]:
        try:
            if not ended:  # one message is there; of further ones the next call will hear
                yield from self._take(one, one.connection.recv())
            while ended and one.connection.poll():  # what a process said before it ended is still in the pipe
                yield from self._take(one, one.connection.recv())
        except (EOFError, OSError):  # the latter also when it died in the middle of a message
            ended = True
        if ended:
            yield from self._bury(one, "")

    def _take(self, one: _Worker, message: object) -> Iterator[Finished]:
        one.heard = time.monotonic()
        if isinstance(message, DiggerError):
            raise message
        one.file = ""
        if isinstance(message, Ready):
            one.ready, one.given, self.failed_starts = True, one.heard, 0
        elif isinstance(message, Doing):
            one.files, one.file = message.files, message.file
            one.heard -= message.seconds
        elif isinstance(message, Done) and one.task is not None:
            task, one.task, one.files = one.task, None, 0
            yield Finished(task, message.answer, one.heard - one.given)

    def _bury(self, one: _Worker, reason: str) -> Iterator[Died]:
        """Ends a worker, puts another in its place."""
        self.workers.remove(one)
        self.heard.unregister(one.connection)
        self.heard.unregister(one.process.sentinel)
        if reason:
            one.process.kill()
        one.process.join()
        one.connection.close()
        words, stalled = last_words(one.log), bool(reason)
        reason = reason or f"the worker process died ({manner(one.process.exitcode)}){words and ': ' + words}"
        if one.ready:
            self.start()
            if one.task is not None:
                yield Died(one.task, reason, stalled, one.file)
            return
        self.failed_starts += 1
        if self.failed_starts == _STARTS:
            raise DiggerError(f"a worker process could not start: {reason}")
        fresh = self.start()
        if one.task is not None:  # it had not begun
            _send(fresh, one.task)

    def end(self) -> None:
        """Kills: what a worker has not reported is not needed, and a stuck one would not listen."""
        for one in self.workers:
            one.process.kill()
        for one in self.workers:
            one.process.join()
            one.connection.close()
        self.workers.clear()
        self.heard.close()


def prepare() -> None:
    """Starts the process that workers are forked from, where there is one. It gets ready while this one goes on."""
    if not _FORKS:
        return
    values = ONE_THREAD
    if _PACKAGES.name not in ("site-packages", "dist-packages"):
        # Python 3.11 forgets to tell the new process where to look; it must find this very package.
        values = values | {"PYTHONPATH": os.pathsep.join(filter(None, [str(_PACKAGES), os.environ.get("PYTHONPATH")]))}
    forkserver.set_forkserver_preload(["metadata_digger.run.engines.preload"])
    resource_tracker.ensure_running()  # unblocks the signals, and is called by what follows if it does not run
    with inherited_block(), _environment(values), _short_paths():
        forkserver.ensure_running()


@contextmanager
def _short_paths() -> Iterator[None]:
    """The socket that forks are asked for by lies among temporary files; TMPDIR may be longer than a socket's name."""
    before = tempfile.tempdir
    if len(os.fsencode(tempfile.gettempdir())) > _TEMPORARY:
        tempfile.tempdir = "/tmp"  # noqa: S108  # in a directory of our own there
    try:
        yield
    finally:
        tempfile.tempdir = before


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """For processes started in here."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _send(one: _Worker, task: Task) -> None:
    one.task, one.files, one.file = task, 0, ""
    one.given = one.heard = time.monotonic()
    with suppress(BrokenPipeError, ConnectionResetError):  # it has died: `wait` will find out
        one.connection.send(task)


@contextmanager
def pool(size: int, work: tuple[Any, ...], timezone: str, logs: Path, patience: float) -> Iterator[Pool]:
    """Processes that do tasks with a Work made of `work`; none is left when this ends, however it ends."""
    workers = Pool(size, pickle.dumps(work), timezone, logs, patience)
    try:
        prepare()
        for _ in range(size):
            workers.start()
        yield workers
    finally:
        with unbroken():
            workers.end()


def manner(code: int | None) -> str:
    """How a process ended, as multiprocessing gives it: negative for a signal."""
    if code is None or code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


def last_words(log: Path) -> str:
    """What a process wrote last: of a Python traceback its error and place, of a crash the line before its stacks."""
    with suppress(OSError), log.open("rb") as file:
        file.seek(max(os.fstat(file.fileno()).st_size - _TAIL, 0))
        lines = [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
        for number, line in enumerate(lines):
            if line.startswith("Fatal Python error"):
                return lines[max(number - 1, 0)][:_WORDS]
        places = [place for line in lines if (place := _PLACE.match(line))]
        if lines and places:
            return f"{lines[-1][:_WORDS]} ({Path(places[-1][1]).name}, line {places[-1][2]})"
        return lines[-1][:_WORDS] if lines else ""
    return ""
