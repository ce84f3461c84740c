"""Camera raw files: those that are a TIFF structure, and what one may hide in another."""

from __future__ import annotations

import time
from struct import pack, pack_into

import pytest
from hypothesis import given

from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats import FORMATS, tiff
from metadata_digger.metadata.tags.file_types import MAGIC

from ..build_jpeg import JFIF, frame, jpeg
from ..build_photoshop import resource
from ..conftest import build_tiff
from ..hostile import consume, damaged
from ..show import described, named

U, A, S = 7, 2, 3
JPEG = jpeg((0xE0, JFIF), (0xC0, frame()))


def raw(marker: bytes, *ifds: dict[int, object], order: str = "<") -> bytes:
    """A TIFF structure with another number behind the byte order."""
    data = build_tiff(*ifds, order=order)
    return data[:2] + marker + data[4:]


def words(*numbers: int) -> tuple[int, bytes]:
    return U, pack(f"<{len(numbers)}h", *numbers)


RW2 = raw(
    b"\x55\0",
    {
        0x0001: (U, b"0310"),
        0x0013: words(2, 1, 300, 301, 3, 302, 303),
        0x0119: words(0, 0, 7, 0, 8, 9, 0, 1, 10, 11, 0, 12, 13),
        0x002E: (U, JPEG),
        0x8769: {0x9003: (A, b"2020:01:02 03:04:05\0")},
    },
)


def test_rw2() -> None:
    directories = read_metadata(RW2)
    assert sorted(named(directories)) == sorted(
        [
            "PanasonicRaw Exif IFD0",
            "PanasonicRaw WbInfo",
            "PanasonicRaw DistortionInfo",
            "JPEG",
            "JFIF",
            "Exif SubIFD",
            "File Type",
        ]
    )
    assert described(directories[0]) == {"Panasonic Raw Version": "3.10"}
    assert described(directories[-1])["Detected File Type Name"] == "RW2"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (raw(b"\x4f\x52"[::-1], {0x010F: (A, b"OLYMPUS\0")}), "ORF"),
        (raw(b"\x53\x52"[::-1], {0x010F: (A, b"OLYMPUS\0")}), "ORF"),
        (raw(b"\x4f\x52", {0x010F: (A, b"OLYMPUS\0")}, order=">"), "ORF"),
        (build_tiff({0x010F: (A, b"NIKON CORPORATION\0")}, order=">"), "TIFF"),
    ],
)
def test_raw_files_that_are_tiff(data: bytes, name: str) -> None:
    directories = read_metadata(data)
    assert described(directories[-1])["Detected File Type Name"] == name
    assert next(iter(described(directories[0]))) == "Make"


def test_cr2() -> None:
    """Canon's signature stands between the header and the first IFD."""
    data = bytearray(build_tiff({0x010F: (A, b"Canon\0")}))
    data[8:8] = b"CR\2\0" + bytes(4)
    pack_into("<I", data, 4, 16)
    pack_into("<I", data, 16 + 2 + 8, 16 + 2 + 12 + 4)
    directories = read_metadata(bytes(data))
    assert described(directories[-1])["Detected File Type Name"] == "CR2"
    assert described(directories[0]) == {"Make": "Canon"}


READ = {kind for form in FORMATS for kind in form.types}


@pytest.mark.parametrize(("magic", "kind"), [(magic, kind) for magic, kind in MAGIC if kind not in READ])
def test_types_that_are_told_apart_only(magic: bytes, kind: object) -> None:
    assert named(read_metadata(magic + bytes(100))) == ["File Type"]


def test_exif_data_in_exif_data_end_somewhere() -> None:
    """A raw file's JPEG may have Exif data with a raw file's IFD and its JPEG, and so on."""
    data = JPEG
    while len(data) < 60_000:
        block = b"Exif\0\0" + raw(b"\x55\0", {0x002E: (U, data)})
        data = jpeg((0xE1, block), scan=b"\xff\xd9")
    directories = read_metadata(raw(b"\x55\0", {0x002E: (U, data)}))
    assert len(directories) < 20
    assert "Exception processing TIFF data: Exif data 8 levels deep in Exif data" in directories[-2].errors


def test_blocks_that_share_their_bytes_cost_little() -> None:
    """32 tags that point to one Photoshop resource, whose Exif data have 32 such tags, and so on."""
    data = build_tiff({0x8649: (U, bytes(8))})
    for _ in range(6):
        block = resource(0x0422, data)
        head = b"II*\0" + pack("<IH", 8, 32) + pack("<HHII", 0x8649, U, len(block), 14 + 12 * 32) * 32
        data = head + bytes(4) + block
    start = time.process_time()
    assert len(read_metadata(data)) < 100
    assert time.process_time() - start < 0.5


@given(damaged(RW2))
def test_damaged(data: bytes) -> None:
    consume(tiff.read, data)
    consume(tiff.read, b"II\x55\0" + data[4:])
