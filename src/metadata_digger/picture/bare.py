"""A file's picture without what stands beside it: decoders give up on metadata that they cannot read.

JPEG: ITU-T T.81, annex B; the Adobe segment: Adobe technical note 5116. PNG: third edition. WebP: RFC 9649.
HEIF: ISO/IEC 14496-12, items.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from PIL import Image

from metadata_digger.metadata.blocks.jpeg_chain import FRAMES, LOST, NEAR, leads_on, near
from metadata_digger.metadata.extract import recognise
from metadata_digger.metadata.source import MemorySource

ADOBE = b"Adobe"
ADOBE_LENGTH = 12  # of its content: version, two flags and the colour transform
STANDALONE = {0x01, *range(0xD0, 0xD9)}  # markers without a length: TEM, RST, SOI
SEGMENTS = 4_096  # looked at before the scan; no file of the corpus has over 300
PNG = b"\x89PNG\r\n\x1a\n"
PNG_PICTURE = (b"IHDR", b"PLTE", b"tRNS", b"eXIf", b"IDAT", b"IEND")  # eXIf is read last, and may be wrong
WEBP_PICTURE = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF")
PNG_CHUNKS = 1 << 20
BRANDS_END = 1_024
EXIF_ITEM, NO_ITEM = b"Exif", b"free"


def bare(content: bytes) -> bytes | None:
    """The same picture, for another try; None of other formats, and where nothing stands beside it."""
    if content[:2] == b"\xff\xd8":
        found = _jpeg(content)
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        found = _webp(content)
    elif content[4:8] == b"ftyp":
        found = _items(content)
    elif content.startswith(PNG):
        found = _png(content)
    else:
        kind, start = recognise(MemorySource(content)) or (None, 0) if content else (None, 0)
        found = content[start:] if kind is not None else None
    return None if found == content else found


def brands(content: bytes) -> set[bytes]:
    """The major brand of an ISO base media file and the compatible ones (14496-12, 4.3)."""
    end = min(int.from_bytes(content[:4], "big"), BRANDS_END, len(content))
    return {content[8:12], *(content[at : at + 4] for at in range(16, end - 3, 4))}


def branded(content: bytes, known: Sequence[bytes]) -> bytes:
    """The file under a major brand that its decoder knows: the first of those."""
    return content if content[8:12] in known else content[:8] + known[0] + content[12:]


def orientation(content: bytes) -> int:
    """What the Exif block of a JPEG says of the picture, 0 where it says nothing. Raises what Pillow raises."""
    for marker, start, end in _segments(content):
        if marker == 0xE1 and content[start : start + 6] == b"Exif\0\0":
            exif = Image.Exif()
            exif.load(content[start:end])
            value = exif.get(0x112)
            return value if isinstance(value, int) else 0
    return 0


def _segments(content: bytes) -> list[tuple[int, int, int]]:
    """Marker, start and end of the content of each segment up to the scan, which is the last of them and has no end."""
    found: list[tuple[int, int, int]] = []
    at = low = 2
    framed, lost = False, 0
    for _ in range(SEGMENTS):
        if content[at : at + 1] != b"\xff":  # the segment before ended elsewhere
            lost += 1
            start = max(low, at - NEAR)
            close = near(content[start : at + NEAR + 65_540], at - start, scans=framed) if lost <= LOST else None
            at = at if close is None else start + close
        at = content.find(b"\xff", at)  # what stands between two segments is passed over, as djpeg does
        if at < 0 or at + 4 > len(content):
            break
        marker = content[at + 1]
        if marker in (0x00, 0xFF) or marker in STANDALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker == 0xD9:
            if framed or not (lost or leads_on(content, at + 2)):
                break
            at += 2  # that of a thumbnail, where the chain was lost in one
            lost += 1
            continue
        (length,) = struct.unpack_from(">H", content, at + 2)
        if length < 2:
            at += 2
            continue
        if marker == 0xDA:
            found.append((marker, at, len(content)))
            break
        found.append((marker, at + 4, min(at + 2 + length, len(content))))
        framed = framed or marker in FRAMES
        low = at + 4
        at += 2 + length
    return found


def _jpeg(content: bytes) -> bytes | None:
    """Tables, frame and scan. Of the application's segments only a whole one of Adobe: it says what the colours are."""
    pieces = [b"\xff\xd8"]
    for marker, start, end in _segments(content):
        if marker == 0xDA:
            return b"".join([*pieces, content[start:]])
        told = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if not told or (marker == 0xEE and content.startswith(ADOBE, start) and end - start >= ADOBE_LENGTH):
            pieces.append(struct.pack(">BBH", 0xFF, marker, end - start + 2) + content[start:end])
    return None


def _png(content: bytes) -> bytes:
    """The chunks of the picture, their checksums as they are."""
    pieces = [PNG]
    at = len(PNG)
    while at + 12 <= len(content) and len(pieces) < PNG_CHUNKS:
        (length,) = struct.unpack_from(">I", content, at)
        if content[at + 4 : at + 8] in PNG_PICTURE:
            pieces.append(content[at : at + 12 + length])
        at += 12 + length
    return b"".join(pieces)


def _webp(content: bytes) -> bytes | None:
    """The chunks of the picture, each padded, in a RIFF of their size."""
    pieces: list[bytes] = []
    at = 12
    while at + 8 <= len(content) and len(pieces) < SEGMENTS:
        name, size = struct.unpack_from("<4sI", content, at)
        data = content[at + 8 : at + 8 + size]
        if name in WEBP_PICTURE:
            if name == b"VP8X" and data:
                data = bytes([data[0] & ~0x2C]) + data[1:]  # neither ICC profile nor Exif nor XMP
            pieces.append(struct.pack("<4sI", name, len(data)) + data + bytes(len(data) % 2))
        at += 8 + size
        if size % 2 and content[at : at + 1] == b"\0":  # some writers forget the padding
            at += 1
    if not pieces:
        return None
    body = b"WEBP" + b"".join(pieces)
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def _items(content: bytes) -> bytes | None:
    """Exif items are called by a type that no reader looks at: everything stays where it is."""
    at = content.find(b"meta", 0, 1 << 16)
    if at < 4:
        return None
    (size,) = struct.unpack_from(">I", content, at - 4)
    meta = content[at : at - 4 + size]
    changed = bytearray(meta)
    entry = meta.find(b"infe")
    while entry >= 0:
        for place in (entry + 12, entry + 14):  # versions 2 and 3: ids of 16 and of 32 bits
            if meta[place : place + 4] == EXIF_ITEM:
                changed[place : place + 4] = NO_ITEM
        entry = meta.find(b"infe", entry + 4)
    return None if changed == meta else content[:at] + bytes(changed) + content[at + len(meta) :]
