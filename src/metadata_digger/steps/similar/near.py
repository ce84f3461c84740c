"""Whether two values are near each other, by the rules of Metadata Digger 0.2.1.

Its source (Parser.scala, Similarities.scala) is what the details follow: INT and LONG are read as decimal numbers and
cut at the point, FLOAT is a 32-bit float on both sides, MAXDIFF of a whole number loses its fraction.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TypeAlias

import numpy as np

from metadata_digger.config.values import SimilarTag

Value: TypeAlias = str | int | np.float32

_OTHERS = re.compile(r"[^0-9.\-]")
_NUMBER = re.compile(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)")
DIGITS = 400  # of a number; the largest double has 309
# Longer texts are near when they are equal, whatever MAXDIFF is. Of two texts of this length the distance takes 70 ms
# at most; PNG text may have 16 MiB, which would take hours.
LONGEST = 65_536


def parsed(kind: str, text: str) -> Value | None:
    """A tag's value as it is compared; None when it is no number and has to be one.

    "4032 pixels" is 4032, "1/200 sec" 1200 and "12-5" nothing. Whole numbers have no bounds: the original's wrap around
    at 32 or 64 bits, so that all that was near by its rules is near here.
    """
    if kind == "STRING":
        return text
    digits = _OTHERS.sub("", text) if len(text) <= LONGEST else ""
    if len(digits) > DIGITS or not _NUMBER.fullmatch(digits):
        return None
    if kind == "FLOAT":
        with np.errstate(over="ignore"):
            return np.float32(float(digits))
    return int(Decimal(digits))


def near(rule: SimilarTag, base: Value, text: str) -> bool:
    """Whether another file's value passes the rule."""
    if isinstance(base, str):
        return _alike(base, text, int(rule.difference))
    other = parsed(rule.kind, text)
    if isinstance(base, int) and isinstance(other, int):
        return abs(other - base) <= int(rule.difference)
    if isinstance(base, np.float32) and isinstance(other, np.float32):
        with np.errstate(over="ignore", invalid="ignore"):
            return bool(abs(other - base) <= np.float32(float(rule.difference)))
    return False


def _alike(base: str, text: str, most: int) -> bool:
    """Whether at most so many characters have to be put in, taken out or replaced (Levenshtein)."""
    longer = max(len(base), len(text))
    if base == text or longer <= most:
        return longer <= LONGEST or base == text
    if abs(len(base) - len(text)) > most or longer > LONGEST or not most:
        return False
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(base, text, score_cutoff=most) <= most
