from __future__ import annotations

from typing import Any

import pytest

from metadata_digger.metadata.model import Directory, Rational, TagTable, XmpProperty
from metadata_digger.schema import OWN_TAG
from metadata_digger.steps.location import own_tags


def angle(*parts: tuple[int, int]) -> tuple[Rational, ...]:
    return tuple(Rational(*part) for part in parts)


PLACE = {
    1: "N",
    2: angle((54, 1), (59, 1), (228, 10)),
    3: "W",
    4: angle((1, 1), (54, 1), (51, 1)),
}


def found(values: dict[int, Any]) -> dict[str, str]:
    tags = own_tags([Directory("GPS", TagTable({}), values)], [])
    assert all(tag < OWN_TAG for tag, _, _ in tags)
    assert len({tag for tag, _, _ in tags}) == len(tags)
    return {name: value for _, name, value in tags}


def test_location() -> None:
    assert found(PLACE) == {
        "MD Location": "54.989666666666665,-1.9141666666666666",
        "MD Location Lat F": "54.989666666666665",
        "MD Location Long F": "-1.9141666666666666",
    }


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({1: "S"}, "-54.989666666666665,-1.9141666666666666"),
        ({3: "E"}, "54.989666666666665,1.9141666666666666"),
        ({2: angle((0, 1), (0, 1), (0, 0))}, "0.0,-1.9141666666666666"),
        ({2: angle((0, 1), (0, 1), (36, 10000))}, "1.0E-6,-1.9141666666666666"),  # Java's own writing
        ({2: angle((-54, 1), (0, 1), (0, 1)), 4: angle((2, 1), (30, 1), (0, 1))}, "54.0,-2.5"),
        ({1: None}, None),
        ({2: angle((54, 1), (59, 1))}, "54.983333333333334,-1.9141666666666666"),
        ({2: (54, 59, 24)}, "54.99,-1.9141666666666666"),
        ({4: angle((1, 0), (54, 1), (51, 1))}, None),
        ({4: angle((0, 0), (0, 0), (0, 0))}, None),
        ({4: angle((181, 1), (0, 1), (0, 1))}, None),
        ({3: "west"}, "54.989666666666665,-1.9141666666666666"),
        ({3: "?"}, None),
        ({4: "1,54,51"}, "54.989666666666665,-1.9141666666666666"),
        ({4: "no place"}, None),
    ],
)
def test_location_rules(change: dict[int, Any], expected: str | None) -> None:
    values = {tag: value for tag, value in (PLACE | change).items() if value is not None}
    assert found(values).get("MD Location") == expected


@pytest.mark.parametrize(
    ("date", "time", "expected"),
    [
        ("2010:10:21", angle((1, 1), (2, 1), (3, 1)), "2010:10:21 01:02:03"),
        ("2010:10:21", angle((23, 1), (59, 1), (599996, 10000)), "2010:10:22 00:00:00"),
        ("2010:10:21", angle((24, 1), (0, 1), (1999, 1000)), "2010:10:22 00:00:01"),
        ("2010:12:31", angle((23, 1), (59, 1), (60, 1)), "2011:01:01 00:00:00"),
        ("2010:1:5", angle((1, 2), (7, 2), (0, 0)), "2010:01:05 00:33:30"),
        ("0033:04:03", angle((0, 1), (0, 1), (0, 1)), "0033:04:03 00:00:00"),
        ("2010-10-21", angle((1, 1), (2, 1), (3, 1)), "2010:10:21 01:02:03"),
        ("2010.10.21", angle((1, 1), (2, 1), (3, 1)), "2010:10:21 01:02:03"),
        ("2010/10/21", angle((1, 1), (2, 1), (3, 1)), "2010:10:21 01:02:03"),
        ("20101021", angle((1, 1), (2, 1), (3, 1)), "2010:10:21 01:02:03"),
        (b"2010:10:21\0", angle((1, 1), (2, 1), (3, 1)), "2010:10:21 01:02:03"),
        ("2014:09:259", angle((1, 1), (2, 1), (3, 1)), "2014:09:16 01:02:03"),  # Apple iPhone 6: day of the year
        ("2014:02:45", angle((1, 1), (2, 1), (3, 1)), "2014:02:14 01:02:03"),
        ("2014:09:359", angle((1, 1), (2, 1), (3, 1)), None),
        ("2014:12:366", angle((1, 1), (2, 1), (3, 1)), None),
        ("2010:10:21", "01:02:03", "2010:10:21 01:02:03"),
        ("2010:10:21", (1, 2, 3), "2010:10:21 01:02:03"),
        ("2010:10:21 01:02:03", None, "2010:10:21 01:02:03"),
        ("2010:10:21", angle((0, 0), (0, 0), (0, 0)), None),
        ("2010:10:21", angle((25, 1), (0, 1), (0, 1)), None),
        ("2010:10:21", angle((-1, 1), (0, 1), (0, 1)), None),
        ("1980:01:06", angle((0, 1), (0, 1), (9, 1)), None),  # a receiver without a fix
        ("    :  :  ", angle((1, 1), (2, 1), (3, 1)), None),
        ("0000:00:00", angle((1, 1), (2, 1), (3, 1)), None),
        ("2010:13:01", angle((1, 1), (2, 1), (3, 1)), None),
        ("9999:12:31", angle((24, 1), (0, 1), (0, 1)), None),
        ("2010:10:21", angle((1, 0), (2, 1), (3, 1)), None),
        ("2010:10:21", angle((1, 1), (2, 1)), "2010:10:21 01:02:00"),
        ("2010:10:21", angle((1, 1)), None),
        ("2010:10:21", None, None),
        (None, angle((1, 1), (2, 1), (3, 1)), None),
        (20101021, angle((1, 1), (2, 1), (3, 1)), None),
    ],
)
def test_date_time(date: Any, time: Any, expected: str | None) -> None:
    values = {tag: value for tag, value in ((29, date), (7, time)) if value is not None}
    assert found(values).get("MD DateTime") == expected


