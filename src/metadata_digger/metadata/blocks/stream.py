"""A file as the reference reads MP4, QuickTime and RIFF: from front to back, counting as it goes.

Two things are told apart here, because its loops look at the count: where the next byte comes from, and how many bytes
it believes to have read. A read that meets the end of the file uses up what is left and counts nothing, so that every
level of a nested structure whose parent is not "full" yet meets the end once more and says so.
"""

from __future__ import annotations

from struct import calcsize, unpack, unpack_from

from metadata_digger.metadata.blocks.limits import BUFFER, END
from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.errors import Malformed, Truncated
from metadata_digger.metadata.source import Reader

_AHEAD = 16_384  # a camera's "moov" without its tables is 2 to 8 KiB
COLLECTED = 32  # MiB of payload from one file; the most in the corpus is 0.3


class Stream:
    """A place in a file. `position` is the reference's count."""

    __slots__ = ("_at", "_block", "_budget", "_from", "_reach", "_reader", "position", "size")

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._at = self._from = self._reach = 0
        self._block = b""
        self._budget = COLLECTED << 20
        self.position = 0
        self.size = reader.size

    @property
    def at(self) -> int:
        """Where the next byte comes from; beyond the size of a file of which more was passed over than there is."""
        return self._at

    @property
    def room(self) -> int:
        """Bytes that may still be asked for."""
        return self._budget

    def expect(self, end: int) -> None:
        """What lies before `end` is structure, not media: reads may run ahead as far."""
        self._reach = min(end, self.size)

    def peek(self, position: int, count: int) -> bytes:
        """Bytes at a place, as many of them as there are, without going there."""
        count = min(count, self.size - position)
        return self._reader.bytes(position, count) if position >= 0 and count > 0 else b""

    def bytes(self, count: int) -> bytes:
        """The next `count` bytes. Raises Truncated when there are not as many, Malformed when it is too much."""
        start = self._at
        if count <= 0:
            return b""
        if start + count > self.size:
            self._at = max(start, self.size)
            raise Truncated(END)
        self._budget -= count
        if self._budget < 0:
            raise Malformed(f"More than {COLLECTED} MiB of metadata")
        self._at = start + count
        self.position += count
        offset = start - self._from
        if offset < 0 or offset + count > len(self._block):
            self._block = self._reader.bytes(start, max(count, min(_AHEAD, self._reach - start)))
            self._from, offset = start, 0
        return self._block[offset : offset + count]

    def number(self, code: str) -> int:
        """The next number in the reader's byte order, by its letter in the struct module; read byte by byte."""
        size = calcsize(self._reader.order + code)
        left = self.size - self._at
        if left < size:
            self.position += max(0, left)
        value: int = unpack(self._reader.order + code, self.bytes(size))[0]
        return value

    def skip(self, count: int) -> None:
        """Passes over bytes. Past the end of a short file that raises Truncated, of a longer one it goes unnoticed."""
        left = max(0, self.size - self._at)
        if count > left and self.size <= BUFFER:
            self._at += left
            self.position += left
            raise Truncated(f"Unable to skip. Requested {count} bytes but only {left} remained.")
        self._at += count
        self.position += count

    def skip_blocks(self) -> None:
        """Passes over GIF's sub-blocks, each its length and so many bytes, up to and with the empty one."""
        while True:
            block, start, length = self._block, self._from, 1
            at = self._at - start
            while length and 0 <= at < len(block):
                length = block[at]
                at += 1 + length
            self.skip(start + at - self._at)
            if length:
                length = self.bytes(1)[0]
                self.skip(length)
            if not length:
                return

    def within(self, count: int) -> Reader:
        """The next `count` bytes as a block that nobody has read yet. Raises Truncated."""
        start = self._at
        if start + count > self.size:
            self._at = max(start, self.size)
            raise Truncated(END)
        self._at = start + count
        self.position += count
        return self._reader.within(start, count)


class Payload:
    """The content of a box, read from front to back; numbers are big-endian. All methods raise Truncated."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def unpack(self, layout: str) -> tuple[int, ...]:
        """Numbers by a struct layout without its byte order sign."""
        layout = ">" + layout
        start, end = self.at, self.at + calcsize(layout)
        if end > len(self.data):
            raise Truncated(END)
        self.at = end
        return unpack_from(layout, self.data, start)

    def number(self, code: str) -> int:
        return self.unpack(code)[0]

    def bytes(self, count: int) -> bytes:
        start, end = self.at, self.at + count
        if end > len(self.data):
            raise Truncated(END)
        self.at = end
        return self.data[start:end]

    def text(self, count: int) -> str:
        return decoded(self.bytes(count))

    def skip(self, count: int) -> None:
        if self.at + count > len(self.data):
            raise Truncated(END)
        self.at += count
