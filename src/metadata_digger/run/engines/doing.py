"""Do (run.tasks) of worker processes, and of this very process."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, Final

from metadata_digger.errors import OutputError
from metadata_digger.run.engines.pool import Died, Finished, Pool
from metadata_digger.run.tasks import Do, Hash, Hashed, Task, Watch, Worker
from metadata_digger.schema import FAILED, TIMED_OUT

_END: Final = object()


def by(processes: Pool, watch: Watch = lambda waiting: None) -> Do:
    """Done by worker processes; a task whose worker died is tried once more, then OutputError is raised.

    Of a Hash the files are tried one by one: each may kill any. One that stalls its worker is tried again behind all
    others. Of a single file that ends so twice it is the answer: the file cannot be read. `watch` is told now and then
    what is waited for.
    """

    def do(tasks: Iterable[Task | None]) -> Iterator[tuple[Any, Any]]:
        coming = iter(tasks)
        again: deque[Task] = deque()
        last: deque[Task] = deque()
        failed: list[Task] = []

        def due() -> Task | None:
            if again:
                return again.popleft()
            task: Any = next(coming, _END)
            # None: nothing comes until something is done, which may be what was put off.
            if last and (task is _END or (task is None and not processes.busy)):
                return last.popleft()
            return None if task is _END else task

        while True:
            while processes.idle and (task := due()) is not None:
                processes.give(task)
            if not processes.busy:
                return
            events = processes.wait(1.0)
            watch(processes.waiting)
            for event in events:
                if isinstance(event, Finished):
                    yield event.task, event.answer
                elif isinstance(event.task, Hash) and len(event.task.found) > 1:
                    around, stalled = _apart(event.task, event)
                    again.extend(around)
                    failed.extend(stalled)
                    last.extend(stalled)
                elif any(task is event.task for task in failed):
                    if isinstance(event.task, Hash):
                        status = TIMED_OUT if event.stalled else FAILED
                        yield event.task, [Hashed(status, event.reason, (None,) * len(event.task.types))]
                        continue
                    raise OutputError(f"the output cannot be made: {event.reason}")
                else:
                    failed.append(event.task)
                    (last if event.stalled else again).append(event.task)

    return do


def _apart(task: Hash, died: Died) -> tuple[list[Hash], list[Hash]]:
    """What of a task is done at once, and what behind all others."""
    urls = [one.url for one in task.found]
    if not died.stalled or died.file not in urls:
        return [task.cut(at, at + 1) for at in range(len(urls))], []
    at = urls.index(died.file)
    around = [task.cut(0, at), task.cut(at + 1, len(urls))]
    return [one for one in around if one.found], [task.cut(at, at + 1)]


def here(work: Worker) -> Do:
    """Done by this very process."""

    def do(tasks: Iterable[Task | None]) -> Iterator[tuple[Any, Any]]:
        for task in filter(None, tasks):
            yield task, task.run(work, lambda files: None)

    return do
