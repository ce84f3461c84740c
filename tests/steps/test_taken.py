"""When pictures were taken, out of all that files say of it."""

from __future__ import annotations

from typing import Any

import pytest

from metadata_digger.metadata.blocks.dates import Moment, since_1904
from metadata_digger.metadata.blocks.exif_tables import EXIF
from metadata_digger.metadata.blocks.gps import GPS
from metadata_digger.metadata.model import Directory, TagTable, XmpProperty
from metadata_digger.metadata.values import Rational
from metadata_digger.schema import OWN_TAG
from metadata_digger.steps.taken import own_tags

ORIGINAL, DIGITIZED, CHANGED, FRACTION, ZONE, HOURS = 0x9003, 0x9004, 0x0132, 0x9291, 0x9011, 0x882A
DATE = "2010:10:21 11:22:48"
TABLES = {"GPS": GPS, "Exif IFD0": EXIF, "Exif SubIFD": EXIF}


def directory(name: str, values: dict[int, Any]) -> Directory:
    return Directory(name, TABLES.get(name, TagTable({0x0100: "Creation Time"})), values)


def xmp(**properties: str) -> Directory:
    found = [XmpProperty("", name.replace("_", ":"), value) for name, value in properties.items()]
    return Directory("XMP", TagTable({}), {}, [], found)


def gps(date: str, hours: int, minutes: int, seconds: int) -> Directory:
    time = tuple(Rational(part, 1) for part in (hours, minutes, seconds))
    return directory("GPS", {0x001D: date, 0x0007: time})


def sub_ifd(**tags: Any) -> Directory:
    return directory("Exif SubIFD", {globals()[name.upper()]: value for name, value in tags.items()})


def taken(*directories: Directory) -> tuple[str | None, str | None, str | None, list[str]]:
    notes: list[str] = []
    tags = own_tags(directories, notes)
    assert all(tag < OWN_TAG for tag, _, _ in tags)
    found = {name: value for _, name, value in tags}
    return found.get("MD Taken"), found.get("MD Taken Source"), found.get("MD Taken Zone"), notes


IFD_ORIGINAL = "Exif SubIFD.Date/Time Original"
BY_GPS = "GPS.MD DateTime"

