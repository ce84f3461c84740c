"""Regular expressions in what the index's, Solr's (Lucene's) and RE2's languages have in common, so that one means the
same everywhere; each of the three takes time that grows with the text alone."""

from __future__ import annotations

import re

from metadata_digger.errors import QueryError

_CLASSES = {"d": "0-9", "w": "A-Za-z0-9_", "s": r" \t\n\r"}
_REPEATED = re.compile(r"\{(\d{1,3})(?:(,)(\d{0,3}))?\}", re.ASCII)
_MOST = 100  # how often a part may be repeated by number: each repetition is written out
_DEPTH = 40
_META, _CLASS_META = frozenset(r"\.+*?()|[]{}^$"), frozenset(r"\[]^-&~")


def common(pattern: str, at: int, length: int) -> str:
    """The expression, its short classes written out. Raises QueryError where the languages differ."""
    found: list[str] = []
    depth = place = 0
    repeatable = False
    while place < len(pattern):
        sign = pattern[place]
        if sign == "\\":
            text, place = _escaped(pattern, place, at, length)
            found.append(f"[{text}]" if len(text) > 2 else text)
            repeatable = True
        elif sign == "[":
            text, place = _class(pattern, place, at, length)
            found.append(text)
            repeatable = True
        elif sign in "*+?" or (sign == "{" and (match := _REPEATED.match(pattern, place))):
            if not repeatable:
                raise QueryError(f"{sign} with nothing to repeat before it: {pattern}", at, length)
            text = sign if sign != "{" or match is None else _repeated(match, at, length)
            found.append(text)
            place += len(text)
            repeatable = False
        elif sign in "^${}":
            words = "it always is of a whole word or value" if sign in "^$" else "numbers of repetitions are {2,5}"
            raise QueryError(f"{sign} in a regular expression: {words}; put a backslash before the sign", at, length)
        else:
            depth += (sign == "(") - (sign == ")")
            if not 0 <= depth <= _DEPTH or pattern.startswith("(?", place):
                raise QueryError(f"{pattern}: brackets of a regular expression do not fit", at, length)
            repeatable = sign not in "(|"
            found.append(sign)
            place += 1
    text = "".join(found)
    if depth or not text or re.search(r"(?<!\\)(?:\\\\)*(?:\(\||\|\||\|\)|\(\))", text) or text[0] == "|":
        raise QueryError(f"{pattern}: a part of the regular expression is empty, or a bracket is open", at, length)
    if text.endswith("|") and not text.endswith("\\|"):
        raise QueryError(f"{pattern}: a part of the regular expression is empty", at, length)
    return text


def _escaped(pattern: str, place: int, at: int, length: int) -> tuple[str, int]:
    sign = pattern[place + 1 : place + 2]
    if sign in _CLASSES:
        return _CLASSES[sign], place + 2
    if not sign or sign.isalnum() or not sign.isascii():
        raise QueryError(f"\\{sign} has no meaning in a regular expression: \\d, \\w and \\s have", at, length)
    return literal(sign), place + 2


def _class(pattern: str, place: int, at: int, length: int) -> tuple[str, int]:
    """`[a-z]` or `[^a-z]`."""
    found = ["[^" if pattern.startswith("[^", place) else "["]
    place += len(found[0])
    start = place
    while place < len(pattern):
        sign = pattern[place]
        if sign == "]":
            if place == start:
                raise QueryError(f"{pattern}: [] has nothing in it; a backslash stands before a bracket", at, length)
            return "".join([*found, "]"]), place + 1
        if sign == "\\":
            text, place = _escaped(pattern, place, at, length)
            text = literal(text[-1], _CLASS_META) if len(text) < 3 else text
        else:
            ranged = re.compile(r"([A-Za-z0-9])-([A-Za-z0-9])").match(pattern, place)
            if sign == "-" or (ranged and ranged[1] > ranged[2]):
                raise QueryError(f"{pattern}: in [] a - stands between two letters or digits, or behind \\", at, length)
            text = ranged[0] if ranged else literal(sign, _CLASS_META)
            place += len(ranged[0]) if ranged else 1
        found.append(text)
    raise QueryError(f"{pattern}: a [ that is not closed", at, length)


def _repeated(match: re.Match[str], at: int, length: int) -> str:
    low, high = int(match[1]), int(match[3] or match[1])
    if not low <= high <= _MOST:
        raise QueryError(f"{match[0]}: repetitions go up to {_MOST}, the smaller number first", at, length)
    return match[0]


def literal(sign: str, meta: frozenset[str] = _META) -> str:
    """A sign that stands for itself."""
    return f"\\{sign}" if sign in meta else sign
