"""Canon CRW by the CIFF specification: heaps of records, each its values and then a directory."""

from __future__ import annotations

from struct import pack

Record = tuple[int, bytes]


def heap(*records: Record) -> bytes:
    """Values, then the directory, then where it is."""
    data, entries = b"", b""
    for kind, value in records:
        if kind & 0x4000:
            entries += pack("<H", kind) + value.ljust(8, b"\0")
        else:
            entries += pack("<HII", kind, len(value), len(data))
            data += value
    return data + pack("<H", len(records)) + entries + pack("<I", len(data))


def file(*records: Record) -> bytes:
    return b"II\x1a\0\0\0HEAPCCDR\2\0\1\0" + bytes(8) + heap(*records)


IMAGE = (0x1810, pack("<IIfiIII", 3072, 2048, 1.0, 90, 8, 24, 1))
CAMERA = (0x2807, heap((0x080A, b"Canon\0Canon EOS D60\0"), (0x0810, b"Ada\0\0\0")))
CRW = file((0x2005, bytes(100)), (0x300A, heap(IMAGE, CAMERA, (0x4816, b"a.crw\0"), (0x5817, b"\1"))))
