"""MP4 and QuickTime boxes for tests."""

from __future__ import annotations

from struct import pack

CREATED = 3_800_000_000  # 31 May 2024, 11:33:20 UTC, counted from 1904
MATRIX = (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
QUARTER = (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)  # turned by 90 degrees


def box(kind: bytes, *content: bytes) -> bytes:
    data = b"".join(content)
    return pack(">I", len(data) + 8) + kind + data


def large(kind: bytes, content: bytes) -> bytes:
    """A box with a 64-bit size."""
    return pack(">I4sQ", 1, kind, len(content) + 16) + content


def file_type(brand: bytes = b"isom", *others: bytes) -> bytes:
    return box(b"ftyp", brand, pack(">I", 512), *others)


def movie_header(version: int = 0, created: int = CREATED, duration: int = 90_000, scale: int = 600) -> bytes:
    times = pack(">qqIq" if version else ">IIII", created, CREATED + 60, scale, duration)
    rest = pack(">ih10x9i", 0x18000, 0x0140, *MATRIX) + bytes(range(1, 25)) + pack(">I", 3)
    return box(b"mvhd", bytes((version, 0, 0, 0)), times, rest)


def track_header(version: int = 0, matrix: tuple[int, ...] = MATRIX, width: int = 64) -> bytes:
    times = pack(">qqiIq" if version else ">IIIII", 0, 0, 1, 0, 0)
    return box(b"tkhd", bytes((version, 0, 0, 0)), times, bytes(16), pack(">9iii", *matrix, width << 16, 48 << 16))


def media_header(version: int = 0, scale: int = 600, duration: int = 6000, language: int = 0x15C7) -> bytes:
    times = pack(">qqiq" if version else ">IIII", CREATED, CREATED + 60, scale, duration)
    return box(b"mdhd", bytes((version, 0, 0, 0)), times, pack(">HH", language, 0))


def handler(kind: bytes, name: bytes = b"\0") -> bytes:
    return box(b"hdlr", bytes(8), kind, bytes(12), name)


def track(kind: bytes, *boxes: bytes, header: bytes = b"") -> bytes:
    """A track whose media information and sample table have `boxes`."""
    information = box(b"minf", box(b"stbl", *boxes))
    return box(b"trak", track_header(), box(b"mdia", header or media_header(), handler(kind), information))


def description(kind: bytes, content: bytes, count: int = 1) -> bytes:
    return box(b"stsd", pack(">II", 0, count), pack(">I4s6xH", len(content) + 16, kind, 1) + content)


def video(codec: bytes = b"avc1", name: bytes = b"\x05Coder", depth: int = 24, vendor: bytes = b"appl") -> bytes:
    head = pack(">HH4sIIHHIII", 0, 0, vendor, 512, 1023, 640, 480, 72 << 16, 0x488000, 0)
    return description(codec, head + pack(">H", 1) + name.ljust(32, b"\0") + pack(">Hh", depth, -1))


def sound(kind: bytes = b"mp4a") -> bytes:
    return description(kind, pack(">HHIHHHHI", 0, 0, 0, 2, 16, 0, 0, 44_100 << 16))


def times(*entries: tuple[int, int]) -> bytes:
    return box(b"stts", pack(">II", 0, len(entries)), *(pack(">II", *entry) for entry in entries))
