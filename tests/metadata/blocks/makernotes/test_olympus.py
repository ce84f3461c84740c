"""Olympus's makernote and the directories that it points to."""

from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.blocks.makernotes import olympus, olympus_parts, olympus_settings
from metadata_digger.metadata.model import Directory, Rational, describe
from metadata_digger.metadata.source import Reader

from ...build_note import build_photo
from ...hostile import consume, damaged
from ...show import described, named

R = Rational
LONGS = lambda *numbers: array("I", numbers)  # noqa: E731 - a word for the table below

MAIN = [
    (0x0000, b"0100", "1.00"),
    (0x0101, 4, "AdobeRGB"),
    (0x0102, 3, "Standard"),
    (0x0200, LONGS(0, 0, 0), "Normal picture taking mode"),
    (0x0200, LONGS(3, 1, 1), "Panorama picture taking mode / 1st in a sequence / Left to right panorama direction"),
    (0x0200, LONGS(2, 2), "Fast picture taking mode / 2nd in a sequence"),
    (0x0200, LONGS(9, 7, 9), "Unknown picture taking mode / 7th in a sequence"),
    (0x0200, LONGS(), ""),
    (0x0200, (0, 0, 0), "ERROR: not an array of unsigned 32-bit numbers"),
    (0x0201, 2, "High Quality"),
    (0x0204, R(10, 4), "5/2"),
    (0x0204, R(1, 1), "1"),
    (0x0205, R(8933, 1000), "8.933 mm"),
    (0x0207, "D4322", "SP510UZ"),
    (0x0207, "??", "??"),
    (0x0209, b"OLYMPUS\0", "OLYMPUS\0"),
    (0x1000, R(70, 10), "1/128 sec"),
    (0x1001, R(5, 1), "100"),
    (0x1001, R(1 << 31, 1), "9223372036854775807"),
    (0x1002, R(3, 1), "f/2.8"),
    (0x1004, 3, "Off"),
    (0x1011, (1, 65535, 32768), "1 -1 -32768"),
    (0x1011, b"", None),
    (0x1015, (1, 2), "Auto (2)"),
    (0x1015, (7, 1), "Unknown 7 1"),
    (0x1015, (1,), "ERROR: Index 1 out of bounds for length 1"),
    (0x1017, (384, 64), "1.5"),
    (0x1018, (65280, 64), "-1.0"),
    (0xF002, 1, "A"),
    (0xF004, 4, "Unknown (4)"),
    (0xF009, 48, "78.13"),
    (0xF00A, 48, "0.016 sec"),
    (0xF00B, 64, "f/12.3"),
    (0xF00E, 7, "0.33 EV"),
    (0xF011, 3, "N/A"),
    (0xF012, 3, "N/A"),
    (0xF013, 1843, "7.2 mm"),
    (0xF014, 0, "Infinity"),
    (0xF014, 512, "512 mm"),
    (0xF016, 0x00042005, "2002-05-05"),
    (0xF016, 0x000C2005, "Invalid date"),
    (0xF016, 0x0001201E, "Invalid date"),
    (0xF017, 0x00170B1E, "11:23:30"),
    (0xF017, 0x00172B1E, "Invalid time"),
    (0xF01C, 0, "File Number Memory Off"),
    (0xF01C, 12, "12"),
    (0xF01D, 456, "1.78"),
    (0xF020, 2, "-1"),
    (0xF024, 7, "0.33 EV"),
    (0xF02D, 60, "1.5"),
    (0xF033, 3, "Filter"),
]


@pytest.mark.parametrize(("tag", "value", "expected"), MAIN)
def test_renderings(tag, value, expected):
    directory = Directory("Olympus Makernote", olympus.TABLE, {tag: value})
    assert describe(directory, tag, value) == expected


@pytest.mark.parametrize(
    ("camera", "value", "expected"),
    [
        ("SX756", 6, "RAW"),
        ("SX756", 4, "Unknown (4)"),
        ("SX151", 4, "RAW"),
        ("D4322", 2, "Super High Quality (Fine)"),
        ("D4222", 33, "Uncompressed"),
    ],
)
def test_quality_is_told_by_the_camera(camera, value, expected):
    directory = Directory("Olympus Makernote", olympus.TABLE, {0x0207: camera, 0x0201: value})
    assert describe(directory, 0x0201, value) == expected


