"""Pentax's makernote since the digital SLRs."""

import pytest

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.source import Reader

from ...build_note import build_note
from ...conftest import build_tiff
from ...show import described

CASES = [
    ({0x0005: (4, 0x12C1E)}, {"Pentax Model ID": "K10D"}),
    ({0x0005: (4, 5)}, {"Pentax Model ID": "Unknown (5)"}),
    ({0x0006: (7, b"\x07\xd4\x0a\x02"), 0x0007: (7, b"\x17\x1d\x34")}, {"Date": "2004:10:02", "Time": "23:29:52"}),
    ({0x001D: (4, 890)}, {"Focal Length": "8.9 mm"}),
    ({0x001D: (4, 7750)}, {"Focal Length": "77.5 mm"}),
    ({0x0023: (3, 24)}, {"Hometown City": "Berlin"}),
    ({0x0027: (7, b"\xfe\xf5\xff\xfd")}, {"DSP Firmware Version": "1.10.00.02"}),
    ({0x0029: (4, 6242)}, {"Frame Number": "6242"}),
    ({0x003F: (7, b"\x04\x18\0\0")}, {"Lens Type": "smc PENTAX-FA 77mm F1.8 Limited"}),
    ({0x003F: (1, (99, 98, 0))}, {"Lens Type": "Unknown (99 98)"}),
    ({0x0047: (6, -3)}, {"Camera Temperature": "-3 °C"}),
    ({0x0229: (2, b"2345678\0")}, {"Serial Number": "2345678"}),
    ({0x0014: (3, 9)}, {"ISO": "200"}),
]
HEADS = [  # make, first bytes, where offsets count from: the header or the note
    (b"PENTAX", b"AOC\0MM", False, ">"),
    (b"PENTAX", b"AOC\0II", True, "<"),
    (b"PENTAX", b"AOC\0  ", False, "<"),
    (b"SAMSUNG TECHWIN", b"AOC\0MM", True, ">"),
    (b"PENTAX", b"PENTAX \0II", True, "<"),
    (b"RICOH IMAGING", b"RICOH\0MM", True, ">"),
]


def photo(note, make=b"PENTAX", head=b"AOC\0MM", *, relative=False, order=">", model=b"PENTAX K10D"):
    size = len(build_note(note, head, order=order))
    blank = b"\xa5" * size
    data = build_tiff({0x010F: (2, make + b"\0"), 0x0110: (2, model + b"\0"), 0x8769: {0x927C: (7, blank)}}, order="<")
    data = data.replace(blank, build_note(note, head, 0 if relative else data.index(blank), order))
    *_, found = exif.read(Reader.over(data))
    assert found.name == "Pentax Makernote"
    assert not found.errors
    return found


@pytest.mark.parametrize(("note", "expected"), CASES)
def test_values(note, expected):
    assert described(photo(note)) == expected


@pytest.mark.parametrize(("make", "head", "relative", "order"), HEADS)
def test_every_beginning(make, head, relative, order):
    note = {0x0029: (4, 7), 0x0229: (2, b"12345678\0")}
    found = photo(note, make, head, relative=relative, order=order)
    assert described(found) == {"Frame Number": "7", "Serial Number": "12345678"}


def test_tenths_of_old_models():
    found = photo({0x001D: (4, 78)}, model=b"PENTAX Optio 550")
    assert described(found) == {"Focal Length": "7.8 mm"}


def test_the_shutter_count_is_written_over_with_date_and_time():
    mask = 0x07D40A02 ^ (0xFFFFFFFF - 0x171D3400)
    note = {
        0x0006: (7, b"\x07\xd4\x0a\x02"),
        0x0007: (7, b"\x17\x1d\x34"),
        0x005D: (7, (12345 ^ mask).to_bytes(4, "big")),
    }
    assert described(photo(note))["Shutter Count"] == "12345"


@pytest.mark.parametrize("form", [4, 7])
def test_camera_info(form):
    numbers = (0x12994, 20031126, 2, 0, 1046111)
    value = numbers if form == 4 else b"".join(number.to_bytes(4, "big") for number in numbers)
    found = described(photo({0x0215: (form, value)}))
    del found["Camera Info"]
    assert found == {
        "Manufacture Date": "2003:11:26",
        "Production Code": "2.0",
        "Internal Serial Number": "1046111",
    }


def test_camera_info_of_another_type_says_nothing():
    assert "Internal Serial Number" not in described(photo({0x0215: (5, ((1, 2),) * 5)}))


def test_short_camera_info_and_counts_stay_as_they_are():
    note = {0x0215: (7, b"\0\1"), 0x005D: (7, b"\1\2"), 0x0006: (7, b"\1\2\3\4"), 0x0007: (7, b"\1\2\3")}
    found = described(photo(note))
    assert found["Shutter Count"] == "1 2"
    assert "Internal Serial Number" not in found
