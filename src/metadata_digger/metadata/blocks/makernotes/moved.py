"""Makernotes that a program moved without their offsets, which count from the TIFF header and so lead elsewhere.

A camera writes the values of a note right behind the note's directory. That tells where they were to be: where most of
them lie outside the note, and a shift that lets them begin behind the directory has them all in it, the note was moved.
"""

from __future__ import annotations

from struct import unpack_from
from typing import NamedTuple

from metadata_digger.metadata.blocks.ifd import ASCII, BIG_SIZES, SHORT, Window, entries
from metadata_digger.metadata.errors import MetadataError

_ENTRIES = 256  # of a note; more in none of the corpus
_LINK = 4  # bytes behind a directory that some makers leave out
_FOOTER = 8  # bytes of a TIFF header with the note's first offset, at the end of Canon's notes
_CANON_FOOTERS = {b"II*\0": "<", b"MM\0*": ">"}

# Where a first value may begin behind a directory with its link: some makers leave the link out, some pad.
_GAPS = (0, -_LINK, 2, 4, 8)
_SHOWN = 64  # bytes of a text that are looked at


class Span(NamedTuple):
    """Where a value says that it is."""

    begin: int
    end: int
    form: int


def shift(window: Window, start: int, length: int, directory: int, order: str) -> tuple[int | None, str]:
    """How far the offsets of a note are off that is `length` bytes from `start`, and what is to be said of it.

    `directory` is where its IFD begins. Nothing is to be said, and the shift is 0, where they lead into the note, or
    right behind its directory. None is for a note whose offsets lead elsewhere, and no shift makes them right.
    """
    end = start + length
    try:
        found, first, order = _spans(window, directory, order)
    except MetadataError:
        return 0, ""
    outside = [one for one in found if one.begin < start or one.end > end or directory < one.begin < first - _LINK]
    footer = _footer(window, start, end)
    least = min((one.begin for one in found), default=0)
    # Right behind the directory all is well, though some cameras state too small a length for their notes.
    if not (outside or (found and footer)) or 0 <= least - (first - _LINK) <= 2 * _LINK:
        return 0, ""
    rated = [
        (_rate(window, found, by, start, end, order), by)
        for by in (footer, *(first + gap - least for gap in _GAPS))
        if by
    ]
    rate, by = max(rated, key=lambda one: one[0])
    if 1 < rate <= _rate(window, found, 0, 0, window.size, order):  # as good where it says
        return 0, ""
    if rate >= 0:
        if by == start:  # Samsung's phones count from the note's first byte, which is no fault
            return by, ""
        return by, f"The makernote was moved by {by:+,} bytes without its offsets: it is read where its values are"
    if 2 * len(outside) <= len(found) or _rate(window, outside, 0, 0, window.size, order) >= 0:
        return 0, ""
    return None, "The makernote was moved, or its offsets were changed: what stands in its directory alone is read"


def _spans(window: Window, directory: int, order: str) -> tuple[list[Span], int, str]:
    """Where the values say that they are which do not stand in the directory; where that ends; its byte order."""
    count = unpack_from(order + "H", window.bytes(directory, 2))[0]
    if count > 0xFF and not count & 0xFF:  # of the other byte order, as for any directory
        count >>= 8
        order = "<" if order == ">" else ">"
    if not 0 < count <= _ENTRIES:
        return [], 0, order
    found = []
    for _, form, number, field in entries(window, directory + 2, count, order, big=False):
        size = BIG_SIZES.get(form, 0) * number
        if size > 4:
            found.append(Span(field, field + size, form))
    return found, directory + 2 + 12 * count + _LINK, order


def _footer(window: Window, start: int, end: int) -> int:
    """How far a Canon note is from where it was by its footer; 0 where it has none."""
    try:
        footer = window.bytes(max(start, end - _FOOTER), _FOOTER)
    except MetadataError:
        return 0
    order = _CANON_FOOTERS.get(footer[:4])
    return start - int(unpack_from(order + "I", footer, 4)[0]) if order else 0


def _rate(window: Window, found: list[Span], by: int, start: int, end: int, order: str) -> int:
    """How many values are what they should be, with a shift; -1 where one lies outside, or no text is where one should.

    What can be told of: a text begins behind something else; a settings array of Canon's begins with its own length.
    """
    rate = 0
    for one in found:
        begin = one.begin + by
        if begin < start or one.end + by > end:
            return -1
        size = one.end - one.begin
        if one.form == ASCII:
            before, *text = window.bytes(begin - 1, min(size, _SHOWN) + 1)
            shown = bytes(text).split(b"\0")[0]
            if any(byte < 32 and byte not in b"\t\r\n" for byte in shown):
                return -1
            rate += bool(shown) and not 32 < before < 127
        elif one.form == SHORT and size == unpack_from(order + "H", window.bytes(begin, 2))[0]:
            rate += 1
    return rate
