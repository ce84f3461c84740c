"""Model folders and files: what is found, what is refused, what labels come out."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from metadata_digger.errors import ModelError
from metadata_digger.labels.bundled import bundled_model
from metadata_digger.labels.model import Model, Session, load_model
from metadata_digger.labels.preprocess import Input
from metadata_digger.picture import Picture

MakeFolder = Callable[..., Path]


def picture(red: int, green: int, blue: int) -> Picture:
    return Picture(Image.new("RGB", (16, 16), (red, green, blue)), 16, 16)


def model(**changes: Any) -> Model:
    given: dict[str, Any] = {"labels": {0: "zero", 1: "one", 3: "three"}, **changes}
    return Model("m", Path("m.onnx"), "0" * 64, Input("image", 8, 8), "scores", **given)


@pytest.mark.parametrize(
    ("scores", "changes", "labels"),
    [
        ([0.6, 0.4, 0.0, 0.7], {}, ["zero", "three"]),
        ([0.5, 0.5, 0.5, 0.5], {}, []),  # equal is not greater
        ([0.0, 0.0, 0.9, 0.0], {}, ["Unknown"]),
        ([0.9, 0.9, 0.9, 0.0], {"labels": {1: "one"}}, ["Unknown", "one", "Unknown"]),
        ([0.3, 0.3, 0.3, 0.3], {"threshold": 0.2}, ["zero", "one", "Unknown", "three"]),
        ([0.4, 0.4, 0.0, 0.9], {"thresholds": {1: 0.3, 3: 0.95, 9: 0.1}}, ["one"]),
        ([float("nan"), 0.6, 0.0, 0.0], {}, ["one"]),
        ([], {}, []),
    ],
)
def test_labels_of(scores: list[float], changes: dict[str, Any], labels: list[str]) -> None:
    assert model(**changes).labels_of(np.array(scores, np.float32)) == labels


def test_the_threshold_is_compared_as_float32() -> None:
    # 0.1 as float32 is above 0.1 as a double: in the original both are float32, and equal is not greater.
    assert model(threshold=0.1).labels_of(np.array([0.1], np.float32)) == []


def test_score_records() -> None:
    scores = np.array([0.2, 0.0099, 0.01, 0.9, 0.2], np.float32)
    found = model().score_records(scores)
    assert [label for label, _ in found] == ["three", "zero", "Unknown", "Unknown"]
    assert [round(score, 4) for _, score in found] == [0.9, 0.2, 0.2, 0.01]


def test_a_folder(model_folder: MakeFolder) -> None:
    card = 'name = "c"\nthreshold = 0.6\nlabels = ["red", "green", "blue"]\n[thresholds]\nred = 0.9\n'
    found = load_model(model_folder(card))
    assert (found.name, found.output, found.threshold, dict(found.thresholds)) == ("c", "means", 0.6, {0: 0.9})
    assert found.input == Input("image", 8, 8, fit="stretch")
    assert found.pixels == 16
    scores = Session(found).scores(picture(204, 255, 0))
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, [0.8, 1, 0], atol=1e-6)
    assert found.labels_of(scores) == ["green"]


def test_overrides(model_folder: MakeFolder) -> None:
    folder = model_folder('labels = ["red", "green", "blue"]\n[thresholds]\nred = 0.9\n')
    assert load_model(folder).thresholds == {0: 0.9}
    changed = load_model(folder, threshold=0.3)
    assert (changed.threshold, dict(changed.thresholds)) == (0.3, {})
    changed = load_model(folder, {2: "sky"})
    assert changed.labels_of(np.array([1, 0, 1], np.float32)) == ["Unknown", "sky"]


def test_the_other_output(model_folder: MakeFolder) -> None:
    card = '[output]\nname = "twice"\nactivation = "softmax"\n'
    found = load_model(model_folder(card, outputs=("means", "twice")))
    scores = Session(found).scores(picture(255, 0, 0))
    np.testing.assert_allclose(scores, np.exp([2, 0, 0]) / np.exp([2, 0, 0]).sum(), atol=1e-6)


def test_sigmoid(model_folder: MakeFolder) -> None:
    found = load_model(model_folder('[output]\nactivation = "sigmoid"\n'))
    np.testing.assert_allclose(Session(found).scores(picture(255, 0, 0)), [0.7310586, 0.5, 0.5], atol=1e-6)


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({}, Input("image", 8, 8, fit="stretch")),
        ({"layout": "NCHW"}, Input("image", 8, 8, layout="NCHW", fit="stretch")),
        ({"shape": ("N", 6, 4, 3)}, Input("image", 4, 6, fit="stretch")),
        ({"metadata": {"Image.BitmapPixelFormat": "Bgr8"}}, Input("image", 8, 8, colour="BGR", fit="stretch")),
        (
            {
                "layout": "NCHW",
                "dtype": "float32",
                "metadata": {"Image.BitmapPixelFormat": "Rgb8", "Image.NominalPixelRange": "Normalized_0_1"},
            },
            Input("image", 8, 8, "NCHW", "RGB", "float32", "stretch", mean=(0, 0, 0), scale=(255, 255, 255)),
        ),
    ],
)
def test_an_onnx_file_alone(
    tmp_path: Path, model_bytes: Callable[..., bytes], options: dict[str, Any], wanted: Input
) -> None:
    path = tmp_path / "colours.onnx"
    path.write_bytes(model_bytes(**options))
    found = load_model(path, {0: "red"})
    assert found.input == wanted
    assert (found.name, found.output, found.threshold) == ("colours", "means", 0.5)
    assert len(found.sha256) == 64


def test_a_card_beside_an_onnx_file(tmp_path: Path, model_bytes: Callable[..., bytes]) -> None:
    (tmp_path / "colours.onnx").write_bytes(model_bytes(layout="NCHW", dtype="float32"))
    (tmp_path / "colours.toml").write_text(
        'labels = ["r", "g", "b"]\n[input]\ncolour = "RGB"\nscale = [1, 1, 1]\nfit = "letterbox"\n'
    )
    found = load_model(tmp_path / "colours.onnx")
    assert found.input.fit == "letterbox"
    assert found.labels == {0: "r", 1: "g", 2: "b"}
    np.testing.assert_allclose(Session(found).scores(picture(255, 0, 0)), [1, 0, 0], atol=1e-6)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"dtype": "float32"}, ["colours.toml", 'colour = "RGB"', "scale = "]),
        ({"shape": ("N", None, None, 3)}, ["width = ", "height = "]),
        ({"shape": (None, None, None, None), "dtype": "float32"}, ["layout = ", "width", "height", "colour", "scale"]),
        ({"dtype": "bool"}, ["holds bool: only uint8, int32"]),
        ({"shape": ("N", 48)}, ["is no picture: its shape is N x 48"]),
        ({"outputs": ("means", "twice")}, ["choose the one with the scores", '"means" (N x 3), "twice" (N x 3)']),
    ],
)
def test_what_the_graph_does_not_say_is_asked_for(
    tmp_path: Path, model_bytes: Callable[..., bytes], options: dict[str, Any], words: list[str]
) -> None:
    path = tmp_path / "colours.onnx"
    path.write_bytes(model_bytes(**options))
    with pytest.raises(ModelError) as error:
        load_model(path)
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ('labels = ["red"]', "labels: 1 of them, the network has 3 outputs"),
        ("[input]\nwidth = 9", "[input] width: 9, the network's input image has 8"),
        ('[input]\nlayout = "NCHW"', "[input] layout: 'NCHW', the network's input image has 'NHWC'"),
        ('[input]\ntype = "float32"', "[input] type: 'float32', the network's input image has 'uint8'"),
        ('[input]\nname = "x"', "[input] name: must be one of the network's inputs: image"),
        ('[output]\nname = "x"', "[output] name: must be one of the network's outputs: means"),
    ],
)
def test_card_and_graph_must_agree(model_folder: MakeFolder, card: str, words: str) -> None:
    with pytest.raises(ModelError) as error:
        load_model(model_folder(card))
    assert words in str(error.value)


def test_sha256(model_folder: MakeFolder) -> None:
    folder = model_folder(digest="ab" * 32)
    with pytest.raises(ModelError, match=r"sha256 is .*says abab.*damaged or was exchanged"):
        load_model(folder)
    assert load_model(folder, verify=False).sha256 == "ab" * 32


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nothing", "no such model"),
        ("nothing.onnx", "no such model"),
        ("old.model", "not a BigDL model file"),
        ("model.json", "not JSON"),
        ("notes.txt", "expected a model folder, .onnx, a BigDL"),
        ("empty/", "it has no model.toml; expected a model folder, .onnx"),
        ("bad.onnx", "not an ONNX model"),
    ],
)
def test_what_is_no_model(tmp_path: Path, name: str, words: str) -> None:
    path = tmp_path / name
    if name.endswith("/"):
        path.mkdir()
    elif not name.startswith("nothing"):
        path.write_bytes(b"something else")
    with pytest.raises(ModelError) as error:
        load_model(path)
    assert words in str(error.value)
    assert name.rstrip("/") in str(error.value)


def test_a_network_that_the_runtime_refuses(tmp_path: Path, model_bytes: Callable[..., bytes]) -> None:
    (tmp_path / "m.onnx").write_bytes(model_bytes().replace(b"ReduceMean", b"ReduceMoon"))
    with pytest.raises(ModelError, match="ONNX Runtime cannot load it"):
        Session(load_model(tmp_path / "m.onnx"))


def test_a_batch_that_does_not_fit(model_folder: MakeFolder) -> None:
    with pytest.raises(ModelError, match="ONNX Runtime cannot run it"):
        Session(load_model(model_folder())).run(np.zeros((1, 3, 3, 3), np.uint8))


def test_models_travel(model_folder: MakeFolder) -> None:
    found = load_model(model_folder())
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own bytes


def test_no_such_bundled_model() -> None:
    with pytest.raises(ModelError, match="nonesuch is missing"):
        bundled_model("nonesuch")
