"""What a query is made of, whatever it was written in: the language's text, a page's filters, a rectangle on a map.

Nodes are values: equal queries are equal, and can be keys of a cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

Bound: TypeAlias = int | float | datetime | None  # None: open


@dataclass(frozen=True, slots=True)
class Everything:
    """All rows."""


@dataclass(frozen=True, slots=True)
class Text:
    """Rows where the words of `text` stand behind each other in a field's text, with up to `slop` moves between them.

    `field`: "" for all that files say of themselves (metadata_content). Without regard to case and accents.
    """

    field: str
    text: str
    slop: int = 0


@dataclass(frozen=True, slots=True)
class OneOf:
    """Rows where a field has one of these values, whole and with case; of a path a directory is a value too."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Has:
    """Rows that have the field."""

    field: str


@dataclass(frozen=True, slots=True)
class Span:
    """Rows where a number or a date lies between two bounds. Dates are in UTC, or by the clock of the camera."""

    field: str
    low: Bound
    high: Bound
    includes_low: bool = True
    includes_high: bool = True


@dataclass(frozen=True, slots=True)
class Box:
    """Rows with a place in a rectangle, in degrees; `west` above `east`: it crosses the antimeridian."""

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class Circle:
    """Rows with a place at most so many kilometres away."""

    latitude: float
    longitude: float
    kilometres: float


@dataclass(frozen=True, slots=True)
class Glob:
    """Rows where a word (of text) or a value (of strings) fits a pattern: `*` any characters, `?` one; a backslash
    before either takes its meaning."""

    field: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Regex:
    """The same with a regular expression that a whole word, or value, has to fit."""

    field: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Near:
    """Rows with a word, or value, that is at most `distance` (1 or 2) edits away."""

    field: str
    word: str
    distance: int


@dataclass(frozen=True, slots=True)
class Marked:
    """Rows that bear a mark, by its number or its title."""

    mark: str


@dataclass(frozen=True, slots=True)
class Every:
    """All of the parts; none: all rows."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of the parts; none: no row."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """All rows but these."""

    part: Node


Node: TypeAlias = (
    Everything | Text | OneOf | Has | Span | Box | Circle | Glob | Regex | Near | Marked | Every | Some | Not
)
