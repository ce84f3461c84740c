"""The Exif item of a HEIF file (ISO/IEC 23008-12, annex A.2.1) and the Exif box of a JPEG XL file (ISO/IEC 18181-2).

Four bytes tell where the TIFF header is, which comes behind them. Writers get the four bytes wrong or leave them out,
or put a whole JPEG segment there. There is one TIFF header in it whatever they do, so that it can be looked for.
"""

from __future__ import annotations

from metadata_digger.metadata.errors import Malformed
from metadata_digger.metadata.source import Reader

_HEADERS = (b"II*\0", b"MM\0*")
_SEARCHED = 4096  # bytes


def tiff(item: Reader) -> tuple[Reader, str | None]:
    """The TIFF block of an item, and what is wrong with how it says where that is. Raises Malformed without one."""
    stated = int.from_bytes(item.bytes(0, min(4, item.size)), "big") + 4
    if stated + 4 <= item.size and item.bytes(stated, 4) in _HEADERS:
        return item.within(stated, item.size - stated), None
    head = item.bytes(0, min(_SEARCHED, item.size))
    places = [place for place in map(head.find, _HEADERS) if place >= 0]
    if not places:
        raise Malformed("The Exif item has no TIFF header")
    start = min(places)
    note = f"The Exif item says that its TIFF header is at {stated}, and it is at {start}"
    return item.within(start, item.size - start), note
