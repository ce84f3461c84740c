"""Nikon's makernotes."""

from struct import pack

import pytest

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.blocks.makernotes import nikon, nikon_models
from metadata_digger.metadata.model import Directory, Rational, TagTable, describe
from metadata_digger.metadata.source import Reader

from ...build_note import build_note, build_photo
from ...conftest import build_tiff
from ...show import described, named

TYPE_1 = [
    (0x0003, 4, "SXGA Basic"),
    (0x0003, 7, "Unknown (7)"),
    (0x0004, 1, "Color"),
    (0x0006, 1, "Unknown (1)"),
    (0x0006, 5, "ISO100"),
    (0x0008, Rational(1, 0), "Infinite"),
    (0x0008, Rational(3, 2), "1.5"),
    (0x000A, Rational(0, 100), "No digital zoom"),
    (0x000A, Rational(125, 100), "1.25x digital zoom"),
    (0x000B, 1, "Fisheye converter"),
]

TYPE_2 = [
    (0x0001, b"\2\1\0\0", "21.00"),
    (0x0001, b"0210", "2.10"),
    (0x0002, (0, 400), "ISO 400"),
    (0x0002, (0, 0), "Unknown (0 0)"),
    (0x0002, (1, 400), "Unknown (1 400)"),
    (0x0002, 100, "Unknown (100)"),
    (0x0002, 0, "ERROR: Index 1 out of bounds for length 1"),
    (0x0002, (), "ERROR: Index 0 out of bounds for length 0"),
    (0x000D, b"\xfc\1\6\0", "-0.67 EV"),
    (0x000E, b"\0\1\x0c\0", "0 EV"),
    (0x0012, b"\6\1\0\0", None),
    (0x0017, b"\6\1", None),
    (0x001E, 2, "Adobe RGB"),
    (0x0022, 65535, "Auto"),
    (0x002A, 3, "Normal"),
    (0x0083, 6, "AF, D, G"),
    (0x0083, 9, "MF, VR"),
    (0x0084, (Rational(18, 1), Rational(55, 1), Rational(35, 10), Rational(56, 10)), "18-55mm f/3.5-5.6"),
    (0x0086, Rational(1, 1), "No digital zoom"),
    (0x0086, Rational(0, 100), "0x digital zoom"),
    (0x0086, Rational(125, 100), "No digital zoom"),
    (0x0087, 9, "Fired, TTL Mode"),
    (0x0087, 2, "Unknown (2)"),
    (0x0088, b"\0\1\0\0", "Top"),
    (0x0088, b"\0\5\0\0", "Unknown (5)"),
    (0x0088, b"\0\1\0\1", "Unknown (0 1 0 1)"),
    (0x0088, b"\0\1", "Unknown (0 1)"),
    (0x0089, 0, "Single Frame"),
    (0x0089, 0b10010001, "Continuous, Exposure Bracketing, IR Control"),
    (0x008B, b"\x48\1\x0c\0", "6 EV"),
    (0x008D, "MODE1a ", "Mode I (sRGB)"),
    (0x008D, "COLOR", "COLOR"),
    (0x0092, -3, "-3 degrees"),
    (0x0093, 3, "Uncompressed"),
    (0x00B1, 6, "High"),
    (0x00B6, b"\7\xd9\5\x0e\x0f\x10\x11\0", "2009:05:14 15:16:17"),
    (0x00B6, b"\7\xd9\5", "ERROR: Index 3 out of bounds for length 3"),
]


@pytest.mark.parametrize(("tag", "value", "expected"), TYPE_1)
def test_renderings_of_type_1(tag, value, expected):
    assert describe(Directory("Nikon Makernote", nikon.TYPE_1), tag, value) == expected


@pytest.mark.parametrize(("tag", "value", "expected"), TYPE_2)
def test_renderings_of_type_2(tag, value, expected):
    assert describe(Directory("Nikon Makernote", nikon.type_2().table), tag, value) == expected


def test_a_note_of_type_1():
    data = build_photo(
        b"NIKON", {0x0003: (3, 1), 0x0008: (5, (1, 0)), 0x0F00: (4, (1, 2))}, b"Nikon\0\1\0", relative=False
    )
    *_, found = exif.read(Reader.over(data))
    assert named([found]) == ["Nikon Makernote"]
    assert described(found) == {"Quality": "VGA Basic", "Focus": "Infinite", "Makernote Unknown 3": "1 2"}


@pytest.mark.parametrize("order", "<>")
def test_a_note_of_type_2_is_a_tiff(order):
    note = b"Nikon\0\2\x10\0\0" + build_tiff({0x0001: (7, b"0210"), 0x0005: (2, b"AUTO        \0")}, order=order)
    data = build_tiff({0x010F: (2, b"NIKON CORPORATION\0"), 0x8769: {0x927C: (7, note)}}, order=order)
    *_, found = exif.read(Reader.over(data))
    assert described(found) == {"Firmware Version": "2.10", "White Balance": "AUTO        "}


def test_a_note_of_type_2_without_a_name():
    *_, found = exif.read(
        Reader.over(build_photo(b"NIKON", {0x0002: (3, (0, 100)), 0x0004: (2, b"FINE   \0")}, relative=False))
    )
    assert described(found) == {"ISO": "ISO 100", "Quality & File Format": "FINE   "}


def test_a_note_of_another_type():
    (_, found) = exif.read(Reader.over(build_photo(b"NIKON", {1: (3, 1)}, b"Nikon\0\3\0", relative=False)))
    assert (found.name, found.values) == ("Exif SubIFD", {})
    assert found.errors == ["Unsupported Nikon makernote data ignored."]


