"""Features of pictures, computed in worker processes."""

from __future__ import annotations

import hashlib
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing import get_context, parent_process, resource_tracker
from pathlib import Path

import numpy as np

from metadata_digger.labels.model import Model, Session
from metadata_digger.labels.preprocess import canvas_for, tensor
from metadata_digger.labels.training.base import FEATURES, Base, runnable
from metadata_digger.labels.training.cache import FORMAT, Cache, Found
from metadata_digger.labels.training.duplicates import thumbnail
from metadata_digger.picture import PictureError, decode

TASK = 8  # pictures given to a process at once: some 0.2 s of work, which is what an interrupted run loses
AHEAD = 3  # tasks waiting for each process
KILLER = "decoding it ended the worker process"

Progress = Callable[[int, int | None], None]
Outcome = Found | str  # or the reason why there are no features


@dataclass(slots=True)
class Extractor:
    """One process's own: a session and the memory for its input."""

    session: Session

    def outcome(self, path: Path) -> Outcome:
        wanted = self.session.model.input
        try:
            picture = decode(path.read_bytes(), wanted.pixels, name=path.name)
        except (PictureError, OSError) as error:
            return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        batch = tensor(picture.image, wanted, canvas_for(wanted))
        features = self.session.run(batch)[0]
        if not np.isfinite(features).all():
            return "the base network's features of it are not finite"
        return Found(hashlib.sha256(batch.tobytes()).digest(), features, thumbnail(picture.image), picture.notes)


_extractor: list[Extractor] = []  # of a worker process: what a task may rely on, as `initializer` has made it


def block_ctrl_c() -> None:
    """In this thread and in the processes that it starts."""
    resource_tracker.ensure_running()  # unblocks it, and is called by what follows if it does not run
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def prepare(model: Model) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    threading.Thread(target=follow_parent, daemon=True).start()
    _extractor[:] = [Extractor(Session(model))]


def follow_parent() -> None:
    """A parent that is killed cannot end its workers; they would wait for it for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def work(paths: Sequence[Path]) -> list[Outcome]:
    return [_extractor[0].outcome(path) for path in paths]


def cache_key(base: Base) -> str:
    """Everything that decides the numbers."""
    parts = (FORMAT, base.sha256, base.tensor, base.input, *(version(name) for name in ("pillow", "onnxruntime")))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]


def extract(base: Base, paths: Sequence[Path], cache: Cache, cores: int, progress: Progress) -> list[Outcome]:
    """For each path its features, or why there are none. Raises ModelError when the base cannot be run.

    A picture that ends its process (a decoder that crashes) costs itself and nothing else. What is computed is kept
    in the cache as it comes, so an interrupted run goes on where it was.
    """
    outcomes: list[Outcome | None] = [cache.get(path) for path in paths]
    missing = [index for index, outcome in enumerate(outcomes) if outcome is None]
    done = len(paths) - len(missing)
    progress(done, len(paths))
    if missing:
        with tempfile.TemporaryDirectory(prefix="metadata-digger-") as folder:
            model = runnable(base.network, Path(folder), base.input, FEATURES)
            for indices, results in computed(model, paths, missing, cores):
                for index, outcome in zip(indices, results, strict=True):
                    outcomes[index] = outcome
                fresh = zip(indices, results, strict=True)
                cache.put([(paths[index], outcome) for index, outcome in fresh if isinstance(outcome, Found)])
                done += len(indices)
                progress(done, len(paths))
    return [KILLER if outcome is None else outcome for outcome in outcomes]


def computed(
    model: Model, paths: Sequence[Path], missing: Sequence[int], cores: int
) -> Iterator[tuple[list[int], list[Outcome]]]:
    tasks = [list(missing[start : start + TASK]) for start in range(0, len(missing), TASK)]
    suspects: list[list[int]] = []
    yield from in_processes(model, paths, tasks, min(cores, len(tasks)), suspects)
    # One process for each: the pictures of the tasks that were under way when a process died.
    for index in [index for task in suspects for index in task]:
        lost: list[list[int]] = []
        yield from in_processes(model, paths, [[index]], 1, lost)
        if lost:
            yield [index], [KILLER]


def in_processes(
    model: Model, paths: Sequence[Path], tasks: list[list[int]], size: int, lost: list[list[int]]
) -> Iterator[tuple[list[int], list[Outcome]]]:
    """Results as they come; tasks whose process died go into `lost`, those that had not begun are tried again."""
    rest = tasks[::-1]
    while rest:
        with pool(size, model) as submit:
            running: dict[Future[list[Outcome]], list[int]] = {}
            try:
                while rest or running:
                    while rest and len(running) < size * AHEAD:
                        task = rest.pop()
                        running[submit([paths[index] for index in task])] = task
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        results = future.result()
                        yield running.pop(future), results
            except BrokenProcessPool:
                lost += running.values()


@contextmanager
def pool(size: int, model: Model) -> Iterator[Callable[[Sequence[Path]], Future[list[Outcome]]]]:
    """Gives work to processes that are gone at once when something is raised in here, Ctrl-C included."""
    executor = ProcessPoolExecutor(size, get_context("spawn"), prepare, (model,))
    # They are started by a thread, which KeyboardInterrupt does not reach: a process that is not told what to do ends
    # with a traceback on the terminal.
    starter = ThreadPoolExecutor(1, initializer=block_ctrl_c)
    try:
        yield lambda paths: starter.submit(executor.submit, work, paths).result()
    except BaseException:
        starter.shutdown()
        for process in list((executor._processes or {}).values()):  # the public way (3.14) is terminate_workers
            process.kill()
        executor.shutdown(wait=True, cancel_futures=True)
        raise
    starter.shutdown()
    executor.shutdown(wait=True)
