"""JSON Lines: one object a file, its metadata nested by directory and tag."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from json import JSONEncoder
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import pyarrow as pa

from metadata_digger.schema import Column
from metadata_digger.sinks import file_columns
from metadata_digger.sinks.cells import controls
from metadata_digger.sinks.columns import Columns, written
from metadata_digger.sinks.nested import Keys, content, nested
from metadata_digger.sinks.pieces import concatenate
from metadata_digger.sinks.wide import ADDED, CONTENT, SIMILAR, base64_texts, fixed
from metadata_digger.steps.filter import EVERYTHING, Selection
from metadata_digger.steps.flatten import tag_names
from metadata_digger.steps.rename import DEFAULT, Naming

if TYPE_CHECKING:
    from metadata_digger.config import Config

_encode = JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode

# JSON itself escapes C0 alone; the others of `controls` steer terminals, or end a line for some readers. By the first
# byte of each how many it has.
_LENGTHS = {0x7F: 1, 0xC2: 2, 0xE2: 3}


@dataclass(frozen=True, slots=True)
class JsonSink:
    name: ClassVar[str] = "json"
    suffix: ClassVar[str] = ".json"

    naming: Naming = DEFAULT
    selection: Selection = EVERYTHING
    content: bool = False  # the key Metadata Content
    all_directories: bool = False  # give every object every directory of the run, as the original did
    file: bool = False  # the keys of sinks.file_columns; without them Notes alone
    every: bool = True  # value of a tag that repeats; else the last one alone and all names, as in the original

    @classmethod
    def of(cls, config: Config, naming: Naming, selection: Selection) -> Self:
        return cls(
            naming,
            selection,
            content=config["output.columns.includeMetadataContent"],
            all_directories=config["output.json.allDirectories"],
            file=config["output.columns.includeFileInfo"],
            every=config["output.columns.repeatedTags"] == "all",
        )

    def check(self, columns: Columns) -> None:
        """Whatever the names are, nested objects can hold them."""

    def piece(self, batches: Iterator[pa.RecordBatch], columns: Columns, target: Path) -> int:
        keys = Keys.of(columns, self.naming, self.selection, alike=self.every)
        frame = self._frame(columns, keys) if self.all_directories else []
        rows = 0
        with target.open("wb") as file:
            for batch in batches:
                lines = [_encode(row) + "\n" for row in self._objects(written(batch), keys, frame)]
                file.write(_bytes("".join(lines)))
                rows += len(lines)
        return rows

    def join(self, pieces: Sequence[Path], columns: Columns, target: Path) -> None:
        concatenate(pieces, target)

    def _frame(self, columns: Columns, keys: Keys) -> list[str]:
        """Keys of the directories that every object gets: those asked for by name even when no file has them."""
        asked = self.selection.directories
        return [keys.directory(self.naming.title(name)) for name in (columns.directories() if asked is None else asked)]

    def _objects(self, rows: pa.RecordBatch, keys: Keys, frame: list[str]) -> Iterator[dict[str, Any]]:
        title, fields = self.naming.title, rows.schema.names
        columns: dict[str, Sequence[Any]] = {}
        for name, words in (("id", "ID"), ("base_path", "Base Path"), ("file_path", "File Path")):
            columns[title(words)] = rows.column(name).to_pylist()
        if "labels" in fields:
            columns[title("Labels")] = [labels or [] for labels in rows.column("labels").to_pylist()]
            columns |= self._labelled(rows)
        for name, words in fixed(fields):
            if name in ADDED:
                column: Column = rows.column(name)
                binary = pa.types.is_binary(column.type)
                columns[title(words)] = base64_texts(column) if binary else column.to_pylist()
        if "tags" in fields:
            objects = list(nested(rows, keys, self.selection, self.every, frame))
            columns[title("Metadata")] = objects
            columns[title("File Type")] = rows.column("file_type").to_pylist()
            columns[title("Directory Names")] = rows.column("directories").to_pylist()
            columns[title("Tag Names")] = tag_names(rows.column("tags")).to_pylist()
            for name, words in SIMILAR:
                if name in fields:
                    columns[title(words)] = rows.column(name).to_pylist()
            if self.content:
                columns[title(CONTENT)] = [content(metadata) for metadata in objects]
        told = file_columns.file_columns(rows)
        notes = told.pop(file_columns.NOTES)
        if self.file:
            columns |= {title(words): values for words, values in told.items()}
        for values, texts in zip(zip(*columns.values(), strict=True), notes, strict=True):
            row = dict(zip(columns, values, strict=True))
            if texts:
                row[title(file_columns.NOTES)] = texts
            yield row

    def _labelled(self, rows: pa.RecordBatch) -> dict[str, Sequence[Any]]:
        """What the models saw. `Scores` are always those of the model that `ModelName` names, the first; where there
        are several, `ModelScores` and `ModelSha256s` have each by its name."""
        title, scores = self.naming.title, rows.column("scores").to_pylist()
        models = rows.column("models").to_pylist()
        firsts = [(found or [{"name": None, "sha256": None}])[0] for found in models]
        several = any(len(found or ()) > 1 for found in models)
        columns: dict[str, Sequence[Any]] = {
            title("Scores"): [_scores(found, first["name"]) for found, first in zip(scores, firsts, strict=True)],
            title("Model Name"): [first["name"] for first in firsts],
            title("Model Sha256"): [first["sha256"] for first in firsts],
        }
        if several:
            columns[title("Model Scores")] = [
                {one["name"]: _scores(found, one["name"]) for one in of or ()}
                for found, of in zip(scores, models, strict=True)
            ]
            columns[title("Model Sha256s")] = [{one["name"]: one["sha256"] for one in of or ()} for of in models]
        if "boxes" in rows.schema.names:
            columns[title("Boxes")] = [_boxes(found, several) for found in rows.column("boxes").to_pylist()]
        return columns


def _bytes(lines: str) -> bytes:
    data = lines.encode()
    found = np.frombuffer(data, np.uint8)
    places = controls(found)
    parts, done = [], 0
    for place in places[found[places] != 10].tolist():
        end = place + _LENGTHS[data[place]]
        parts += [data[done:place], b"\\u%04x" % ord(data[place:end].decode())]
        done = end
    return b"".join((*parts, data[done:])) if parts else data


def _scores(scores: list[dict[str, Any]] | None, model: str | None) -> dict[str, float]:
    """One model's score by label, best first, to six digits: a float32 has no more that mean anything.

    Outputs without a label share "Unknown"; of equal labels the best score stands.
    """
    found: dict[str, float] = {}
    for score in scores or ():
        if score["model"] == model:
            found.setdefault(score["label"], round(score["score"], 6))
    return found


def _boxes(boxes: list[dict[str, Any]] | None, several: bool) -> list[dict[str, Any]]:
    """With the model's name where there are several."""
    found = [box | {"score": round(box["score"], 6)} for box in boxes or ()]
    if not several:
        for box in found:
            del box["model"]
    return found
