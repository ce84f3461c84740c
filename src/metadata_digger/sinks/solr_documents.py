"""Rows as Solr documents: one a file, its fields named as the columns of flat output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from metadata_digger.query.fields import DAYS
from metadata_digger.schema import THUMBNAILS, Column
from metadata_digger.sinks import file_columns
from metadata_digger.sinks.columns import Columns
from metadata_digger.sinks.repeated import cell, together
from metadata_digger.sinks.solr_fields import Fields, safe_name, score_field
from metadata_digger.sinks.solr_json import array, encode, escaped, member, members, objects, replaced, runs
from metadata_digger.sinks.solr_values import LONGEST_TERM, cut, date, instant, integer, is_place
from metadata_digger.sinks.wide import CONTENT, SIMILAR, base64_texts, fixed, layout
from metadata_digger.steps.filter import EVERYTHING, Selection
from metadata_digger.steps.flatten import flatten, listed, starts, tag_names
from metadata_digger.steps.rename import DEFAULT, Naming
from metadata_digger.steps.taken import DIRECTORY

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
    every: bool = True  # value of a tag that repeats; else the last one alone, as in the original

    def title(self, words: str) -> str:
        """Name of a field that every document may have."""
        return safe_name(self.naming.title(words))

    def tag(self, directory: str, tag: str) -> str:
        """Name of a tag's field."""
        return safe_name(self.naming.column(directory, tag))

    def names(self, columns: Sequence[str]) -> list[str]:
        """The fields that rows with these columns make, aside from tags and from what is new; the key is the first."""
        content = [CONTENT] if self.content and "tags" in columns else []
        return [self.title(words) for words in (*dict(_old(columns)).values(), *content, _MOMENT)]

    def maker(self, columns: Columns) -> Maker:
        """Raises ConfigError when two tags would be one field (sinks.wide)."""
        return Maker(self, columns)


_MOMENT = "Processing Datetime"
_TAKEN = (DIRECTORY, "MD Taken")  # new since 0.2.1
# New since 0.2.1: column, title, and what the class of the field's type must have in its name. A catch-all field of
# text is no place for a number.
_NEW = (
    ("file_name", "File Name", ""),
    ("file_extension", "File Extension", ""),
    ("size", "File Size", "Long"),
    ("modified", "File Modified", "Date"),
    ("notes", "Notes", ""),
    ("similar_score", "Similar Score", "Int"),
    ("similar_reasons", "Similar Reasons", ""),
)
_OF_PATH = ("file_name", "file_extension")  # no columns of rows
_DAY = "date"
_WHOLE = "exact_md_tag"  # such a field has the configset alone
_LARGE = 128 << 20  # bytes of rows at once
_MODEL = (("name", "Model Name"), ("sha256", "Model Sha256"))


