"""How the values of the GPS directory of Exif (CIPA DC-008, 4.6.6) read: in the reference's words where they are right.

What is no place and no moment reads as it stands there, and `faults` says why no place is made of it.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from math import fmod, isfinite, isinf

from metadata_digger.metadata.blocks.coordinates import LATITUDE, LONGITUDE, Angle, angle, characters, numbers
from metadata_digger.metadata.blocks.exif_tables import encoded_text
from metadata_digger.metadata.blocks.stamps import DAY, Stamp, is_blank, is_zero, stamp
from metadata_digger.metadata.model import Directory, Rational, Render, TagTable, Value
from metadata_digger.metadata.render import decimal, quotient, rational, saturated, text, trimmed, version, words
from metadata_digger.metadata.tags.gps import LETTERS, NAMES, WORDS

_LATITUDE, _LONGITUDE, _TIME_STAMP, _DATE_STAMP = 0x0002, 0x0004, 0x0007, 0x001D
_AXES = {_LATITUDE: LATITUDE, _LONGITUDE: LONGITUDE, 0x0014: LATITUDE, 0x0016: LONGITUDE}  # two of the destination
_EPOCH = datetime(1980, 1, 6)  # of GPS (IS-GPS-200, 20.3.3.3.1.1): what a receiver without a fix counts from
_DAY_OF_THE_YEAR = re.compile(r"(\d{4}):(\d\d):(\d{2,3})", re.ASCII)
_PLACES = 9  # decimals of a number as it stands there: a ten-thousandth of a millimetre


def coordinate(directory: Directory, tag: int) -> Angle | None:
    """What a latitude or longitude says; None where it is missing. Its letter is in the tag before it."""
    value = directory.values.get(tag)
    return None if value is None else angle(value, directory.values.get(tag - 1), _AXES[tag])


def location(directory: Directory) -> tuple[float, float] | None:
    """Latitude and longitude in decimal degrees, None unless the directory has both and they are on Earth."""
    latitude, longitude = coordinate(directory, _LATITUDE), coordinate(directory, _LONGITUDE)
    if latitude is None or longitude is None or latitude.degrees is None or longitude.degrees is None:
        return None
    return latitude.degrees, longitude.degrees


def moment(directory: Directory) -> datetime | None:
    """The date stamp and the time stamp together, in UTC and whole seconds; None when one is missing or no date.

    A 13th month or a day 0, which the reference counts on from, is no date here: it is how cameras without a fix fill
    the field.
    """
    return _moment(directory)[0]


def faults(directory: Directory) -> list[str]:
    """Why there is no place or no moment where some of it stands, and what is odd about those that there are."""
    found = []
    for tag in _AXES:
        read = coordinate(directory, tag)
        if read is not None and read.fault is not None:
            end = "" if read.degrees is not None else ": no place is made of it"
            found.append(f"{NAMES[tag]}: {read.fault}{end}")
    for tag, other in ((_LATITUDE, _LONGITUDE), (_LONGITUDE, _LATITUDE)):
        if tag in directory.values and other not in directory.values:
            found.append(f"{NAMES[tag]} without a {NAMES[other]}: no place is made of it")
    if location(directory) == (0, 0):
        found.append("Latitude and longitude are both 0, as programs leave them that know no place")
    fault = _moment(directory)[1]
    return found if fault is None else [*found, fault]


def _moment(directory: Directory) -> tuple[datetime | None, str | None]:
    """The moment, or why there is none where something stands."""
    date, time = directory.values.get(_DATE_STAMP), directory.values.get(_TIME_STAMP)
    words = characters(date)
    if not words or is_blank(words):
        return None, None
    day = stamp(words, begins=True) or _day_of_the_year(words)
    if day is None or day.unit < DAY:
        why = "is no date" if is_zero(words) else "cannot be read as a date"
        return None, f"{NAMES[_DATE_STAMP]}: {words[:40]!r} {why}: no moment is made of it"
    clock = _clock(time, day)
    if clock is None:
        return None, None if time is None else f"{NAMES[_TIME_STAMP]} is no time: no moment is made of it"
    start = day.moment.replace(hour=0, minute=0, second=0)
    if start == _EPOCH:
        return (
            None,
            f"{NAMES[_DATE_STAMP]}: the day from which GPS counts, a receiver without a fix: no moment is made of it",
        )
    try:
        return start + clock, None
    except OverflowError:
        return None, f"{NAMES[_DATE_STAMP]} is no date: no moment is made of it"


def _day_of_the_year(words: str) -> Stamp | None:
    """ "2014:09:259" is 16 September, the 259th day: Apple's iPhone 6 counts so, which is checked against the month."""
    found = _DAY_OF_THE_YEAR.fullmatch(words)
    if found is None:
        return None
    year, month, day = map(int, found.groups())
    try:
        start = datetime(year, 1, 1) + timedelta(days=day - 1)
    except (ValueError, OverflowError):
        return None
    return Stamp(start, DAY) if (start.year, start.month) == (year, month) else None


