from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from metadata_digger.errors import ConfigError, StorageError
from metadata_digger.labels import model as models
from metadata_digger.labels.boxes import Box
from metadata_digger.picture import PictureError
from metadata_digger.pipeline import Batch
from metadata_digger.schema import FILE
from metadata_digger.steps.label import LabelStep

Make = Callable[..., Batch]

ORIGIN = [{"name": "net", "sha256": "ab"}]


@dataclass(frozen=True)
class FakeModel:
    """Knows two things; a fake picture is its two scores."""

    name: str = "net"
    sha256: str = "ab"
    pixels: int = 416
    boxes: str | None = None

    def label_of(self, index: int) -> str:
        return ("person", "car")[index]

    def labels_of(self, scores: Any) -> list[str]:
        return [label for label, score in zip(("person", "car"), scores, strict=True) if score > 0.5]

    def score_records(self, scores: Any) -> list[tuple[str, float]]:
        pairs = zip(("person", "car"), scores.tolist(), strict=True)
        return sorted(pairs, key=lambda pair: -pair[1])


class FakeSession:
    made = 0

    def __init__(self, model: FakeModel, device: str) -> None:
        FakeSession.made += 1
        self.model = model
        assert device == "cpu"

    def look(self, file: FakeFile) -> models.Seen:
        picture = file.picture()
        scores = np.array(picture.image, np.float32)
        boxes = [Box(1, 0.25, 1, 2, 3, 4)] if self.model.boxes else []
        return models.Seen(scores, picture.notes, boxes)


@dataclass
class FakePicture:
    image: tuple[float, float]
    notes: tuple[str, ...] = ()


@dataclass
class FakeFile:
    given: FakePicture | Exception | None = None
    asked: int = field(default=0)

    def picture(self) -> FakePicture:
        self.asked += 1
        if isinstance(self.given, FakePicture):
            return self.given
        raise self.given or AssertionError("nobody should ask")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[dict[str, Any]]]:
    monkeypatch.setattr(models, "Session", FakeSession)

    def label(
        batch: Batch, *, required: bool = True, known: Sequence[FakeModel] = (FakeModel(),)
    ) -> list[dict[str, Any]]:
        step = LabelStep(known[0], required, tuple(known[1:]))  # type: ignore[arg-type]  # as much as the step uses
        (done,) = step.run(iter([batch]))
        assert done.rows.schema == step.output(batch.rows.schema)
        assert done.files is batch.files
        rows: list[dict[str, Any]] = done.rows.to_pylist()
        return rows

    return label


def test_labels_scores_and_model(files: Make, run: Callable[..., list[dict[str, Any]]]) -> None:
    first, second = run(files(FakeFile(FakePicture((0.25, 0.75))), FakeFile(FakePicture((0.5, 0.0), ("truncated",)))))
    assert first["labels"] == ["car"]
    assert first["scores"] == [
        {"label": "car", "score": 0.75, "model": "net"},
        {"label": "person", "score": 0.25, "model": "net"},
    ]
    assert first["models"] == second["models"] == ORIGIN
    assert second["labels"] == []
    assert (first["notes"], second["notes"]) == ([], ["truncated"])


def test_several_models_share_a_column(files: Make, run: Callable[..., list[dict[str, Any]]]) -> None:
    @dataclass(frozen=True)
    class Other(FakeModel):
        def labels_of(self, scores: Any) -> list[str]:
            return ["Unknown", "car", "Unknown"]

    file = FakeFile(FakePicture((0.25, 0.75), ("truncated",)))
    (row,) = run(files(file), known=[FakeModel(), Other(name="other", sha256="cd")])
    assert row["labels"] == ["car", "Unknown", "Unknown"]  # a label is given by the first model that gives it
    assert [(one["label"], one["score"], one["model"]) for one in row["scores"]] == [
        ("car", 0.75, "net"),
        ("person", 0.25, "net"),
        ("car", 0.75, "other"),
        ("person", 0.25, "other"),
    ]
    assert row["models"] == [*ORIGIN, {"name": "other", "sha256": "cd"}]
    assert row["notes"] == ["truncated"]


def test_boxes(files: Make, run: Callable[..., list[dict[str, Any]]]) -> None:
    known = [FakeModel(), FakeModel(name="other", boxes="maps")]
    row, lost = run(files(FakeFile(FakePicture((0.0, 0.9))), FakeFile(PictureError("none"))), known=known)
    assert row["boxes"] == [{"label": "car", "score": 0.25, "x": 1, "y": 2, "width": 3, "height": 4, "model": "other"}]
    assert lost["boxes"] is None


FAULTS = [
    (PictureError("no picture in it"), "failed", "picture cannot be decoded: no picture in it"),
    (StorageError("/x: timed out", "timed_out"), "timed_out", "/x: timed out"),
]


@pytest.mark.parametrize(("fault", "status", "reason"), FAULTS)
def test_a_picture_that_cannot_be_had(
    files: Make, run: Callable[..., list[dict[str, Any]]], fault: Exception, status: str, reason: str
) -> None:
    batch = files(FakeFile(fault), FakeFile(FakePicture((0.9, 0.9))))
    lost, found = run(batch)
    assert (lost["status"], lost["reason"], lost["labels"], lost["scores"]) == (status, reason, None, None)
    assert (found["status"], found["labels"]) == ("ok", ["person", "car"])
    kept, _ = run(batch, required=False)
    assert (kept["status"], kept["reason"], kept["labels"], kept["models"]) == ("ok", None, None, ORIGIN)
    assert kept["notes"] == [f"no labels: {reason}"]


def test_rows_that_are_out_are_not_decoded(files: Make, run: Callable[..., list[dict[str, Any]]]) -> None:
    file = FakeFile()
    (row,) = run(files(file, statuses=["filtered"]))
    assert file.asked == 0
    assert (row["status"], row["labels"], row["scores"], row["models"]) == ("filtered", None, None, [])


def test_one_session_for_all_batches(monkeypatch: pytest.MonkeyPatch, files: Make) -> None:
    monkeypatch.setattr(models, "Session", FakeSession)
    FakeSession.made = 0
    step = LabelStep(FakeModel())  # type: ignore[arg-type]
    assert step.pixels == 416
    batches = [files(FakeFile(FakePicture((0.0, 0.0)))), files(), files(FakeFile(FakePicture((0.0, 0.0))))]
    assert [len(batch.rows) for batch in step.run(iter(batches))] == [1, 0, 1]
    assert FakeSession.made == 1
    assert pickle.loads(pickle.dumps(step)) == step  # noqa: S301  # what the line before made


def test_pictures_are_labelled_once() -> None:
    step = LabelStep(FakeModel())  # type: ignore[arg-type]
    with pytest.raises(ConfigError):
        step.output(step.output(FILE))
