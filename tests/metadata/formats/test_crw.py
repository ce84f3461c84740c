"""Canon CRW, from files that this module builds after the CIFF specification."""

from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given

from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import crw

from ..hostile import consume, damaged
from ..show import described, named

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
PICTURE = {"Image Width": "3072 pixels", "Image Height": "2048 pixels", "Rotation": "90 degrees"}
WORDS = {"Make": "Canon", "Model": "Canon EOS D60", "Owner Name": "Ada", "Original File Name": "a.crw"}


def test_file() -> None:
    directories = read_metadata(CRW)
    assert named(directories) == ["CRW", "File Type"]
    assert described(directories[0]) == PICTURE | WORDS
    assert described(directories[1])["Detected File Type Name"] == "CRW"
    assert directories[0].errors == []


def loop(depth: int) -> bytes:
    return heap((0x300A, loop(depth - 1))) if depth else heap(IMAGE)


@pytest.mark.parametrize(
    ("data", "shown", "error"),
    [
        (CRW[:26], {}, "End of data reached."),
        (CRW[:-10], {}, "End of data reached."),
        (file(IMAGE, (0x1810, b"")), PICTURE, "End of data reached."),
        (file((0x300A, loop(9))), {}, "Heaps 9 levels deep, or more than 5000 records"),
        (file((0x300A, loop(7))), PICTURE, ""),
        (file(*[(0x4801, b"")] * 5001), {}, "Heaps 0 levels deep, or more than 5000 records"),
    ],
)
def test_faults_are_texts(data: bytes, shown: dict[str, str], error: str) -> None:
    directory = read_metadata(data)[0]
    assert (directory.name, described(directory)) == ("CRW", shown)
    assert directory.errors == ([error] if error else [])


@given(damaged(CRW))
def test_damaged(data: bytes) -> None:
    consume(crw.read, data)
