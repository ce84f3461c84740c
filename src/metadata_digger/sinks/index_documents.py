"""Rows as documents of the embedded index: those of Solr by the same names, values and rules, told as the index wants.

Names are those of Solr's configset (snake case, `md_` before tags), whatever output.columns.* say: one query language
serves every output.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from metadata_digger.index import schema as index
from metadata_digger.index.writing import Document
from metadata_digger.query import to_index as engine
from metadata_digger.query.fields import BY_NAME, DAYS, FIELDS, SCORES, Field, Kind
from metadata_digger.query.words import words
from metadata_digger.schema import HASHES, THUMBNAILS
from metadata_digger.sinks.columns import Columns, written
from metadata_digger.sinks.file_columns import name as name_of
from metadata_digger.sinks.solr_documents import Conversion, Form
from metadata_digger.sinks.solr_fields import Fields
from metadata_digger.steps.filter import EVERYTHING, Selection
from metadata_digger.steps.flatten import FlatTags, flatten
from metadata_digger.steps.rename import Naming

NAMING = Naming("snakeCase", "md_", include_directories=True)
_FIRST = ""  # of a row being made: the first value of each tag, by its field
_CLASSES = {
    Kind.STRING: "StrField",
    Kind.PATH: "TextField",
    Kind.DATE: "DateRangeField",
    Kind.INTEGER: "IntPointField",
    Kind.NUMBER: "FloatPointField",
    Kind.PLACE: "LatLonPointSpatialField",
    Kind.TEXT: "TextField",
}
_DYNAMIC = (("score_*", "FloatPointField"), ("md_*", "SortableTextField"), ("*", "SortableTextField"))
_LONG = "LongPointField"  # of file_size, which Solr has as one
_CAMERA = ("md_exif_ifd0_make", "md_exif_ifd0_model")
_TURNED = ("90", "270")
# Of later steps, and what no search is for: told with the detail as they are.
_KNOWN = {
    *("id", "base_path", "file_path", "size", "modified", "status", "reason", "notes", "again", "file_type"),
    *("directories", "tags", "labels", "scores", "models", "boxes"),
    *(f"hash_{kind}" for kind in HASHES),
    *THUMBNAILS,
}


def form(selection: Selection, every: bool, moment: str) -> Form:
    """`moment`: when the run began, as Solr writes it."""
    integers = tuple(field.name for field in FIELDS if field.kind is Kind.INTEGER and field.column == "tags")
    fields = Fields(
        {field.name: f"solr.{_class_of(field)}" for field in FIELDS},
        _DYNAMIC,
        (),
        "id",
        frozenset({field.name for field in FIELDS if field.several} | {"md_*", "*"}),
    )
    return Form(fields, moment, NAMING, selection, False, Conversion(integers), every)


def _class_of(field: Field) -> str:
    return _LONG if field.name == "file_size" else _CLASSES[field.kind]


@dataclass(frozen=True, slots=True)
class _Tags:
    """Tags of a batch that are wanted: row i has those from bounds[i] to bounds[i + 1]; of each what it is called, as
    whom it is searched, its value, and that as a number in `texts`."""

    bounds: list[int]
    directories: list[str]
    names: list[str]
    fields: list[str]
    values: list[str]
    words: list[str]
    exact: list[str]  # as it is compared
    typed: list[frozenset[str]]  # of each row the fields of kinds of their own, which the maker of documents fills


class Documents:
    """Those of one piece."""

    def __init__(self, made: Form, columns: Columns, selection: Selection = EVERYTHING) -> None:
        self._form = made
        self._selection = selection
        self._fields: dict[tuple[str, str], str | None] = {}  # of a tag, None where it is left out
        # What is text is taken from the tags as they are, without the detour by documents of Solr.
        typed = [pair for pair in columns.found if self._field(*pair) in BY_NAME]
        self._maker = made.maker(Columns(columns.schema, tuple(typed)))
        self.known: dict[str, tuple[int, str]] = {}  # of each field of a tag how many rows have it, and its title

    def of(self, batch: pa.RecordBatch, first: int) -> Iterator[Document]:
        """`first`: the number of the batch's first row."""
        batch = written(batch)
        columns: dict[str, list[Any]] = {
            name: batch.column(name).to_pylist() for name in batch.schema.names if name != "tags"
        }
        tags = self._tags(batch)
        for number, text in enumerate(self._maker.documents(batch)):
            row = first + number
            given = json.loads(text)
            values = {name: column[number] for name, column in columns.items()}
            fields, summary = _fields(given, row, values["size"])
            directories = self._texts(fields, tags, number) if tags is not None else []
            summary |= _summary(given | fields[_FIRST], values)
            del fields[_FIRST]
            picture = next((values[name] for name in reversed(THUMBNAILS) if values.get(name)), None)
            yield Document((row, values["id"], summary, _detail(given, values, directories), picture), fields)

    def _tags(self, batch: pa.RecordBatch) -> _Tags | None:
        if "tags" not in batch.schema.names:
            return None
        column: Any = batch.column("tags")
        flat = flatten(column)
        names = [self._field(*pair) for pair in flat.pairs]
        wanted = np.array([name is not None for name in names], dtype=bool)
        kept = np.flatnonzero(wanted[flat.codes]) if len(flat.codes) else flat.codes
        codes = flat.codes[kept].tolist()
        bounds = np.searchsorted(kept, flat.starts)
        self._count(flat, kept, bounds, names)
        # A value is looked at once, however many of the batch have it.
        text: Any = pc.fill_null(flat.values, pa.scalar("", flat.values.type)).take(pa.array(kept)).dictionary_encode()
        values, places = text.dictionary.to_pylist(), text.indices.to_pylist()
        split = [words(value) for value in values]
        exact = ["=" + value[: engine.LONGEST_VALUE] for value in values]
        typed = [name in BY_NAME for name in names]
        rows = np.repeat(np.arange(len(batch)), np.diff(bounds)).tolist()
        special: list[set[str]] = [set() for _ in range(len(batch))]
        for row, code in zip(rows, codes, strict=True):
            if typed[code]:
                special[row].add(names[code] or "")
        return _Tags(
            bounds.tolist(),
            [flat.pairs[code][0] for code in codes],
            [flat.pairs[code][1] for code in codes],
            [names[code] or "" for code in codes],
            [values[place] for place in places],
            [split[place] for place in places],
            [exact[place] for place in places],
            [*map(frozenset, special)],
        )

    def _count(self, flat: FlatTags, kept: Any, bounds: Any, names: Sequence[str | None]) -> None:
        """Which fields the rows of a batch have, each once."""
        rows = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
        numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
        of_pair = np.array([numbers[name] for name in names], np.int64)
        pairs = np.unique(rows * max(len(numbers), 1) + of_pair[flat.codes[kept]]) if len(kept) else rows
        counts = np.bincount(pairs % max(len(numbers), 1), minlength=len(numbers)).tolist()
        titles = {name: " ".join(pair) for name, pair in zip(reversed(names), reversed(flat.pairs), strict=True)}
        for name, count in zip(numbers, counts, strict=True):
            if name is not None and count:
                before = self.known.get(name, (0, titles[name]))
                self.known[name] = before[0] + count, before[1]

    def _texts(self, fields: dict[str, Any], tags: _Tags, number: int) -> list[Any]:
        """The text of a row's tags into its fields; the row's directories, as found, each with its tags."""
        begin, end = tags.bounds[number], tags.bounds[number + 1]
        names, values = tags.fields[begin:end], tags.values[begin:end]
        found, compared = tags.words[begin:end], tags.exact[begin:end]
        fields[engine.CONTENT] = [*filter(None, found)]  # apart: no phrase reaches from one tag into the next
        md: dict[str, Any] = dict(zip(names, found, strict=True))
        exact: dict[str, Any] = dict(zip(names, compared, strict=True))
        if len(md) < end - begin and self._form.every:
            for name in (name for name, count in Counter(names).items() if count > 1):
                places = [place for place, other in enumerate(names) if other == name]
                md[name] = [found[place] for place in places]
                exact[name] = [*dict.fromkeys(compared[place] for place in places)]
        for name in tags.typed[number]:
            del md[name], exact[name]
        fields[engine.WORDS], fields[engine.VALUES] = md, exact
        fields[_FIRST] = dict(zip(reversed(names), reversed(values), strict=True))
        directories: list[Any] = []
        start = begin
        for directory, run in groupby(tags.directories[begin:end]):
            stop = start + sum(1 for _ in run)
            directories.append([directory, tags.names[start:stop], tags.values[start:stop], tags.fields[start:stop]])
            start = stop
        return directories

    def _field(self, directory: str, name: str) -> str | None:
        pair = directory, name
        if pair not in self._fields:
            wanted = self._selection.has(directory, name)
            self._fields[pair] = self._form.tag(directory, name) if wanted else None
        return self._fields[pair]


