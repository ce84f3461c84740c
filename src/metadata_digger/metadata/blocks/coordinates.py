"""Angles on Earth as files state them: fractions, numbers and texts, with a letter, a word or a sign for the direction.

Exif (CIPA DC-008, 4.6.6) has three fractions and a letter, XMP (ISO 16684-1, GPSCoordinate) "DDD,MM.mmk" or
"DDD,MM,SSk". What programs write in their place is read where it has one meaning.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Sequence
from math import isfinite, isnan
from typing import NamedTuple

from metadata_digger.metadata.render import decimal, rationals
from metadata_digger.metadata.values import Rational, Value

_WRAPPED = 2.0**32 - 3600  # a negative number written as an unsigned one is at most so far below 2**32
_ROUNDED = 60.0  # 59.9999 minutes are often written as 60


class Axis(NamedTuple):
    """Latitude or longitude: how far it goes, the letters of its two directions, and the words for them."""

    limit: int
    positive: str
    negative: str
    words: dict[str, str]


class Angle(NamedTuple):
    """Decimal degrees, south and west negative; None where what stands there is no place, and `fault` says why.

    With degrees `fault` is what is odd about them.
    """

    degrees: float | None
    fault: str | None = None


# "Nam" is south in Vietnamese and "Wschód" east in Polish: a word counts only if it is known, a letter for itself.
_NORTH = (
    "n north northern nord norden norte noord nord nordlig norr pohjoinen północ sever север північ kuzey 北 北緯 北纬"
)
_SOUTH = "s south southern sud süd süden sur sul zuid syd söder etelä południe jih юг південь güney 南 南緯 南纬"
_EAST = "e east eastern est ost osten este leste oost øst öst öster itä wschód východ восток схід doğu 东 東 東経 东经"
_WEST = "w west western ouest westen oeste ovest vest väster länsi zachód západ запад захід batı 西 西経 西经"

LATITUDE = Axis(90, "N", "S", dict.fromkeys(_NORTH.split(), "N") | dict.fromkeys(_SOUTH.split(), "S"))
LONGITUDE = Axis(180, "E", "W", dict.fromkeys(_EAST.split(), "E") | dict.fromkeys(_WEST.split(), "W"))

_WORD = re.compile(r"[^\W\d_]+")
_UNITS = frozenset({"deg", "degree", "degrees", "min", "minute", "minutes", "sec", "second", "seconds"}) | frozenset(
    {"lat", "latitude", "lon", "long", "longitude", "hemisphere"}
)
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:/\d+)?", re.ASCII)
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_BETWEEN = re.compile(r"[\s,;:.°˚'′’\"″”()]*")
_LONGEST = 100  # characters of a text that is an angle


def hemisphere(value: Value, axis: Axis) -> str | None:
    """The letter that "N", "south", "W \\0" and the like stand for; None when it is no direction of this axis."""
    string = characters(value)
    if string is None or len(string) > _LONGEST:
        return None
    words = [word for word in _WORD.findall(unicodedata.normalize("NFKC", string).casefold()) if word not in _UNITS]
    letters = {axis.words.get(word) for word in words}
    return letters.pop() if len(letters) == 1 else None  # "N/A" is none


def characters(value: Value) -> str | None:
    """Text, whatever type it has: a byte or some, or a string, without the blanks and zeros around it."""
    if type(value) is int:
        value = (value,)
    if isinstance(value, tuple) and value and all(type(one) is int and 0 <= one < 256 for one in value):
        value = bytes(value)
        if any(one < 32 for one in value.rstrip(b"\0")):
            return None
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    return value.strip("\0 \t\r\n") if isinstance(value, str) else None


def angle(value: Value, letter: Value, axis: Axis) -> Angle:
    """What a tag and the tag of its hemisphere say. `letter`: None where the file has no such tag."""
    parts = numbers(value)
    direction = None if letter is None else hemisphere(letter, axis)
    if parts is None:
        string = characters(value)
        if string is None:
            return Angle(None, "no number")
        if direction is None and letter is not None:
            return Angle(None, _no_hemisphere(letter))
        return from_text(string, axis, direction)
    if direction is None:
        # What is no number at all is told before what is not known of it.
        found = from_parts(parts, axis)
        return Angle(None, found.fault or _no_hemisphere(letter))
    return _directed(from_parts(parts, axis), direction, axis)


def _no_hemisphere(letter: Value) -> str:
    string = characters(letter)
    return f"{string[:20]!r} is no hemisphere" if string else "no hemisphere"


def _directed(found: Angle, direction: str, axis: Axis) -> Angle:
    if found.degrees is None:
        return found
    degrees = abs(found.degrees)
    odd = f"a negative number of degrees {direction}, taken for {decimal(degrees, 4)} degrees {direction}"
    contradicts = found.degrees < 0 and direction == axis.positive
    return Angle(-degrees if direction == axis.negative else degrees, odd if contradicts else found.fault)


def numbers(value: Value) -> list[float | None] | None:
    """Degrees, minutes and seconds as far as they are there, None for 0/0, infinity for n/0; None for no numbers."""
    fractions = [value] if isinstance(value, Rational) else rationals(value)
    if fractions is not None:
        return [_number(*one) for one in fractions[:4]]
    if isinstance(value, int | float):
        return [float(value)]
    if isinstance(value, tuple | array) and value and all(isinstance(one, int | float) for one in value[:4]):
        return [float(one) for one in value[:4]]
    return None


def _number(numerator: int, denominator: int) -> float | None:
    if denominator:
        return numerator / denominator
    return float("inf") if numerator else None


def from_parts(parts: Sequence[float | None], axis: Axis) -> Angle:
    """Signed degrees of up to three parts. A receiver that knows no seconds leaves 0/0 there (Nikon's GP-1)."""
    known = list(parts)
    while known and known[-1] is None:
        known.pop()
    if not known or None in known:
        return Angle(None, "0/0 is no number")
    if len(parts) > 3:
        return Angle(None, f"{len(parts)} parts or more, and not degrees, minutes and seconds")
    sizes = [abs(part) for part in known if part is not None]
    if not all(map(isfinite, sizes)):
        return Angle(None, "no number" if any(map(isnan, sizes)) else "a fraction over zero is no number")
    if any(size >= _WRAPPED and size <= 2.0**32 for size in sizes):
        return Angle(None, "beyond all degrees: a negative number that was written as an unsigned one, it seems")
    for name, size in zip(("minutes", "seconds"), sizes[1:], strict=False):
        if size > _ROUNDED:
            return Angle(None, f"{decimal(size, 4)} {name} are more than there can be")
    degrees, minutes, seconds = (*sizes, 0.0, 0.0)[:3]
    total = degrees + minutes / 60 + seconds / 3600
    if total > axis.limit:
        return Angle(None, f"{decimal(total, 4)} degrees are beyond {axis.limit}")
    signs = [part < 0 for part in known if part]
    if any(signs) and not signs[0]:
        return Angle(None, "parts of different signs")
    return Angle(-total if any(signs) else total)


def from_text(string: str, axis: Axis, direction: str | None = None, *, signed: bool = False) -> Angle:
    """An angle in a text: `52,13.5N`, `52° 13' 30" north`, `52.225`, `-52.225`.

    `direction`: the hemisphere, if it is known from elsewhere. `signed`: without one a bare number is a positive one.
    """
    string = string.strip("\0 \t\r\n")[: _LONGEST + 1].replace("\u2212", "-").replace("º", "°")
    if len(string) > _LONGEST:
        return Angle(None, "no angle")
    if _PLAIN.fullmatch(string):
        parts: list[float | None] = [float(string)]
        words = []
    else:
        parts = []
        for number in _NUMBER.findall(string):
            numerator, _, denominator = number.partition("/")
            over = int(denominator[:30]) if denominator else 1
            parts.append(float(numerator) / over if over else (float("inf") if float(numerator) else None))
        rest = _NUMBER.sub(" ", string)
        words = [word for word in _WORD.findall(rest) if word.casefold() not in _UNITS]
        if not _BETWEEN.fullmatch(_WORD.sub("", rest)) or len(words) > 1:
            return Angle(None, f"{string[:40]!r} is no angle")
    if not parts:
        return Angle(None, f"{string[:40]!r} is no angle")
    found = from_parts(parts, axis)
    if words:
        direction = hemisphere(words[0], axis)
        if direction is None:
            return Angle(None, _no_hemisphere(words[0]))
    if direction is not None:
        return _directed(found, direction, axis)
    if found.degrees is not None and not signed and string[0] not in "+-":
        return Angle(None, "no hemisphere")
    return found
