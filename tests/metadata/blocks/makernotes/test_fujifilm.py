"""Fujifilm's makernote."""

import pytest

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.blocks.makernotes import fujifilm
from metadata_digger.metadata.model import Directory, Rational, describe
from metadata_digger.metadata.source import Reader

from ...build_note import build_photo
from ...show import described, named

CASES = [
    (0x0000, b"0130", "1.30"),
    (0x1000, "NORMAL ", "NORMAL "),
    (0x1001, 0x82, "Medium Soft"),
    (0x1001, 0xFFFF, "N/A"),
    (0x1002, 0xF03, "Custom White Balance 4"),
    (0x1003, 0x302, "B&W Yellow Filter"),
    (0x1004, 0x302, "Unknown (770)"),
    (0x1004, 0x300, "None (B&W)"),
    (0x1006, 0x300, "Low"),
    (0x100B, 0x80, "Normal"),
    (0x100E, 0x200, "Weak"),
    (0x1010, 4, "External"),
    (0x1011, Rational(2, 3), "2/3 EV (Apex)"),
    (0x1011, Rational(5, 10), "1/2 EV (Apex)"),
    (0x1011, Rational(-6, 3), "-2 EV (Apex)"),
    (0x1020, 1, "On"),
    (0x1031, 0x1C, "Cat Face Detection"),
    (0x1031, 0x15, "Unknown (21)"),
    (0x1034, 0x200, "SN (Signal to Noise Priority)"),
    (0x1100, 2, "No Flash & Flash"),
    (0x1210, 0x30, "B&W"),
    (0x1400, 2, "Unknown (2)"),
    (0x1401, 0, "F0/Standard (Provia) "),
    (0x1402, 0x201, "Wide 2 (400%)"),
]


@pytest.mark.parametrize(("tag", "value", "expected"), CASES)
def test_renderings(tag, value, expected):
    assert describe(Directory("Fujifilm Makernote", fujifilm.TABLE), tag, value) == expected


@pytest.mark.parametrize(("make", "head"), [(b"FUJIFILM", b"Anything\x0c\0\0\0"), (b"GE", b"FUJIFILM\x0c\0\0\0")])
def test_a_note(make, head):
    note = {0x0000: (7, b"0130"), 0x1000: (2, b"NORMAL \0"), 0x1010: (3, 2)}
    *_, found = exif.read(Reader.over(build_photo(make, note, head, relative=True)))
    assert named([found]) == ["Fujifilm Makernote"]
    assert described(found) == {"Makernote Version": "1.30", "Quality": "NORMAL ", "Flash Mode": "Off"}


@pytest.mark.parametrize(
    ("offset", "fault"),
    [
        (b"\xf0\xff\xff\x7f", "Illegal TIFF tag pointer offset"),
        (b"\x20\0\0\0", "Illegal number of bytes for TIFF tag data: 8"),
    ],
)
def test_a_value_outside(offset, fault):
    """Offsets that leave the block as they are, and such as leave it only from where the note starts."""
    data = bytearray(build_photo(b"FUJIFILM", {0x1000: (2, b"NORMAL \0")}, b"FUJIFILM\x0c\0\0\0", relative=True))
    entry = data.index(b"\x00\x10\x02\x00\x08\0\0\0")
    data[entry + 8 : entry + 12] = offset
    *_, found = exif.read(Reader.over(bytes(data)))
    assert (found.values, found.errors) == ({}, [fault])
