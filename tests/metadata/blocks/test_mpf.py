from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given

from metadata_digger.metadata.blocks import mpf
from metadata_digger.metadata.extract import read_metadata

from ..build_jpeg import JFIF, frame, jpeg
from ..conftest import build_tiff
from ..hostile import consume, damaged
from ..show import described, named

PICTURES = ((0x20030000, 5_012_333, 0), (0x40010002, 345_678, 5_012_400), (0x01050001, 9, 5_358_078))


def index(order: str, entries: bytes | None = None) -> bytes:
    if entries is None:
        entries = b"".join(pack(order + "3I2H", *one, 0, 0) for one in PICTURES)
    return build_tiff({0xB000: (7, b"0100"), 0xB001: (4, 3), 0xB002: (7, entries)}, order=order)


@pytest.mark.parametrize("order", ["<", ">"])
def test_pictures_of_a_file(order: str) -> None:
    data = jpeg((0xE0, JFIF), (0xE2, b"MPF\0" + index(order)), (0xC0, frame()))
    directories = read_metadata(data)
    assert named(directories) == ["JPEG", "JFIF", "MPF", "File Type"]
    assert described(directories[2]) == {
        "MPF Version": "0100",
        "Number of Images": "3",
        "Image 1": "Baseline MP primary image, JPEG, 5012333 bytes at 0, representative",
        "Image 2": "Large thumbnail (Full HD equivalent), JPEG, 345678 bytes at 5012400, dependent child",
        "Image 3": "Unknown type (0x050001), Unknown format (1), 9 bytes at 5358078",
    }


@pytest.mark.parametrize("entries", [bytes(15), bytes(17), bytes(16 * 257)])
def test_entries_that_are_none_stay_as_they_are(entries: bytes) -> None:
    directory = read_metadata(jpeg((0xE2, b"MPF\0" + index("<", entries)), (0xC0, frame())))[1]
    assert list(described(directory)) == ["MPF Version", "Number of Images", "MP Entry"]


def test_no_header() -> None:
    directories = read_metadata(jpeg((0xE2, b"MPF\0"), (0xE2, b"MPF\0none"), (0xC0, frame())))
    assert [directory.name for directory in directories if directory.errors] == ["Error", "Error"]


@given(damaged(index("<")))
def test_damaged(data: bytes) -> None:
    consume(mpf.read, data)
