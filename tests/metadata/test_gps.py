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
    (7, R, ((24, 1), (0, 1), (0, 1)), "24:00:00.000 UTC"),
    (7, R, ((7, 1), (0, 0), (9, 1)), "7 0/0 9"),
    (7, R, ((0, 0), (0, 0), (0, 0)), "0/0 0/0 0/0"),
    (7, R, ((7, 1), (11, 1)), "7 11"),
    (7, A, b"07:11:43\0", "07:11:43"),
    (9, A, b"A\0", "Active (Measurement in progress)"),
    (9, A, b"x \0", "Unknown (x)"),
    (10, A, b"3\0", "3-dimensional measurement"),
    (6, R, (0, 0), "0/0 metres"),
    (11, R, (123, 100), "1.23"),
    (11, R, (5, 0), "5/0"),
    (13, R, (5, 1), "5 unit"),
    (15, R, (9342, 100), "93.42 degrees"),
    (16, A, b"t\0", "True direction"),
    (0x1B, U, b"ASCII\0\0\0GPS", "GPS"),
    (0x1D, A, b"2020:01:02\0", "2020:01:02"),
    (0x1E, S, 1, "Differential Corrected"),
    (0x1F, R, (35, 10), "3.5 metres"),
    (15, R, (0, 0), "0/0 degrees"),
    (2, R, ((1, 1), (2, 1), (3097, 100)), "1° 2' 30.97\""),  # without a hemisphere: what stands there
    (2, R, ((4294967254, 1), (0, 1), (0, 0)), "4294967254° 0' 0/0\""),
    (2, A, b"52.5\0", "52.5"),
    (2, U, b"\xff\xfe", "255 254"),
    (0x16, R, ((5, 0), (2, 1), (3, 1)), "5/0° 2' 3\""),
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


def test_the_destination_has_letters_of_its_own(tiff):
    there = {0x13: (A, b"S\0"), 0x14: PLACE[2], 0x15: (A, b"East\0"), 0x16: PLACE[4]}
    directory = gps(tiff, PLACE | there)
    assert [tag.description for tag in directory.tags()][4:] == ["S", "-49° 11' 11.57\"", "East", "1° 39' 19.85\""]
    assert location(directory) == location(gps(tiff, PLACE))
    assert directory.errors == []


FAULTS = [
    ({}, []),
    ({0: (B, (2, 3, 0, 0))}, []),
    (
        {2: PLACE[2]},
        ["GPS Latitude: no hemisphere: no place is made of it", "GPS Latitude without a GPS Longitude: no p"],
    ),
    (PLACE | {3: (A, b"\0")}, ["GPS Longitude: no hemisphere: no place is made of it"]),
    (PLACE | {2: (R, ((0, 0), (0, 0), (0, 0)))}, ["GPS Latitude: 0/0 is no number: no place is made of it"]),
    (PLACE | {2: (R, ((0, 1),) * 3), 4: (R, ((0, 1),) * 3)}, ["Latitude and longitude are both 0"]),
    (
        PLACE | {2: (10, ((-49, 1), (0, 1), (0, 1)))},
        ["GPS Latitude: a negative number of degrees N, taken for 49 degrees N"],
    ),
    (PLACE | {0x14: PLACE[2]}, ["GPS Dest Latitude: no hemisphere: no place is made of it"]),
    (PLACE | {29: (A, b"2020:01:02\0"), 7: (R, ((7, 1), (11, 1), (43, 1)))}, []),
    (PLACE | {7: (R, ((7, 1), (11, 1), (43, 1)))}, []),
    (
        {29: (A, b"0000:00:00\0"), 7: (R, ((7, 1), (11, 1), (43, 1)))},
        ["GPS Date Stamp: '0000:00:00' is no date: no mom"],
    ),
    (
        {29: (A, b"tomorrow\0"), 7: (R, ((7, 1), (11, 1), (43, 1)))},
        ["GPS Date Stamp: 'tomorrow' cannot be read as a d"],
    ),
    (
        {29: (A, b"2020:01:02\0"), 7: (R, ((0, 0), (0, 0), (0, 0)))},
        ["GPS Time-Stamp is no time: no moment is made of it"],
    ),
    (
        {29: (A, b"1980:01:06\0"), 7: (R, ((0, 1), (0, 1), (8, 1)))},
        ["GPS Date Stamp: the day from which GPS counts, a "],
    ),
]


@pytest.mark.parametrize(("tags", "errors"), FAULTS)
def test_what_no_place_and_no_moment_is_made_of_is_told(tiff, tags, errors):
    found = gps(tiff, tags).errors
    assert len(found) == len(errors)
    assert all(map(str.startswith, found, errors))


def test_units_stand_in_another_tag(tiff):
    tags = {12: (A, b"K\0"), 13: (R, (5, 2)), 0x19: (A, b"N\0"), 0x1A: (R, (7, 1))}
    assert [tag.description for tag in gps(tiff, tags).tags()] == ["km/h", "2.5 km/h", "knots", "7 knots"]
