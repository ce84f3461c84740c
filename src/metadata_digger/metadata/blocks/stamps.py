"""Dates and times in texts, in the forms in which files have them.

Exif (CIPA DC-008, 4.6.5) writes `2010:10:21 11:22:48`, XMP the profile of ISO 8601 of ISO 16684-1, IPTC (IIM 4.2)
`20101021` and `112248+0200`, RIFF and Java `Thu Oct 21 11:22:48 2010`, PNG recommends RFC 822's `21 Oct 2010 11:22:48
GMT`; programs write mixtures of them.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = dict.fromkeys(("Z", "UTC", "GMT", "UT"), 0) | {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5}  # RFC 822, 5.1
_NAMED |= {"MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_LONGEST = 100  # characters of a text that is a date

# Halves of the day: English, Spanish, Chinese, Japanese, Korean. Phones write them in their owner's language.
_HALF = r"[ap]\.?\s?m\.?|上午|下午|午前|午後|오전|오후"
_AFTER = re.compile(r"p|下午|午後|오후")
_ZONE = r"(?:\s*(?P<zone>(?:UTC|GMT)?[+-]\d\d?(?::?\d\d)?|Z|UTC?|GMT|[ECMP][SD]T)(?![\w]))?"
_DAY = (
    r"(?P<year>\d{4})(?:"
    r"(?P<separator>[:./ -])\s*(?P<month>\d\d?)(?:(?P=separator)\s*(?P<day>\d\d?))?"
    r"|(?P<month_>\d\d)(?P<day_>\d\d))?"
)
_CLOCK = (
    rf"(?:(?P<before>{_HALF})\s*)?"
    r"(?:(?P<hour>\d\d?)(?P<point>[:.])(?P<minute>\d\d?)(?:(?P=point)(?P<second>\d\d?)(?:[.,](?P<fraction>\d+))?)?"
    r"|(?P<hour_>\d\d)(?P<minute_>\d\d)(?:(?P<second_>\d\d)(?:[.,](?P<fraction_>\d+))?)?)"
    rf"(?:\s*(?P<after>{_HALF})(?![^\W\d_]))?"
)
_NUMBERS = re.compile(rf"{_DAY}(?:(?:\s*T\s*|[\s_:]+|(?<=\d{{8}})){_CLOCK})?{_ZONE}", re.ASCII | re.IGNORECASE)
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"
_WORDS = re.compile(
    rf"(?:[a-z]{{3,9}},?\s+)?(?:"
    rf"(?P<month>{_MONTH})\s+(?P<day>\d\d?)(?:,?\s+(?P<year>\d{{4}})(?!\d|:))?"
    rf"|(?P<day_>\d\d?)[\s-]+(?P<month_>{_MONTH})[\s-]+(?P<year_>\d{{4}}))"
    rf"(?:,?\s+{_CLOCK}{_ZONE})?(?:\s+(?P<year__>\d{{4}}))?",
    re.ASCII | re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*(?P<sign>[+-])\s*(?P<hours>\d\d?)(?::?(?P<minutes>\d\d))?(?::?00)?", re.ASCII)
_FARTHEST = timedelta(hours=15)  # Kiritimati is 14 ahead; cameras count an hour of summer time on top

YEAR, MONTH, DAY, MINUTE, SECOND = range(5)


class Stamp(NamedTuple):
    """A moment as a text states it: by the clock where it was written, to which unit, and what that clock was ahead of
    UTC, None where the text does not say."""

    moment: datetime  # whole seconds, without a zone
    unit: int = SECOND
    fraction: str = ""  # digits of the second behind the point
    offset: timedelta | None = None

    @property
    def utc(self) -> datetime:
        """In UTC if the offset is known, else by the clock; microseconds, further digits are cut off."""
        fine = self.moment + timedelta(microseconds=int(f"{self.fraction:0<6.6}"))
        return fine - self.offset if self.offset else fine


def stamp(text: str, *, begins: bool = False) -> Stamp | None:
    """The moment that a text is; None when it is none. Hour 24 and second 60 count on, a 13th month is no date.

    `begins`: enough that the text begins with a whole moment, to the second.
    """
    text = text.strip("\0 \t\r\n")[:_LONGEST]
    match = _NUMBERS.fullmatch(text) or _WORDS.fullmatch(text)
    if match is None and begins:
        match = _NUMBERS.match(text)
        if match is not None and (text[match.end()].isdigit() or (match["second"] or match["second_"]) is None):
            return None
    return None if match is None else _stamp(match.groupdict())


def _stamp(found: dict[str, str | None]) -> Stamp | None:
    year, month, day, hour, minute, second, fraction = (
        found.get(name) or found.get(name + "_") or found.get(name + "__")
        for name in ("year", "month", "day", "hour", "minute", "second", "fraction")
    )
    if year is None:
        return None
    unit = SECOND if second else MINUTE if minute else DAY if day else MONTH if month else YEAR
    try:
        start = datetime(int(year), _month(month or "1"), int(day or 1))
        hours = _hour(int(hour or 0), found.get("before") or found.get("after"))
        zone = found.get("zone")
        away = None if zone is None else offset(zone)
        if hours is None or int(minute or 0) > 59 or int(second or 0) > 60 or (zone is not None and away is None):
            return None
        return Stamp(
            start + timedelta(hours=hours, minutes=int(minute or 0), seconds=int(second or 0)),
            unit,
            fraction or "",
            away,
        )
    except (ValueError, OverflowError):
        return None


def _month(text: str) -> int:
    return int(text) if text.isdigit() else _MONTHS.index(text.lower()[:3]) + 1


def _hour(hour: int, half: str | None) -> int | None:
    if half is None:
        return hour if hour <= 24 else None
    if _AFTER.match(half.lower()):
        return hour + 12 if 0 < hour < 12 else hour if hour < 24 else None
    return None if hour > 12 else hour % 12


def offset(text: str) -> timedelta | None:
    """How far a zone is ahead of UTC: `+05:45`, `-0330`, `+2`, `UTC+2`, `Z`; None when the text does not say."""
    text = text.strip("\0 \t\r\n").upper()
    if text in _NAMED:
        return timedelta(hours=_NAMED[text])
    match = _OFFSET.fullmatch(text[:_LONGEST])
    if match is None or int(match["minutes"] or 0) > 59:
        return None
    found = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    if found > _FARTHEST:
        return None
    return -found if match["sign"] == "-" else found


def is_blank(text: str) -> bool:
    """Whether a field for a date is left empty: Exif's word for "unknown" is blanks between the colons."""
    return not text.strip("\0 \t\r\n:-./?T")


def is_zero(text: str) -> bool:
    """Whether a date consists of zeros: 0000:00:00 00:00:00, which a clock that was never set leaves."""
    return "0" in text and not text.strip("0\0 \t\r\n:-./+TZ")
