"""Casio's makernotes, both types."""

from __future__ import annotations

from collections.abc import Iterator

from metadata_digger.metadata.blocks.makernotes import PRINT_IM, Note
from metadata_digger.metadata.blocks.makernotes.phrases import whole
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import decimal, int_words, ints, octets, real, text, words
from metadata_digger.metadata.source import Reader
from metadata_digger.metadata.tags.casio import (
    TYPE_1_INT_WORDS,
    TYPE_1_NAMES,
    TYPE_1_WORDS,
    TYPE_2_INT_WORDS,
    TYPE_2_NAMES,
    TYPE_2_WORDS,
)

_DATE = 18  # bytes of the tag Firmware Date


def _tenths(_: Directory, value: Value) -> str | None:
    number = real(value)
    return None if number is None else f"{decimal(number / 10, 1, half_up=True)} mm"


def _dimensions(_: Directory, value: Value) -> str | None:
    numbers = ints(value)
    return text(value) if numbers is None or len(numbers) != 2 else f"{numbers[0]} x {numbers[1]} pixels"


def _picture(_: Directory, value: Value) -> str | None:
    data = octets(value)
    return None if data is None else f"<{len(data)} bytes of image data>"


def _complete(_: Directory, value: Value) -> str | None:
    """The value however long it is."""
    return text(value)


TYPE_1 = TagTable(
    TYPE_1_NAMES,
    {
        **{tag: words(table) for tag, table in TYPE_1_WORDS.items()},
        **{tag: int_words(table) for tag, table in TYPE_1_INT_WORDS.items()},
        0x0006: whole("{} mm"),
    },
)

_TYPE_2 = TagTable(
    TYPE_2_NAMES,
    {
        **{tag: words(table) for tag, table in TYPE_2_WORDS.items()},
        **{tag: int_words(table) for tag, table in TYPE_2_INT_WORDS.items()},
        0x0002: _dimensions,
        0x0003: whole("{} bytes"),
        0x0004: _complete,
        0x001D: _tenths,
        0x2000: _picture,
        0x2011: _complete,
        0x2022: whole("{} mm"),
        0x3006: _complete,
    },
)


def _firmware_date(directory: Directory, reader: Reader) -> Iterator[Directory] | None:
    """Year and month, day and hour, minutes, each behind zeros that would end the text."""
    data = reader.bytes(0, min(reader.size, _DATE))
    digits = "".join(part.decode("latin-1") for part in data.split(b"\0"))
    if len(data) < _DATE or not (len(digits) in (10, 12) and digits.isascii() and digits.isdecimal()):
        return None
    year, month, day, hour, *rest = (digits[start : start + 2] for start in range(0, len(digits), 2))
    directory.values[0x2001] = f"{'20' if year < '70' else '19'}{year}:{month}:{day} {':'.join((hour, *rest))}"
    return iter(())


def type_2() -> Note:
    return Note(_TYPE_2, {0x2001: _firmware_date}, blocks=PRINT_IM)
