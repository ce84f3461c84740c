"""Dates beside what java.util.Date and SimpleDateFormat print."""

import pytest

from metadata_digger.metadata.blocks.dates import Moment, since_1904, zoned
from metadata_digger.metadata.model import Directory, TagTable

DIRECTORY = Directory("", TagTable({}))

pytestmark = pytest.mark.usefixtures("sydney")


@pytest.mark.parametrize(
    ("seconds", "date", "zone"),
    [
        (0, "Thu Jan 01 10:00:00 +10:00 1970", "Thu Jan 01 10:00:00 AEST 1970"),
        (1_577_836_800, "Wed Jan 01 11:00:00 +11:00 2020", "Wed Jan 01 11:00:00 AEDT 2020"),
        (-2_082_844_800, "Fri Jan 01 10:00:00 +10:00 1904", "Fri Jan 01 10:00:00 AEST 1904"),
        (-5_000_000_000, "Wed Jul 24 01:06:40 +10:00 1811", "Wed Jul 24 01:06:40 AEST 1811"),
        (-12_219_328_800, "Fri Oct 15 00:00:00 +10:00 1582", "Fri Oct 15 00:00:00 AEST 1582"),
        (-12_219_328_801, "Thu Oct 04 23:59:59 +10:00 1582", "Thu Oct 04 23:59:59 AEST 1582"),
        (49_000_000_000, "Mon Oct 02 02:06:40 +11:00 3522", "Mon Oct 02 02:06:40 AEDT 3522"),
        (189_401_000_000_000, "Fri Oct 06 03:53:20 +11:00 6003848", "Fri Oct 06 03:53:20 AEDT 6003848"),
        (-62_135_596_800, "Mon Jan 03 10:00:00 +10:00 0001", "Mon Jan 03 10:00:00 AEST 1"),
        (-62_200_000_000, "Fri Dec 20 00:13:20 +10:00 0003", "Fri Dec 20 00:13:20 AEST 3"),  # before Christ
        (9_223_369_954_009_976, "Mon Aug 16 17:12:56 +10:00 292278928", "Mon Aug 16 17:12:56 AEST 292278928"),
        (-9_223_369_954_009_976, "Sun Dec 03 02:47:04 +10:00 292268989", "Sun Dec 03 02:47:04 AEST 292268989"),
    ],
)
def test_dates(seconds: int, date: str, zone: str) -> None:
    assert str(Moment(seconds)) == date
    assert zoned(DIRECTORY, Moment(seconds)) == zone


@pytest.mark.parametrize(
    ("seconds", "since_1970"),
    [
        (1, -2_082_844_799),
        (3_800_000_000, 1_717_155_200),
        (2**63 // 1000, 9_223_372_036_854_775 - 2_082_844_800),
        (2**62, -2_082_844_800),  # the highest bits are lost
        (-(2**62), -2_082_844_800),
        (2**61 + 1, -2_082_844_799),
    ],
)
def test_since_1904(seconds: int, since_1970: int) -> None:
    assert since_1904(seconds) == since_1970


def test_no_clock_is_no_date() -> None:
    assert str(since_1904(0)) == "0"
    assert zoned(DIRECTORY, since_1904(0)) == "0"
    assert zoned(DIRECTORY, since_1904(1)) == "Fri Jan 01 10:00:01 AEST 1904"


def test_only_moments_are_dates() -> None:
    assert zoned(DIRECTORY, 5) == "5"
