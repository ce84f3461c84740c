"""Values as Solr's field types take them: integers, dates, places, and text that is not too long.

The patterns of dates are Metadata Digger 0.2.1's, which took them from metadata-extractor (Directory.getDate), and the
form in which the extractor prints instants (java.util.Date.toString).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

# Lucene refuses a whole document for one term that is longer (IndexWriter.MAX_TERM_LENGTH); bytes of UTF-8.
LONGEST_TERM = 32_766

_INTEGER = re.compile(r"[+-]?[0-9]+")
_UNITS = re.compile(r"\s*(pixels|inches)\s*")
_ZONE = r"(?:\s*(?P<zone>Z|[+-]\d\d:?\d\d))?"
_NUMBERS = re.compile(
    r"(?P<year>\d{4})"
    r"(?:(?P<separator>[:.-])(?P<month>\d\d?)(?:(?P=separator)(?P<day>\d\d?)"
    r"(?:[ T]+(?P<hour>\d\d?):(?P<minute>\d\d?)(?::(?P<second>\d\d?)(?P<fraction>\.\d+)?)?)?)?)?" + _ZONE,
    re.ASCII,
)
_IPTC = re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WORDS = re.compile(
    rf"[A-Z][a-z]{{2}} (?P<month>{'|'.join(_MONTHS)}) (?P<day>\d\d?) (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d) "
    r"(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d) (?P<year>\d{4})",
    re.ASCII,
)
_PLACE = re.compile(r"(-?\d+(?:\.\d+)?(?:[eE]-?\d+)?),(-?\d+(?:\.\d+)?(?:[eE]-?\d+)?)", re.ASCII)


def integer(text: str, bits: int = 32) -> int | None:
    """The whole number in "3648 pixels"; None where there is none, or none of so many bits."""
    number = _UNITS.sub("", text).strip()
    # Text of thousands of digits is no number, and Python refuses to read it.
    if len(number) > 20 or not _INTEGER.fullmatch(number):
        return None
    value = int(number)
    return value if -(1 << bits - 1) <= value < 1 << bits - 1 else None


def date(text: str) -> str | None:
    """The instant as Solr writes it, "2010-10-21T11:22:48Z", UTC unless the text has an offset; None for no date.

    A date without a time is its first second. Unlike 0.2.1, whose parser counts on, a 13th month is no date, nor is the
    "0000:00:00 00:00:00" of cameras that were never set.
    """
    text = text.strip(" \0")
    match = _NUMBERS.fullmatch(text) or _IPTC.fullmatch(text) or _WORDS.fullmatch(text)
    if match is None:
        match = _NUMBERS.match(text)
        if match is None or match["second"] is None:  # behind a whole moment may stand anything, as in 0.2.1
            return None
    found = match.groupdict()
    month = found.get("month") or "1"
    zone = found.get("zone")
    try:
        moment = datetime(
            int(found["year"]),
            int(month) if month.isdigit() else _MONTHS.index(month) + 1,
            int(found.get("day") or 1),
            int(found.get("hour") or 0),
            int(found.get("minute") or 0),
            int(found.get("second") or 0),
            int(float(found.get("fraction") or 0) * 1_000) * 1_000,
            UTC,
        )
        return instant(moment - _shift(zone) if zone else moment)
    except (ValueError, OverflowError):
        return None


def instant(moment: datetime) -> str:
    """As Solr writes instants; `moment` is in UTC."""
    text = moment.isoformat(timespec="milliseconds" if moment.microsecond >= 1_000 else "seconds")
    return text.removesuffix("+00:00") + "Z"


def _shift(zone: str) -> timedelta:
    """What a zone is ahead of UTC."""
    if zone in ("Z", "UTC", "GMT"):
        return timedelta(0)
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError(f"{zone} is no zone")
    shift = timedelta(hours=hours, minutes=minutes)
    return -shift if zone[0] == "-" else shift


def is_place(text: str) -> bool:
    """Whether "latitude,longitude" is on Earth. Damaged files state 300 degrees, which Solr refuses."""
    match = _PLACE.fullmatch(text)
    return match is not None and abs(float(match[1])) <= 90 and abs(float(match[2])) <= 180


def cut(text: str) -> str:
    """The text as far as it fits into one term."""
    if len(text) * 4 <= LONGEST_TERM:  # no character has more than four bytes
        return text
    data = text.encode()
    return text if len(data) <= LONGEST_TERM else data[:LONGEST_TERM].decode(errors="ignore")
