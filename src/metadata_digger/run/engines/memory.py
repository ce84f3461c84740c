"""processing.maxMemoryGB: how many processes it allows, and what each may hold."""

from __future__ import annotations

from typing import NamedTuple

from metadata_digger.run.tasks import Limits

# Proportional set size on Linux, CPython 3.11, pyarrow 26, onnxruntime 1.32 (docs/decisions/0004-running.md): the main
# process 76 to 93 MB, a worker 119 to 157 MB with extraction, 170 to 229 MB with labels.
MAIN = 100 << 20
WORKER = 160 << 20
WORKER_WITH_PICTURES = 280 << 20
SMALLEST = 64 << 20  # a limit below this refuses ordinary raw files


class Share(NamedTuple):
    workers: int
    limits: Limits
    note: str | None  # for the user, when there are fewer workers than asked for


def share(cores: int, memory_gb: float, pictures: bool) -> Share:
    """Workers: as many as fit with what each needs before it has seen a file. What is left is divided: a third of a
    worker's part is for the files of a batch, two thirds for one file read whole."""
    total = int(memory_gb * (1 << 30))
    need = WORKER_WITH_PICTURES if pictures else WORKER
    workers = max(1, min(cores, (total - MAIN) // need))
    left = max((total - MAIN) // workers - need, 0)
    note = None
    if workers < cores:
        note = f"processing.maxMemoryGB={memory_gb:g} allows {workers} of processing.cores={cores} worker processes"
    return Share(workers, Limits(max(left // 3, SMALLEST // 2), max(left * 2 // 3, SMALLEST)), note)
