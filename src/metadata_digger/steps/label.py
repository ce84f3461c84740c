"""Labels of every picture: the columns of schema.LABELLED, and schema.BOXED where they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.pipeline import Batch
from metadata_digger.schema import BOXED, FAILED, LABELLED
from metadata_digger.steps.mark import appended, mark, note, standing

if TYPE_CHECKING:
    from metadata_digger.labels.model import Model, Seen


@dataclass(frozen=True, slots=True)
class LabelStep:
    """What models see on each picture, which is decoded once for all of them.

    `required`: a file whose picture cannot be had is left out (detect_categories); else it stays, with a note and
    without labels (full): a film of 3 GB has metadata worth a row. `more`: further models; their names must differ, as
    they tell the scores apart. A label that an earlier model has given is not given again.
    """

    model: Model
    required: bool = True
    more: tuple[Model, ...] = ()
    device: str = "cpu"

    @property
    def models(self) -> tuple[Model, ...]:
        return (self.model, *self.more)

    @property
    def pixels(self) -> int:
        return max(model.pixels for model in self.models)

    @property
    def boxed(self) -> bool:
        return any(model.boxes is not None for model in self.models)

    def output(self, schema: pa.Schema) -> pa.Schema:
        if "labels" in schema.names:
            raise ConfigError("pictures can be labelled only once")
        return pa.schema([*schema, *self._fields()])

    def _fields(self) -> list[pa.Field[Any]]:
        return [*LABELLED, *BOXED] if self.boxed else LABELLED

    def run(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """Raises ModelError when the runtime cannot use a model."""
        from metadata_digger.labels.model import Session
        from metadata_digger.picture import PictureError

        sessions = [Session(model, self.device) for model in self.models]
        origin = [{"name": model.name, "sha256": model.sha256} for model in self.models]
        fields = self._fields()
        for batch in batches:
            found = _Found(len(batch.rows))
            for row in standing(batch.rows):
                try:
                    seen = [session.look(batch.files[row]) for session in sessions]
                except (PictureError, StorageError) as error:
                    why = str(error) if isinstance(error, StorageError) else f"picture cannot be decoded: {error}"
                    if self.required:
                        found.verdicts[row] = (error.status if isinstance(error, StorageError) else FAILED, why)
                    else:
                        found.notes[row] = [f"no labels: {why}"]
                        found.models[row] = origin
                    continue
                found.models[row] = origin
                found.add(row, self.models, seen)
            columns: tuple[list[Any], ...] = (found.labels, found.scores, found.models, found.boxes)
            arrays = [pa.array(values, field.type) for values, field in zip(columns, fields, strict=False)]
            rows = note(mark(batch.rows, found.verdicts), found.notes)
            yield Batch(appended(rows, fields, arrays), batch.files)


@dataclass(slots=True)
class _Found:
    """The columns of a batch as they fill, by row."""

    count: int
    labels: list[list[str] | None] = field(init=False)
    scores: list[list[dict[str, Any]] | None] = field(init=False)
    models: list[list[dict[str, str]]] = field(init=False)
    boxes: list[list[dict[str, Any]] | None] = field(init=False)
    verdicts: dict[int, tuple[str, str]] = field(default_factory=dict)
    notes: dict[int, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.labels, self.scores, self.boxes = [None] * self.count, [None] * self.count, [None] * self.count
        self.models = [[] for _ in range(self.count)]

    def add(self, row: int, models: Sequence[Model], seen: Sequence[Seen]) -> None:
        labels: list[str] = []
        scores: list[dict[str, Any]] = []
        boxes: list[dict[str, Any]] = []
        notes: list[str] = []
        for model, one in zip(models, seen, strict=True):
            earlier = set(labels)
            labels += [label for label in model.labels_of(one.scores) if label not in earlier]
            scores += [
                {"label": label, "score": score, "model": model.name}
                for label, score in model.score_records(one.scores)
            ]
            boxes += [
                {
                    "label": model.label_of(box.index),
                    "score": box.score,
                    "x": box.x,
                    "y": box.y,
                    "width": box.width,
                    "height": box.height,
                    "model": model.name,
                }
                for box in one.boxes
            ]
            notes += [text for text in one.notes if text not in notes]
        self.labels[row], self.scores[row], self.boxes[row] = labels, scores, boxes
        if notes:
            self.notes[row] = notes
