"""Kodak's makernotes without the name KDK."""

from struct import pack

import pytest

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.source import Reader

from ...build_note import build_photo
from ...show import described

EASTMAN = b"EASTMAN KODAK COMPANY"
CASES = [
    (EASTMAN, b"\0" * 8 + b"Eastman Kodak".ljust(32, b"\0") + b"DC25".ljust(68, b"\0") + pack(">II", 640, 480), ">"),
    (b"Minolta", b"\0" * 8 + b"Eastman Kodak".ljust(32, b"\0") + b"X".ljust(68, b"\0") + pack(">II", 640, 480), ">"),
]


def kodak(make: bytes, note: bytes, order: str = "<") -> dict[str, str | None]:
    note = note.ljust(200, b"\0")
    found = list(exif.read(Reader.over(build_photo(make, note, relative=False, order=order))))
    return next((described(one) for one in found if one.name == "Kodak Makernote"), {})


@pytest.mark.parametrize(("make", "note", "order"), CASES)
def test_maker_and_model(make, note, order):
    found = kodak(make, note, order)
    assert found["Kodak Maker"] == "Eastman Kodak"
    assert (found["Kodak Image Width"], found["Kodak Image Height"]) == ("640", "480")


@pytest.mark.parametrize(
    ("make", "note", "expected"),
    [
        (
            EASTMAN,
            bytes(12) + pack(">H2B4B", 1999, 5, 25, 21, 0, 9, 62),
            {"Year Created": "1999", "Month/Day Created": "05:25", "Time Created": "21:00:09.62"},
        ),
        (b"Eastman Kodak Company", b"\1" * 32 + b"DCP_0001.JPG", {"Original File Name": "DCP_0001.JPG"}),
        (EASTMAN, b"\0\x1a\x18\0" + bytes(16) + pack(">I", 3125), {"Exposure Time": "0.03125 sec"}),
        (EASTMAN, b"KCGCK40812345 \0\0", {"Serial Number": "KCGCK40812345"}),
        (
            b"JK Imaging",
            b"IIII\2\0" + bytes(6) + pack("<H2xI", 280, 8000) + b"2009/01/02 03:04:05\0" + bytes(47) + b"Ver 1.02\0",
            {"F-Number": "2.8", "Date/Time Original": "2009:01:02 03:04:05", "Firmware Version": "Ver 1.02"},
        ),
    ],
)
def test_kinds(make, note, expected):
    found = kodak(make, note)
    assert {name: found.get(name) for name in expected} == expected


def test_other_notes_stay_bytes():
    assert kodak(EASTMAN, b"\xff" * 12) == {}
