"""What a file says about itself: directories of tags. Values are kept raw; text is made when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from metadata_digger.metadata.render import text
from metadata_digger.metadata.values import Rational, Rationals, Text, Value

# Readers have one module to import what they make from: the values come along.
__all__ = [
    "Directory",
    "Rational",
    "Rationals",
    "Render",
    "Tag",
    "TagTable",
    "Text",
    "Value",
    "XmpProperty",
    "describe",
]


class Tag(NamedTuple):
    """One tag as text; `description` is None when the reference extractor has none."""

    id: int
    name: str
    description: str | None


class XmpProperty(NamedTuple):
    """One leaf of an XMP packet: namespace URI, path with prefixes and indexes from 1, value."""

    ns: str
    path: str
    value: str


Render = Callable[["Directory", Value], str | None]


@dataclass(frozen=True, slots=True)
class TagTable:
    """A vocabulary: names by tag id, and how to put a value into words where the generic way is not right."""

    names: Mapping[int, str]
    render: Mapping[int, Render] = field(default_factory=dict)


@dataclass(slots=True)
class Directory:
    """One directory, as the reference extractor names it.

    `values` is in file order; setting a tag again replaces its value and keeps its place, as in the reference. What the
    tag had said before is in `earlier`, where it is something else.
    """

    name: str
    table: TagTable
    values: dict[int, Value] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    xmp: list[XmpProperty] = field(default_factory=list)
    earlier: list[tuple[int, Value]] = field(default_factory=list)
    order: str = ">"  # byte order of the block that it is of, as in struct: text in units of two bytes hangs on it

    def tag_name(self, tag: int) -> str:
        name = self.table.names.get(tag)
        return name if name is not None else f"Unknown tag (0x{tag & 0xFFFFFFFF:04x})"

    def tags(self) -> Iterator[Tag]:
        """Every tag with its description, in file order; first what tags had said that came again."""
        for tag, value in (*self.earlier, *self.values.items()) if self.earlier else self.values.items():
            yield Tag(tag, self.tag_name(tag), describe(self, tag, value))

    def keep(self, tag: int, value: Value) -> None:
        """Puts away what a tag has that is about to be set to `value`."""
        if (before := self.values.get(tag)) is not None and before != value:
            self.earlier.append((tag, before))


def describe(directory: Directory, tag: int, value: Value) -> str | None:
    """The description of one tag, None when the reference has none.

    The one entry: a table's own rendering where there is one, else the generic one.
    """
    render = directory.table.render.get(tag)
    if render is not None:
        return render(directory, value)
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]  # a str by the line before
    if kind is int:
        return str(value)
    return text(value, 16)
