"""A job: everything an engine needs to know, in plain picklable values; it knows no configuration keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from metadata_digger.pipeline import MAX_PIXELS, Step
from metadata_digger.sinks import Sink
from metadata_digger.storage import Storage

# Called with the files done so far and how many there are in all, None while they are still being listed.
Progress: TypeAlias = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Job:
    """What to run. `sink` and `output` are both given, or both None: then only the Report is made (describe)."""

    storage: Storage
    paths: tuple[str, ...]
    steps: tuple[Step, ...]
    sink: Sink | None = None
    output: Path | None = None  # output.directoryPath; its own name is that of the files in it
    overwrite: bool = False
    files_number: int = -1  # output files; below 2: one
    cores: int = 1  # worker processes
    memory_gb: float = 2.0  # what all processes together should stay under
    timezone: str = "UTC"  # TZ of the worker processes
    max_pixels: int = MAX_PIXELS  # of a picture that is decoded; -1: no limit
    seconds_per_batch: float = 300.0  # a batch of files without progress for so long is given up
    partitions: int = -1  # Spark only: input.partitions
    facts: Mapping[str, Any] = field(
        default_factory=dict
    )  # goes into _report.json as it is: version, action, config, ...