CASES: list[tuple[list[Directory], str, str, str]] = [
    ([sub_ifd(original=DATE)], "2010-10-21T11:22:48", IFD_ORIGINAL, "unknown"),
    ([sub_ifd(original=DATE, fraction="089")], "2010-10-21T11:22:48.089", IFD_ORIGINAL, "unknown"),
    ([sub_ifd(original=f"{DATE}.417", fraction="5")], "2010-10-21T11:22:48.417", IFD_ORIGINAL, "unknown"),
    ([sub_ifd(original="2010:10:21 11:22")], "2010-10-21T11:22", IFD_ORIGINAL, "unknown"),
    ([sub_ifd(original="2010:10:21")], "2010-10-21", IFD_ORIGINAL, "unknown"),
    (
        [sub_ifd(original=DATE, zone="-03:30", fraction="50 ")],
        "2010-10-21T14:52:48.50Z",
        f"{IFD_ORIGINAL} + Exif SubIFD.Time Zone Original",
        "UTC-03:30",
    ),
    ([sub_ifd(original=DATE, zone="   :  ")], "2010-10-21T11:22:48", IFD_ORIGINAL, "unknown"),
    (
        [sub_ifd(original=DATE, hours=2)],
        "2010-10-21T09:22:48Z",
        f"{IFD_ORIGINAL} + Exif SubIFD.Time Zone Offset",
        "UTC+02:00",
    ),
    ([sub_ifd(original=DATE + "Z")], "2010-10-21T11:22:48Z", IFD_ORIGINAL, "UTC+00:00"),
    # what the clock is ahead of GPS is its zone, if it is one
    (
        [sub_ifd(original=DATE, fraction="089"), gps("2010:10:21", 9, 22, 46)],
        "2010-10-21T09:22:48.089Z",
        f"{IFD_ORIGINAL} + {BY_GPS}",
        "UTC+02:00",
    ),
    (
        [sub_ifd(original=DATE), gps("2010:10:21", 5, 37, 50)],
        "2010-10-21T05:37:48Z",
        f"{IFD_ORIGINAL} + {BY_GPS}",
        "UTC+05:45",
    ),
    (
        [sub_ifd(original=DATE, zone="+02:00"), gps("2010:10:21", 9, 0, 0)],
        "2010-10-21T09:22:48Z",
        f"{IFD_ORIGINAL} + Exif SubIFD.Time Zone Original",
        "UTC+02:00",
    ),
    ([gps("2010:10:21", 9, 0, 0)], "2010-10-21T09:00:00Z", BY_GPS, "UTC"),
    ([gps("2010:10:21", 9, 0, 0), sub_ifd(digitized=DATE)], "2010-10-21T09:00:00Z", BY_GPS, "UTC"),
    ([sub_ifd(original="2010:10:21"), gps("2010:10:21", 9, 0, 0)], "2010-10-21T09:00:00Z", BY_GPS, "UTC"),
    ([sub_ifd(original="2010:10:21"), gps("2012:10:21", 9, 0, 0)], "2010-10-21", IFD_ORIGINAL, "unknown"),
    # one after the other
    (
        [xmp(exif_DateTimeOriginal="2010-10-21T11:22:48.5+02:00")],
        "2010-10-21T09:22:48.5Z",
        "XMP.exif:DateTimeOriginal",
        "UTC+02:00",
    ),
    ([xmp(photoshop_DateCreated="2010-10-21")], "2010-10-21", "XMP.photoshop:DateCreated", "unknown"),
    ([xmp(photoshop_DateCreated="2010")], "2010", "XMP.photoshop:DateCreated", "unknown"),
    (
        [xmp(photoshop_DateCreated="2010"), directory("IPTC", {0x0237: "20101021"})],
        "2010-10-21",
        "IPTC.Unknown tag (0x0237)",
        "unknown",
    ),
    (
        [directory("IPTC", {0x0237: "20101021", 0x023C: "112248+0200"})],
        "2010-10-21T09:22:48Z",
        "IPTC.Unknown tag (0x0237) + IPTC.Unknown tag (0x023c)",
        "UTC+02:00",
    ),
    ([directory("IPTC", {0x0237: ("20101021", "20101022")})], "2010-10-21", "IPTC.Unknown tag (0x0237)", "unknown"),
    ([xmp(xmp_CreateDate="2009-01-01"), sub_ifd(original=DATE)], "2010-10-21T11:22:48", IFD_ORIGINAL, "unknown"),
    ([directory("MP4", {0x0100: Moment(1287660168)})], "2010-10-21T11:22:48Z", "MP4.Creation Time", "UTC"),
    ([directory("QuickTime", {0x0100: Moment(1287660168)})], "2010-10-21T11:22:48Z", "QuickTime.Creation Time", "UTC"),
    (
        [
            directory("QuickTime", {0x0100: Moment(1)}),
            directory("QuickTime Metadata", {0x0506: "2010-10-21T11:22:48+0200"}),
        ],
        "2010-10-21T09:22:48Z",
        "QuickTime Metadata.Unknown tag (0x0506)",
        "UTC+02:00",
    ),
    (
        [Directory("AVI", TagTable({320: "Date/Time Original"}), {320: "Thu Oct 21 11:22:48 2010"})],
        "2010-10-21T11:22:48",
        "AVI.Date/Time Original",
        "unknown",
    ),
    (  # a makernote has it in parts
        [Directory("FLIR", TagTable({5: "Date/Time Original"}, {5: lambda *_: DATE}), {5: (1, 2, 3)})],
        "2010-10-21T11:22:48",
        "FLIR.Date/Time Original",
        "unknown",
    ),
    (
        [directory("PNG-tEXt", {13: ("Creation Time", "21 Oct 2010 11:22:48 GMT")})],
        "2010-10-21T11:22:48Z",
        "PNG-tEXt.Creation Time",
        "UTC+00:00",
    ),
    ([directory("PNG-tIME", {14: DATE})], "2010-10-21T11:22:48Z", "PNG-tIME.Unknown tag (0x000e)", "UTC"),
    ([sub_ifd(digitized=DATE)], "2010-10-21T11:22:48", "Exif SubIFD.Date/Time Digitized", "unknown"),
    (
        [directory("Exif IFD0", {CHANGED: DATE}), directory("Exif SubIFD", {0x9290: "5", 0x9010: "+01:00"})],
        "2010-10-21T10:22:48.5Z",
        "Exif IFD0.Date/Time + Exif SubIFD.Time Zone",
        "UTC+01:00",
    ),
    (  # the zone of another block is not that of this one
        [
            directory("Exif IFD0", {CHANGED: DATE}),
            directory("Exif IFD0", {}),
            directory("Exif SubIFD", {0x9010: "+01:00"}),
        ],
        "2010-10-21T11:22:48",
        "Exif IFD0.Date/Time",
        "unknown",
    ),
    ([directory("Exif IFD0", {ORIGINAL: DATE})], "2010-10-21T11:22:48", "Exif IFD0.Date/Time Original", "unknown"),
]


