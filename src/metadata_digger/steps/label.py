"""Labels of every picture: the columns of schema.LABELLED."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.pipeline import Batch
from metadata_digger.schema import FAILED, LABELLED
from metadata_digger.steps.mark import appended, mark, note, standing

if TYPE_CHECKING:
    from metadata_digger.labels.model import Model


@dataclass(frozen=True, slots=True)
class LabelStep:
    """What a model sees on each picture.

    `required`: a file whose picture cannot be had is left out (detect_categories); else it stays, with a note and
    without labels (full): a film of 3 GB has metadata worth a row.
    """

    model: Model
    required: bool = True

    @property
    def pixels(self) -> int:
        return self.model.pixels

    def output(self, schema: pa.Schema) -> pa.Schema:
        if "labels" in schema.names:
            raise ConfigError("pictures can be labelled only once")
        return pa.schema([*schema, *LABELLED])

    def run(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """Raises ModelError when the runtime cannot use the model."""
        from metadata_digger.labels.model import Session
        from metadata_digger.picture import PictureError

        model = self.model
        session = Session(model)
        origin = [{"name": model.name, "sha256": model.sha256}]
        for batch in batches:
            count = len(batch.rows)
            labels: list[list[str] | None] = [None] * count
            scores: list[list[dict[str, Any]] | None] = [None] * count
            models: list[list[dict[str, str]]] = [[] for _ in range(count)]
            verdicts: dict[int, tuple[str, str]] = {}
            notes: dict[int, list[str]] = {}
            for row in standing(batch.rows):
                try:
                    output, lost = session.look(batch.files[row])
                except (PictureError, StorageError) as error:
                    why = str(error) if isinstance(error, StorageError) else f"picture cannot be decoded: {error}"
                    if self.required:
                        verdicts[row] = (error.status if isinstance(error, StorageError) else FAILED, why)
                    else:
                        notes[row] = [f"no labels: {why}"]
                        models[row] = origin
                    continue
                labels[row] = model.labels_of(output)
                scores[row] = [
                    {"label": label, "score": float(score), "model": model.name}
                    for label, score in model.score_records(output)
                ]
                models[row] = origin
                if lost:
                    notes[row] = list(lost)
            columns: tuple[list[Any], ...] = (labels, scores, models)
            arrays = [pa.array(values, field.type) for values, field in zip(columns, LABELLED, strict=True)]
            yield Batch(appended(note(mark(batch.rows, verdicts), notes), LABELLED, arrays), batch.files)


def label_step(
    model: str | Path,
    mapping: Mapping[int, str] | None = None,
    threshold: float | None = None,
    *,
    required: bool = True,
) -> LabelStep:
    """The step for a model folder or .onnx file; raises ModelError when it cannot be used."""
    from metadata_digger.labels.model import load_model

    return LabelStep(load_model(model, mapping, threshold), required)
