"""The notes of Reconyx trail cameras: values at fixed places."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.blocks.makernotes import reconyx
from metadata_digger.metadata.model import Directory, describe
from metadata_digger.metadata.source import Reader

from ...build_note import build_photo
from ...hostile import consume, damaged
from ...show import described

SERIAL = "H500HG12345678".encode("utf-16-le")


def note(order, *fields, size=170):
    """Bytes with fields at their places: (place, layout, *numbers) or (place, bytes)."""
    out = bytearray(size)
    for place, layout, *numbers in fields:
        if isinstance(layout, bytes):
            out[place : place + len(layout)] = layout
        else:
            struct.pack_into(order + layout, out, place, *numbers)
    return bytes(out)


def hyperfire(order, *fields):
    return note(
        order,
        (0x00, "H", 0xF101),
        (0x02, "5H", 3, 2, 1, 0x2015, 0x1231),
        (0x0C, "H", ord("M")),
        (0x0E, "2H", 1, 3),
        (0x12, "2H", 1, 2),
        (0x16, "6H", 5, 4, 3, 2, 1, 2015),
        (0x24, "Hhh", 4, 41, -5),
        (0x2A, SERIAL),
        (0x48, "6H", 10, 20, 30, 40, 1, 50),
        (0x54, "H", 8675),
        (0x56, b"Meadow\0junk"),
        *fields,
    )


def hyperfire_2(order, *fields):
    return note(
        order,
        (0x00, b"RECONYXH2"),
        (0x2A, "2H", 3, 2),
        (0x30, "2H", 0x2015, 0x1231),
        (0x36, "2H", 1, 3),
        (0x3A, "2H", 0, 7),
        (0x3E, "6H", 5, 4, 3, 2, 1, 2015),
        (0x4C, "Hhh", 4, 41, -5),
        (0x5A, "b", 1),
        (0x5C, "3H", 10, 20, 30),
        (0x62, "2H", 8675, 8000),
        (0x7E, SERIAL),
        *fields,
    )


def read(make, content, order="<"):
    *_, last = exif.read(Reader.over(build_photo(make, content, relative=True, order=order)))
    return last


@pytest.mark.parametrize("order", ["<", ">"])
def test_hyperfire(order):
    found = read(b"RECONYX", hyperfire(order), order)
    assert found.name == "Reconyx HyperFire Makernote"
    assert described(found) == {
        "Makernote Version": "61697",
        "Firmware Version": "3.2.1.20151231",
        "Trigger Mode": "M",
        "Sequence": "1/3",
        "Event Number": "65538",
        "Date/Time Original": "2015:02:01 03:04:05",
        "Moon Phase": "Full",
        "Ambient Temperature Fahrenheit": "41",
        "Ambient Temperature": "-5",
        "Serial Number": "H500HG12345678",
        "Contrast": "10",
        "Brightness": "20",
        "Sharpness": "30",
        "Saturation": "40",
        "Infrared Illuminator": "On",
        "Motion Sensitivity": "50",
        "Battery Voltage": "8.675",
        "User Label": "Meadow",
    }
    assert not found.errors


def test_a_build_and_a_date_that_are_none():
    found = read(b"RECONYX", hyperfire("<", (0x08, "H", 0xA015), (0x16, "H", 60), (0x0C, "H", 0xD800)))
    assert described(found)["Firmware Version"] == "3.2.1"
    assert described(found)["Trigger Mode"] == "?"
    assert "Date/Time Original" not in described(found)
    assert found.errors == [
        "Error processing Reconyx HyperFire makernote data: build 'A0151231' is not in the expected format"
        " and will be omitted from Firmware Version.",
        "Error processing Reconyx HyperFire makernote data: Date/Time Original 2015-2-1 3:4:60"
        " is not a valid date/time.",
    ]


def test_hyperfire_2():
    found = read(b"RECONYX", hyperfire_2("<"))
    assert found.name == "Reconyx HyperFire 2 Makernote"
    assert described(found) == {
        "Firmware Version": "3.2.18520.20151231",
        "Sequence": "1/3",
        "Event Number": "7",
        "Date/Time Original": "2015:02:01 03:04:05",
        "Moon Phase": "Full",
        "Ambient Temperature Fahrenheit": "41",
        "Ambient Temperature": "-5",
        "Contrast": "0",
        "Brightness": "0",
        "Sharpness": "0",  # from the label, which has its place
        "Saturation": "0",
        "Flash": "On",
        "Ambient Infrared": "10",
        "Ambient Light": "20",
        "Motion Sensitivity": "30",
        "Battery Voltage": "8.675",
        "Battery Voltage Average": "8.000",
        "Serial Number": "H500HG12345678",
    }


def test_ultrafire():
    found = read(
        b"RECONYX",
        note(
            "<",
            (0x00, b"RECONYXUF"),
            (0x34, b"M\1\3"),
            (0x43, b"\4"),
            (0x48, b"\1"),
            (0x4B, b"U123456789ABCD"),
        ),
    )
    assert found.name == "Reconyx UltraFire Makernote"
    assert described(found) == {
        "Makernote Label": "RECONYXUF",
        "Event Type": "M",
        "Sequence": "1/3",
        "Moon Phase": "Full",
        "Flash": "On",
        "Serial Number": "U123456789ABCD",
        "User Label": "56789ABCD",
    }


CASES = [
    (reconyx.HYPERFIRE, 0x0E, (1,), "ERROR: Index 1 out of bounds for length 1"),
    (reconyx.HYPERFIRE, 0x16, "2015: 2:31  8: 5: 0", "2015:03:03 08:05:00"),
    (reconyx.HYPERFIRE, 0x16, "yesterday", None),
    (reconyx.HYPERFIRE_2, 0x4A, 0, "Sunday"),
    (reconyx.ULTRAFIRE, 0x0A, 0xF10000, "0x00F10000"),
    (reconyx.ULTRAFIRE, 0x0A, (1, 2), "0x    NULL"),
    (reconyx.ULTRAFIRE, 0x49, 8.5, "8.500"),
]


@pytest.mark.parametrize(("table", "tag", "value", "expected"), CASES)
def test_renderings(table, tag, value, expected):
    assert describe(Directory("Reconyx", table, {tag: value}), tag, value) == expected


def test_what_was_read_before_the_end_stands():
    found = read(b"RECONYX", hyperfire("<")[:80])
    assert "Serial Number" in described(found)
    assert len(found.errors) == 1


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damage(data):
    content = data.draw(st.sampled_from([hyperfire("<"), hyperfire_2(">"), b"RECONYXUF" + bytes(100)]))
    consume(exif.read, data.draw(damaged(build_photo(b"RECONYX", content, relative=True))))
