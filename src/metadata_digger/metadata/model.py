"""What a file says about itself: directories of tags. Values are kept raw; text is made when somebody asks."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, overload


class Rational(NamedTuple):
    """A fraction as stored: Exif types 5 and 10."""

    numerator: int
    denominator: int


class Rationals(Sequence[Rational]):
    """A long array of fractions, kept as its numerators and denominators: 8 bytes each instead of 130."""

    __slots__ = ("_numbers",)

    def __init__(self, numbers: array[int]) -> None:
        self._numbers = numbers  # numerator, denominator, numerator, ...

    def __len__(self) -> int:
        return len(self._numbers) // 2

    @overload
    def __getitem__(self, index: int) -> Rational: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Rational, ...]: ...
    def __getitem__(self, index: int | slice) -> Rational | tuple[Rational, ...]:
        if isinstance(index, slice):
            return tuple(self[position] for position in range(*index.indices(len(self))))
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        index %= len(self)
        return Rational(self._numbers[2 * index], self._numbers[2 * index + 1])


class Text(str):
    """A string whose bytes are not UTF-8: the characters are a best effort, `raw` is what the file has."""

    __slots__ = ("raw",)
    raw: bytes

    def __new__(cls, string: str, raw: bytes) -> Text:
        self = super().__new__(cls, string)
        self.raw = raw
        return self

    def __reduce__(self) -> tuple[type[Text], tuple[str, bytes]]:
        return Text, (str(self), self.raw)


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


# int, float, str, bytes, Rational, or a tuple of numbers or Rationals. Unsigned 32-bit numbers and long arrays come as
# array.array or Rationals: the first because the reference treats them apart, the second because they are compact.
Value = Any
Render = Callable[["Directory", Value], str | None]


@dataclass(frozen=True, slots=True)
class TagTable:
    """A vocabulary: names by tag id, and how to put a value into words where the generic way is not right."""

    names: Mapping[int, str]
    render: Mapping[int, Render] = field(default_factory=dict)


@dataclass(slots=True)
class Directory:
    """One directory, as the reference extractor names it.

    `values` is in file order; setting a tag again replaces its value and keeps its place, as in the reference.
    """

    name: str
    table: TagTable
    values: dict[int, Value] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    xmp: list[XmpProperty] = field(default_factory=list)

    def tag_name(self, tag: int) -> str:
        name = self.table.names.get(tag)
        return name if name is not None else f"Unknown tag (0x{tag & 0xFFFFFFFF:04x})"

    def tags(self) -> Iterator[Tag]:
        """Every tag with its description, in file order."""
        from metadata_digger.metadata.render import describe

        for tag, value in self.values.items():
            yield Tag(tag, self.tag_name(tag), describe(self, tag, value))
