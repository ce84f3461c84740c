"""How the values of the GPS directory of Exif (CIPA DC-008, 4.6.6) read."""

from __future__ import annotations

from math import fmod, isinf, isnan

from metadata_digger.metadata.blocks.exif_tables import encoded_text
from metadata_digger.metadata.model import Directory, Rational, Render, TagTable, Value
from metadata_digger.metadata.render import (
    decimal,
    quotient,
    rational,
    rationals,
    saturated,
    text,
    trimmed,
    version,
    words,
)
from metadata_digger.metadata.tags.gps import LETTERS, NAMES, WORDS


def degrees(directory: Directory, angle: int, reference: int, negative: str) -> float | None:
    """Decimal degrees of a latitude or longitude; None when a part is missing or not three fractions.

    `angle` and `reference` are the tags, `negative` the letter ("S" or "W") that turns the sign.
    """
    parts = rationals(directory.values.get(angle))
    letter = text(directory.values.get(reference))
    if parts is None or len(parts) != 3 or letter is None:
        return None
    result = abs(quotient(parts[0])) + quotient(parts[1]) / 60 + quotient(parts[2]) / 3600
    if isnan(result):
        return None
    return -result if letter.upper() == negative else result


def location(directory: Directory) -> tuple[float, float] | None:
    """Latitude and longitude in decimal degrees, None unless the directory has both."""
    latitude = degrees(directory, 0x0002, 0x0001, "S")
    longitude = degrees(directory, 0x0004, 0x0003, "W")
    return None if latitude is None or longitude is None else (latitude, longitude)


def sexagesimal(angle: float) -> str:
    """Degrees, minutes and seconds: 49° 11' 11.57\"."""
    if isinf(angle):
        whole, minutes, seconds = saturated(2**63 if angle > 0 else -(2**63)), 0.0, float("nan")
    else:
        whole = saturated(int(angle))
        minutes = abs(fmod(angle, 1) * 60)
        seconds = fmod(minutes, 1) * 60
    return f"{whole}° {int(minutes)}' {decimal(seconds, 2)}\""


def _latitude(directory: Directory, _: Value) -> str | None:
    found = location(directory)
    return None if found is None else sexagesimal(found[0])


def _longitude(directory: Directory, _: Value) -> str | None:
    found = location(directory)
    return None if found is None else sexagesimal(found[1])


def _destination_latitude(directory: Directory, _: Value) -> str | None:
    angle = degrees(directory, 0x0014, 0x0013, "S")
    return None if angle is None else sexagesimal(angle)


def _destination_longitude(directory: Directory, _: Value) -> str | None:
    # The reference looks at the place itself, not at its destination.
    angle = degrees(directory, 0x0004, 0x0003, "W")
    return None if angle is None else sexagesimal(angle)


def _time(_: Directory, value: Value) -> str | None:
    parts = rationals(value)
    if parts is None:
        return None
    if len(parts) < 3:  # the reference fails on it, and its tools print so
        return f"ERROR: Index {len(parts)} out of bounds for length {len(parts)}"
    hours, minutes = (_whole(part) for part in parts[:2])
    seconds = decimal(quotient(parts[2]), 3, 3)
    return f"{hours:02d}:{minutes:02d}:{seconds:0>6} UTC"


def _whole(value: Rational) -> int:
    number = quotient(value)
    return saturated(int(max(-9e18, min(9e18, number))))


def _letter(table: dict[str, str]) -> Render:
    def render(_: Directory, value: Value) -> str | None:
        string = text(value)
        if string is None:
            return None
        string = trimmed(string)
        return table.get(string.upper()) or f"Unknown ({string})"

    return render


def _amount(unit: str) -> Render:
    def render(_: Directory, value: Value) -> str | None:
        fraction = rational(value)
        return None if fraction is None else decimal(quotient(fraction), 2) + unit

    return render


def _amount_in(reference: int, render_unit: Render) -> Render:
    """A quantity whose unit is in another tag."""

    def render(directory: Directory, value: Value) -> str | None:
        fraction = rational(value)
        if fraction is None:
            return None
        unit_value = directory.values.get(reference)
        unit = None if unit_value is None else render_unit(directory, unit_value)
        return f"{decimal(quotient(fraction), 2)} {'unit' if unit is None else unit.lower()}"

    return render


def _direction(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    string = text(value) if fraction is None else decimal(quotient(fraction), 2)
    string = "" if string is None else trimmed(string)
    return f"{string} degrees" if string else None


_letters = {tag: _letter(table) for tag, table in LETTERS.items()}

GPS = TagTable(
    NAMES,
    {
        **{tag: words(table) for tag, table in WORDS.items()},
        **_letters,
        0x0000: version(1),
        0x0002: _latitude,
        0x0004: _longitude,
        0x0006: _amount(" metres"),
        0x0007: _time,
        0x000B: _amount(""),
        0x000D: _amount_in(0x000C, _letters[0x000C]),
        0x000F: _direction,
        0x0011: _direction,
        0x0014: _destination_latitude,
        0x0016: _destination_longitude,
        0x0018: _direction,
        0x001A: _amount_in(0x0019, _letters[0x0019]),
        0x001B: encoded_text,
        0x001C: encoded_text,
        0x001F: _amount(" metres"),
    },
)
