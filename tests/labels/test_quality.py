"""quality = best: views and how they are weighed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from metadata_digger.errors import ModelError
from metadata_digger.labels.model import Session, load_model
from metadata_digger.labels.preprocess import Input
from metadata_digger.labels.views import View, combined, mirror
from metadata_digger.picture import Picture

MakeFolder = Callable[..., Path]

LABELS = 'labels = ["red", "green", "blue"]\n'
BEST = """
[quality.best]
offsets = [0.0, 1.0, -1.0]
f1 = 0.9
[[quality.best.views]]
weight = 2.0
output = "means"
mirrored = true
[[quality.best.views]]
weight = -1.0
output = "twice"
file = "second.onnx"
"""


def second(folder: Path, content: bytes) -> Path:
    (folder / "second.onnx").write_bytes(content)
    return folder


def test_views_are_weighed(model_folder: MakeFolder, model_bytes: Callable[..., bytes]) -> None:
    folder = second(model_folder(LABELS + BEST), model_bytes(shape=("N", 4, 4, 3), outputs=("twice",)))
    model = load_model(folder, quality="best")
    assert [(view.path.name, view.input.width, view.mirrored) for view in model.views] == [
        ("model.onnx", 8, True),
        ("second.onnx", 4, False),
    ]
    picture = Picture(Image.new("RGB", (16, 16), (51, 102, 204)), 16, 16)
    session = Session(model)
    np.testing.assert_allclose(session.values(picture), [[0.2, 0.4, 0.8], [0.4, 0.8, 1.6]], atol=1e-6)
    logits = np.array([0.4 - 0.4 + 0, 0.8 - 0.8 + 1, 1.6 - 1.6 - 1])
    np.testing.assert_allclose(session.scores(picture), 1 / (1 + np.exp(-logits)), atol=1e-6)
    assert load_model(folder).views == ()  # fast


def halves(path: Path) -> Path:
    """Scores: how bright the left half is, and the right one."""
    parts = [
        node
        for index, name in enumerate(("left", "right"))
        for node in (
            helper.make_node("Slice", ["values", f"from{index}", f"to{index}", "axis"], [f"{name}/half"]),
            helper.make_node("ReduceMean", [f"{name}/half", "axes"], [f"{name}/mean"], keepdims=0),
        )
    ]
    nodes = [
        helper.make_node("Cast", ["image"], ["values"], to=TensorProto.FLOAT),
        *parts,
        helper.make_node("Concat", ["left/mean", "right/mean"], ["means"], axis=0),
        helper.make_node("Div", ["means", "most"], ["shares"]),
        helper.make_node("Unsqueeze", ["shares", "first"], ["scores"]),
    ]
    numbers = {"from0": [0], "to0": [4], "from1": [4], "to1": [8], "axis": [2], "axes": [1, 2, 3], "first": [0]}
    graph = helper.make_graph(
        nodes,
        "halves",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, [1, 8, 8, 3])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 2])],
        [
            numpy_helper.from_array(np.float32(255), "most"),
            *(numpy_helper.from_array(np.array(values, np.int64), name) for name, values in numbers.items()),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path


def test_without_a_table_the_mirror_image_is_averaged_in(tmp_path: Path) -> None:
    path = halves(tmp_path / "halves.onnx")
    image = Image.new("RGB", (8, 8), (255, 255, 255))
    image.paste((0, 0, 0), (0, 0, 4, 8))
    picture = Picture(image, 8, 8)
    np.testing.assert_allclose(Session(load_model(path)).scores(picture), [0, 1], atol=1e-6)
    np.testing.assert_allclose(Session(load_model(path, quality="best")).scores(picture), [0.5, 0.5], atol=1e-6)


@pytest.mark.parametrize("layout", ["NHWC", "NCHW"])
def test_mirror(layout: str) -> None:
    batch = np.arange(2 * 3 * 4 * 3).reshape(2, 3, 4, 3)
    expected = batch[:, :, ::-1]
    if layout == "NCHW":
        batch, expected = batch.transpose(0, 3, 1, 2), expected.transpose(0, 3, 1, 2)
    np.testing.assert_array_equal(mirror(batch, layout), expected)


def test_averages_go_by_weight() -> None:
    views = [View(Path("x"), Input("x", 1, 1), "x", weight) for weight in (3.0, 1.0)]
    np.testing.assert_allclose(combined(np.array([[1.0, 0.0], [0.0, 1.0]], np.float32), views, ()), [0.75, 0.25])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("offsets = [0.0, 1.0, -1.0]", "offsets = [0.0]"), "[quality.best] offsets: 1 of them, 3 labels"),
        (("offsets = [0.0, 1.0, -1.0]\n", ""), "[quality.best] offsets is missing: a list of numbers"),
        (('output = "twice"', 'output = "thrice"'), "[[quality.best.views]] 1: output: must be one of the network's"),
        (("weight = 2.0\n", ""), "[[quality.best.views]] 0: weight is missing: a number"),
        (("mirrored = true", 'mirrored = "both"'), "[[quality.best.views]] 0: mirrored: 'both' is not true or false"),
        (("mirrored = true", "mirrored = true\nfold = 1"), "[[quality.best.views]] 0: fold: unknown key"),
        (('file = "second.onnx"', 'file = "third.onnx"'), "third.onnx: No such file"),
        (('file = "second.onnx"', 'file = "second.onnx"\nsha256 = "' + "ab" * 32 + '"'), "damaged or was exchanged"),
        (("[quality.best]", "[quality.better]"), "[quality] better: unknown key; known are best"),
    ],
)
def test_a_fault_is_named(
    model_folder: MakeFolder, model_bytes: Callable[..., bytes], change: tuple[str, str], words: str
) -> None:
    text = (LABELS + BEST).replace(*change)
    if "better" in text:
        text = text.replace("quality.best.", "quality.better.")
    folder = second(model_folder(text), model_bytes(outputs=("twice",)))
    with pytest.raises(ModelError) as caught:
        load_model(folder, quality="best")
    assert words in str(caught.value)


def test_the_second_file_is_checked(model_folder: MakeFolder, model_bytes: Callable[..., bytes]) -> None:
    content = model_bytes(outputs=("twice",))
    right = f'sha256 = "{hashlib.sha256(content).hexdigest()}"\n'
    folder = second(model_folder(LABELS + BEST + right), content)
    assert len(load_model(folder, quality="best").views) == 2
    second(folder, content + b"\0")
    assert load_model(folder).views == ()  # fast needs no second file
    with pytest.raises(ModelError, match=r"second\.onnx: its sha256 is"):
        load_model(folder, quality="best")
