"""Hashes of every file's bytes: the columns of schema.hashed."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.pipeline import Batch, OpenFile
from metadata_digger.schema import HASHES, hashed
from metadata_digger.steps.mark import appended, mark, standing


class _Digest(Protocol):
    def update(self, data: bytes | memoryview, /) -> None: ...
    def hexdigest(self) -> str: ...


class _Crc32:
    """CRC-32 of ISO 3309, as zlib and PNG have it; like the original's, written without leading zeros."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes | memoryview, /) -> None:
        self._value = zlib.crc32(data, self._value)

    def hexdigest(self) -> str:
        return f"{self._value:x}"


def _new(kind: str) -> Callable[[], _Digest]:
    return _Crc32 if kind == "crc32" else lambda: hashlib.new(kind, usedforsecurity=False)


@dataclass(frozen=True, slots=True)
class HashStep:
    """All hashes of a file in one pass over it, however large it is.

    A file that cannot be read to its end, or changes while it is read, is left out: no hash of it would be true.
    """

    types: tuple[str, ...]
    pixels: int = 0

    def output(self, schema: pa.Schema) -> pa.Schema:
        if not {field.name for field in hashed(HASHES)}.isdisjoint(schema.names):
            raise ConfigError("files can be hashed only once")
        return pa.schema([*schema, *hashed(self.types)])

    def run(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        makers = [_new(kind) for kind in self.types]
        fields = hashed(self.types)
        for batch in batches:
            columns: list[list[str | None]] = [[None] * len(batch.rows) for _ in makers]
            verdicts: dict[int, tuple[str, str]] = {}
            for row in standing(batch.rows):
                try:
                    digests = _digests(batch.files[row], makers)
                except StorageError as error:
                    verdicts[row] = (error.status, f"cannot be hashed: {error}")
                    continue
                for column, digest in zip(columns, digests, strict=True):
                    column[row] = digest
            arrays = [pa.array(column, pa.string()) for column in columns]
            yield Batch(appended(mark(batch.rows, verdicts), fields, arrays), batch.files)


def _digests(file: OpenFile, makers: list[Callable[[], _Digest]]) -> list[str]:
    digests = [make() for make in makers]
    updates = [digest.update for digest in digests]
    for chunk in file.chunks():
        for update in updates:
            update(chunk)
    return [digest.hexdigest() for digest in digests]
