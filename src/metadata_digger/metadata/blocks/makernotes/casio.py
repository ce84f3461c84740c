"""Casio's makernotes, both types."""

from __future__ import annotations

from metadata_digger.metadata.blocks.makernotes import PRINT_IM, Note
from metadata_digger.metadata.blocks.makernotes.phrases import whole
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import decimal, int_words, ints, octets, real, text, words
from metadata_digger.metadata.tags.casio import (
    TYPE_1_INT_WORDS,
    TYPE_1_NAMES,
    TYPE_1_WORDS,
    TYPE_2_INT_WORDS,
    TYPE_2_NAMES,
    TYPE_2_WORDS,
)


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


def type_2() -> Note:
    return Note(_TYPE_2, blocks=PRINT_IM)
