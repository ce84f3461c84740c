"""The chain of a JPEG's segments (ITU-T T.81, B.1.1.4) where a marker is not where the segment before says."""

from __future__ import annotations

FRAMES = tuple(0xC0 + n for n in (0, 1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15))
NEAR, LOST = 64, 16  # bytes to either side of where a lost marker should be, and how often one is looked for
_SOS = 0xDA


def near(data: bytes, position: int, *, scans: bool) -> int | None:
    """Where a segment begins that leads to another, close to where it should.

    A program that puts some bytes in or takes some out shifts it by as many. Farther away a thumbnail's segments would
    be taken for the picture's. `scans`: whether it may be the header of one.
    """
    best, at = None, data.find(0xFF, 0, position + NEAR)
    while at >= 0:
        if (best is None or abs(at - position) < abs(best - position)) and leads_on(data, at, scans=scans):
            best = at
        at = data.find(0xFF, at + 1, position + NEAR)
    return best


def leads_on(data: bytes, at: int, *, scans: bool = False) -> bool:
    """Whether a marker with a length stands there, and another one behind it or, behind that of a scan, its data."""
    head = data[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xC0 or 0xD0 <= head[1] <= 0xD9:
        return False
    if head[1] == _SOS:
        return scans
    length = head[2] << 8 | head[3]
    after = data[at + 2 + length : at + 4 + length]
    return length >= 2 and len(after) == 2 and after[0] == 0xFF and after[1] >= 0xC0
