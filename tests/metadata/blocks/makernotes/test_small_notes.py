"""The makernotes that hardly need words: Kyocera, DJI and FLIR. And all of this room's, damaged."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.source import Reader

from ...build_note import build_note, build_photo
from ...hostile import consume, damaged
from ...show import described, named


def last(data: bytes):
    *_, found = exif.read(Reader.over(data))
    return found


@pytest.mark.parametrize(("length", "expected"), [(5, "(5 bytes)"), (1, "(1 byte)")])
def test_kyocera(length, expected):
    note = bytearray(build_note({0x0001: (7, bytes(length))}))
    if length > 4:
        note[10:14] = (int.from_bytes(note[10:14], "little") - 2).to_bytes(4, "little")  # counts from its entry
    found = last(build_photo(b"KYOCERA", bytes(note), b"KYOCERA".ljust(22), relative=True))
    assert named([found]) == ["Kyocera/Contax Makernote"]
    assert described(found) == {"Proprietary Thumbnail Format Data": expected}


def test_dji():
    found = last(build_photo(b"dji", {0x0001: (2, b"DJI\0"), 0x0003: (11, 0.25), 0x000B: (11, -1.0)}, relative=False))
    assert named([found]) == ["DJI Makernote"]
    assert described(found) == {"Make": "DJI", "Aircraft X Speed": "0.25", "Camera Roll": "-1"}


def test_the_bytes_of_djis_note_stay_a_tag() -> None:
    directories = list(exif.read(Reader.over(build_photo(b"dji", {0x0001: (2, b"DJI\0")}, relative=False))))
    assert "Makernote" in next(described(one) for one in directories if one.name == "Exif SubIFD")


def test_flir_keeps_its_bytes():
    _, sub_ifd, found = exif.read(Reader.over(build_photo(b"FLIR Systems", {0x0003: (5, (95, 100))}, relative=False)))
    assert list(described(sub_ifd)) == ["Makernote"]
    assert (found.name, described(found)) == ("FLIR Makernote", {"Emissivity": "0.95"})


NOTES = [
    build_photo(
        b"Canon",
        {0x0001: (3, (4, 2, 0, 3)), 0x0012: (3, (2, *range(16))), 0x0006: (2, b"EOS of a kind\0")},
        relative=False,
    ),
    build_photo(
        b"NIKON", {0x0002: (3, (0, 100)), 0x0023: (7, b"0100" + bytes(54)), 0x00B6: (7, bytes(8))}, relative=False
    ),
    build_photo(
        b"CASIO",
        {0x0002: (3, (320, 240)), 0x0003: (4, 300), 0x2000: (7, bytes(30))},
        b"QVC\0\0\0",
        relative=False,
        order=">",
    ),
    build_photo(b"FUJIFILM", {0x0000: (7, b"0130"), 0x1011: (10, (1, 3))}, b"FUJIFILM\x0c\0\0\0", relative=True),
    build_photo(b"KODAK", {}, b"KDK INFO" + bytes(120), relative=False),
]


@given(st.sampled_from(NOTES).flatmap(damaged))
@settings(max_examples=400, deadline=None)
def test_damaged_notes(data):
    consume(exif.read, data)
