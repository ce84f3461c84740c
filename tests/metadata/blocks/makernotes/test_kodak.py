"""Kodak's makernote."""

import struct

import pytest

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.blocks.makernotes import kodak
from metadata_digger.metadata.model import Directory, describe
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.kodak import FIELDS

from ...conftest import build_tiff
from ...show import described

(DIRECTORY,) = kodak.read(Reader.over(b"KDK INFO"))

CASES = [
    (0x0009, 1, "Fine"),
    (0x000A, 2, "Unknown (2)"),
    (0x001B, 32, "Manual"),
    (0x0038, 2, "Macro"),
    (0x0038, 1, "Unknown (1)"),
    (0x0040, 3, "Daylight"),
    (0x005C, 0x20, "Off"),
    (0x005D, 1, "Yes"),
    (0x0066, 0x200, "Neutral Color"),
    (0x006B, 0, "Normal"),
    (0x006B, -1, "Unknown (-1)"),
]


@pytest.mark.parametrize(("tag", "value", "expected"), CASES)
def test_renderings(tag, value, expected):
    assert describe(Directory("Kodak Makernote", DIRECTORY.table), tag, value) == expected


def note(name: bytes = b"KDK INFO", order: str = ">") -> bytes:
    fields = dict.fromkeys(FIELDS, 1) | {0x00: b"DC5000\0\0", 0x12: b"\5\x0e", 0x14: b"\x0f\x10\x11\xff", 0x20: 70000}
    data = bytearray(name + bytes(0x6C))
    for tag, form in FIELDS.items():
        struct.pack_into(order + form, data, 8 + tag, fields[tag])
    return bytes(data)


@pytest.mark.parametrize(("name", "order"), [(b"KDK INFO", ">"), (b"KDK0100\0", "<")])
@pytest.mark.parametrize("others", "<>")  # the byte order of the file is of no account
def test_a_note(name, order, others):
    data = build_tiff({0x8769: {0x927C: (7, note(name, order))}}, order=others)
    *_, found = exif.read(Reader.over(data))
    texts = described(found)
    assert (found.name, list(found.values), found.errors) == ("Kodak Makernote", list(FIELDS), [])
    assert texts["Kodak Model"] == "DC5000\0\0"
    assert texts["Quality"] == "Fine"
    assert texts["Month/Day Created"] == "5 14"
    assert texts["Time Created"] == "15 16 17 255"
    assert texts["Exposure Time"] == "70000"
    assert texts["Image Width"] == "1"


def test_a_note_that_ends_early():
    (found,) = kodak.read(Reader.over(note()[:20]))
    assert list(found.values) == [0x00, 0x09, 0x0A]
    assert found.errors == [
        "Error processing Kodak makernote data: Attempt to read from beyond end of underlying data source"
        " (requested index: 20, requested count: 2, max index: 19)"
    ]


def test_a_model_that_is_no_text():
    (found,) = kodak.read(Reader.over(b"KDK INFO\xff\xfeDC240\0" + bytes(100)))
    assert found.values[0].raw == b"\xff\xfeDC240\0"
