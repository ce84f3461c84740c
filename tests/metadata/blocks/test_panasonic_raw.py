"""Panasonic's raw files: tables without an IFD, and a JPEG in a tag."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata_digger.metadata.blocks import exif, panasonic_raw
from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.model import Directory, describe

from ..hostile import consume, damaged
from ..show import described, named

JPEG = b"\xff\xd8\xff\xfe\0\x07hello\xff\xd9"
LEVELS = struct.pack("<28H", 7, 3, 1, 2, 3, 99, *range(22))
DISTORTION = struct.pack("<16h", *range(-8, 8))


def raw(tiff, ifd):
    return b"II\x55\0" + tiff(ifd)[4:]


@pytest.mark.parametrize(
    ("tag", "value", "expected"),
    [
        (2, -5, "-5/32678"),
        (5, 100, "1"),
        (5, 40000, "0"),
        (5, -32768, "ERROR: / by zero"),
        (5, -70000, "-1"),
        (7, 0x10, "Off"),
        (7, -4095, "On"),
        (7, 2, "Unknown (2)"),
        (12, 5, "5"),
    ],
)
def test_distortion(tag, value, expected):
    assert describe(Directory("Distortion", panasonic_raw.DISTORTION, {tag: value}), tag, value) == expected


def test_a_file(tiff):
    found = read_metadata(
        raw(
            tiff,
            {
                0x0001: (7, b"0310"),
                0x0002: (3, 4060),
                0x0013: (7, LEVELS),
                0x0027: (7, LEVELS),
                0x002E: (7, JPEG),
                0x0112: (3, 6),
                0x0119: (7, DISTORTION),
                0x8769: {0x829A: (5, (1, 60))},
            },
        )
    )
    assert named(found) == [
        "PanasonicRaw Exif IFD0",
        "PanasonicRaw WbInfo",
        "PanasonicRaw WbInfo2",
        "JpegComment",
        "PanasonicRaw DistortionInfo",
        "Exif SubIFD",
        "File Type",
    ]
    first, info, info_2, comment, distortion, _, kind = map(described, found)
    assert first == {
        "Panasonic Raw Version": "3.10",
        "Sensor Width": "4060",
        "Orientation": "Right side, top (Rotate 90 CW)",
    }
    assert list(info.items())[:5] == [
        ("Num WB Entries", "7"),
        ("WB Type 1", "Tungsten (Incandescent)"),
        ("WB RGB Levels 1", "1 2"),
        ("WB Type 2", "Tungsten (Incandescent)"),
        ("WB RGB Levels 2", "99 0"),
    ]
    assert list(info_2.items())[1:4] == [
        ("WB Type 1", "Tungsten (Incandescent)"),
        ("WB RGB Levels 1", "1 2 3"),
        ("WB Type 2", "Unknown (99)"),
    ]
    assert comment == {"JPEG Comment": "hello"}
    assert distortion == {
        "Distortion Param 2": "-6/32678",
        "Distortion Param 4": "-4/32678",
        "Distortion Scale": "1",
        "Distortion Correction": "Unknown (-1)",
        "Distortion Param 8": "0/32678",
        "Distortion Param 9": "1/32678",
        "Distortion Param 11": "3/32678",
        "Distortion N": "4",
    }
    assert kind["Detected File Type Name"] == "RW2"


def test_a_jpeg_that_is_none_stays_a_tag(tiff):
    first, *_ = read_metadata(raw(tiff, {0x002E: (7, b"nothing!")}))
    assert list(described(first)) == ["Jpg From Raw"]
    assert [error[:27] for error in first.errors] == ["Error processing JpgFromRaw"]


def test_damage(tiff):
    sound = raw(tiff, {0x0013: (7, LEVELS), 0x002E: (7, JPEG), 0x0119: (7, DISTORTION)})

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def check(data):
        consume(exif.read_file, data.draw(damaged(sound)))

    check()