def _fields(given: dict[str, Any], row: int, size: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is searched, but the tags' text; and of what is shown that which comes with it."""
    fields: dict[str, Any] = {_FIRST: {}}
    scores: dict[str, int] = {}
    for name, value in given.items():
        field = BY_NAME.get(name)
        if name == "date":
            continue  # below, as a moment
        if field is None:
            if name.startswith(SCORES):
                scores[name.removeprefix(SCORES)] = engine.score_in(value)
        elif field.kind is Kind.PATH:
            fields[name] = ancestors(value)[: None if name == "base_path" else -1]  # exact_file_path has the file
        elif field.kind is Kind.NUMBER:
            if (number := _number(value)) is not None:
                fields[engine.name_of(field)] = number
        elif field.kind is Kind.DATE:
            moments = value if isinstance(value, list) else [value]
            fields[name] = [datetime.fromisoformat(one) for one in moments]
        elif field.kind not in (Kind.PLACE, Kind.TEXT):
            fields[name] = value
    for name in ("base_path", "file_path"):
        fields[f"exact_{name}"] = given[name]
    day = next((fields[name][-1] for name in DAYS if fields.get(name)), None)
    if day is not None:
        fields["date"] = day
    seconds = None if day is None else int(day.timestamp())
    fields |= {
        engine.ROW: row,
        **index.orders(seconds, size, row),
        engine.SCORE: scores,
    }
    place = (fields.get(engine.LATITUDE), fields.get(engine.LONGITUDE))
    return fields, {"date": None if day is None else day.isoformat(), "place": None if None in place else place}


def _number(value: object) -> float | None:
    try:
        return float(str(value[-1] if isinstance(value, list) else value))
    except ValueError:
        return None


def ancestors(path: str) -> list[str]:
    """A path and every directory above it, as Solr's path hierarchy has them."""
    parts = path.split("/")
    return [*dict.fromkeys(text for end in range(1, len(parts) + 1) if (text := "/".join(parts[:end])))]


def _summary(given: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    width, height = picture_size(given)
    found = {
        "path": values["file_path"],
        "type": values.get("file_type"),
        "size": values["size"],
        "width": width,
        "height": height,
        "camera": camera(given),
        "labels": values.get("labels") or [],
        "notes": values["notes"],
    }
    return {name: value for name, value in found.items() if value not in (None, [])}


def camera(given: Mapping[str, Any]) -> str | None:
    """Maker and model, the maker once."""
    made, model = (_text(given.get(name)) for name in _CAMERA)
    if made and model and not model.lower().startswith(made.split(" ")[0].lower()):
        return f"{made} {model}"
    return model or made


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[-1] if value else None
    return None if value is None else str(value)[:200].strip() or None


# Where kinds of files say how large their picture is, the containers' own first.
_SIZES = (
    *(
        (f"md_{name}_image_width", f"md_{name}_image_height")
        for name in ("jpeg", "png_ihdr", "gif_image", "bmp_header")
    ),
    *((f"md_{name}_image_width", f"md_{name}_image_height") for name in ("webp", "ico", "psd_header", "pcx")),
    ("md_heif_width", "md_heif_height"),
    ("md_gif_header_image_width", "md_gif_header_image_height"),
    ("md_mp4_video_width", "md_mp4_video_height"),
    ("md_quicktime_video_width", "md_quicktime_video_height"),
    ("md_exif_subifd_exif_image_width", "md_exif_subifd_exif_image_height"),
    ("md_exif_ifd0_image_width", "md_exif_ifd0_image_height"),
)


def picture_size(given: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Width and height in pixels, upright; None where the file does not say."""
    for pair in _SIZES:
        sides = [_whole(given.get(name)) for name in pair]
        if None not in sides:
            turned = any(f"{angle} CW" in str(given.get("md_exif_ifd0_orientation", "")) for angle in _TURNED)
            return (sides[1], sides[0]) if turned else (sides[0], sides[1])
    return None, None


def _whole(value: Any) -> int | None:
    word = (_text(value) or "").partition(" ")[0]
    return int(word) if word.isascii() and word.isdigit() and len(word) < 10 else None


def _detail(given: Mapping[str, Any], values: Mapping[str, Any], directories: Sequence[Any]) -> dict[str, Any]:
    seen = [[one["label"], round(one["score"], 6), one["model"]] for one in values.get("scores") or ()]
    boxes = [
        [one["label"], round(one["score"], 6), one["model"], [one[side] for side in ("x", "y", "width", "height")]]
        for one in values.get("boxes") or ()
    ]
    hashes = {kind: values[f"hash_{kind}"] for kind in HASHES if values.get(f"hash_{kind}")}
    more = {
        name: value
        for name, value in values.items()
        if name not in _KNOWN and value is not None and not isinstance(value, bytes)
    }
    found = {
        "base": values["base_path"],
        "name": name_of(values["file_path"]),
        "modified": given.get("file_modified"),
        "processed": given.get("processing_datetime"),
        "directories": directories,
        "directory_names": given.get("directory_names"),
        "tag_names": given.get("tag_names"),
        "seen": seen,
        "boxes": boxes,
        "models": values.get("models"),
        "hashes": hashes,
        "more": more,
    }
    return {name: value for name, value in found.items() if value}