def test_tags_that_read_others():
    values = {0xF007: 5, 0xF011: 3, 0xF012: 7, 0xF017: 64, 0xF018: 1}
    directory = Directory("Olympus Makernote", olympus.TABLE, values)
    assert [tag.description for tag in directory.tags()] == ["Interval", "3 min", "7", "Invalid time", "f/12.3"]


PARTS = [
    (olympus_parts.EQUIPMENT, 0x0000, b"0100", "100"),
    (olympus_parts.EQUIPMENT, 0x0100, "D4322", "SP510UZ"),
    (olympus_parts.EQUIPMENT, 0x0103, R(216, 10), "21.6 mm"),
    (olympus_parts.EQUIPMENT, 0x0104, 0x1234, "1.234"),
    (olympus_parts.EQUIPMENT, 0x0201, bytes(6), "None"),
    (olympus_parts.EQUIPMENT, 0x0201, b"\0\0\1\0\0\0", "Olympus Zuiko Digital ED 50mm F2.0 Macro"),
    (olympus_parts.EQUIPMENT, 0x0201, b"\0\0\1", None),
    (olympus_parts.EQUIPMENT, 0x0201, (R(1, 2),) * 6, None),
    (olympus_parts.EQUIPMENT, 0x0206, 768, "2.8"),
    (olympus_parts.EQUIPMENT, 0x0206, 2**31 - 1, "∞"),
    (olympus_parts.EQUIPMENT, 0x020B, 0x41, "0x0041"),
    (olympus_parts.EQUIPMENT, 0x0301, b"\0\0\4\0\0\0", "Olympus Zuiko Digital EC-14 1.4x Teleconverter"),
    (olympus_parts.EQUIPMENT, 0x1001, 2, "FL-50"),
    (olympus_parts.RAW_DEVELOPMENT, 0x010A, 0, "(none)"),
    (olympus_parts.RAW_DEVELOPMENT, 0x010A, 5, "Noise Reduction, Noise Filter (ISO Boost)"),
    (olympus_parts.RAW_DEVELOPMENT, 0x010A, 8, "ERROR: begin 0, end -2, length 0"),
    (olympus_parts.RAW_DEVELOPMENT, 0x010C, 0x88, "Contrast, Noise Reduction"),
    (olympus_parts.RAW_DEVELOPMENT_2, 0x010A, 9, "Noise Reduction, Noise Filter (Auto)"),
    (olympus_parts.RAW_DEVELOPMENT_2, 0x010A, 16, ""),
    (olympus_parts.RAW_DEVELOPMENT_2, 0x010C, 256, "Monotone"),
    (olympus_parts.RAW_DEVELOPMENT_2, 0x0121, (1, 2, 3), "Soft Focus; 2; ; 3; "),
    (olympus_parts.RAW_INFO, 0x0200, (65535, 2), "-1 2"),
    (olympus_parts.RAW_INFO, 0x0601, (1, 2, 3, 4, 5), "0.5 0.75"),
    (olympus_parts.RAW_INFO, 0x1000, 18, "Fine Weather"),
    (olympus_parts.RAW_INFO, 0x1000, 65554, "Fine Weather"),
    (olympus_parts.RAW_INFO, 0x1000, 70000, "Unknown (70000)"),
    (olympus_parts.IMAGE_PROCESSING, 0x0200, (), ""),
    (olympus_parts.IMAGE_PROCESSING, 0x1010, 2, "Noise Filter"),
    (olympus_parts.IMAGE_PROCESSING, 0x101C, (2, 3), "On (2 frames); 3"),
    (olympus_parts.IMAGE_PROCESSING, 0x101C, 1, "Unknown (1)"),
    (olympus_parts.IMAGE_PROCESSING, 0x1112, b"\3\3", "16:9"),
    (olympus_parts.IMAGE_PROCESSING, 0x1112, b"\xff\3", "Unknown (-1 3)"),
    (olympus_parts.IMAGE_PROCESSING, 0x1900, b"\0\1", "On"),
    (olympus_parts.FOCUS_INFO, 0x0305, R(1234, 10), "1.234 m"),
    (olympus_parts.FOCUS_INFO, 0x0305, R(0, 1), "inf"),
    (olympus_parts.FOCUS_INFO, 0x0305, "far", "inf"),
    (olympus_parts.FOCUS_INFO, 0x0308, 3, "3"),
    (olympus_parts.FOCUS_INFO, 0x1201, (1, 0), "On"),
    (olympus_parts.FOCUS_INFO, 0x1201, (1, 2), "Unknown (1 2)"),
    (olympus_parts.FOCUS_INFO, 0x1205, 0, "Off"),
    (olympus_parts.FOCUS_INFO, 0x1205, (0, 3), "Unknown (0 3)"),
    (olympus_parts.FOCUS_INFO, 0x1209, (0, 4), "Off"),
    (olympus_parts.FOCUS_INFO, 0x1209, (1, 1), "Full"),
    (olympus_parts.FOCUS_INFO, 0x1209, (1, 16), "On (1/16 strength)"),
    (olympus_parts.FOCUS_INFO, 0x1209, (1,), "ERROR: Index 1 out of bounds for length 1"),
    (olympus_parts.FOCUS_INFO, 0x1600, bytes(4), "Off"),
    (olympus_parts.FOCUS_INFO, 0x1600, b"\1" * 44, "On, Mode 1"),
    (olympus_parts.FOCUS_INFO, 0x1600, b"\1" * 43 + b"\2", "On, Mode 2"),
    (olympus_parts.FOCUS_INFO, 0x1600, b"\1" * 43, "ERROR: Index 43 out of bounds for length 43"),
]


