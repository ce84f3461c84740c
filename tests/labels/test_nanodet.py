"""The bundled model: its shape, its promises, and the bars on labelled photographs where those are at hand."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from metadata_digger.labels.bundled import bundled_model
from metadata_digger.labels.model import Model, Session, load_model
from metadata_digger.picture import Picture, decode

CHECKOUT = Path(__file__).parents[2]
PHOTOS = CHECKOUT.parent / "shared" / "photos"
DEMO = CHECKOUT / "demo" / "photos"


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(bundled_model())


@pytest.fixture(scope="module")
def session(model: Model) -> Session:
    return Session(model)


def test_card(model: Model) -> None:
    assert len(model.labels) == 80
    assert [model.labels[index] for index in (0, 2, 79)] == ["person", "car", "toothbrush"]
    assert (model.threshold, model.pixels, model.input.fit) == (0.5, 416, "letterbox")
    for name in ("README.md", "LICENSE"):
        assert (bundled_model() / name).is_file()


def test_any_batch_gives_scores(session: Session) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (3, 416, 416, 3), np.uint8)
    together = session.run(pictures)
    assert together.shape == (3, 80)
    assert together.dtype == np.float32
    assert (together >= 0).all() and (together <= 1).all()
    for index in range(3):
        np.testing.assert_allclose(session.run(pictures[index : index + 1])[0], together[index], atol=1e-5)


def test_the_calibration_is_what_the_card_says(model: Model) -> None:
    import tomllib

    card = tomllib.loads((bundled_model() / "model.toml").read_text())["calibration"]
    pictures = np.random.default_rng(1).integers(0, 256, (1, 416, 416, 3), np.uint8)
    evidence = Session(dataclasses.replace(model, output="evidence")).run(pictures)
    expected = 1 / (1 + np.exp(-card["slope"] * (evidence + np.array(card["offsets"]))))
    np.testing.assert_allclose(Session(model).run(pictures), expected, atol=2e-4)


@pytest.mark.parametrize("stride", [8, 16, 32])
def test_the_way_to_boxes_is_open(model: Model, stride: int) -> None:
    maps = Session(dataclasses.replace(model, output=f"stride_{stride}")).run(np.zeros((2, 416, 416, 3), np.uint8))
    assert maps.shape == (2, 124 * (416 // stride) ** 2)


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("astronaut.png", {"person"}),
        ("cat.png", {"cat"}),
        ("cup-of-coffee.tiff", {"cup"}),
        ("rider-statue.jpg", {"horse"}),
    ],
)
def test_demo_photographs(model: Model, session: Session, name: str, labels: set[str]) -> None:
    path = DEMO / name
    if not path.exists():
        pytest.skip(f"no {name} among the demo photographs")
    found = model.labels_of(session.scores(decode(path.read_bytes(), model.pixels)))
    assert labels <= set(found)


@dataclasses.dataclass
class PhotoFile:
    """As much of pipeline.OpenFile as a session asks for."""

    path: Path
    pixels: int

    def content(self) -> bytes:
        return self.path.read_bytes()

    def picture(self) -> Picture:
        return decode(self.content(), self.pixels)


@pytest.mark.parametrize("quality", ["fast", "best"])
@pytest.mark.parametrize(
    ("name", "label", "share"),  # left, top, right, bottom as shares of width and height, by eye
    [
        ("astronaut.png", "person", (0.03, 0.03, 0.71, 0.99)),
        ("cup-of-coffee.tiff", "cup", (0.23, 0.0, 0.72, 0.82)),
    ],
)
def test_boxes_of_demo_photographs(name: str, label: str, share: tuple[float, ...], quality: str) -> None:
    model = load_model(bundled_model(), quality=quality, boxes=True)
    path = DEMO / name
    if not path.exists():
        pytest.skip(f"no {name} among the demo photographs")
    file = PhotoFile(path, model.pixels)
    seen = Session(model).look(file)
    picture = file.picture()
    np.testing.assert_allclose(seen.scores, Session(model).scores(picture))
    box = next(box for box in seen.boxes if model.label_of(box.index) == label)
    corners = (box.x, box.y, box.x + box.width, box.y + box.height)
    for corner, expected, whole in zip(corners, share, (picture.width, picture.height) * 2, strict=True):
        assert abs(corner / whole - expected) < 0.08
        assert 0 <= corner <= whole


def test_best_is_another_mode_of_the_same_model(model: Model, session: Session) -> None:
    best = load_model(bundled_model(), quality="best")
    assert [view.path.name for view in best.views] == ["model.onnx", "efficientnet-lite0.onnx"]
    assert (len(best.offsets), best.threshold, best.sha256, best.labels) == (80, 0.5, model.sha256, model.labels)
    pictures = np.random.default_rng(0).integers(0, 256, (1, 416, 416, 3), np.uint8)
    np.testing.assert_array_equal(Session(best).run(pictures), session.run(pictures))


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the labelled photographs are not at hand")
@pytest.mark.parametrize(("quality", "f1", "ap"), [("fast", 0.82, 0.87), ("best", 0.87, 0.91)])
def test_bars_on_labelled_photographs(
    quality: str, f1: float, ap: float, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = load_model(bundled_model(), quality=quality)
    session = Session(model)
    rows = []
    for path in sorted((PHOTOS / "images").iterdir()):
        scores = session.scores(decode(path.read_bytes(), model.pixels))
        rows.append(json.dumps({"path": str(path), "scores": dict(model.score_records(scores))}))
    (tmp_path / "result.jsonl").write_text("\n".join(rows))
    judged = subprocess.run(
        [sys.executable, str(PHOTOS / "judge.py"), str(tmp_path / "result.jsonl")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    with capsys.disabled():
        print(f"\n{quality}: {judged}")
    words = judged.split()
    figures = {name: float(words[words.index(name) + 1]) for name in ("micro-F1", "micro-AP")}
    assert figures["micro-F1"] >= f1
    assert figures["micro-AP"] >= ap
