"""Dates and times in all the forms in which files have them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from metadata_digger.metadata.blocks.stamps import DAY, MINUTE, MONTH, YEAR, is_blank, is_zero, offset, stamp

WHOLE = datetime(2010, 10, 21, 11, 22, 48)
LATE = datetime(2010, 10, 21, 23, 22, 48)


@pytest.mark.parametrize(
    "text",
    [
        "2010:10:21 11:22:48",
        "2010-10-21 11:22:48",
        "2010.10.21 11:22:48",
        "2010/10/21 11:22:48",
        "2010-10-21T11:22:48",
        "2010:10:21  11:22:48",
        "2010:10:21:11:22:48",
        "2010:10:21 11.22.48",
        "20101021 11:22:48",
        "20101021112248",
        "20101021T112248",
        "20101021_112248",
        "2010:10:21 11:22:48 AM",
        "2010:10:21 11:22:48 a. m.",
        "2010:10:21 上午11:22:48",
        "Thu Oct 21 11:22:48 2010",
        "THU OCT 21 11:22:48 2010\n\0",
        "Oct 21, 2010 11:22:48",
        "21 Oct 2010 11:22:48",
        "Thu, 21 October 2010 11:22:48",
        "21-Oct-2010 11:22:48",
        "2010:10:21 11:22:48\0\0",
    ],
)
def test_one_moment(text: str) -> None:
    assert stamp(text) == (WHOLE, 4, "", None)


@pytest.mark.parametrize(
    "text",
    [
        "2010:10:21 11:22:48 PM",
        "2010:10:21 11:22:48pm",
        "2010:10:21 11:22:48 p.m.",
        "2010:10:21 11:22:48 下午",
        "2010:10:21 오후 11:22:48",
        "2010:10:21 23:22:48 PM",
        "Oct 21, 2010 11:22:48 PM",
    ],
)
def test_halves_of_the_day(text: str) -> None:
    assert stamp(text) == (LATE, 4, "", None)


@pytest.mark.parametrize(
    ("text", "moment", "hours"),
    [
        ("2010:10:21 11:22:48Z", WHOLE, 0),
        ("2010:10:21 11:22:48 UTC", WHOLE, 0),
        ("2010-10-21T11:22:48+05:45", WHOLE, 5.75),
        ("2010-10-21T11:22:48-0330", WHOLE, -3.5),
        ("2010-10-21T11:22:48 +2", WHOLE, 2),
        ("20101021T112248+0200", WHOLE, 2),
        ("Thu Oct 21 11:22:48 +01:00 2010", WHOLE, 1),
        ("Thu, 21 Oct 2010 11:22:48 GMT", WHOLE, 0),
        ("21 Oct 2010 11:22:48 PDT", WHOLE, -7),
    ],
)
def test_offset_in_the_text(text: str, moment: datetime, hours: float) -> None:
    found = stamp(text)
    assert found is not None
    assert (found.moment, found.offset) == (moment, timedelta(hours=hours))
    assert found.utc == moment - timedelta(hours=hours)


@pytest.mark.parametrize(
    ("text", "moment", "unit"),
    [
        ("2010:10:21 11:22", datetime(2010, 10, 21, 11, 22), MINUTE),
        ("2010-10-21", datetime(2010, 10, 21), DAY),
        ("20101021", datetime(2010, 10, 21), DAY),
        ("21 Oct 2010", datetime(2010, 10, 21), DAY),
        ("2010:1:5", datetime(2010, 1, 5), DAY),
        ("2010-10", datetime(2010, 10, 1), MONTH),
        ("2010", datetime(2010, 1, 1), YEAR),
    ],
)
def test_less_than_a_second(text: str, moment: datetime, unit: int) -> None:
    assert stamp(text) == (moment, unit, "", None)


def test_fraction() -> None:
    found = stamp("2006:08:17 10:26:25.0417")
    assert found is not None
    assert found.fraction == "0417"
    assert found.utc == datetime(2006, 8, 17, 10, 26, 25, 41_700)
    assert stamp("20060817102625,5") == (datetime(2006, 8, 17, 10, 26, 25), 4, "5", None)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2010:10:21 24:00:00", datetime(2010, 10, 22)),
        ("2010:12:31 23:59:60", datetime(2011, 1, 1)),
        ("2010:10:21 12:05:00 AM", datetime(2010, 10, 21, 0, 5)),
        ("2010:10:21 12:05:00 PM", datetime(2010, 10, 21, 12, 5)),
    ],
)
def test_ends_of_the_day(text: str, moment: datetime) -> None:
    found = stamp(text)
    assert found is not None
    assert found.moment == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0000:00:00 00:00:00",
        "2010:13:01",
        "2010:02:30 11:22:48",
        "2010:10:21 25:00:00",
        "2010:10:21 11:60:00",
        "2010:10:21 13:00:00 AM",
        "9999:12:31 24:00:00",
        "2010:10-21",
        "2010-10-21T11:22:48+25:00",
        "10/21/2010 11:22:48",
        "Thu Oct 21 11:22:48",
        "Thu Oct 21 11:22:48 CEST 2010",  # zones by name are no offsets
        "201010",
        "yesterday",
        "1" * 500,
        "2010:10:21 11:22:48 and more",
    ],
)
def test_no_moment(text: str) -> None:
    assert stamp(text) is None


def test_what_begins_with_a_moment() -> None:
    assert stamp("2010:10:21 11:22:48 and more", begins=True) == (WHOLE, 4, "", None)
    assert stamp("2010:10:21 and more", begins=True) is None


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("+05:45", 345),
        ("-03:30", -210),
        (" +0200\0", 120),
        ("+2", 120),
        ("UTC+12", 720),
        ("GMT -3", -180),
        ("Z", 0),
        ("+02:00:00", 120),
        ("   :  ", None),
        ("02:00", None),
        ("+16:00", None),
        ("+02:75", None),
        ("CEST", None),
        ("", None),
    ],
)
def test_offset(text: str, minutes: int | None) -> None:
    assert offset(text) == (None if minutes is None else timedelta(minutes=minutes))


def test_empty_fields() -> None:
    assert all(map(is_blank, ("", "    :  :     :  :  ", "\0\0", "----", "????:??:??")))
    assert all(map(is_zero, ("0000:00:00 00:00:00", "00000000", "0000-00-00T00:00:00Z", "0")))
    assert not any(map(is_zero, ("", "    :  :  ", "2000:00:00 00:00:00", "2010:10:21")))
