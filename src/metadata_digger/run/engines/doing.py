"""Do (run.tasks) of worker processes, and of this very process."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from metadata_digger.errors import OutputError
from metadata_digger.run.engines.pool import Finished, Pool
from metadata_digger.run.tasks import Do, Hash, Hashed, Task, Worker
from metadata_digger.schema import FAILED


def by(processes: Pool) -> Do:
    """Done by worker processes; a task whose worker died is tried once more, then OutputError is raised. Of a Hash that
    ends so for a single file it is the answer: the file cannot be read."""

    def do(tasks: Iterable[Task | None]) -> Iterator[tuple[Any, Any]]:
        coming = iter(tasks)
        again: deque[Task] = deque()
        failed: list[Task] = []
        while True:
            while processes.idle and (task := again.popleft() if again else next(coming, None)) is not None:
                processes.give(task)
            if not processes.busy:
                return
            for event in processes.wait(1.0):
                if isinstance(event, Finished):
                    yield event.task, event.answer
                elif isinstance(event.task, Hash) and len(event.task.found) > 1:
                    again.extend(event.task.apart())
                elif any(task is event.task for task in failed):
                    if isinstance(event.task, Hash):
                        yield event.task, [Hashed(FAILED, event.reason, (None,) * len(event.task.types))]
                        continue
                    raise OutputError(f"the output cannot be made: {event.reason}")
                else:
                    failed.append(event.task)
                    again.append(event.task)

    return do


def here(work: Worker) -> Do:
    """Done by this very process."""

    def do(tasks: Iterable[Task | None]) -> Iterator[tuple[Any, Any]]:
        for task in filter(None, tasks):
            yield task, task.run(work, lambda files: None)

    return do
