"""Fujifilm's makernote."""

from __future__ import annotations

from metadata_digger.metadata.model import Directory, TagTable, Value
from metadata_digger.metadata.render import int_words, rational, simple, version, words
from metadata_digger.metadata.tags.fujifilm import INT_WORDS, NAMES, WORDS


def _flash_value(_: Directory, value: Value) -> str | None:
    fraction = rational(value)
    return None if fraction is None else f"{simple(fraction, decimals=False)} EV (Apex)"


TABLE = TagTable(
    NAMES,
    {
        **{tag: words(table) for tag, table in WORDS.items()},
        **{tag: int_words(table) for tag, table in INT_WORDS.items()},
        0x0000: version(2),
        0x1011: _flash_value,
    },
)
