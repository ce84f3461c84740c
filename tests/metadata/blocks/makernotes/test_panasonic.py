"""Panasonic's makernote."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.blocks.makernotes import panasonic
from metadata_digger.metadata.model import Directory, describe
from metadata_digger.metadata.source import Reader

from ...build_note import build_photo
from ...hostile import consume, damaged
from ...show import described, named

ANNA = b"Anna".ljust(20, b"\0") + struct.pack("<4H", 1, 2, 3, 4) + b"0001:00:02 00:00:00".ljust(20, b"\0")
NOBODY = b"Bob".ljust(20, b"\0") + struct.pack("<4H", 5, 6, 7, 8) + b"9999:99:99 00:00:00".ljust(20, b"\0")

CASES = [
    (0x0001, 9, "Motion Picture"),
    (0x0002, b"0102", "1.02"),
    (0x0003, 8, "Flash"),
    (0x000F, (32, 3), "3-area (right)"),
    (0x000F, (64, 9), "Face Detect"),
    (0x000F, (0, 0), "Unknown (0 0)"),
    (0x000F, (1,), None),
    (0x001F, 51, "HDR"),
    (0x0021, b"\0", "(1 byte)"),
    (0x0021, bytes(30), "(30 bytes)"),
    (0x0025, b"F120\xff9", "F120"),
    (0x0029, 1234, "12.34 s"),
    (0x0029, 100_000_000, "1000000.0 s"),
    (0x002C, 0x110, "Normal"),
    (0x0030, 8, "Rotate 270 CW"),
    (0x0033, "0031:07:15 00:00:00", "31 years 7 months 15 days"),
    (0x0033, "0001:01:00 01:01:01", "1 year 1 month 1 hour 1 minute 1 second"),
    (0x0033, "9999:99:99 00:00:00", None),
    (0x0033, "31 years", None),
    (0x0033, "00x1:07:15 00:00:00", None),
    (0x004E, b"\1\0" + struct.pack("<4H", 10, 20, 30, 40), "Face 1: x: 10 y: 20 width: 30 height: 40"),
    (0x004E, b"\2\0" + struct.pack("<4H", 10, 20, 30, 40), None),
    (0x004E, b"\0\0", None),
    (0x0059, b"\0\3\0\2", "Stretch High"),
    (0x0059, b"\xff\xfd\0\2", "Unknown (65533 2)"),
    (0x0059, b"\0\0", None),
    (0x0060, b"\0\1\2\xff", "0.1.2.-1"),
    (
        0x0061,
        b"\2\0\0\0" + ANNA[:44] + NOBODY,
        "Face 1: x: 1 y: 2 width: 3 height: 4 name: Anna\nFace 2: x: 5 y: 6 width: 7 height: 8 name: Bob",
    ),
    (0x0061, b"\1\0\0\0" + ANNA, "Face 1: x: 1 y: 2 width: 3 height: 4 name: Anna age: 1 year 2 days"),
    (0x0061, b"\1\0\0\0" + ANNA[:40], None),
    (0x0065, b"  Title\0\0", "Title"),
    (0x0069, b"\xc3\x85land\0", "Åland"),
    (0x008C, 65535, "-1"),
    (0x0090, 65531, "-0.5"),
    (0x0091, 65531, "0.5"),
    (0x00AB, 1, "On"),
]


@pytest.mark.parametrize(("tag", "value", "expected"), CASES)
def test_renderings(tag, value, expected):
    directory = Directory("Panasonic Makernote", panasonic.TABLE, {tag: value})
    assert describe(directory, tag, value) == expected


NOTE = {
    0x0001: (3, 2),
    0x0025: (7, b"F12\0\0\0\0\0"),
    0x004E: (7, b"\1\0" + bytes(8)),
    0x0E00: (7, b"PrintIM\x000250\0\0\1\0\1\0\x16\0\x16\0"),
    0x8000: (7, b"0132"),
}


@pytest.mark.parametrize(("make", "head"), [(b"Panasonic", b"Panasonic\0\0\0"), (b"LEICA", b"LEICA\0\0\0")])
def test_a_note(make, head):
    found = list(exif.read(Reader.over(build_photo(make, NOTE, head, relative=False))))
    assert named(found)[2:] == ["Panasonic Makernote", "PrintIM"]
    assert described(found[2]) == {
        "Quality Mode": "High",
        "Internal Serial Number": "F12",
        "Face Detection Info": "Face 1: x: 0 y: 0 width: 0 height: 0",
        "Makernote Version": "1.32",
    }


SOUND = build_photo(b"Panasonic", NOTE, b"Panasonic\0\0\0", relative=False)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damage(data):
    consume(exif.read, data.draw(damaged(SOUND)))