@pytest.mark.parametrize(("table", "tag", "value", "expected"), PARTS)
def test_parts(table, tag, value, expected):
    assert describe(Directory("Part", table, {tag: value}), tag, value) == expected


SETTINGS = [
    (0x0203, R(-3, 10), "-0.3"),
    (0x0203, 0.25, "0.25"),
    (0x0202, 261, "Pattern+AF"),
    (0x0301, 10, "MF"),
    (0x0301, (0, 0), "Single AF; (none)"),
    (0x0301, (2, 0x41), "Continuous AF; S-AF, Imager AF"),
    (0x0302, (1, 64), "AF used; 64"),
    (0x0304, LONGS(0, 0x36794285), "Left (54/255,121/255)-(66/255,133/255)"),
    (0x0304, LONGS(0), None),
    (0x0305, (R(0, 1), R(1, 2), R(1, 4), R(1, 2), R(3, 4)), "(50%,25%) (50%,75%)"),
    (0x0305, (R(0, 1),) * 5, "n/a"),
    (0x0305, (R(1, 2),) * 3, None),
    (0x0305, 3, "n/a"),
    (0x0400, 0, "Off"),
    (0x0400, 5, "On, Red-eye"),
    (0x0403, 0x0A, "Channel 2, Mid"),
    (0x0404, (3, 1, 0), "TTL; 1; 0"),
    (0x0405, (R(0, 0),) * 3, "n/a"),
    (0x0405, (R(0, 0),) * 4, "n/a (x4)"),
    (0x0405, (R(1, 2), R(0, 0)), "1/2, 0/0"),
    (0x0405, 1, None),
    (0x0406, 1, "n/a"),
    (0x0500, 18, "5300K (Fine Weather)"),
    (0x0501, 0, "Auto"),
    (0x0501, 5300, "5300"),
    (0x0503, (0, -5, 5), "0 (min -5, max 5)"),
    (0x0503, (0, -5), None),
    (0x0509, 154, "HDR"),
    (0x050A, 10, "Noise Filter, Auto"),
    (0x050A, 16, "(none)"),
    (0x050F, (0, -1, 1, 1), "Normal; Auto-Override"),
    (0x050F, (0, -1, 1), "Normal"),
    (0x050F, (5, 5, 5, 2), "Unknown (5 5 5)"),
    (0x0520, (256, 2), "Monotone; 2"),
    (0x0520, 2.5, None),
    (0x0527, (0, -2, 1), "Standard"),
    (0x0527, (1,), "ERROR: Index 1 out of bounds for length 1"),
    (0x0529, (20, 0, 0, 5), "Dramatic Tone; 0; 0; 5"),
    (0x052D, (1, -1, 1), "High"),
    (0x052E, (-31999, 0, -7, 7, -31998, 0, -7, 7), "Highlights ; 0; -7; 7; Shadows ; 0; -7; 7"),
    (0x052F, (40, 0, 0, 5, 0x8010, 0, 3), "Partial Color II; 0; 0; Partial Color 5; Star Light; 0; Red Color Filter"),
    (0x052F, (8, 0, 0, 0, 3, 0, 9), "[unknown]; 0; 0; Partial Color 0; Unknown (3); 0; Unknown (9)"),
    (0x0532, (1, 0, 29, 2), "Color 1; 0; 29; Strength 2"),
    (0x0600, 0, "Single Shot"),
    (0x0600, (1, 3), "Continuous Shooting, Shot 3"),
    (0x0600, (5, 2, 0x43), "AEWBFocus Bracketing, Shot 2"),
    (0x0600, 4, "ERROR: Index 1 out of bounds for length 1"),
    (0x0601, (0, 0), "Off"),
    (0x0601, (3, 2), "Bottom to Top, Shot 2"),
    (0x0804, (9, 8), "Focus-stacked (8 images)"),
    (0x0900, 1013, "101.3 kPa"),
    (0x0901, (5, 16), "0.5 m, 1.6 ft"),
    (0x0903, (15, 1), "-1.5 1"),
    (0x0904, (0, 0), "n/a 0"),
    (0x0908, R(10, 4), "10/4"),
    (0x0908, 0.1, "0.1"),
]


