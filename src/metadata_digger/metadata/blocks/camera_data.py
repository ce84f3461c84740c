"""What cameras put into a movie's user data beside texts.

GoPro's records (https://github.com/gopro/gpmf-parser), Nikon's list of values with Exif's types, and the block "TAGS"
of several makers, which begins with make and model.
"""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.charsets import decoded
from metadata_digger.metadata.tags.quicktime import GPMF, NCTG, NUMBERS

_MAKE, _MODEL = 0x051D, 0x051E
_RECORDS, _DEPTH = 5000, 4
_LONGEST = 64  # bytes of a number that names something
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}  # of Exif's types
_MODEL_AT = (0x16, 0x18, 0x20)  # places in the block TAGS: Kodak; Fujifilm, Nikon and Olympus; Minolta

Values = Iterator[tuple[int, str]]


def read(kind: bytes, content: bytes) -> Values:
    """Tags of the directory QuickTime Metadata and their texts; nothing for a box that is none of these."""
    if kind == b"GPMF":
        yield from _records(content, [_RECORDS], 0)
    elif kind == b"NCDT":
        at = content.find(b"NCTG")
        if at >= 4:
            yield from _list(content[at + 4 : at - 4 + int.from_bytes(content[at - 4 : at], "big")])
    elif kind == b"TAGS":
        yield from _made(content)
    elif kind in NUMBERS and 0 < len(content) <= _LONGEST and any(content):
        yield NUMBERS[kind], content.hex()


def _records(data: bytes, left: list[int], depth: int) -> Values:
    """GoPro's: a name, a type, the size and number of its values; records whose type is 0 have further ones in them."""
    position = 0
    while len(data) - position >= 8 and left[0]:
        left[0] -= 1
        name, kind = data[position : position + 4], data[position + 4]
        size = data[position + 5] * int.from_bytes(data[position + 6 : position + 8], "big")
        content = data[position + 8 : position + 8 + size]
        if not kind and depth < _DEPTH:
            yield from _records(content, left, depth + 1)
        elif name in GPMF and kind == ord("c"):
            yield GPMF[name], decoded(content.partition(b"\0")[0])
        position += 8 + (size + 3 & ~3)


def _list(data: bytes) -> Values:
    """Nikon's: a number, a type as in Exif, how many values, and the values; of these the texts."""
    position = 0
    for _ in range(_RECORDS):
        if len(data) - position < 8:
            return
        number = int.from_bytes(data[position : position + 4], "big")
        kind, count = int.from_bytes(data[position + 4 : position + 6], "big"), data[position + 6 : position + 8]
        size = _SIZES.get(kind, 0) * int.from_bytes(count, "big")
        if kind not in _SIZES:
            return
        if kind == 2 and number in NCTG:
            yield NCTG[number], decoded(data[position + 8 : position + 8 + size].partition(b"\0")[0])
        position += 8 + size


def _made(data: bytes) -> Values:
    make = data.partition(b"\0")[0]
    if not 3 <= len(make) <= 32 or not make.isascii() or not make.decode().isprintable():
        return
    yield _MAKE, make.decode()
    place = len(data) - len(data[len(make) :].lstrip(b"\0"))
    model = data[place : place + 42].partition(b"\0")[0]
    if place in _MODEL_AT and len(model) >= 2 and model.isascii() and model.decode().isprintable():
        yield _MODEL, model.decode().rstrip()
