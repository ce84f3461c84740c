"""Where the picture of a TIFF file lies: strips and tiles (TIFF 6.0, the sections Baseline TIFF and Tiled Images)."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from metadata_digger.metadata.model import Directory, Value

_DATA = ((0x0111, 0x0117), (0x0144, 0x0145))  # strips and tiles: offsets, numbers of bytes


def check(directory: Directory, size: int) -> None:
    """Says so when strips or tiles of a picture lie beyond the end of the file, which is cut then. `size` in bytes."""
    for offsets, counts in _DATA:
        places, lengths = (_numbers(directory.values.get(tag)) for tag in (offsets, counts))
        lost = sum(place + length > size for place, length in zip(places, lengths, strict=False))
        if lost:
            directory.errors.append(f"The file ends before its picture does: {lost} of {len(places)} strips or tiles")


def _numbers(value: Value) -> Sequence[int]:
    if isinstance(value, int):
        return (value,)
    return value if isinstance(value, tuple | array) and value and isinstance(value[0], int) else ()