@pytest.mark.parametrize(("tag", "value", "expected"), SETTINGS)
def test_settings(tag, value, expected):
    directory = Directory("Olympus Camera Settings", olympus_settings.TABLE, {tag: value})
    assert describe(directory, tag, value) == expected


def test_a_picture_mode_that_is_no_array_is_the_noise_reduction():
    directory = Directory("Olympus Camera Settings", olympus_settings.TABLE, {0x050A: 2, 0x0520: 1.0})
    assert describe(directory, 0x0520, 1.0) == "Natural"


NOTE = {
    0x0003: (7, b"\0\0\0\1" * 5 + b"\0\0"),
    0x0200: (4, (0, 0, 0)),
    0x0E00: (7, b"PrintIM\x000250\0\0\1\0\1\0\x16\0\x16\0"),
    0x2010: {0x0000: (7, b"0100"), 0x0201: (1, (0, 0, 1, 0, 0, 0))},
    0x2020: {0x0600: (3, (1, 2))},
    0x4000: {0x2040: {0x1112: (1, (1, 1))}, 0x0207: (2, b"D4322\0")},
}


@pytest.mark.parametrize(
    ("make", "head", "relative"),
    [(b"OLYMPUS", b"OLYMPUS\0II\3\0", True), (b"OLYMPUS", b"OLYMP\0\1\0", False), (b"Minolta Co., Ltd.", b"", False)],
)
def test_a_note(make, head, relative):
    found = list(exif.read(Reader.over(build_photo(make, NOTE, head, relative=relative))))
    assert named(found)[2:] == [
        "Olympus Makernote",
        "PrintIM",
        "Olympus Equipment",
        "Olympus Camera Settings",
        "Olympus Makernote",
        "Olympus Image Processing",
    ]
    assert described(found[2]) == {
        "Unknown tag (0xf000)": "1",
        "Unknown tag (0xf001)": "1",
        "Exposure Mode": "A",
        "Flash Mode": "Red-eye reduction",
        "White Balance": "Daylight",
        "Special Mode": "Normal picture taking mode",
    }
    assert described(found[4]) == {
        "Equipment Version": "100",
        "Lens Type": "Olympus Zuiko Digital ED 50mm F2.0 Macro",
    }
    assert described(found[5]) == {"Drive Mode": "Continuous Shooting, Shot 2"}
    assert described(found[6]) == {"Camera Type": "SP510UZ"}
    assert described(found[7]) == {"Aspect Ratio": "4:3"}


def test_a_directory_may_begin_in_the_value_itself():
    inline = b"\1\0\x01\x06\3\0\2\0\0\0\3\0\1\0" + bytes(4)
    data = build_photo(b"OLYMPUS", {0x2020: (7, inline)}, b"OLYMPUS\0II\3\0", relative=True)
    *_, last = exif.read(Reader.over(data))
    assert (last.name, described(last)) == ("Olympus Camera Settings", {"Panorama Mode": "Bottom to Top, Shot 1"})


SOUND = build_photo(b"OLYMPUS", NOTE, b"OLYMPUS\0II\3\0", relative=True)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damage(data):
    consume(exif.read, data.draw(damaged(SOUND)))
