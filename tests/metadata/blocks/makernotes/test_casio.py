"""Casio's makernotes."""

import pytest

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.blocks.makernotes import casio
from metadata_digger.metadata.model import Directory, Rational, describe
from metadata_digger.metadata.source import Reader

from ...build_note import build_photo
from ...show import described, named

TYPE_1 = [
    (0x0001, 3, "Night scene"),
    (0x0002, 0, "Unknown (0)"),
    (0x0003, 2, "Macro"),
    (0x0004, 4, "Red eye reduction"),
    (0x0005, 15, "Strong"),
    (0x0006, 1250, "1250 mm"),
    (0x0007, 129, "Manual"),
    (0x000A, 0x10001, "2x digital zoom"),
    (0x000B, 2, "Hard"),
    (0x0014, 244, "+3.0"),
    (0x0014, 65, "Unknown (65)"),
]

TYPE_2 = [
    (0x0002, (320, 240), "320 x 240 pixels"),
    (0x0002, (1,) * 20, " ".join("1" * 20)),
    (0x0003, 5000, "5000 bytes"),
    (0x0004, 300, "300"),
    (0x0008, 2, "Super Fine"),
    (0x0009, 36, "3008 x 2008 pixels"),
    (0x0014, 6, "100"),
    (0x0019, 5, "Manual"),
    (0x001D, 78, "7.8 mm"),
    (0x001D, Rational(1, 4), "0 mm"),
    (0x001D, 70, "7 mm"),
    (0x001F, 0, "-1"),
    (0x2000, bytes(99), "<99 bytes of image data>"),
    (0x2011, (12, -3), "12 -3"),
    (0x2012, 12, "Flash"),
    (0x2022, -1, "-1 mm"),
    (0x3000, 2, "Normal"),
    (0x3002, 1, "Unknown (1)"),
    (0x3003, 6, "Multi-Area Focus"),
    (0x3006, "0100", "0100"),
    (0x3014, 1, "On"),
]


@pytest.mark.parametrize(("tag", "value", "expected"), TYPE_1)
def test_renderings_of_type_1(tag, value, expected):
    assert describe(Directory("Casio Makernote", casio.TYPE_1), tag, value) == expected


@pytest.mark.parametrize(("tag", "value", "expected"), TYPE_2)
def test_renderings_of_type_2(tag, value, expected):
    assert describe(Directory("Casio Makernote", casio.type_2().table), tag, value) == expected


@pytest.mark.parametrize(
    ("make", "head", "relative", "tag", "expected"),
    [
        (b"CASIO COMPUTER CO.,LTD", b"", False, 0x0003, {"Focusing Mode": "Macro"}),
        (b"CASIO COMPUTER CO.,LTD", b"QVC\0\0\0", False, 0x3000, {"Record Mode": "Normal"}),
        (b"Asahi Optical", b"AOC\0MM", True, 0x3000, {"Record Mode": "Normal"}),
    ],
)
def test_a_note(make, head, relative, tag, expected):
    data = build_photo(make, {tag: (3, 2), 0x4000: (2, b"a long word\0")}, head, relative=relative, order=">")
    *_, found = exif.read(Reader.over(data))
    assert named([found]) == ["Casio Makernote"]
    assert described(found) == {**expected, "Unknown tag (0x4000)": "a long word"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"0303\0\x0025\x31\x38\0\x0041\0\0\0\0\0\0"[:18], "2003:03:25 18:41"),
        (b"0303\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "0303"),
    ],
)
def test_the_date_of_the_firmware_goes_on_behind_its_zeros(value, expected):
    data = build_photo(b"CASIO COMPUTER CO.,LTD", {0x2001: (2, value)}, b"QVC\0\0\0", relative=False, order=">")
    *_, found = exif.read(Reader.over(data))
    assert described(found) == {"Firmware Date": expected}
