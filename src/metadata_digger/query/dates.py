"""Dates as a query writes them: `2020-02` is the whole month, `NOW-1DAY/DAY` Solr's date math. All without a zone: UTC,
or the clock of the camera where it knows none."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from metadata_digger.errors import QueryError

_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:T(?P<hour>\d\d)(?::(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d)(?:\.\d{1,9})?)?)?)?)?)?Z?",
    re.ASCII,
)
_NOW = re.compile(r"NOW((?:[+-]\d{1,6}[A-Z]+|/[A-Z]+)*)")
_STEP = re.compile(r"([+-]\d+|/)([A-Z]+)")
_UNITS = ("year", "month", "day", "hour", "minute", "second")
_FORMS = "a date is written 2020, 2020-02, 2020-02-03, 2020-02-03T10:11:12Z or NOW-7DAYS"
FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From the first moment to the last microsecond. None is shorter than a second: of less the index knows nothing."""

    first: datetime
    last: datetime


def stretch(text: str, at: int, now: datetime) -> Stretch:
    """Raises QueryError."""
    if match := _NOW.fullmatch(text):
        moment = _math(match[1], now, at, len(text)).replace(microsecond=0)
        return Stretch(moment, end_of(moment, "second"))
    found = _DATE.fullmatch(text)
    if found is None:
        raise QueryError(f"{text} is no date: {_FORMS}", at, len(text))
    numbers = [int(found[unit]) for unit in _UNITS if found[unit] is not None]
    whole = [*numbers, *(1, 1, 1, 0, 0, 0)[len(numbers) :]]
    try:
        first = datetime(*whole, tzinfo=UTC)  # type: ignore[misc, arg-type]
    except ValueError:
        raise QueryError(f"{text}: there is no such day or time", at, len(text)) from None
    return Stretch(first, end_of(first, _UNITS[len(numbers) - 1]))


def end_of(first: datetime, unit: str) -> datetime:
    """The last microsecond of the year, month, ... that begins with a moment."""
    match unit:
        case "year":
            return first.replace(month=12, day=31, hour=23, minute=59, second=59, microsecond=999_999)
        case "month":
            day = calendar.monthrange(first.year, first.month)[1]
            return first.replace(day=day, hour=23, minute=59, second=59, microsecond=999_999)
        case "day":
            return first.replace(hour=23, minute=59, second=59, microsecond=999_999)
        case "hour":
            return first.replace(minute=59, second=59, microsecond=999_999)
        case "minute":
            return first.replace(second=59, microsecond=999_999)
        case _:
            return first.replace(microsecond=999_999)


def _math(steps: str, moment: datetime, at: int, length: int) -> datetime:
    for sign, word in _STEP.findall(steps):
        unit = word.lower().removesuffix("s")
        unit = {"date": "day", "milli": "millisecond", "millisecond": "millisecond"}.get(unit, unit)
        if unit not in (*_UNITS, "millisecond") and (unit != "week" or sign == "/"):
            raise QueryError(f"{word} is no unit of time: YEAR, MONTH, DAY, HOUR, MINUTE, SECOND", at, length)
        try:
            moment = _begin(moment, unit) if sign == "/" else _moved(moment, int(sign), unit)
        except (OverflowError, ValueError):
            raise QueryError("the date is before the year 1 or after the year 9999", at, length) from None
    return moment


def _begin(moment: datetime, unit: str) -> datetime:
    zero = {"month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}
    keep = _UNITS.index(unit) if unit in _UNITS else len(_UNITS)
    smaller = {name: zero[name] for name in _UNITS[keep + 1 :]}
    return moment.replace(microsecond=0, **smaller)  # type: ignore[arg-type]


def _moved(moment: datetime, count: int, unit: str) -> datetime:
    if unit in ("year", "month"):
        months = moment.year * 12 + moment.month - 1 + count * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        day = min(moment.day, calendar.monthrange(year, month + 1)[1])
        return moment.replace(year=year, month=month + 1, day=day)
    return moment + timedelta(**{f"{unit}s": count})
