"""Text as a cell of CSV: on one line, in characters that show, and nothing that a spreadsheet would run.

Metadata is written by strangers, and a spreadsheet takes a cell that begins with "=" for a formula, which may send the
other cells elsewhere or start a program (OWASP, "CSV Injection"). Quoting does not help: it is gone before the cell is
looked at.

Nearly all cells are harmless, so whole columns are looked through byte by byte and the few others are done one by one:
one nanosecond a byte, what pyarrow takes to replace one character.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from metadata_digger.schema import Column

# Line feed, carriage return and NUL as ever; all else that is C0 (but the tab), DEL, C1 or ends a line in Unicode.
ESCAPES = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code != 9}
ESCAPES |= {0: r"\0", 10: r"\n", 13: r"\r", 0x2028: r"\u2028", 0x2029: r"\u2029"}

# First what spreadsheets skip or might skip: blanks, and characters without width. Excel takes the full-width signs for
# the others (OWASP names them), and the small ones are their kin.
_FORMULA = re.compile("\t|[\\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*[-=+@＝＋－＠﹦﹢﹣﹫]")
# Numbers stay numbers, and places ("-33.86,151.2") places: digits alone are no formula.
_ONE = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_NUMBERS = re.compile(rf" *{_ONE}(?:,{_ONE})* *")

Bytes = npt.NDArray[np.uint8]


def escaped(texts: Column) -> Column:
    """Control characters and line ends as backslash sequences, null as nothing."""
    texts = texts.fill_null("")
    bounds, data = _utf8(texts)
    return _changed(texts, np.unique(np.searchsorted(bounds, controls(data), "right") - 1), _escaped)


def controls(data: Bytes) -> npt.NDArray[np.int64]:
    """Where in UTF-8 the characters of ESCAPES begin."""
    # Two of these bytes begin much else too: "°", dashes, quotes.
    places = np.flatnonzero((data < 0x20) & (data != 9) | (data == 0x7F) | (data == 0xC2) | (data == 0xE2))
    first = data[places]
    second, third = (data[np.minimum(places + ahead, len(data) - 1)] for ahead in (1, 2))
    c1 = (first == 0xC2) & (second < 0xA0)
    line_end = (first == 0xE2) & (second == 0x80) & ((third == 0xA8) | (third == 0xA9))
    found: npt.NDArray[np.int64] = places[(first < 0x80) | c1 | line_end]
    return found


def tamed(texts: Column) -> Column:
    """`tame` for each."""
    bounds, data = _utf8(texts)
    filled = np.flatnonzero(np.diff(bounds))
    return _changed(texts, filled[np.isin(data[bounds[filled]], _SUSPECT)], tame)


def tame(text: str) -> str:
    """Text that a spreadsheet would take for a formula gets a single quote before it; a number stays what it is."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBERS.fullmatch(text) else text


def _escaped(text: str) -> str:
    return text.translate(ESCAPES)


def _changed(texts: Column, rows: npt.NDArray[np.int64], change: Callable[[str], str]) -> Column:
    """The column with some of its texts changed."""
    if not len(rows):
        return texts
    mask = np.zeros(len(texts), dtype=bool)
    mask[rows] = True
    new = [change(text) for text in texts.take(pa.array(rows)).to_pylist()]
    return pc.replace_with_mask(texts, pa.array(mask), pa.array(new, pa.string()))


def _utf8(texts: Column) -> tuple[npt.NDArray[np.int64], Bytes]:
    """Where each text begins, behind the last one its end; the bytes of all."""
    _, offsets, data = texts.buffers()
    if offsets is None or data is None:
        return np.zeros(len(texts) + 1, np.int64), np.zeros(0, np.uint8)
    bounds = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    return bounds - bounds[0], np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]]


# The first bytes of what _FORMULA finds, which much else begins with.
_SUSPECT = np.frombuffer(b"\t =+-@\xc2\xe1\xe2\xe3\xef", np.uint8)
