"""A file read from front to back, with the reference's rules about its end.

The reference reads most containers as a stream; what it says of one that ends early depends on whether it was reading
or skipping.
"""

from __future__ import annotations

from struct import Struct

from metadata_digger.metadata.blocks.limits import BUFFER, END
from metadata_digger.metadata.errors import Truncated
from metadata_digger.metadata.source import BLOCK, Reader

_FORMS = {(order, code): Struct(order + code) for order in "<>" for code in "bBhHiIqQ"}


class Stream:
    """A place in a block, and what is read from there on; numbers have the byte order of the reader."""

    __slots__ = ("_block", "_from", "_order", "_reader", "position", "size")

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._order = reader.order
        self._block = b""
        self._from = 0
        self.position = 0
        self.size = reader.size

    def bytes(self, count: int) -> bytes:
        """The next `count` bytes; raises Truncated, which leaves the stream at its end."""
        start = self.position
        end = start + count
        if end > self.size:
            self.position = max(start, self.size)
            raise Truncated(END)
        self.position = end
        offset = start - self._from
        if offset < 0 or offset + count > len(self._block):
            if count >= BLOCK:
                return self._reader.bytes(start, count)
            self._block = self._reader.bytes(start, min(BLOCK, self.size - start))
            self._from, offset = start, 0
        return self._block[offset : offset + count]

    def number(self, code: str) -> int:
        """The next number, by its letter in the struct module."""
        form = _FORMS[self._order, code]
        value: int = form.unpack(self.bytes(form.size))[0]
        return value

    def skip(self, count: int) -> None:
        """Passes over `count` bytes; past the end that raises Truncated, or goes unnoticed in a file beyond BUFFER."""
        left = self.size - self.position
        if count > left and self.size <= BUFFER:
            self.position = self.size
            raise Truncated(f"Unable to skip. Requested {count} bytes but only {left} remained.")
        self.position += count

    def skip_blocks(self) -> None:
        """Passes over sub-blocks, each its length and so many bytes, up to and with the empty one."""
        block, start, position = self._block, self._from, self.position
        while True:
            offset = position - start
            if offset < 0 or offset >= len(block):
                self.position = position
                length = self.bytes(1)[0]
                block, start = self._block, self._from
            else:
                length = block[offset]
            position += 1 + length
            if not length:
                self.position = position
                return

    def rest(self, limit: int) -> Reader:
        """What is left as a block of its own, `limit` bytes at most."""
        start = min(self.position, self.size)
        return self._reader.within(start, max(0, min(limit, self.size - start)))
