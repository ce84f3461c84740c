"""What is listed before its turn: a little in memory, the rest in a temporary file."""

from __future__ import annotations

import os
import tempfile
from collections import deque
from typing import IO, Final

import pyarrow as pa

from metadata_digger.errors import StorageError
from metadata_digger.storage.remote.columns import ITEMS

ROWS = 4_000  # in memory: some 400 KB
_CODEC: Final = "zstd"  # a thousand keys of 40 bytes with their ETags: 90 KB become 25, in 0.2 ms


class Ahead:
    """Batches, first in, first out. One thread puts, another one takes."""

    def __init__(self) -> None:
        # A batch; or where it lies in the file, its length there, and that of what it is unpacked to.
        self._batches: deque[pa.RecordBatch | tuple[int, int, int]] = deque()
        self._file: IO[bytes] | None = None
        self._end = 0
        # Rows that were ever held in memory: each of the two threads counts for itself, so no lock is needed.
        self._put = self._taken = 0

    def __bool__(self) -> bool:
        return bool(self._batches)

    def put(self, batch: pa.RecordBatch) -> None:
        """Raises StorageError when there is no room for the temporary file."""
        if self._put - self._taken + batch.num_rows <= ROWS:
            self._put += batch.num_rows
            self._batches.append(batch)
        else:
            self._batches.append(self._written(batch))

    def take(self) -> pa.RecordBatch:
        """Raises IndexError where there is none."""
        first = self._batches.popleft()
        if isinstance(first, tuple):
            return self._read(*first)
        self._taken += first.num_rows
        return first

    def close(self) -> None:
        """By the thread that takes, when the other one is done."""
        self._batches.clear()
        if self._file is not None:
            self._file.close()

    def _written(self, batch: pa.RecordBatch) -> tuple[int, int, int]:
        whole = batch.serialize()
        packed = pa.compress(whole, _CODEC, asbytes=True)
        start, rest = self._end, memoryview(packed)
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # closed by `close`
            while rest:
                written = os.pwrite(self._file.fileno(), rest, self._end)
                self._end += written
                rest = rest[written:]
        except OSError as error:
            raise StorageError(
                f"a large listing cannot be kept: no temporary file in {tempfile.gettempdir()} ({error.strerror}); "
                "let TMPDIR name a directory with more room"
            ) from error
        return start, len(packed), whole.size

    def _read(self, start: int, length: int, size: int) -> pa.RecordBatch:
        packed = os.pread(self._file.fileno(), length, start) if self._file is not None else b""
        return pa.ipc.read_record_batch(pa.decompress(packed, size, _CODEC), ITEMS)
