"""The fields of the index, made of query.fields: the kind of a field decides how tantivy holds it.

Tags have no fields of their own: `md` holds the words of each, `exact` the whole values, by the field's name. A string
in tantivy's JSON that looks like a date becomes one, and is found no more as it was written: so values of `exact` begin
with "=", and `md` has words between spaces, none of which is a date of RFC 3339.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from metadata_digger.query.fields import FIELDS, Kind
from metadata_digger.query.to_index import CONTENT, ROW, SCORE, VALUES, WORDS, name_of

if TYPE_CHECKING:
    from pathlib import Path

    import tantivy

# Like ROW total orders: no two rows are equal.
ORDERS = BY_DATE, BY_DATE_DOWN, BY_SIZE, BY_SIZE_DOWN = "by_date", "by_date_down", "by_size", "by_size_down"
_ANALYZER = "words"
ROW_BITS = 28
_EPOCH = 1 << 35  # seconds before 1970 that an order can tell, and nearly as many behind it: a thousand years
_LAST = (1 << 36) - 1


def orders(seconds: int | None, size: int, row: int) -> dict[str, int]:
    """Of a row its places in the total orders: by date (those without one last) and by size, upwards and downwards;
    equals by their number. `seconds` since 1970."""
    date = _LAST if seconds is None else min(max(seconds + _EPOCH, 0), _LAST - 1)
    down = _LAST if seconds is None else _LAST - 1 - date
    size = min(size, _LAST)
    values = (date, down, size, _LAST - size)
    return {name: value << ROW_BITS | row for name, value in zip(ORDERS, values, strict=True)}


def schema() -> tantivy.Schema:
    import tantivy

    builder = tantivy.SchemaBuilder()
    for field in FIELDS:
        match field.kind:
            case Kind.STRING | Kind.PATH:
                builder.add_text_field(field.name, fast=True, tokenizer_name="raw", index_option="basic")
            case Kind.DATE:
                builder.add_date_field(field.name, indexed=True, fast=True)
            case Kind.INTEGER:
                builder.add_integer_field(field.name, indexed=True, fast=True)
            case Kind.NUMBER:
                builder.add_float_field(name_of(field), indexed=True, fast=True)
            case _:
                pass  # places are their latitude and longitude, words are CONTENT, tags WORDS and EXACT
    builder.add_json_field(WORDS, tokenizer_name=_ANALYZER, index_option="position")
    builder.add_json_field(VALUES, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_json_field(SCORE, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field(CONTENT, tokenizer_name=_ANALYZER, index_option="position")
    for name in (ROW, *ORDERS):
        builder.add_unsigned_field(name, indexed=True, fast=True)
    return builder.build()


def analyzer() -> tantivy.TextAnalyzer:
    """What is left to do with words that stand between spaces: as Solr's filters do, accents before case."""
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return builder.filter(tantivy.Filter.ascii_fold()).filter(tantivy.Filter.lowercase()).build()


def opened(folder: Path, *, new: bool = False) -> tantivy.Index:
    """Raises ValueError, as tantivy does, for what is no index of its."""
    import tantivy

    index = tantivy.Index(schema(), path=str(folder)) if new else tantivy.Index.open(str(folder))
    index.register_tokenizer(_ANALYZER, analyzer())
    return index
