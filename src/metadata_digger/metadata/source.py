"""Where bytes come from: a memory block, a file on disk, or anything with `size` and `read_at`."""

from __future__ import annotations

import errno
import os
import stat
import struct
from dataclasses import dataclass
from typing import Protocol

from metadata_digger.metadata.errors import Truncated

# Camera files keep their metadata in front: over the JPEG samples of the corpus 64 KiB hold all of it
# for nine files of ten, so the first read is that long and later ones are exact.
BLOCK = 65_536

# Without O_NONBLOCK the opening of a named pipe waits for a writer, for ever if none comes.
_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_NOATIME = getattr(os, "O_NOATIME", 0)


def open_for_reading(path: str | os.PathLike[str]) -> int:
    """A file descriptor; reading through it leaves the file's access time alone where the system allows that: evidence
    stays as it was."""
    if _NOATIME:
        try:
            return os.open(path, _FLAGS | _NOATIME)
        except PermissionError:
            pass  # only a file's owner may ask for it
    return os.open(path, _FLAGS)


class ByteSource(Protocol):
    """A file, a range-read object or a memory block."""

    @property
    def size(self) -> int:
        """Length in bytes."""

    def read_at(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset`; raises Truncated when the range leaves the source."""


class MemorySource:
    """Bytes that are in memory already."""

    __slots__ = ("_data", "size")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def read_at(self, offset: int, length: int) -> bytes:
        end = offset + length
        if offset < 0 or length < 0 or end > self.size:
            raise Truncated(f"{length} bytes at {offset} asked for, the source has {self.size}")
        return self._data[offset:end]


class FileSource:
    """A file on disk, opened for reading; the first block is kept, other ranges are read exactly."""

    __slots__ = ("_descriptor", "_head", "modified", "size")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._descriptor = open_for_reading(path)
        found = os.fstat(self._descriptor)
        if not stat.S_ISREG(found.st_mode):
            os.close(self._descriptor)
            if stat.S_ISDIR(found.st_mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
            raise OSError(errno.EINVAL, "Not a regular file", os.fspath(path))
        self.size = found.st_size
        self.modified = found.st_mtime  # seconds since 1970
        self._head: bytes | None = None

    def read_at(self, offset: int, length: int) -> bytes:
        end = offset + length
        if offset < 0 or length < 0 or end > self.size:
            raise Truncated(f"{length} bytes at {offset} asked for, the source has {self.size}")
        if end <= BLOCK:
            if self._head is None:
                self._head = os.pread(self._descriptor, min(BLOCK, self.size), 0)
            data = self._head[offset:end]
        else:
            data = os.pread(self._descriptor, length, offset)
        if len(data) != length:
            raise Truncated(f"{length} bytes at {offset} asked for, {len(data)} read: the file shrank")
        return data

    def close(self) -> None:
        os.close(self._descriptor)

    def __enter__(self) -> FileSource:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Reader:
    """A window on a source: offsets count from `base`, numbers have the byte order `order`.

    `order` is the struct module's: ">" for big-endian (Motorola), "<" for little-endian (Intel).
    """

    source: ByteSource
    base: int = 0
    size: int = 0
    order: str = ">"

    @classmethod
    def over(cls, data: bytes, order: str = ">") -> Reader:
        return cls(MemorySource(data), 0, len(data), order)

    def bytes(self, offset: int, length: int) -> bytes:
        if offset < 0 or length < 0 or offset + length > self.size:
            raise Truncated(f"{length} bytes at {offset} asked for, the block has {self.size}")
        return self.source.read_at(self.base + offset, length)

    def within(self, offset: int, length: int) -> Reader:
        """The same bytes as a block of their own."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise Truncated(f"{length} bytes at {offset} asked for, the block has {self.size}")
        return Reader(self.source, self.base + offset, length, self.order)

    def ordered(self, order: str) -> Reader:
        return Reader(self.source, self.base, self.size, order)

    def unpack(self, layout: str, offset: int) -> tuple[int, ...]:
        """Numbers by a struct layout without its byte order sign, for example "HHI"."""
        layout = self.order + layout
        return struct.unpack(layout, self.bytes(offset, struct.calcsize(layout)))

    def u8(self, offset: int) -> int:
        return self.bytes(offset, 1)[0]

    def u16(self, offset: int) -> int:
        return self.unpack("H", offset)[0]

    def s16(self, offset: int) -> int:
        return self.unpack("h", offset)[0]

    def u32(self, offset: int) -> int:
        return self.unpack("I", offset)[0]

    def s32(self, offset: int) -> int:
        return self.unpack("i", offset)[0]

    def u64(self, offset: int) -> int:
        return self.unpack("Q", offset)[0]