class Maker:
    """Documents of the batches of one piece."""

    def __init__(self, form: Form, columns: Columns) -> None:
        self._form = form
        titles, places = layout(columns, form.naming, form.selection, form.every)
        # In rare cases two columns become one field: characters that only column names can have, names over 255.
        fields = list(dict.fromkeys(map(safe_name, titles)))
        numbers = {name: number for number, name in enumerate(fields)}
        self._places = {pair: numbers[safe_name(titles[place])] for pair, place in places.items()}
        # As text among others a moment is none: a collection without a date for it was made before there was one.
        if not form.fields.is_a(form.tag(*_TAKEN), "Date"):
            self._places = {pair: place for pair, place in self._places.items() if pair[0] != _TAKEN[0]}
        self._fields = fields
        self._prefixes: Column = pa.array([f',"{name}":"' for name in fields], pa.string())
        self._special = np.zeros(len(fields) + 1, bool)  # fields whose values are converted
        self._strings = np.zeros(len(fields) + 1, bool)  # fields that take one term
        self._converted: dict[int, Callable[[str], object]] = {}
        converted = form.conversion.of(form.fields)
        for number, name in enumerate(fields):
            kind = form.fields.kind(name)
            convert = converted.get(name, _place if kind == "LatLonPointSpatialField" else None)
            if convert is None and form.fields.is_a(name, "Date"):
                convert = date
            if convert is not None:
                self._converted[number], self._special[number] = convert, True
            self._strings[number] = kind == "StrField"
        plain = [(column, form.title(words)) for column, words in _old(columns.fields)]
        found = (*columns.fields, *_OF_PATH)
        new = [(column, form.title(words), kind) for column, words, kind in _NEW if column in found]
        # Without a prefix a tag may be called so.
        free = [(column, name) for column, name, kind in new if form.fields.is_a(name, kind) and name not in numbers]
        self._columns = [*plain, *free]
        self._models = [(key, name) for key, words in _MODEL if form.fields.knows(name := form.title(words))]
        # Where phrases do not reach from one tag into the next; who has other fields may read it as one text.
        self._apart = form.fields.takes_several(form.title(CONTENT)) and form.fields.takes_several(_WHOLE)
        fits = form.fields.is_a(_DAY, "Date") and _DAY not in numbers
        self._days = [numbers[name] for name in DAYS if name in numbers] if fits else []
        self._scores: dict[str, str | None] = {}  # field of a label's score, None where the schema has none

    def documents(self, rows: pa.RecordBatch) -> list[bytes]:
        """One JSON object for each row."""
        if rows.nbytes > _LARGE and len(rows) > 1:  # escaped it could be more than a column can hold
            half = len(rows) // 2
            return [*self.documents(rows.slice(0, half)), *self.documents(rows.slice(half))]
        columns = [_member(name, _column(rows, column), column) for column, name in self._columns]
        moment = pa.array([self._form.moment] * len(rows), pa.string())
        columns.append(member(self._form.title(_MOMENT), moment))
        if "models" in rows.schema.names:
            columns.append(self._labelled(rows))
        if "tags" in rows.schema.names:
            columns += self._tags(rows)
        return objects(columns)

    def _tags(self, rows: pa.RecordBatch) -> Iterator[Column]:
        flat = flatten(rows.column("tags"))
        place_of_pair = np.array([self._places.get(pair, -1) for pair in flat.pairs], dtype=np.int64)
        place = place_of_pair[flat.codes] if len(flat.codes) else flat.codes
        # A tag without words leaves its field to another of the same name.
        kept = np.flatnonzero((place >= 0) & flat.values.is_valid().to_numpy(zero_copy_only=False))
        row, place = np.repeat(np.arange(len(rows)), np.diff(flat.starts))[kept], place[kept]
        # By field; equal ones stay in the file's order, and of them the last one is kept, as in the original.
        order = np.lexsort((place, row))
        row, place, kept = row[order], place[order], kept[order]
        last = np.ones(len(order), bool)
        last[:-1] = (row[1:] != row[:-1]) | (place[1:] != place[:-1])
        several = _several(last, kept, flat.values) if self._form.every else {}
        row, place, kept = row[last], place[last], kept[last]
        bounds = np.searchsorted(row, np.arange(len(rows) + 1))
        values = flat.values.take(pa.array(kept))
        if several:
            values = replaced(values, np.array([*several]), list(map(" ".join, several.values())))
        texts = escaped(values)
        if self._form.content:
            filled = pc.greater(pc.binary_length(values), pa.scalar(0)).to_numpy(zero_copy_only=False)
            before = np.zeros(len(filled) + 1, np.int64)
            np.cumsum(filled, out=before[1:])
            title, filled = self._form.title(CONTENT), pa.array(filled)
            if self._apart:
                lists = listed(before[bounds].astype(np.int32), _of_one_line(texts, values).filter(filled))
                yield array(title, lists)
            else:
                yield member(title, runs(before[bounds], texts.filter(filled), " "))
        made = members(self._prefixes.take(pa.array(place)), texts)
        special = self._special[place] | (self._strings[place] & _is_long(values))
        special[[*several]] = True
        if special.any():
            places = np.flatnonzero(special)
            raw = [
                several.get(number, [value])
                for number, value in zip(places.tolist(), values.take(pa.array(places)).to_pylist(), strict=True)
            ]
            made = replaced(made, places, list(map(self._converted_member, place[places].tolist(), raw)))
        yield runs(bounds, made, "")
        if self._days:
            yield self._dated(len(rows), row, place, values, several)

    def _dated(
        self,
        rows: int,
        row: npt.NDArray[np.int64],
        place: npt.NDArray[np.int64],
        values: Column,
        several: dict[int, list[str]],
    ) -> Column:
        """The field `date`: of each row the first of its days that it has."""
        found: list[str | None] = [None] * rows
        for number in self._days:
            for at in np.flatnonzero(place == number).tolist():
                if found[row[at]] is None:
                    texts = several.get(at) or [values[at].as_py()]
                    moments = [moment for text in texts if (moment := date(text)) is not None]
                    found[row[at]] = moments[-1] if moments else None
        return member(_DAY, pa.array(found, pa.string()))

    def _converted_member(self, place: int, texts: list[str]) -> str:
        """Of a field that takes one value the text of all, and where it is a number or a date the last that is one."""
        name = self._fields[place]
        convert = self._converted.get(place)
        several = len(texts) > 1 and self._form.fields.takes_several(name)
        if convert is None and not several:
            texts = [cell(texts) if len(texts) > 1 else texts[0]]
        if convert is None:
            convert = cut if self._strings[place] else str
            texts = [text.replace("\n", r"\n") for text in texts]
        found = [value for text in texts if (value := convert(text)) is not None]
        if not found:
            return ""
        return f',"{name}":{encode(found if several else found[-1])}'

    def _labelled(self, rows: pa.RecordBatch) -> Column:
        """Scores and models, of which rows have few."""
        scores, models = (rows.column(name).to_pylist() for name in ("scores", "models"))
        return pa.array(map(self._labelled_members, scores, models), pa.string())

    def _labelled_members(self, scores: list[dict[str, Any]] | None, models: list[dict[str, str]] | None) -> str:
        found: dict[str, object] = {}
        for key, name in self._models:
            values = [model[key] for model in models or ()]
            if values:
                found[name] = values if len(values) > 1 else values[0]
        for score in scores or ():
            field = self._score(score["label"])
            if field is not None:  # of several models that know the label the first one counts
                found.setdefault(field, round(score["score"], 6))
        return f",{encode(found)[1:-1]}" if found else ""

    def _score(self, label: str) -> str | None:
        if label not in self._scores:
            name = score_field(label)
            self._scores[label] = name if self._form.fields.is_a(name, "Float") else None
        return self._scores[label]