FIRST = (
    b"0100"
    + b"VIVID".ljust(20, b"\0")
    + b"STANDARD".ljust(20)
    + bytes(4)
    + bytes([2, 128, 131, 0, 1, 2, 3, 0x83, 0x90, 255])
)
SECOND = (
    b"0200"
    + b"VIVID".ljust(20, b"\0")
    + b"STANDARD".ljust(20, b"\0")
    + bytes(4)
    + bytes([1, 128, *([0, 140] * 6), 0, 128, 128, 3, 0, 0])
)


def test_picture_control(tiff):
    note = {0x0023: (7, FIRST), 0x00BD: (7, SECOND), 0x0024: (7, b"1")}
    _, _, found, first, second = exif.read(Reader.over(build_photo(b"NIKON", note, relative=False)))
    assert described(found) == {"World Time": "49"}
    assert (first.name, list(described(first).items())) == (
        "Nikon PictureControl 1",
        [
            ("Picture Control Version", "0100"),
            ("Picture Control Name", "VIVID"),
            ("Picture Control Base", "STANDARD            "),
            ("Picture Control Adjust", "Full Control"),
            ("Picture Control Quick Adjust", "128"),
            ("Sharpness", "131"),
            ("Contrast", "0"),
            ("Brightness", "1"),
            ("Saturation", "2"),
            ("Hue Adjustment", "3"),
            ("Filter Effect", "Red"),
            ("Toning Effect", "144"),
            ("Toning Saturation", "255"),
        ],
    )
    assert second.name == "Nikon PictureControl 2"
    assert [tag.description for tag in second.tags()] == [
        "0200", "VIVID", "STANDARD", "Quick Adjust", "-128", *["-116"] * 6, None, None, "3",
    ]  # fmt: skip  # in a row they are told apart at a glance


def test_picture_control_of_another_length():
    assert nikon.picture_control(Directory("Nikon Makernote", TagTable({})), Reader.over(bytes(74))) is None


def test_print_image_matching():
    *_, note, found = exif.read(
        Reader.over(build_photo(b"NIKON", {0x0E00: (7, b"PrintIM\x000300\0\0\0\0")}, relative=False))
    )
    assert (note.values, named([found]), described(found)) == ({}, ["PrintIM"], {"PrintIM Version": "0300"})


def nikon_photo(note, model=b"NIKON D60", order="<"):
    """A type 2 note behind its own TIFF header, and what it leads to."""
    head = b"Nikon\0\2\0\0\0" + (b"II*\0\x08\0\0\0" if order == "<" else b"MM\0*\0\0\0\x08")
    data = head + build_note(note, at=8, order=order)
    image = {0x010F: (2, b"NIKON CORPORATION\0"), 0x0110: (2, model + b"\0"), 0x8769: {0x927C: (7, data)}}
    return list(exif.read(Reader.over(build_tiff(image, order=order))))


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ({0x0024: (7, 60)}, {"Time Zone": "+01:00", "Daylight Savings": "Yes"}),
        ({0x0024: (7, -210)}, {"Time Zone": "-03:30", "Daylight Savings": "Yes"}),
        ({0x0024: (7, b"\0")}, {}),
        ({0x00B8: (7, (0, 101, 76))}, {"Directory Number": "101", "File Number": "0076"}),
        ({0x00B8: (7, (0, 0, 76))}, {}),
        ({0x0098: (7, b"0100\0\0\x4d\0")}, {"Lens ID Number": "77"}),
        ({0x0098: (7, b"0101" + bytes(7) + b"\x76")}, {"Lens ID Number": "118"}),
        ({0x0098: (7, b"0101\0\0")}, {}),
        ({0x0098: (7, b"0204" + bytes(30))}, {}),  # no key
    ],
)
def test_arrays_of_the_note(order, note, expected):
    ((tag, (kind, value)),) = note.items()
    if isinstance(value, int):
        value = pack(order + "hBB", value, 1, 0)
    elif isinstance(value, tuple):
        value = b"0100" + pack(order + "3H", *value)
    found = described(nikon_photo({tag: (kind, value)}, order=order)[-1])
    names = {"Time Zone", "Daylight Savings", "Directory Number", "File Number", "Lens ID Number"}
    assert {name: text for name, text in found.items() if name in names} == expected


@pytest.mark.parametrize(
    ("serial", "model", "key"),
    [(b"6114551\0", b"NIKON D60", 6114551), (b"NO= 3005\0", b"NIKON D200", 0x60), (b"x\0", b"NIKON D50", 0x22)],
)
@pytest.mark.parametrize(("version", "at"), [(b"0201", 7), (b"0204", 8)])
def test_the_number_of_the_lens_is_written_over_with_serial_number_and_count(serial, model, key, version, at):
    plain = bytearray(28)
    plain[at] = 154
    lens = version + nikon_models.decoded(bytes(plain), key, 10517)  # the same way back
    *_, found = nikon_photo({0x001D: (2, serial), 0x0098: (7, lens), 0x00A7: (4, 10517)}, model)
    assert described(found)["Lens ID Number"] == "154"


def test_the_preview():
    *_, note, preview = nikon_photo({0x0011: {0x0103: (3, 6), 0x0201: (4, 5000), 0x0202: (4, 22208)}})
    assert preview.name == "Nikon Preview"
    assert described(preview)["Preview Image Length"] == "22208 bytes"
    assert "Preview IFD" in described(note)
