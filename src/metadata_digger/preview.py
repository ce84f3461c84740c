"""The largest JPEG that a raw file carries: cameras put a ready picture beside the sensor's data.

TIFF 6.0 and TIFF/EP name it by JPEGInterchangeFormat or as a strip of compression 6 or 7, DNG 1.7 does the same in
SubIFDs, Panasonic's RW2 has it in tag 0x2E. Where a maker hides it (Olympus in a maker note, CR3 in a box, RAF, CRW,
MRW, X3F in blocks of their own) the file is searched for the start of a JPEG.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from metadata_digger.metadata.errors import MetadataError
from metadata_digger.metadata.source import Reader

# Raw files that are no TIFF, or a TIFF with a number of its own: bytes and where they stand.
MAGIC = (
    (b"II*\0\x10\0\0\0CR", 0),  # Canon CR2
    (b"IIRO", 0),  # Olympus ORF
    (b"IIRS", 0),
    (b"MMOR", 0),
    (b"IIU\0", 0),  # Panasonic RW2
    (b"FUJIFILMCCD-RAW", 0),  # Fujifilm RAF
    (b"HEAPCCDR", 6),  # Canon CRW
    (b"\0MRM", 0),  # Minolta MRW
    (b"FOVb", 0),  # Sigma X3F
    (b"ftypcrx ", 4),  # Canon CR3
)
TIFF = (b"II*\0", b"MM\0*", b"IIRO", b"IIRS", b"MMOR", b"IIU\0")

# Cameras write at most 6 directories (Nikon: IFD0 and 3 SubIFDs, Exif aside) of at most 120 entries.
MAX_DIRECTORIES = 32
MAX_ENTRIES = 1_024
MAX_SEARCHED = 64  # JPEG starts looked at; CR3 files have 3, ORF files 2

COMPRESSION, PHOTOMETRIC, STRIP_OFFSETS, ORIENTATION, STRIP_LENGTHS = 0x103, 0x106, 0x111, 0x112, 0x117
SUB_IFDS, JPEG_OFFSET, JPEG_LENGTH, RW2_JPEG, DNG_VERSION = 0x14A, 0x201, 0x202, 0x2E, 0xC612
CFA, LINEAR_RAW = 32803, 34892  # PhotometricInterpretation of a sensor's data
NIKON, PENTAX, SONY = 34713, 65535, 32767  # Compression of a sensor's data
TYPE_SIZE = {1: 1, 3: 2, 4: 4, 6: 1, 7: 1, 13: 4}  # bytes of a value, for the types that are read here
FORMAT = {1: "B", 3: "H", 4: "I", 6: "B", 7: "B", 13: "I"}


@dataclass(slots=True)
class Walk:
    """What a TIFF's directories say."""

    raw: bool = False
    orientation: int = 1
    places: list[tuple[int, int]] = field(default_factory=list)  # offset, length of what may be a JPEG


def is_raw(content: bytes) -> bool:
    """Whether the file holds a sensor's data rather than a picture."""
    return any(content.startswith(magic, at) for magic, at in MAGIC) or (content[:4] in TIFF and walk(content).raw)


def find_preview(content: bytes) -> tuple[bytes, int] | None:
    """The JPEG with the most pixels, and the Exif orientation (1 to 8) that the raw file states for it; None if
    none."""
    walked = walk(content) if content[:4] in TIFF else Walk()
    best = largest(content, walked.places)
    if best is None:
        best = largest(content, list(search(content)))
    if best is None:
        return None
    offset, length = best
    return content[offset : offset + length], walked.orientation


def largest(content: bytes, places: list[tuple[int, int]]) -> tuple[int, int] | None:
    sized = [(frame_size(content, offset), offset, length) for offset, length in places]
    pixels, offset, length = max(sized, default=(0, 0, 0), key=lambda item: item[0])
    return (offset, length) if pixels else None


