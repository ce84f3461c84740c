"""Rows as Solr documents: one a file, its fields named as the columns of flat output."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from json import JSONEncoder
from typing import Any

import numpy as np
import pyarrow as pa

from metadata_digger.schema import THUMBNAILS, Column
from metadata_digger.sinks.columns import Columns
from metadata_digger.sinks.nested import on_one_line
from metadata_digger.sinks.solr_fields import Fields, safe_name, score_field
from metadata_digger.sinks.solr_values import cut, date, instant, integer, is_place
from metadata_digger.sinks.wide import CONTENT, base64_texts, fixed, layout
from metadata_digger.steps.filter import EVERYTHING, Selection
from metadata_digger.steps.flatten import flatten, tag_names
from metadata_digger.steps.rename import DEFAULT, Naming

_encode = JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode

# 0.2.1's sample converts this field, which never exists; whoever has it in a configuration means the other one.
_MEANT = {"md_gps_datetime": "md_gps_md_datetime"}


@dataclass(frozen=True, slots=True)
class Conversion:
    """output.solr.conversion.*: fields by their final names. `unknown`: sent where a value is no integer."""

    integers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    unknown: int | None = None

    def of(self, fields: Fields) -> dict[str, Callable[[str], object]]:
        """What to do with the values of the fields concerned; a value that becomes None is left out."""
        found: dict[str, Callable[[str], object]] = {}
        for name in self.dates:
            found[name] = date
            if name in _MEANT:
                found.setdefault(_MEANT[name], date)
        for name in self.integers:
            bits = 64 if "Long" in (fields.kind(name) or "") else 32
            found[name] = lambda text, bits=bits: self._integer(text, bits)  # type: ignore[misc]
        return found

    def _integer(self, text: str, bits: int) -> int | None:
        value = integer(text, bits)
        return self.unknown if value is None else value


@dataclass(frozen=True, slots=True)
class Form:
    """How rows become documents. `fields`: the schema that they are for; `moment`: when this run began, as Solr has it.

    What 0.2.1 sent is sent; what is new is sent where the schema has a field for it.
    """

    fields: Fields
    moment: str
    naming: Naming = DEFAULT
    selection: Selection = EVERYTHING
    content: bool = False  # the field metadata_content
    conversion: Conversion = Conversion()

    def title(self, words: str) -> str:
        """Name of a field that every document may have."""
        return safe_name(self.naming.title(words))

    def tag(self, directory: str, tag: str) -> str:
        """Name of a tag's field."""
        return safe_name(self.naming.column(directory, tag))

    def names(self, columns: Sequence[str]) -> list[str]:
        """The fields that rows with these columns make, aside from tags and from what is new; the key is the first."""
        content = [CONTENT] if self.content and "tags" in columns else []
        return [self.title(words) for words in (*dict(fixed(columns)).values(), *content, _MOMENT)]

    def maker(self, columns: Columns) -> Maker:
        """Raises ConfigError when two tags would be one field (sinks.wide)."""
        return Maker(self, columns)


_MOMENT = "Processing Datetime"
# New since 0.2.1: column, title, and what the class of the field's type must have in its name. A catch-all field of
# text is no place for a number.
_NEW = (("size", "File Size", "Long"), ("modified", "File Modified", "Date"), ("notes", "Notes", ""))
_MODEL = (("name", "Model Name"), ("sha256", "Model Sha256"))


