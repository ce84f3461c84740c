"""Renders that the notes of several makers share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metadata_digger.metadata.model import Directory, Render, Value
from metadata_digger.metadata.render import double, integer, ints, narrowed, rational, simple


def short(number: int) -> int:
    """The low 16 bits as a signed number, Java's cast to short."""
    return (number + 0x8000 & 0xFFFF) - 0x8000


def missing(index: int, length: int) -> str:
    """What the reference's tools print where a descriptor reads past an array's end."""
    return f"ERROR: Index {index} out of bounds for length {length}"


def members(value: Value) -> Sequence[int] | None:
    """An array of whole numbers, or one number as such an array."""
    found = ints(value)
    if found is not None:
        return found
    number = integer(value)
    return None if number is None else (number,)


def whole(template: str) -> Render:
    """A whole number in a template, for example "{} C"."""

    def render(_: Directory, value: Value) -> str | None:
        number = integer(value)
        return None if number is None else template.format(number)

    return render


def ratio(_: Directory, value: Value) -> str | None:
    """A fraction, or a whole number, as briefly as it goes."""
    fraction = rational(value)
    return None if fraction is None else simple(fraction)


def flags(labels: Sequence[str], none: str) -> Render:
    """The names of the bits that are set, from the lowest on; `none` for 0."""

    def render(_: Directory, value: Value) -> str | None:
        bits = integer(value)
        if bits is None:
            return None
        return none if bits == 0 else flag_names(bits, labels)

    return render


def flag_names(bits: int, labels: Sequence[str]) -> str:
    """Fails where no bit has a name: the reference cuts a comma off that is not there."""
    found = [label for bit, label in enumerate(labels) if label and bits >> bit & 1]
    return ", ".join(found) if found else "ERROR: begin 0, end -2, length 0"


def numbered(count: int, table: Mapping[Any, str], unknown: str = "Unknown ({})") -> Render:
    """The first `count` members of an array looked up together, as a tuple; shorter arrays have no words."""

    def render(_: Directory, value: Value) -> str | None:
        found = ints(value)
        if found is None or len(found) < count:
            return None
        key = tuple(found[:count])
        word = table.get(key)
        return word if word is not None else unknown.format(" ".join(map(str, key)))

    return render


def strictly(render: Render, count: int) -> Render:
    """A render whose reference fails, and prints so, on an array of fewer than `count` members."""

    def checked(directory: Directory, value: Value) -> str | None:
        found = ints(value)
        if found is not None and len(found) < count:
            return missing(len(found), len(found))
        return render(directory, value)

    return checked


def float_string(number: float) -> str:
    """java.lang.Float.toString: the fewest digits that tell a 32-bit number from its neighbours."""
    number = narrowed(number)
    for digits in range(1, 10):
        brief = float(f"{number:.{digits}g}")
        if narrowed(brief) == number:
            return double(brief)
    return double(number)  # infinities and NaN