def walk(content: bytes) -> Walk:
    """Reads the chain of directories and their SubIFDs; what is broken ends the branch it is in."""
    order = "<" if content[:1] == b"I" else ">"
    reader = Reader.over(content, order)
    found = Walk()
    try:
        waiting = [reader.u32(4)]
    except MetadataError:
        return found
    seen: set[int] = set()
    while waiting and len(seen) < MAX_DIRECTORIES:
        offset = waiting.pop(0)
        if offset in seen or offset == 0:
            continue
        seen.add(offset)
        try:
            entries, following = directory(reader, offset)
        except MetadataError:
            continue
        gather(entries, found, first=len(seen) == 1)
        waiting += [*entries.get(SUB_IFDS, ())[:MAX_DIRECTORIES], following]
    return found


def directory(reader: Reader, offset: int) -> tuple[dict[int, tuple[int, ...]], int]:
    """Whole-number values by tag, and the offset of the next directory (0: none)."""
    count = reader.u16(offset)
    if count > MAX_ENTRIES:
        return {}, 0
    entries: dict[int, tuple[int, ...]] = {}
    for index in range(count):
        at = offset + 2 + 12 * index
        tag, kind, number = reader.unpack("HHI", at)
        if tag == RW2_JPEG and kind == 7:  # the JPEG itself is the value
            entries[tag] = (reader.u32(at + 8), number)
        elif kind in FORMAT and 0 < number <= MAX_ENTRIES:
            place = at + 8 if number * TYPE_SIZE[kind] <= 4 else reader.u32(at + 8)
            try:
                entries[tag] = reader.unpack(f"{number}{FORMAT[kind]}", place)
            except MetadataError:
                continue
    try:
        following = reader.u32(offset + 2 + 12 * count)
    except MetadataError:
        following = 0
    return entries, following


def gather(entries: dict[int, tuple[int, ...]], found: Walk, *, first: bool) -> None:
    compression, photometric = entries.get(COMPRESSION, (0,))[0], entries.get(PHOTOMETRIC, (-1,))[0]
    if DNG_VERSION in entries or photometric in (CFA, LINEAR_RAW) or compression in (NIKON, PENTAX, SONY):
        found.raw = True
    if first and 1 <= entries.get(ORIENTATION, (1,))[0] <= 8:
        found.orientation = entries.get(ORIENTATION, (1,))[0]
    if JPEG_OFFSET in entries and JPEG_LENGTH in entries:
        found.places.append((entries[JPEG_OFFSET][0], entries[JPEG_LENGTH][0]))
    if compression in (6, 7) and len(entries.get(STRIP_OFFSETS, ())) == len(entries.get(STRIP_LENGTHS, ())) == 1:
        found.places.append((entries[STRIP_OFFSETS][0], entries[STRIP_LENGTHS][0]))
    if RW2_JPEG in entries and len(entries[RW2_JPEG]) == 2:
        found.places.append((entries[RW2_JPEG][0], entries[RW2_JPEG][1]))


def search(content: bytes) -> Iterator[tuple[int, int]]:
    """Every place where a JPEG starts; it may reach to the end of the file, decoders stop at its own end."""
    at = content.find(b"\xff\xd8\xff")
    for _ in range(MAX_SEARCHED):
        if at < 0:
            return
        yield at, len(content) - at
        at = content.find(b"\xff\xd8\xff", at + 3)


def frame_size(content: bytes, offset: int) -> int:
    """Pixels of the JPEG that starts there, 0 when there is none that a picture decoder can read.

    Lossless frames (SOF3: the sensor's data of CR2 and DNG) and more than 8 bits a sample count as none.
    """
    if content[offset : offset + 2] != b"\xff\xd8":
        return 0
    at = offset + 2
    for _ in range(256):  # segments before the frame; none of the corpus has over 60
        if at + 9 > len(content) or content[at] != 0xFF:
            return 0
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker in (0xC0, 0xC1, 0xC2):
            precision, height, width = struct.unpack_from(">BHH", content, at + 4)
            return int(width * height) if precision == 8 else 0
        if marker in (0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0), 0xD9, 0xDA):
            return 0
        at += 2 + int(struct.unpack_from(">H", content, at + 2)[0])
    return 0
