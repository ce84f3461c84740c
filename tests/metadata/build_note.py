"""Photographs that have a maker's note and little else."""

from __future__ import annotations

from .conftest import Ifd, _write, build_tiff


def build_note(ifd: Ifd, head: bytes = b"", at: int = 0, order: str = "<") -> bytes:
    """A note: its first bytes, then an IFD whose offsets count from `at` bytes before it."""
    out = bytearray(at) + head
    _write(out, ifd, order, big=False)
    return bytes(out[at:])


def build_photo(
    make: bytes, ifd: Ifd | bytes, head: bytes = b"", *, relative: bool, order: str = "<", note_order: str = ""
) -> bytes:
    """A TIFF with a note; `relative` tells that the note's offsets count from its own start, else from the header.

    Bytes instead of an IFD are the whole note.
    """

    def note(at: int) -> bytes:
        if isinstance(ifd, bytes):
            return head + ifd
        return build_note(ifd, head, 0 if relative else at, note_order or order)

    blank = b"\xa5" * len(note(0))
    data = build_tiff({0x010F: (2, make + b"\0"), 0x8769: {0x927C: (7, blank)}}, order=order)
    return data.replace(blank, note(data.index(blank)))