def _old(columns: Sequence[str]) -> list[tuple[str, str]]:
    """Column and title of what 0.2.1 sent too."""
    return [(column, words) for column, words in fixed(columns) if column not in dict(SIMILAR)]


def _column(rows: pa.RecordBatch, column: str) -> Column:
    if column not in _OF_PATH:
        return rows.column(column)
    names = [file_columns.name(str(path)) for path in rows.column("file_path").to_pylist()]
    if column == "file_name":
        return pa.array(names, pa.string())
    return pa.array([file_columns.extension(name) or None for name in names], pa.string())


def _member(name: str, values: Column, column: str) -> Column:
    """A column of the row as a member."""
    if column in THUMBNAILS:
        return member(name, pa.array(base64_texts(values), pa.string()))
    if column == "modified":
        moments = [None if value is None else instant(value) for value in values.to_pylist()]
        return member(name, pa.array(moments, pa.string()))
    if column == "tags":
        values = tag_names(values)
    if pa.types.is_list(values.type):
        texts = values.flatten()
        if (long := np.flatnonzero(_is_long(texts))).size:
            texts = replaced(texts, long, [cut(text) for text in texts.take(pa.array(long)).to_pylist()])
        return array(name, listed(starts(values).astype(np.int32), escaped(texts)))
    if pa.types.is_integer(values.type):
        return member(name, values.cast(pa.string()), "")
    return member(name, escaped(values))


def _several(last: npt.NDArray[np.bool_], tags: npt.NDArray[np.int64], values: Column) -> dict[int, list[str]]:
    """What fields with several values have, by the number of the field. `tags`: by row and field, of each field one
    that is `last`."""
    ends = np.flatnonzero(last) + 1
    begins = np.concatenate([[0], ends[:-1]])
    found = {}
    for number in np.flatnonzero(ends - begins > 1).tolist():
        found[number] = together(values.take(pa.array(tags[begins[number] : ends[number]])).to_pylist())
    return found


def _of_one_line(texts: Column, values: Column) -> Column:
    """`texts` are the values escaped, where a line break is the two signs that the original wrote, the second of them
    a letter of the word that follows."""
    broken: Column = pc.match_substring(values, "\n")
    places = np.flatnonzero(broken.fill_null(False).to_numpy(zero_copy_only=False))
    if not places.size:
        return texts
    found: Column = pc.replace_substring(values.take(pa.array(places)), "\n", " ")
    return replaced(texts, places, escaped(found).to_pylist())


def _is_long(texts: Column) -> npt.NDArray[np.bool_]:
    """Which of them are more than a term of Solr holds."""
    sizes: Column = pc.binary_length(texts)
    lengths: npt.NDArray[np.int32] = sizes.fill_null(0).to_numpy(zero_copy_only=False)
    return lengths > LONGEST_TERM


def _place(text: str) -> str | None:
    return text if is_place(text) else None
