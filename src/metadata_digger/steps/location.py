"""Tags that the original adds to the directory GPS: where and when, in a form that maps and search engines take.

The rules are metadata-extractor's (GpsDirectory.getGeoLocation and getGpsDate); CIPA DC-008, 4.6.6, has the fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from math import floor, isfinite

from metadata_digger.metadata.blocks.gps import location
from metadata_digger.metadata.model import Directory, Value
from metadata_digger.metadata.render import double, quotient, rationals
from metadata_digger.schema import OWN_TAG

LOCATION, LATITUDE, LONGITUDE, DATE_TIME = OWN_TAG - 1, OWN_TAG - 2, OWN_TAG - 3, OWN_TAG - 4

_TIME_STAMP, _DATE_STAMP = 0x0007, 0x001D
_DAY = re.compile(r"\s*(\d{1,4}):\s*(\d{1,2}):\s*(\d{1,2})\s*")


def own_tags(gps: Directory) -> Iterator[tuple[int, str, str]]:
    """(id, name, value): decimal degrees, south and west negative; "yyyy:MM:dd HH:mm:ss" in UTC."""
    place = location(gps)
    if place is not None and isfinite(place[0]) and isfinite(place[1]):
        latitude, longitude = map(double, place)
        yield LOCATION, "MD Location", f"{latitude},{longitude}"
        yield LATITUDE, "MD Location Lat F", latitude
        yield LONGITUDE, "MD Location Long F", longitude
    moment = date_time(gps.values.get(_DATE_STAMP), gps.values.get(_TIME_STAMP))
    if moment is not None:
        # strftime("%Y") does not pad years below 1000.
        yield DATE_TIME, "MD DateTime", f"{moment.year:04}:{moment:%m:%d %H:%M:%S}"


def date_time(date: Value, time: Value) -> datetime | None:
    """The date stamp and the time stamp (hours, minutes, seconds) together; None when either is missing or no date.

    A 13th month or a day 0, which the reference counts on from, is no date here: it is how cameras without a fix fill
    the field.
    """
    fractions = rationals(time)
    day = _DAY.fullmatch(date) if isinstance(date, str) else None
    if day is None or fractions is None or len(fractions) != 3:
        return None
    hours, minutes, seconds = map(quotient, fractions)
    if not all(map(isfinite, (hours, minutes, seconds))):
        return None
    # Rounded to milliseconds first, so that 59.9999 becomes the next minute; second 60 and hour 24 occur.
    whole = floor(floor(seconds * 1000 + 0.5) / 1000)
    try:
        start = datetime(int(day[1]), int(day[2]), int(day[3]))
        return start + timedelta(hours=int(hours), minutes=int(minutes), seconds=whole)
    except (ValueError, OverflowError):
        return None