def _clock(value: Value, day: Stamp) -> timedelta | None:
    """Time of the day in whole seconds; None for none. Hour 24 and second 60 occur."""
    if value is None:
        return None if day.unit == DAY else day.moment - day.moment.replace(hour=0, minute=0, second=0)
    parts = numbers(value)
    if parts is None:
        string = characters(value)
        found = None if string is None else stamp(f"2000:01:01 {string}")
        return None if found is None or found.unit == DAY else found.moment - datetime(2000, 1, 1)
    hours, minutes, seconds = (*parts, None, None)[:3]
    if len(parts) > 3 or hours is None or minutes is None:
        return None
    seconds = seconds or 0.0
    if not (0 <= hours <= 24 and 0 <= minutes <= 60 and 0 <= seconds < 61):
        return None
    # Rounded to milliseconds first, so that 59.9999 becomes the next minute.
    return timedelta(seconds=round((hours * 3600 + minutes * 60 + seconds) * 1000) // 1000)


def sexagesimal(angle: float) -> str:
    """Degrees, minutes and seconds: 49° 11' 11.57\"."""
    if isinf(angle):
        whole, minutes, seconds = saturated(2**63 if angle > 0 else -(2**63)), 0.0, float("nan")
    else:
        whole = saturated(int(angle))
        minutes = abs(fmod(angle, 1) * 60)
        seconds = fmod(minutes, 1) * 60
    return f"{whole}° {int(minutes)}' {decimal(seconds, 2)}\""


def _angle(tag: int) -> Render:
    def render(directory: Directory, value: Value) -> str | None:
        read = coordinate(directory, tag)
        return as_it_stands(value) if read is None or read.degrees is None else sexagesimal(read.degrees)

    return render


def as_it_stands(value: Value) -> str | None:
    """Numbers of an angle that is none: 411° 33' 57.5", 0/0° 0/0' 0/0"; text as it is."""
    parts = numbers(value)
    if parts is None or len(parts) > 3:
        string = characters(value)
        return string if string and (string.isascii() or isinstance(value, str)) else text(value, 16)
    return " ".join(_stated(value, index) + unit for index, unit in zip(range(len(parts)), "°'\"", strict=False))


def _stated(value: Value, index: int) -> str:
    """One number of an array as a decimal, a fraction over zero as a fraction."""
    one = value if isinstance(value, Rational | int | float) else value[index]
    if isinstance(one, Rational):
        return _decimal(quotient(one)) if one.denominator else f"{one.numerator}/0"
    return _decimal(float(one))


def _decimal(number: float) -> str:
    """With as many decimals as it has digits left: 15 of them are sure."""
    return decimal(number, max(0, min(_PLACES, 15 - len(str(int(abs(number)))))) if isfinite(number) else 0)


def _time(_: Directory, value: Value) -> str | None:
    parts = numbers(value)
    if parts is None:
        return characters(value)
    if len(parts) != 3 or not all(part is not None and isfinite(part) for part in parts):
        return " ".join(_stated(value, index) for index in range(min(len(parts), 3)))
    hours, minutes = (saturated(int(max(-9e18, min(9e18, part or 0)))) for part in parts[:2])
    return f"{hours:02d}:{minutes:02d}:{decimal(parts[2] or 0, 3, 3):0>6} UTC"


def _letter(table: dict[str, str]) -> Render:
    def render(_: Directory, value: Value) -> str | None:
        string = text(value)
        if string is None:
            return None
        string = trimmed(string)
        return table.get(string.upper()) or f"Unknown ({string})"

    return render


def _amount_of(fraction: Rational) -> str:
    return decimal(quotient(fraction), 2) if fraction.denominator else f"{fraction.numerator}/0"


def _amount(unit: str) -> Render:
    def render(_: Directory, value: Value) -> str | None:
        fraction = rational(value)
        return None if fraction is None else _amount_of(fraction) + unit

    return render


def _amount_in(reference: int, render_unit: Render) -> Render:
    """A quantity whose unit is in another tag."""

    def render(directory: Directory, value: Value) -> str | None:
        fraction = rational(value)
        if fraction is None:
            return None
        unit_value = directory.values.get(reference)
        unit = None if unit_value is None else render_unit(directory, unit_value)
        return f"{_amount_of(fraction)} {'unit' if unit is None else unit.lower()}"

    return render


def _direction(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    string = text(value) if fraction is None else _amount_of(fraction)
    string = "" if string is None else trimmed(string)
    return f"{string} degrees" if string else None


_letters = {tag: _letter(table) for tag, table in LETTERS.items()}

GPS = TagTable(
    NAMES,
    {
        **{tag: words(table) for tag, table in WORDS.items()},
        **_letters,
        0x0000: version(1),
        **{tag: _angle(tag) for tag in _AXES},
        0x0006: _amount(" metres"),
        0x0007: _time,
        0x000B: _amount(""),
        0x000D: _amount_in(0x000C, _letters[0x000C]),
        0x000F: _direction,
        0x0011: _direction,
        0x0018: _direction,
        0x001A: _amount_in(0x0019, _letters[0x0019]),
        0x001B: encoded_text,
        0x001C: encoded_text,
        0x001F: _amount(" metres"),
    },
)