def xmp(**properties: str) -> Directory:
    found = [XmpProperty("", name.replace("__", ":"), value) for name, value in properties.items()]
    return Directory("XMP", TagTable({}), {}, [], found)


def place(*directories: Directory) -> tuple[str | None, str | None, list[str]]:
    notes: list[str] = []
    tags = {name: value for _, name, value in own_tags(directories, notes)}
    return tags.get("MD Location"), tags.get("MD Location Source"), notes


IN_XMP = "XMP.exif:GPSLatitude + XMP.exif:GPSLongitude"


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"exif__GPSLatitude": "12,15.0S", "exif__GPSLongitude": "110,7.5W"}, "-12.25,-110.125"),
        ({"exif__GPSLatitude": "12,15,0N", "exif__GPSLongitude": "110,7,30E"}, "12.25,110.125"),
        ({"exif__GPSLatitude": "12° 15' 00\" N", "exif__GPSLongitude": "110°7'30\"E"}, "12.25,110.125"),
        ({"exif__GPSLatitude": "12.25", "exif__GPSLongitude": "-110.125"}, "12.25,-110.125"),
        (
            {"exif__GPSLatitude": "12.25", "exif__GPSLatitudeRef": "South", "exif__GPSLongitude": "110.125"}
            | {"exif__GPSLongitudeRef": "E"},
            "-12.25,110.125",
        ),
    ],
)
def test_place_in_xmp(properties: dict[str, str], expected: str) -> None:
    assert place(xmp(**properties)) == (expected, IN_XMP, [])


def test_place_of_a_drone() -> None:
    values = {"drone-dji__GpsLatitude": "+12.405", "drone-dji__GpsLongtitude": "110.1075"}
    source = "XMP.drone-dji:GpsLatitude + XMP.drone-dji:GpsLongtitude"
    assert place(xmp(**values)) == ("12.405,110.1075", source, [])


@pytest.mark.parametrize(
    ("latitude", "longitude", "note"),
    [
        ("12.405", "110.1075", "no hemisphere"),
        ("92,0N", "110,6E", "92 degrees are beyond 90"),
        ("here", "110,6E", "'here' is no angle"),
    ],
)
def test_no_place_in_xmp(latitude: str, longitude: str, note: str) -> None:
    found, source, notes = place(xmp(exif__GPSLatitude=latitude, exif__GPSLongitude=longitude))
    assert (found, source) == (None, None)
    assert notes[0] == f"XMP: exif:GPSLatitude: {note}: no place is made of it"


MOVIE = Directory("MP4", TagTable({}), {0x2001: 51.5, 0x2002: -0.25})
KEYS = Directory("QuickTime Metadata", TagTable({}), {0x050D: "+33.2126+120.3935/"})
NOWHERE = Directory("QuickTime Metadata", TagTable({}), {0x050D: "+95.0+120.3935/"})


@pytest.mark.parametrize(
    ("directories", "expected"),
    [
        ([MOVIE], ("51.5,-0.25", "MP4")),
        ([Directory("MP4", TagTable({})), NOWHERE, KEYS, MOVIE], ("33.2126,120.3935", "QuickTime Metadata")),
        ([NOWHERE], (None, None)),
        ([MOVIE, Directory("GPS", TagTable({}), PLACE)], ("54.989666666666665,-1.9141666666666666", None)),
        ([MOVIE, Directory("GPS", TagTable({}))], ("51.5,-0.25", "MP4")),
        ([], (None, None)),
    ],
)
def test_place_of_a_movie(directories: list[Directory], expected: tuple[str | None, str | None]) -> None:
    assert place(*directories) == (*expected, [])


def test_the_first_of_several_places() -> None:
    """GPS of Exif before XMP, and the camera's Exif block before another one."""
    camera, program = Directory("GPS", TagTable({}), PLACE), Directory("GPS", TagTable({}), PLACE | {3: "E"})
    other = xmp(exif__GPSLatitude="12,24.3S", exif__GPSLongitude="110,6.45W")
    first = "54.989666666666665,-1.9141666666666666"
    assert place(other, camera, camera) == (first, None, [])
    assert place(camera, program) == (first, None, ["GPS: 2 places that differ; MD Location is the first"])


def test_moment_in_xmp() -> None:
    tags = own_tags([xmp(exif__GPSTimeStamp="2010-10-21T01:02:03.5Z")], [])
    assert [value for _, _, value in tags] == ["2010:10:21 01:02:03"]
