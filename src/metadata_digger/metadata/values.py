"""Raw values as a file has them: numbers, fractions, text and bytes, before anybody puts them into words."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple, overload

# int, float, str, bytes, Rational, or a tuple of numbers or Rationals. Unsigned 32-bit numbers and long arrays come as
# array.array or Rationals: the first because the reference treats them apart, the second because they are compact.
Value = Any


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
