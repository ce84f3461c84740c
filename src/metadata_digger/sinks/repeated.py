"""Several values of one tag: output.columns.repeatedTags=all, for forms that have one place for a tag.

A file may have a directory or a tag several times (frames of a GIF, text chunks of a PNG), and several tags may have
one column. All values are written, in the file's order; one that all of them are stands once. JSON and Solr have a
list, CSV a cell with SEPARATOR between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

SEPARATOR = " | "
# A bar that stands alone in one of several values would be a separator; it is escaped as control characters are.
_ALONE = re.compile(r"(?:^|(?<= ))\|(?= |$)")
_BAR = r"\x7c"

Place = TypeVar("Place", int, str)


def together(values: Sequence[str]) -> list[str]:
    """Of a tag's values those that are to be written: none that is empty beside others, and once what all of them are.

    Never empty.
    """
    told = [value for value in values if value] or [""]
    return told if any(value != told[0] for value in told) else told[:1]


def repeated(places: Sequence[Place], values: Sequence[str]) -> dict[Place, list[str]]:
    """Of a row's values, each with its place, those of the places that have several."""
    once = set(places)
    if len(once) == len(places):  # of nearly every row
        return {}
    found: dict[Place, list[str]] = {}
    for place in places:
        if place in once:
            once.remove(place)
        else:
            found[place] = []
    for place, value in zip(places, values, strict=True):
        if place in found:
            found[place].append(value)
    return found


def cell(values: Iterable[str], backslash: str = "\\") -> str:
    """Several values as one text, which splits at SEPARATOR into as many. `backslash`: how the dialect writes one."""
    bar = _BAR.replace("\\", backslash)
    return SEPARATOR.join(_ALONE.sub(lambda _: bar, value) for value in values)
