"""Sanyo's makernote."""

from __future__ import annotations

from metadata_digger.metadata.blocks.makernotes import PRINT_IM, Note
from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import fixed, int_words, quotient, rational, words
from metadata_digger.metadata.tags.sanyo import INT_WORDS, NAMES, WORDS


def _digital_zoom(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    return None if fraction is None else fixed(quotient(fraction), 3)


TABLE = TagTable(
    NAMES,
    {
        **{tag: words(table) for tag, table in WORDS.items()},
        **{tag: int_words(table) for tag, table in INT_WORDS.items()},
        0x0204: _digital_zoom,
    },
)


def note() -> Note:
    """An IFD, with Print Image Matching in it."""
    return Note(TABLE, blocks=PRINT_IM)
