"""Values as Solr's field types take them: integers, dates, places, and text that is not too long.

Dates are read in all forms that files have (metadata.blocks.stamps), Metadata Digger 0.2.1's patterns among them.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from metadata_digger.metadata.blocks.stamps import stamp

# Lucene refuses a whole document for one term that is longer (IndexWriter.MAX_TERM_LENGTH); bytes of UTF-8.
LONGEST_TERM = 32_766

_INTEGER = re.compile(r"[+-]?[0-9]+")
_UNITS = re.compile(r"\s*(pixels|inches)\s*")
_PLACE = re.compile(r"(-?\d+(?:\.\d+)?(?:[eE]-?\d+)?),(-?\d+(?:\.\d+)?(?:[eE]-?\d+)?)", re.ASCII)


def integer(text: str, bits: int = 32) -> int | None:
    """The whole number in "3648 pixels"; None where there is none, or none of so many bits."""
    number = _UNITS.sub("", text).strip()
    # Text of thousands of digits is no number, and Python refuses to read it.
    if len(number) > 20 or not _INTEGER.fullmatch(number):
        return None
    value = int(number)
    return value if -(1 << bits - 1) <= value < 1 << bits - 1 else None


@lru_cache(4_096)  # a file has most of its dates twice
def date(text: str) -> str | None:
    """The instant as Solr writes it, "2010-10-21T11:22:48Z", UTC unless the text has an offset; None for no date.

    A date without a time is its first second. Unlike 0.2.1, whose parser counts on, a 13th month is no date, nor is the
    "0000:00:00 00:00:00" of cameras that were never set.
    """
    found = stamp(text, begins=True)  # behind a whole moment may stand anything, as in 0.2.1
    if found is None:
        return None
    try:
        return instant(found.utc)
    except OverflowError:  # the last day of the year 9999, west of Greenwich
        return None


def instant(moment: datetime) -> str:
    """As Solr writes instants, in milliseconds; `moment` is in UTC."""
    text = moment.isoformat(timespec="milliseconds" if moment.microsecond >= 1_000 else "seconds")
    return text.removesuffix("+00:00") + "Z"


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
