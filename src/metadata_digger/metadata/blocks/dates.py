"""Moments as the reference prints them: in the zone that TZ names, English whatever the locale."""

from __future__ import annotations

import time
from typing import NamedTuple

from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.render import text
from metadata_digger.metadata.values import Value

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_1904 = -2_082_844_800  # the epoch of MP4 and QuickTime files, in seconds since 1970
_GREGORIAN = -12_219_292_800  # 15 October 1582: before it Java counts by the Julian calendar
_ZONES = -2_208_988_800  # 1 January 1900
_CYCLE = 146_097 * 86_400  # 400 years
_JULIAN_DAY = 2_440_588  # number of 1 January 1970


class _Parts(NamedTuple):
    date: str  # "Wed Jul 24 18:25:57"
    offset: str
    zone: str
    year: int


class Moment(int):
    """Seconds since 1970; as a string "Wed Jul 24 18:25:57 +10:00 2019"."""

    __slots__ = ()

    def __str__(self) -> str:
        return java_date(self)


def since_1904(seconds: int) -> Moment | int:
    """A count of seconds since 1904. Java counts milliseconds in 64 bits and loses what is above them.

    0 stays the number that it is: writers without a clock leave it, as ISO/IEC 14496-12, 8.2.2, has no word for "no
    date", and 1904 would be one that nobody stated.
    """
    if not seconds:
        return 0
    milliseconds = ((seconds + _1904) * 1000 + 2**63) % 2**64 - 2**63
    return Moment(milliseconds // 1000)


def java_date(seconds: float) -> str:
    """A moment as most directories have it: "Wed Jul 24 18:25:57 +10:00 2019"."""
    parts = _parts(seconds)
    return f"{parts.date} {parts.offset} {parts.year:04d}"


def zoned(_: Directory, value: Value) -> str | None:
    """A Render: "Wed Jul 24 18:25:57 AEST 2019", java.util.Date.toString; a number that is no moment as it is."""
    if not isinstance(value, Moment):
        return text(value)
    parts = _parts(value)
    return f"{parts.date} {parts.zone} {parts.year}"


def _parts(seconds: float) -> _Parts:
    # Java's zones begin in 1900, and C libraries miscount in far years. The calendar repeats itself after 400 years.
    cycles = max(0, int(seconds) // _CYCLE - 1)
    moment = time.localtime(max(seconds - cycles * _CYCLE, _ZONES))
    zone, shift = moment.tm_zone, moment.tm_gmtoff
    if seconds < _ZONES:
        cycles = int(seconds) // _CYCLE
        moment = time.gmtime(seconds - cycles * _CYCLE + shift)
    year, month, day = moment.tm_year + 400 * cycles, moment.tm_mon, moment.tm_mday
    if seconds + shift < _GREGORIAN:
        year, month, day = _julian(int(seconds + shift) // 86_400)
    sign, minutes = ("-", -shift // 60) if shift < 0 else ("+", shift // 60)
    return _Parts(
        f"{_DAYS[moment.tm_wday]} {_MONTHS[month - 1]} {day:02d} "
        f"{moment.tm_hour:02d}:{moment.tm_min:02d}:{moment.tm_sec:02d}",
        f"{sign}{minutes // 60:02d}:{minutes % 60:02d}",
        zone,
        year if year > 0 else 1 - year,  # before Christ
    )


def _julian(day: int) -> tuple[int, int, int]:
    """Year, month and day by the Julian calendar of a day counted from 1970."""
    day += _JULIAN_DAY + 32_082  # from 1 March of the year -4800
    year, day = divmod(4 * day + 3, 1461)
    day //= 4
    month = (5 * day + 2) // 153
    return year - 4800 + month // 10, month + 3 if month < 10 else month - 9, day - (153 * month + 2) // 5 + 1
