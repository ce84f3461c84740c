"""The words and signs of a query, each with its place: the tokens of Solr's QueryParser.jj."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from metadata_digger.errors import QueryError

SPACES = " \t\n\r\u3000"
# What a term may begin with, and what may go on in it: QueryParser.jj, _TERM_START_CHAR and _TERM_CHAR.
_START = r"(?:[^ \t\n\r\u3000+\-!():^\[\]\"{}~*?\\/]|\\.)"
_CHAR = rf"(?:{_START}|[-+/])"
_TOKENS = re.compile(
    rf"""(?P<space>[{SPACES}]+)
    |(?P<and>AND(?!{_CHAR}|[*?:])|&&)|(?P<or>OR(?!{_CHAR}|[*?:])|\|\|)|(?P<not>NOT(?!{_CHAR}|[*?:])|!)
    |(?P<plus>\+)|(?P<minus>-)|(?P<open>\()|(?P<close>\))|(?P<colon>:)
    |(?P<boost>\^[0-9]*\.?[0-9]*)|(?P<near>~[0-9]*\.?[0-9]*)
    |(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<regex>/(?:[^/\\]|\\.)*/)
    |(?P<range>[\[{{][^\]}}]*[\]}}])
    |(?P<term>(?:{_START}|[*?])(?:{_CHAR}|[*?])*)""",
    re.VERBOSE | re.DOTALL,
)
_UNCLOSED = {'"': "a quote that is not closed", "/": "a regular expression that is not closed: it needs a / at its end"}


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    at: int

    @property
    def end(self) -> int:
        return self.at + len(self.text)


def tokens(text: str) -> Iterator[Token]:
    """All but spaces. Raises QueryError."""
    at = 0
    while at < len(text):
        match = _TOKENS.match(text, at)
        if match is None or match.end() == at:
            raise _fault(text, at)
        kind = match.lastgroup or ""
        if kind != "space":
            yield Token(kind, match[0], at)
        at = match.end()


def _fault(text: str, at: int) -> QueryError:
    sign = text[at]
    if sign in _UNCLOSED:
        return QueryError(_UNCLOSED[sign], at, len(text) - at)
    if sign in "[{":
        return QueryError("a range that is not closed: [from TO to]", at, len(text) - at)
    if sign in "]}":
        return QueryError(f"a {sign} without its beginning: put a backslash before it, or quotes around it", at, 1)
    if sign == "\\":
        return QueryError("a backslash with nothing behind it", at, 1)
    return QueryError(f"{sign} has no meaning here: put a backslash before it, or quotes around it", at, 1)


def plain(text: str) -> str:
    """Without the backslashes that take signs their meaning."""
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def has_wildcard(text: str) -> bool:
    return re.search(r"(?<!\\)(?:\\\\)*[*?]", text) is not None
