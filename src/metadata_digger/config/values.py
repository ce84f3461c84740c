"""Kinds of configuration values: how each is written, and what it becomes.

A parser takes the text of the file and returns the value; it raises ValueError, saying what is allowed.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlsplit

# The original reads its files with Typesafe Config, whose booleans these are.
BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
NONE = "*"  # its default for mandatory tags and hashes, where it asks for nothing


@dataclass(frozen=True, slots=True)
class Kind:
    """How a value is written (`name`, for the reference) and read (`parse`).

    `exact`: blanks around the text belong to the value. A Java properties reader keeps them after it as well.
    `written`: the text as it is recorded, without what depends on who reads it.
    """

    name: str
    parse: Callable[[str], Any]
    exact: bool = False
    written: Callable[[str], str] = str


def _at_home(text: str) -> str:
    """`~` and `~/x` are in the home directory, as in a shell, which does not look into a value."""
    return re.sub(r"^(@?)~(?=/|$)", _home, text)


def _all_at_home(text: str) -> str:
    return re.sub(r"((?:^|,)\s*@?)~(?=/|\s*(?:,|$))", _home, text)


def _home(found: re.Match[str]) -> str:
    return found[1] + os.path.expanduser("~")  # noqa: PTH111  # Path raises where there is no home


def _text(text: str) -> str | None:
    return text or None


def _boolean(text: str) -> bool:
    try:
        return BOOLEANS[text.lower()]
    except KeyError:
        raise ValueError("must be true or false") from None


def _items(text: str) -> tuple[str, ...]:
    return tuple(item for item in (part.strip() for part in text.split(",")) if item)


def _patterns(text: str) -> tuple[str, ...]:
    items = _items(text)
    for item in items:
        if not item.strip("/."):
            raise ValueError(f"{item!r} is no pattern; write for example *.jpg, 2019/** or cache/")
        if unclosed(item):
            raise ValueError(
                f"{item!r} has a [ without characters and ] behind it, as in [a-f]; write [[] for a bracket"
            )
    return items


def unclosed(pattern: str) -> bool:
    """Whether a pattern has a bracket that no set of characters begins with: `[`, `[]`, `[a`. One that comes first in a
    set is a character of it: `[]a]`."""
    at = pattern.find("[")
    while at >= 0:
        name_end = pattern.find("/", at)
        end = pattern.find("]", at + 2 + pattern.startswith("!", at + 1), None if name_end < 0 else name_end)
        if end < 0:
            return True
        at = pattern.find("[", end)
    return False


def _allowed(text: str) -> tuple[str, ...] | None:
    """None stands for everything."""
    if text == "*":
        return None
    items = _items(text)
    if not items:
        raise ValueError("must name at least one, or be * for all of them")
    return items


def _mandatory(text: str) -> tuple[str, ...]:
    if text == NONE:
        return ()
    items = _items(text)
    for item in items:
        directory, dot, tag = item.partition(".")
        if not (directory.strip() and dot and tag.strip()):
            raise ValueError(f"each entry must be Directory.Tag, for example GPS.GPS Latitude; {item!r} is not")
    return items


def _mapping(text: str) -> dict[int, str] | None:
    """Label by output index; None when empty."""
    labels: dict[int, str] = {}
    for item in _items(text):
        index, colon, label = (part.strip() for part in item.partition(":"))
        if not (colon and label and index.isascii() and index.isdigit()):
            raise ValueError(f"must be INDEX:LABEL,INDEX:LABEL,..., for example 0:person,2:car; {item!r} is not")
        if int(index) in labels:
            raise ValueError(f"index {index} has two labels: {labels[int(index)]!r} and {label!r}")
        labels[int(index)] = label
    return labels or None


def _dimensions(text: str) -> tuple[int, int] | None:
    """(width, height) in pixels; None when empty."""
    if not text:
        return None
    match = re.fullmatch(r"([1-9][0-9]{0,4})[xX]([1-9][0-9]{0,4})", text)
    if match is None:
        raise ValueError("must be WIDTHxHEIGHT in pixels, for example 800x600")
    return int(match[1]), int(match[2])


def _cores(text: str) -> int:
    if text.lower() == "all":
        return available_cores()
    return _whole(text, 1, "must be a whole number from 1, or all")


class SimilarTag(NamedTuple):
    """A comparison of find_similar: `kind` is STRING, INT, LONG or FLOAT, `difference` the largest one that passes."""

    directory: str
    tag: str
    kind: str
    difference: Decimal = Decimal(0)


# The type is looked for from the right: XMP's tags have colons and dots of their own (XMP.dc:creator[1]:STRING).
_SIMILAR_TAG = re.compile(r"([^.]*[^. ][^.]*)\.(.*[^. ].*?)\s*:\s*(STRING|INT|LONG|FLOAT)\s*(?::(.*))?")


def _rules(text: str) -> tuple[SimilarTag, ...]:
    rules = []
    for item in _items(text):
        match = _SIMILAR_TAG.fullmatch(item)
        if match is None:
            raise ValueError(
                "each entry must be Directory.Tag:TYPE or Directory.Tag:TYPE:MAXDIFF with TYPE one of STRING, INT, "
                f"LONG, FLOAT, for example Exif IFD0.Model:STRING:2; {item!r} is not"
            )
        directory, tag, kind, difference = match[1].strip(), match[2].strip(), match[3], (match[4] or "0").strip()
        if not re.fullmatch(r"[0-9]{1,30}\.?[0-9]{0,30}|\.[0-9]{1,30}", difference):
            raise ValueError(f"the largest difference in {item!r} must be a number from 0")
        rules.append(SimilarTag(directory, tag, kind, Decimal(difference)))
    return tuple(rules)


def _servers(text: str) -> tuple[str, ...]:
    items = _items(text)
    for item in items:
        host, _, port = item.rpartition(":")
        if not (host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError(f"each entry must be HOST:PORT, for example localhost:2181; {item!r} is not")
    return items


def _collection(text: str) -> str | None:
    # What Solr itself demands of the name of a collection (SolrIdentifierValidator).
    if text and not re.fullmatch(r"(?!-)[A-Za-z0-9_.-]+", text):
        raise ValueError("must be of letters, digits, `_`, `.` and `-`, and not begin with `-`")
    return text or None


def _solr_url(text: str) -> str | None:
    """Without a slash at its end."""
    if not text:
        return None
    try:
        parts = urlsplit(text)
        well = parts.scheme in ("http", "https") and _is_host(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is none
        well = False
    if not well or parts.query or parts.fragment or not parts.path.strip("/"):
        raise ValueError("must be http://HOST:PORT/solr or https://HOST:PORT/solr")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must hold no user and no password: output.solr.credentialsFile is for them")
    return text.rstrip("/")


def _is_host(name: str | None) -> bool:
    """Of labels as DNS has them (RFC 1123, and "_"), or an IPv6 address, which alone has colons."""
    return name is not None and (":" in name or re.fullmatch(r"(?:[\w-]{1,63}\.)*[\w-]{1,63}\.?", name) is not None)


def _timezone(text: str) -> str:
    if text == "UTC":
        return text
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(text)
    except (ValueError, KeyError, OSError):  # KeyError: not found; OSError: a name such as "Europe" is a folder
        raise ValueError("must be a time zone such as UTC, Europe/Warsaw or America/New_York") from None
    return text


def _whole(text: str, least: int, rule: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", text) or int(text) < least:
        raise ValueError(rule)
    return int(text)


def _number(text: str, rule: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError(rule) from None
    if not math.isfinite(number):
        raise ValueError(rule)
    return number


def _amount(text: str) -> int:
    return _from_1(text, "must be a whole number from 1, or -1 to leave it to the engine")


def _limit(text: str) -> int:
    # 0 is none: what guards against bombs should not open on it.
    return _from_1(text, "must be a whole number from 1, or -1 for no limit")


def _from_1(text: str, rule: str) -> int:
    """Or -1."""
    if number := _whole(text, -1, rule):
        return number
    raise ValueError(rule)


def _optional_whole(text: str) -> int | None:
    """None when empty."""
    return _whole(text, -(10**9), "must be a whole number, for example -1, or empty") if text else None


def _count(text: str) -> int:
    return _whole(text, 1, "must be a whole number from 1")


def _conditions(text: str) -> int:
    return _whole(text, -1, "must be a whole number from 0, or -1 for all of them")


def _cell(text: str) -> int | None:
    """None for no limit. Below a hundred little but the mark would be left."""
    rule = "must be a whole number from 100, or -1 for no limit"
    number = _whole(text, -1, rule)
    if -1 < number < 100:
        raise ValueError(rule)
    return None if number == -1 else number


def _delimiter(text: str) -> str:
    found = {r"\t": "\t", "tab": "\t"}.get(text.lower(), text)
    if found not in (",", ";", "|", "\t"):
        raise ValueError(r"must be one of , ; | and \t")
    return found


def _gigabytes(text: str) -> float:
    return _above_0(text, "must be a number of gigabytes above 0, for example 2 or 0.5")


def _seconds(text: str) -> float:
    return _above_0(text, "must be a number of seconds above 0, for example 120")


def _above_0(text: str, rule: str) -> float:
    number = _number(text, rule)
    if number <= 0:
        raise ValueError(rule)
    return number


def _threshold(text: str) -> float | None:
    """None when empty."""
    if not text:
        return None
    # The outputs of a network without a sigmoid may be anything, but no score is: a model's card says what makes scores
    # of them, and has thresholds from 0 to 1 too.
    rule = "must be a number from 0 to 1, for example 0.5"
    number = _number(text, rule)
    if not 0 <= number <= 1:
        raise ValueError(rule)
    return number


def available_cores() -> int:
    """Cores that this process may use: fewer than the machine has under taskset or in a container."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def choice(*names: str) -> Kind:
    """One of the names; letters may be large or small."""

    def parse(text: str) -> str:
        return _one_of(text, names)

    return Kind(" or ".join(f"`{name}`" for name in names), parse)


