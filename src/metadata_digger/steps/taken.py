"""When a picture was taken: the best of what a file says of it, as an instant where its zone is known.

The order of the sources and why: docs/decisions/0014-taken.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from metadata_digger.metadata.blocks.stamps import DAY, MINUTE, SECOND, Stamp
from metadata_digger.metadata.model import Directory
from metadata_digger.schema import OWN_TAG
from metadata_digger.steps.location import gps_moment
from metadata_digger.steps.taken_sources import ORIGINALS, OTHERS, Found, Read

DIRECTORY = "Capture"
TAKEN, SOURCE, ZONE = OWN_TAG - 6, OWN_TAG - 7, OWN_TAG - 8
UTC, UNKNOWN = "UTC", "unknown"

_QUARTER = timedelta(minutes=15)
_CLOCKS = timedelta(minutes=3)  # that a camera's clock and GPS may differ by; phones differ by seconds
# Minutes that clocks are ahead of UTC somewhere in the world, summer time too (IANA time zones, since 1990).
_ODD = {-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825}
_ZONES = frozenset(range(-12 * 60, 15 * 60, 60)) | _ODD
# Midnights from which programs count, and which they write when they know no date; scans may have them rightly.
_EPOCHS = {datetime(1904, 1, 1), datetime(1970, 1, 1), datetime(1980, 1, 1)}


def own_tags(directories: Sequence[Directory], notes: list[str]) -> list[tuple[int, str, str]]:
    """(id, name, value): the moment, where it stands, the zone. What is odd about dates goes to the notes."""
    gps = gps_moment(directories)
    best = _first(ORIGINALS, directories, notes)
    if best is not None and best.stamp is not None and gps is not None and not best.utc:
        best = _beside_gps(best, best.stamp, gps, notes)
    elif best is None and gps is not None:
        best = Found(("GPS.MD DateTime",), Stamp(gps), None, True)
    best = best or _first(OTHERS, directories, notes)
    if best is None or best.stamp is None:
        return []
    source, at = " + ".join(best.sources), best.stamp
    if at.moment in _EPOCHS and at.unit >= MINUTE:
        notes.append(f"{source}: {at.moment:%Y:%m:%d %H:%M:%S} is what programs write that know no date")
    known = best.utc or (at.offset is not None and at.unit >= MINUTE)
    zone = UNKNOWN if not known else UTC if best.utc else _hours(at.offset)
    try:
        value = _iso(at, known)
    except OverflowError:
        return []
    return [(TAKEN, "MD Taken", value), (SOURCE, "MD Taken Source", source), (ZONE, "MD Taken Zone", zone)]


def _iso(at: Stamp, known: bool) -> str:
    """ISO 8601 to the unit that is stated; in UTC with a Z where the zone is known, else by the clock without one."""
    if at.unit < MINUTE:
        return at.moment.isoformat()[: (4, 7, 10)[at.unit]]
    moment = at.moment - at.offset if at.offset is not None else at.moment
    text = moment.isoformat(timespec="seconds" if at.unit == SECOND else "minutes")
    return text + (f".{at.fraction}" if at.fraction and at.unit == SECOND else "") + ("Z" if known else "")


def _hours(away: timedelta | None) -> str:
    """UTC+05:45: the sign alone in front would be a formula for spreadsheets."""
    minutes = 0 if away is None else away // timedelta(minutes=1)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _beside_gps(local: Found, at: Stamp, gps: datetime, notes: list[str]) -> Found:
    """The zone of a camera's clock is what it is ahead of GPS; where that is no zone, one of them is wrong or old."""
    by_gps = Found(("GPS.MD DateTime",), Stamp(gps), None, True)
    if at.unit < MINUTE:  # a day is not worth an instant that it agrees with
        return by_gps if at.unit == DAY and abs(gps - at.moment) < timedelta(days=2) else local
    ahead = at.moment - gps
    if at.offset is not None:
        if abs(ahead - at.offset) > timedelta(days=1):
            notes.append(f"{local.sources[0]} and GPS.MD DateTime are more than a day apart")
        return local
    zone = round(ahead / _QUARTER) * _QUARTER
    if zone // timedelta(minutes=1) in _ZONES and abs(ahead - zone) <= _CLOCKS:
        return Found((*local.sources, "GPS.MD DateTime"), at._replace(offset=zone))
    notes.append(
        f"{local.sources[0]} and GPS.MD DateTime are {_apart(ahead)} apart, which is no time zone: one of them is not"
        " that of the picture"
    )
    return local


def _apart(difference: timedelta) -> str:
    return str(abs(difference)).partition(".")[0]


def _first(sources: Sequence[Read], directories: Sequence[Directory], notes: list[str]) -> Found | None:
    """The first date; a year or a month only where there is no day."""
    coarse: Found | None = None
    for read in sources:
        for found in read(directories):
            if found.fault is not None:
                notes.append(f"{found.sources[0]}: {found.fault}")
            if found.stamp is not None and found.stamp.unit >= DAY:
                return found
            if found.stamp is not None:
                coarse = coarse or found
    return coarse
