"""JPEG 2000 files for tests."""

from __future__ import annotations

from struct import pack

SIGNATURE = pack(">I", 12) + b"jP  \r\n\x87\n"
PART_2 = bytes.fromhex("4a706754696666457869662d3e4a5032")  # "JpgTiffExif->JP2"


def box(kind: bytes, *content: bytes, size: int | None = None) -> bytes:
    data = b"".join(content)
    return pack(">I", len(data) + 8 if size is None else size) + kind + data


def header(width: int = 64, height: int = 48, *more: bytes, bits: int = 7) -> bytes:
    return box(b"jp2h", box(b"ihdr", pack(">IIHBBBB", height, width, 3, bits, 7, 0, 0)), *more)


def enumerated(space: int) -> bytes:
    return box(b"colr", b"\1\0\0" + pack(">I", space))


def resolution(kind: bytes, vertical: tuple[int, int, int], horizontal: tuple[int, int, int]) -> bytes:
    fractions = pack(">HHHH", *vertical[:2], *horizontal[:2])
    return box(kind, fractions, pack(">bb", vertical[2], horizontal[2]))


def codestream(
    *comments: tuple[int, bytes], width: int = 64, height: int = 48, depths: tuple[int, ...] = (7, 7, 7)
) -> bytes:
    size = pack(">HIIIIIIIIH", 0, width + 2, height + 1, 2, 1, 64, 64, 0, 0, len(depths))
    size += b"".join(bytes((depth, 1, 1)) for depth in depths)
    parts = [b"\xff\x4f\xff\x51", pack(">H", len(size) + 2), size]
    parts += [b"\xff\x64" + pack(">HH", len(text) + 4, kind) + text for kind, text in comments]
    return b"".join(parts) + b"\xff\x90\0\x0a" + bytes(20) + b"\xff\xd9"


def jp2(*boxes: bytes, brand: bytes = b"jp2 ") -> bytes:
    return SIGNATURE + box(b"ftyp", brand + bytes(4) + brand) + b"".join(boxes)


def uuid(name: bytes, content: bytes) -> bytes:
    return box(b"uuid", name, content)
