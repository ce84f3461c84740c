"""The GPS directory."""

import pytest

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.blocks.gps import location
from metadata_digger.metadata.source import Reader

A, B, S, R, U = 2, 1, 3, 5, 7
PLACE = {
    1: (A, b"N\0"),
    2: (R, ((49, 1), (11, 1), (1157, 100))),
    3: (A, b"W\0"),
    4: (R, ((1, 1), (393309, 10000), (0, 1))),
}


def gps(tiff, tags):
    return list(exif.read(Reader.over(tiff({0x8825: tags}))))[1]


VALUES = [
    (0, B, (2, 3, 0, 0), "2.300"),
    (5, B, 1, "Below sea level"),
    (5, B, 2, "Unknown (2)"),
    (6, R, (16270, 100), "162.7 metres"),
    (7, R, ((7, 1), (11, 1), (4307, 100)), "07:11:43.070 UTC"),
    (7, R, ((7, 1), (0, 0), (9, 1)), "07:00:09.000 UTC"),
    (9, A, b"A\0", "Active (Measurement in progress)"),
    (9, A, b"x \0", "Unknown (x)"),
    (10, A, b"3\0", "3-dimensional measurement"),
    (11, R, (123, 100), "1.23"),
    (13, R, (5, 1), "5 unit"),
    (15, R, (9342, 100), "93.42 degrees"),
    (16, A, b"t\0", "True direction"),
    (0x1B, U, b"ASCII\0\0\0GPS", "GPS"),
    (0x1D, A, b"2020:01:02\0", "2020:01:02"),
    (0x1E, S, 1, "Differential Corrected"),
    (0x1F, R, (35, 10), "3.5 metres"),
    (2, R, ((1, 1), (2, 1), (3, 1)), None),
]


@pytest.mark.parametrize(("tag", "kind", "value", "description"), VALUES)
def test_value(tiff, tag, kind, value, description):
    [found] = gps(tiff, {tag: (kind, value)}).tags()
    assert (found.id, found.description) == (tag, description)


def test_place(tiff):
    directory = gps(tiff, PLACE)
    assert [tag.description for tag in directory.tags()] == ["N", "49° 11' 11.57\"", "W", "-1° 39' 19.85\""]
    latitude, longitude = location(directory)
    assert latitude == pytest.approx(49.1865472)
    assert longitude == pytest.approx(-1.6555150)


@pytest.mark.parametrize("missing", [1, 2, 3, 4])
def test_no_place_without_all_of_it(tiff, missing):
    assert location(gps(tiff, {tag: value for tag, value in PLACE.items() if tag != missing})) is None


def test_units_stand_in_another_tag(tiff):
    tags = {12: (A, b"K\0"), 13: (R, (5, 2)), 0x19: (A, b"N\0"), 0x1A: (R, (7, 1))}
    assert [tag.description for tag in gps(tiff, tags).tags()] == ["km/h", "2.5 km/h", "knots", "7 knots"]
