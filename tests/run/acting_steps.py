"""Steps that do to their process what a file's name says, and otherwise make one tag a file of its first bytes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from metadata_digger.errors import ModelError, StorageError
from metadata_digger.pipeline import Batch, OpenFile
from metadata_digger.schema import EXTRACTED, OK, TAG
from metadata_digger.sinks import CsvSink
from metadata_digger.sinks.columns import Columns
from metadata_digger.steps.mark import note

ACTS: dict[str, Callable[[], object]] = {
    "exit": lambda: os._exit(7),
    "abort": os.abort,
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "memory": lambda: bytearray(1 << 60),
    "hang": lambda: time.sleep(3600),
    "slow": lambda: time.sleep(0.05),
    "model": lambda: _raise(ModelError("the model is broken")),
    "storage": lambda: _raise(StorageError("an unexpected fault", "timed_out")),
}


def _raise(error: Exception) -> None:
    raise error


@dataclass(frozen=True, slots=True)
class ActingStep:
    """`once`: a folder that remembers the acts, each is played only once. `quick`: what is slow otherwise is not.
    `told`: a folder where each process tells which files it did. Who comes to a file "meet" waits for another one."""

    pixels: int = 0
    once: str = ""
    quick: bool = False
    told: str = ""

    def output(self, schema: pa.Schema) -> pa.Schema:
        return pa.schema([*schema, *EXTRACTED])

    def run(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        for batch in batches:
            statuses = batch.rows.column("status").to_pylist()
            tags = [self.tags(file) if status == OK else [] for file, status in zip(batch.files, statuses, strict=True)]
            columns = [
                pa.array(["JPEG" for _ in tags], pa.string()),
                pa.array([["Test"] for _ in tags], EXTRACTED[1].type),
                pa.array(tags, pa.list_(TAG)),
            ]
            rows = pa.RecordBatch.from_arrays([*batch.rows.columns, *columns], schema=self.output(batch.rows.schema))
            yield Batch(rows, batch.files)

    def tags(self, file: OpenFile) -> list[dict[str, object]]:
        head = file.read_at(0, min(16, file.size))
        act = os.path.basename(file.url).split(".")[0].split("-")[0]  # noqa: PTH119  # a URL
        if self.told:
            with Path(self.told, str(os.getpid())).open("a", encoding="utf-8") as lines:
                lines.write(f"{file.url}\n")
        if act in ACTS and self.due(act):
            ACTS[act]()
        if act == "meet":
            self.meet()
        return [{"directory": "Test", "tag": 1, "name": "Head", "value": head.decode("latin-1")}]

    def meet(self) -> None:
        first = self.due("met-first")
        if not first:
            self.due("met-second")
        while self.once and first and not Path(self.once, "met-second").exists():
            time.sleep(0.01)

    def due(self, act: str) -> bool:
        if act == "slow" and self.quick:
            return False
        if not self.once:
            return True
        try:
            os.close(os.open(f"{self.once}/{act}", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        return True


class Unreadable(ActingStep):
    """Its worker dies while it unpacks the job."""

    def __reduce__(self) -> tuple[Callable[[], object], tuple[()]]:
        return _unreadable, ()


def _unreadable() -> object:
    raise ImportError("half an installation")


class NotingStep(ActingStep):
    """Notes on every file that begins with "noted"."""

    __slots__ = ()

    def run(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        for batch in ActingStep.run(self, batches):
            urls = enumerate(batch.rows.column("file_path").to_pylist())
            notes = {row: ["no labels: 7 of 9", "GPS: at 1", "GPS: at 2"] for row, url in urls if "/noted" in url}
            yield Batch(note(batch.rows, notes), batch.files)


@dataclass(frozen=True, slots=True)
class SlowSink(CsvSink):
    """Leaves a second for what is to happen in the middle of a piece."""

    def piece(self, batches: Iterator[pa.RecordBatch], columns: Columns, target: Path) -> int:
        rows = CsvSink.piece(self, batches, columns, target)
        time.sleep(1)
        return rows