@pytest.mark.parametrize(("directories", "value", "source", "zone"), CASES)
def test_taken(directories: list[Directory], value: str, source: str, zone: str) -> None:
    assert taken(*directories) == (value, source, zone, [])


@pytest.mark.parametrize(
    ("directories", "value", "note"),
    [
        ([sub_ifd(original="0000:00:00 00:00:00")], None, f"{IFD_ORIGINAL}: '0000:00:00 00:00:00' is no date"),
        ([sub_ifd(original="a summer")], None, f"{IFD_ORIGINAL}: 'a summer' cannot be read as a date"),
        (
            [sub_ifd(original="0000:00:00 00:00:00", digitized=DATE)],
            "2010-10-21T11:22:48",
            f"{IFD_ORIGINAL}: '0000:00:00 00:00:00' is no date",
        ),
        ([directory("MP4", {0x0100: 0})], None, "MP4.Creation Time: 0 is no date"),
        ([directory("MP4", {0x0100: 1.5})], None, "MP4.Creation Time: 1.5 is no date"),
        (
            [directory("MP4", {0x0100: since_1904(1287660168)})],
            None,
            f"MP4.Creation Time: {since_1904(1287660168)} is before all movies: counted from 1970, perhaps",
        ),
        ([directory("MP4", {0x0100: Moment(10**15)})], None, "MP4.Creation Time: is beyond all dates"),
        (
            [sub_ifd(original="1970:01:01 00:00:00")],
            "1970-01-01T00:00:00",
            f"{IFD_ORIGINAL}: 1970:01:01 00:00:00 is what programs write that know no date",
        ),
        (
            [sub_ifd(original="2010:10:21 24:00:00")],
            "2010-10-22T00:00:00",
            f"{IFD_ORIGINAL}: hour 24 counts as the next day's first",
        ),
        (
            [sub_ifd(original=DATE), gps("2010:10:21", 9, 12, 48)],
            "2010-10-21T11:22:48",
            f"{IFD_ORIGINAL} and GPS.MD DateTime are 2:10:00 apart, which is no time zone: one of them is not that of "
            "the picture",
        ),
        (
            [sub_ifd(original="2000:01:01 00:00:30"), gps("2010:10:21", 9, 12, 48)],
            "2000-01-01T00:00:30",
            f"{IFD_ORIGINAL} and GPS.MD DateTime are 3946 days, 9:12:18 apart, which is no time zone: one of them is "
            "not that of the picture",
        ),
        (
            [sub_ifd(original=DATE, zone="+02:00"), gps("2010:10:24", 9, 22, 48)],
            "2010-10-21T09:22:48Z",
            f"{IFD_ORIGINAL} and GPS.MD DateTime are more than a day apart",
        ),
    ],
)
def test_what_is_odd_is_told(directories: list[Directory], value: str | None, note: str) -> None:
    found, _, _, notes = taken(*directories)
    assert (found, notes) == (value, [note])


@pytest.mark.parametrize(
    "directories",
    [
        [],
        [sub_ifd(original="    :  :     :  :  ")],
        [sub_ifd(original="")],
        [sub_ifd(original=(1, 2))],
        [sub_ifd(original="9999:12:31 23:59:59", zone="-12:00")],
        [directory("PNG-tEXt", {13: ("Title", DATE)})],
        [xmp(dc_title=DATE)],
        [directory("File", {3: DATE})],
    ],
)
def test_no_date(directories: list[Directory]) -> None:
    assert taken(*directories) == (None, None, None, [])
