"""Pentax's and Asahi's makernote in the form of an IFD."""

from __future__ import annotations

from metadata_digger.metadata.blocks.makernotes import PRINT_IM, Note
from metadata_digger.metadata.blocks.makernotes.phrases import float_string
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import generic, int_words, octets, single, words
from metadata_digger.metadata.tags.pentax import INT_WORDS, NAMES, WORDS


def _digital_zoom(_: Directory, value: Value) -> str | None:
    number = single(value)
    if number is None:
        return None
    return float_string(number) if number else "Off"


def _city_code(_: Directory, value: Value) -> str | None:
    """Three letters and a blank, as bytes; the reference has their numbers."""
    data = octets(value)
    if data is None or not data.isascii() or not data.decode().isprintable():
        return generic(_, value)
    return data.decode().strip()


TABLE = TagTable(
    NAMES,
    {
        **{tag: words(table) for tag, table in WORDS.items()},
        **{tag: int_words(table) for tag, table in INT_WORDS.items()},
        0x000A: _digital_zoom,
        0x1000: _city_code,
        0x1001: _city_code,
    },
)


def note() -> Note:
    """An IFD, with Print Image Matching in it."""
    return Note(TABLE, blocks=PRINT_IM)
