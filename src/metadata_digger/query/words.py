"""The words of a text, as Solr's standard tokenizer finds them (Unicode Standard Annex 29, as Lucene 9 reads it).

`2.8`, `o'brien` and `img_0001` are one word, and so is every sign of Han and Hiragana. Case and accents are folded by
whoever indexes words, and asks for them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST = 255  # characters: what goes on is another word, as in Solr

# Signs that join are looked at once, however many stand in a row: so neither pattern begins amid them.
# The same as `_any` where there is nothing but ASCII, six times as fast.
_ASCII = re.compile(
    r"(?:(?<!_)_+)?[A-Za-z0-9](?:[A-Za-z0-9_]|[.':](?=[A-Za-z])(?<=[A-Za-z].)|[.,;'](?=[0-9])(?<=[0-9].))*"
)
_HAN = (
    "\u2e80-\u2e99\u2e9b-\u2ef3\u2f00-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufa6d\ufa70-\ufad9\U00020000-\U0003ffff"
)
_HIRAGANA = "\u3041-\u3096\u309d-\u309f"
_KATAKANA = "\u3031-\u3035\u309b\u309c\u30a0-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u32d0-\u32fe\u3300-\u3357\uff66-\uff9d"
_COMPLEX = "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ebd\u0ec0-\u0edf\u1000-\u103f\u1050-\u108f\u1780-\u17d3"
_HEBREW = "\u05d0-\u05ea\u05ef-\u05f2"
_JOINS = "_\u202f\u203f\u2040\u2054\ufe33\ufe34\ufe4d-\ufe4f\uff3f"
_BOTH = ".'\u2018\u2019\u2024\ufe52\uff07\uff0e"
_IN_WORDS = ":\u00b7\u0387\u055f\u05f4\u2027\ufe13\ufe55\uff1a" + _BOTH
_IN_NUMBERS = ",;\u037e\u0589\u060c\u060d\u066c\u07f8\u2044\ufe10\ufe14\ufe50\ufe54\uff0c\uff1b" + _BOTH
_PICTURES = "\u2600-\u27bf\U0001f000-\U0001faff"


@lru_cache(1)
def _any() -> re.Pattern[str]:
    marks = _classes("Mn", "Mc", "Me", "Cf")
    digits = rf"(?:\d[{marks}]*)"
    letters = rf"(?:(?![{_HAN}{_HIRAGANA}{_KATAKANA}{_COMPLEX}])[^\W\d_][{marks}]*)"
    join = rf"(?:[{_JOINS}][{marks}]*)"
    katakana = rf"(?:[{_KATAKANA}][{marks}]*)"
    between = rf"(?:[{_IN_WORDS}][{marks}]*|(?<=[{_HEBREW}])\"(?=[{_HEBREW}]))"
    text = rf"{letters}+(?:{between}{letters}+)*(?:(?<=[{_HEBREW}])')?"
    run = rf"(?:{text}|{digits}+(?:[{_IN_NUMBERS}][{marks}]*{digits}+)*)"
    # What may stand before a sign that joins, and behind it.
    unit = rf"(?:{run}+|{katakana}+)"
    return re.compile(
        rf"(?:(?<![{_JOINS}{marks}]){join}+)?{unit}(?:{join}+(?:{unit})?)*|[{_HAN}{_HIRAGANA}][{marks}]*|[{_COMPLEX}][{_COMPLEX}{marks}]*"
        rf"|\u200d?[{_PICTURES}][{marks}]*"
    )


def _classes(*wanted: str) -> str:
    """The characters of some general categories, as the inside of a class."""
    found: list[str] = []
    start: int | None = None
    for code in range(0x80, 0x2FFFF):
        inside = unicodedata.category(chr(code)) in wanted
        if inside and start is None:
            start = code
        elif not inside and start is not None:
            found.append(f"{chr(start)}-{chr(code - 1)}")
            start = None
    return "".join(found)


@lru_cache(1 << 16)
def words(text: str) -> str:
    """The words of a text with one space between them; "" where it has none."""
    return " ".join(split(text))


def split(text: str) -> list[str]:
    found = (_ASCII if text.isascii() else _any()).findall(text)
    if len(text) <= LONGEST:
        return found
    return [word[at : at + LONGEST] for word in found for at in range(0, len(word), LONGEST)]
