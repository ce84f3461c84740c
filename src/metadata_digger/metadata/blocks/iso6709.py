"""Places as movies have them: texts by ISO 6709, "+51.4170-000.0810+012.3/", and numbers of 3GPP TS 26.244, 8.10."""

from __future__ import annotations

import re
from typing import NamedTuple

from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.render import decimal
from metadata_digger.metadata.values import Value

_PART = r"([+-])([0-9]{1,15})((?:\.[0-9]{0,15})?)"
_PLACE = re.compile(f"{_PART}{_PART}(?:{_PART})?")
# Tags of the directories that may have a place: a text, or latitude and longitude as numbers.
_TEXT = {"QuickTime Metadata": 0x050D, "MP4": 0x2000}
_NUMBERS = {"QuickTime Metadata": (0x0521, 0x0522), "MP4": (0x2001, 0x2002)}


class Place(NamedTuple):
    """Decimal degrees, and metres above the reference that the file names or leaves open."""

    latitude: float
    longitude: float
    altitude: float | None = None

    @property
    def real(self) -> bool:
        """Whether it is on Earth."""
        return abs(self.latitude) <= 90 and abs(self.longitude) <= 180


def parsed(text: str) -> Place | None:
    """A place of a text; None when there is none in it. Degrees may be followed by minutes and seconds."""
    found = _PLACE.search(text)
    if found is None:
        return None
    latitude, longitude = _degrees(2, found[1], found[2], found[3]), _degrees(3, found[4], found[5], found[6])
    return Place(latitude, longitude, None if found[7] is None else float(found[7] + found[8] + found[9]))


def _degrees(width: int, sign: str, digits: str, fraction: str) -> float:
    """ "4830.5" is 48 degrees and 30.5 minutes: what is left of `width` digits are pairs of minutes and seconds."""
    pairs = max(0, -((width - len(digits)) // 2))
    if pairs > 2 or not pairs:
        return float(sign + digits + fraction)
    cut = len(digits) - 2 * pairs
    smallest = float(digits[-2:] + fraction)
    minutes = int(digits[cut : cut + 2]) + smallest / 60 if pairs == 2 else smallest
    return float(f"{sign}{round(int(digits[:cut]) + minutes / 60, 9)!r}")


def location(directory: Directory) -> tuple[float, float] | None:
    """Latitude and longitude of a movie's directory, None without a place on Earth."""
    name, values = directory.name, directory.values
    if name not in _TEXT:
        return None
    place: Place | None = None
    if isinstance(words := values.get(_TEXT[name]), str):
        place = parsed(words)
    latitude, longitude = map(values.get, _NUMBERS[name])
    if place is None and isinstance(latitude, float) and isinstance(longitude, float):
        place = Place(latitude, longitude)
    return (place.latitude, place.longitude) if place is not None and place.real else None


def degrees(_: Directory, value: Value) -> str | None:
    """A Render: all digits, where the reference has three."""
    return decimal(value, 9) if isinstance(value, float) else None


def metres(_: Directory, value: Value) -> str | None:
    return f"{decimal(value, 3)} metres" if isinstance(value, float) else None
