"""Exif in JPEG's segments APP1 (CIPA DC-008, 4.7.2): which segments are Exif, and which of them are one block.

The identifier is "Exif" and two zero bytes. Programs have written FF in place of the second, small letters, a byte more
or fewer, or nothing at all; the TIFF header behind is not in doubt. A block of more than 64 KiB goes on in segments
that have the identifier and no TIFF header, as ExifTool writes and reads them.
"""

from __future__ import annotations

from collections.abc import Iterable

PREAMBLE = b"Exif\0\0"
_HEADERS = (b"II\x2a\0", b"MM\0\x2a")
_AHEAD = 4  # bytes that have been seen in front of the identifier
_WITHIN = 12  # where a TIFF header may begin


def is_exif(head: bytes) -> bool:
    """Whether a segment is Exif, by its first bytes: 10 are enough for those that begin as they should."""
    return head.startswith(PREAMBLE) or head[:4] in _HEADERS or b"exif" in head[: _AHEAD + 4].lower()


def blocks(segments: Iterable[bytes]) -> list[tuple[int, bytes]]:
    """Exif blocks of APP1 segments: how many bytes stood before the TIFF header, and what begins with it."""
    found: list[tuple[int, bytes]] = []
    for segment in segments:
        if is_exif(segment):
            start = _start(segment)
            if start is None and found:
                before, data = found[-1]
                found[-1] = before, data + segment[len(PREAMBLE) :]
            else:
                start = len(PREAMBLE) if start is None else start
                found.append((start, segment[start:]))
    return found


def _start(segment: bytes) -> int | None:
    """Where its TIFF header is, None when it has none."""
    if segment[len(PREAMBLE) : len(PREAMBLE) + 4] in _HEADERS and segment.startswith(PREAMBLE):
        return len(PREAMBLE)
    return next((at for at in range(_WITHIN + 1) if segment[at : at + 4] in _HEADERS), None)
