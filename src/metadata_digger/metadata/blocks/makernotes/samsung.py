"""Samsung's makernote of type 2, the one that the reference reads."""

from __future__ import annotations

from metadata_digger.metadata.blocks.makernotes.phrases import whole
from metadata_digger.metadata.model import TagTable
from metadata_digger.metadata.render import int_words, version, words
from metadata_digger.metadata.tags.samsung import INT_WORDS, NAMES, WORDS

TABLE = TagTable(
    NAMES,
    {
        **{tag: words(table) for tag, table in WORDS.items()},
        **{tag: int_words(table) for tag, table in INT_WORDS.items()},
        0x0001: version(2),
        0x0043: whole("{} C"),
    },
)
