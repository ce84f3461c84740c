"""Queries made of other people's words: a value that comes from a file or a user is never read as query language."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Everything that the query parsers of Lucene and Solr give a meaning; words such as AND come on top.
_SPECIAL = re.compile(r'([\\+\-!():^\[\]"{}~*?|&;/\s])')


def escaped(text: str) -> str:
    """The text as one term of Solr's standard query language; the field's analysis still applies to it."""
    word = _SPECIAL.sub(r"\\\1", text)
    return f"\\{word}" if word in ("AND", "OR", "NOT", "TO") else word or '""'


def phrase(text: str) -> str:
    """The text as a phrase in quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def field(name: str, value: str) -> str:
    """name:value, with both escaped."""
    return f"{escaped(name)}:{phrase(value)}"


def any_of(name: str, values: Iterable[str]) -> str:
    """A query for documents whose string field has one of the values, however many; they must hold no comma."""
    return "{!terms f=" + _local(name) + "}" + ",".join(values)


def exactly(name: str, value: str) -> str:
    """A query, or filter, for one value of a string field, as it is."""
    return "{!term f=" + _local(name) + "}" + value


def _local(text: str) -> str:
    """A local parameter, quoted."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
