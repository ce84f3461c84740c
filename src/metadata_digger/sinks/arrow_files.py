"""Files that Arrow itself reads and writes, whatever they are called: as text it takes no path that is not UTF-8."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

from metadata_digger.errors import StorageError
from metadata_digger.storage.remote.place import WHOLE, Folder, PlaceError

if TYPE_CHECKING:
    from metadata_digger.storage.remote.source import RemoteSource


def opened(path: Folder, mode: Literal["rb", "wb"] = "rb", most: int = WHOLE) -> pa.NativeFile:
    """Raises OSError. What is written has no buffer; close the file behind its Parquet writer or reader.

    A file somewhere else is only read: at once when it has at most `most` bytes, else piece by piece.
    """
    if isinstance(path, Path):
        return pa.OSFile(os.fsencode(path), mode)  # type: ignore[arg-type]  # bytes are taken, the stubs do not know
    source = path.source()
    return pa.BufferReader(path.read_bytes()) if source.size <= most else pa.PythonFile(_Ranges(source), "r")


class _Ranges(io.RawIOBase):
    """A file as Arrow wants one."""

    def __init__(self, source: RemoteSource) -> None:
        self._source = source
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._source.size}[whence]
        return self._at

    def read(self, size: int = -1) -> bytes:
        left = max(self._source.size - self._at, 0)
        size = left if size < 0 else min(size, left)
        try:
            data = self._source.read_at(self._at, size)
        except StorageError as error:
            raise PlaceError(str(error)) from error
        self._at += size
        return data