class Maker:
    """Documents of the batches of one piece."""

    def __init__(self, form: Form, columns: Columns) -> None:
        self._form = form
        titles, self._places = layout(columns, form.naming, form.selection)
        self._names = np.array([safe_name(title) for title in titles] or [""], dtype=object)
        names = set(self._names)
        converted = form.conversion.of(form.fields)
        self._converted = {name: convert for name, convert in converted.items() if name in names}
        # Where the schema says string, one long value would cost the whole document.
        self._strings = {name for name in names if form.fields.kind(name) == "StrField"}
        self._locations = {name for name in names if form.fields.kind(name) == "LatLonPointSpatialField"}
        plain = [(column, form.title(words)) for column, words in fixed(columns.fields)]
        new = [(column, form.title(words), kind) for column, words, kind in _NEW]
        # Without a prefix a tag may be called so.
        free = [(column, name) for column, name, kind in new if form.fields.is_a(name, kind) and name not in names]
        self._columns = [*plain, *free]
        self._scores: dict[str, str | None] = {}  # field of a label's score, None where the schema has none

    def documents(self, rows: pa.RecordBatch) -> list[bytes]:
        """One JSON object for each row."""
        form = self._form
        columns: dict[str, Sequence[object]] = {title: _values(rows, column) for column, title in self._columns}
        columns[form.title(_MOMENT)] = [form.moment] * len(rows)
        titles = list(columns)
        found = [
            {title: value for title, value in zip(titles, values, strict=True) if value is not None and value != []}
            for values in zip(*columns.values(), strict=True)
        ]
        if "models" in rows.schema.names:
            self._add_scores(rows, found)
        if "tags" in rows.schema.names:
            self._add_tags(rows, found)
        return [_encode(document).encode() for document in found]

    def _add_tags(self, rows: pa.RecordBatch, documents: list[dict[str, object]]) -> None:
        flat = flatten(rows.column("tags"))
        place_of_pair = np.array([self._places.get(pair, -1) for pair in flat.pairs], dtype=np.int64)
        place = place_of_pair[flat.codes] if len(flat.codes) else flat.codes
        # A tag without words leaves its field to another of the same name.
        kept = np.flatnonzero((place >= 0) & flat.values.is_valid().to_numpy(zero_copy_only=False))
        row = np.repeat(np.arange(len(rows)), np.diff(flat.starts))[kept]
        # By field; equal ones stay in the file's order, so that the last value of a repeated tag is the one kept.
        order = np.lexsort((place[kept], row))
        kept, row = kept[order], row[order]
        values = on_one_line(flat.values.take(pa.array(kept))).to_pylist()
        names = self._names[place[kept]].tolist()
        bounds = np.searchsorted(row, np.arange(len(rows) + 1)).tolist()
        title = self._form.title(CONTENT) if self._form.content else None
        for document, (start, end) in zip(documents, pairwise(bounds), strict=True):
            tags: dict[str, object] = dict(zip(names[start:end], values[start:end], strict=True))
            if title is not None:
                document[title] = " ".join(filter(None, tags.values()))  # type: ignore[arg-type]  # text so far
            self._convert(tags)
            document |= tags

    def _convert(self, tags: dict[str, Any]) -> None:
        for name in self._strings & tags.keys():
            tags[name] = cut(tags[name])
        for name in self._locations & tags.keys():
            if not is_place(tags[name]):
                del tags[name]
        for name, convert in self._converted.items():
            if name in tags:
                value = convert(tags[name])
                if value is None:
                    del tags[name]
                else:
                    tags[name] = value

    def _add_scores(self, rows: pa.RecordBatch, documents: list[dict[str, object]]) -> None:
        fields = self._form.fields
        keys = [(key, title) for key, title in _MODEL if fields.knows(self._form.title(title))]
        for document, scores, models in zip(
            documents, rows.column("scores").to_pylist(), rows.column("models").to_pylist(), strict=True
        ):
            for key, title in keys:
                values = [model[key] for model in models or ()]
                if values:
                    document[self._form.title(title)] = values if len(values) > 1 else values[0]
            for score in scores or ():
                name = self._score(score["label"])
                if name is not None:  # of several models that know the label the first one counts
                    document.setdefault(name, round(score["score"], 6))

    def _score(self, label: str) -> str | None:
        if label not in self._scores:
            name = score_field(label)
            self._scores[label] = name if self._form.fields.is_a(name, "Float") else None
        return self._scores[label]


def _values(rows: pa.RecordBatch, column: str) -> Sequence[Any]:
    values: Column = rows.column(column)
    if column in THUMBNAILS:
        return base64_texts(values)
    found: list[Any] = (tag_names(values) if column == "tags" else values).to_pylist()
    if column == "modified":
        return [None if value is None else instant(value) for value in found]
    if pa.types.is_list(values.type):
        return [None if value is None else [cut(text) for text in value] for value in found]
    return found
