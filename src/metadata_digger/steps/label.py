"""Labels of every picture: the columns of schema.LABELLED."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.pipeline import Batch
from metadata_digger.schema import FAILED, LABELLED
from metadata_digger.steps.mark import appended, mark, note, standing


@dataclass(frozen=True, slots=True)
class LabelStep:
    """What a model sees on each picture. Made by `label_step`, which looks at the model once.

    `required`: a file whose picture cannot be decoded is failed (detect_categories); else it stays, with a note and
    without labels (full).
    """

    model: str
    mapping: Mapping[int, str] | None = None
    threshold: float | None = None
    required: bool = True
    pixels: int = 0  # long edge that the model looks at

    def output(self, schema: pa.Schema) -> pa.Schema:
        if "labels" in schema.names:
            raise ConfigError("pictures can be labelled only once")
        return pa.schema([*schema, *LABELLED])

    def run(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """Raises ModelError when the model cannot be used."""
        from metadata_digger.labels.model import Session, load_model
        from metadata_digger.picture import PictureError

        model = load_model(self.model, self.mapping, self.threshold)
        session = Session(model)
        for batch in batches:
            count = len(batch.rows)
            labels: list[list[str] | None] = [None] * count
            scores: list[list[dict[str, Any]] | None] = [None] * count
            models: list[list[dict[str, str]]] = [[] for _ in range(count)]
            verdicts: dict[int, tuple[str, str]] = {}
            notes: dict[int, list[str]] = {}
            for row in standing(batch.rows):
                try:
                    picture = batch.files[row].picture()
                except PictureError as error:
                    if self.required:
                        verdicts[row] = (FAILED, f"picture cannot be decoded: {error}")
                    else:
                        notes[row] = [f"no labels, the picture cannot be decoded: {error}"]
                        models[row] = [{"name": model.name, "sha256": model.sha256}]
                    continue
                except StorageError as error:
                    verdicts[row] = (error.status, str(error))
                    continue
                output = session.scores(picture)
                labels[row] = model.labels_of(output)
                scores[row] = [
                    {"label": label, "score": float(score), "model": model.name}
                    for label, score in model.score_records(output)
                ]
                models[row] = [{"name": model.name, "sha256": model.sha256}]
                if picture.notes:
                    notes[row] = list(picture.notes)
            columns: tuple[list[Any], ...] = (labels, scores, models)
            arrays = [pa.array(values, field.type) for values, field in zip(columns, LABELLED, strict=True)]
            yield Batch(appended(note(mark(batch.rows, verdicts), notes), LABELLED, arrays), batch.files)


def label_step(
    model: str, mapping: Mapping[int, str] | None = None, threshold: float | None = None, *, required: bool = True
) -> LabelStep:
    """The step for a model folder or .onnx file; raises ModelError when it cannot be used."""
    from metadata_digger.labels.model import load_model

    return LabelStep(model, mapping, threshold, required, load_model(model, mapping, threshold).pixels)