def choices(*names: str) -> Kind:
    """A comma list of the names; NONE is none of them."""

    def parse(text: str) -> tuple[str, ...]:
        if text == NONE:
            return ()
        known = {name.lower(): name for name in names}
        for item in _items(text):
            if item.lower() not in known:
                raise ValueError(f"{item!r} is none of {', '.join(names)}")
        return tuple(dict.fromkeys(known[item.lower()] for item in _items(text)))

    return Kind("comma list of " + ", ".join(f"`{name}`" for name in names), parse)


def forms(*names: str) -> Kind:
    """A comma list of the names, one at least."""

    def parse(text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_one_of(item, names) for item in _items(text))) or (_one_of("", names),)

    return Kind("comma list of " + ", ".join(f"`{name}`" for name in names), parse)


def _one_of(text: str, names: Sequence[str]) -> str:
    for name in names:
        if name.lower() == text.lower():
            return name
    raise ValueError(f"must be {_joined(names)}" if text else f"is empty; it must be {_joined(names)}")


def _joined(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


TEXT = Kind("text", _text)
EXACT_TEXT = Kind("text", str, exact=True)
BOOLEAN = Kind("`true` or `false`", _boolean)
LIST = Kind("comma list", _items)
PATH = Kind("path", _text, written=_at_home)
PATHS = Kind("comma list of paths", _items, written=_all_at_home)
PATTERNS = Kind("comma list of patterns", _patterns)
ALLOWED = Kind("comma list, or `*` for all", _allowed)
MANDATORY = Kind("comma list of `Directory.Tag`", _mandatory)
MAPPING = Kind("comma list of `INDEX:LABEL`", _mapping)
DIMENSIONS = Kind("`WIDTHxHEIGHT`", _dimensions)
CORES = Kind("whole number from 1, or `all`", _cores)
CELL = Kind("whole number from 100, or `-1`", _cell)
DELIMITER = Kind(r"`,`, `;`, `|` or `\t`", _delimiter, exact=True)
COUNT = Kind("whole number from 1", _count)
AMOUNT = Kind("whole number from 1, or `-1`", _amount)
LIMIT = Kind("whole number from 1, or `-1`", _limit)
WHOLE = Kind("whole number", _optional_whole)
CONDITIONS = Kind("whole number from 0, or `-1`", _conditions)
GIGABYTES = Kind("number above 0", _gigabytes)
SECONDS = Kind("number above 0", _seconds)
THRESHOLD = Kind("number from 0 to 1", _threshold)
TIMEZONE = Kind("time zone name", _timezone)
RULES = Kind("comma list of `Directory.Tag:TYPE[:MAXDIFF]`", _rules)
SERVERS = Kind("comma list of `HOST:PORT`", _servers)
COLLECTION = Kind("name", _collection)
SOLR_URL = Kind("URL", _solr_url)
