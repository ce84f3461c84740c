"""ONNX models of any origin: each made here, fed a picture of one colour, its scores known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from metadata_digger.errors import ModelError
from metadata_digger.labels.model import Session, load_model
from metadata_digger.picture import Picture

KINDS = {
    "uint8": TensorProto.UINT8,
    "int32": TensorProto.INT32,
    "int64": TensorProto.INT64,
    "float16": TensorProto.FLOAT16,
    "float32": TensorProto.FLOAT,
    "float64": TensorProto.DOUBLE,
}
COLOUR = (51, 102, 204)  # 0.2, 0.4, 0.8 of 255
PICTURE = Picture(Image.new("RGB", (32, 20), COLOUR), 32, 20)
SHARES = np.array([0.2, 0.4, 0.8])
GREY = round(51 * 0.299 + 102 * 0.587 + 204 * 0.114) / 255
LOGITS = {"softmax": np.exp(SHARES) / np.exp(SHARES).sum(), "sigmoid": 1 / (1 + np.exp(-SHARES)), "none": SHARES}

Shape = Sequence[int | str]


def network(
    path: Path,
    shape: Shape = ("N", 3, 8, 8),
    dtype: str = "float32",
    tail: Sequence[str] = (),
    outputs: Sequence[tuple[str, Shape]] = (("result", ("N", 3)),),
    extra_inputs: Sequence[str] = (),
) -> Path:
    """Means of the channels through a unit matrix (a last layer), then the operations of `tail`, to `result`; further
    outputs are copies. The values are taken as they are fed."""
    axes = len(shape) - 3
    channels_first = shape[axes] in (1, 3)
    spots = [axes + 1, axes + 2] if channels_first else [axes, axes + 1]
    channels = shape[axes] if channels_first else shape[-1]
    nodes = [
        helper.make_node("Cast", ["image"], ["values"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["values", "spots"], ["means"], keepdims=0),
        helper.make_node("MatMul", ["means", "unit"], ["layer"]),
        helper.make_node("Add", ["layer", "bias"], ["sum"]),
    ]
    last = "sum"
    for index, operation in enumerate(tail):
        nodes.append(helper.make_node(operation, [last], [f"tail{index}"]))
        last = f"tail{index}"
    nodes += [helper.make_node("Identity", [last], [name]) for name, _ in outputs]
    graph = helper.make_graph(
        nodes,
        "any",
        [
            helper.make_tensor_value_info("image", KINDS[dtype], shape),
            *(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in extra_inputs),
        ],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, size) for name, size in outputs],
        [
            numpy_helper.from_array(np.array(spots, np.int64), "spots"),
            numpy_helper.from_array(np.eye(int(channels), dtype=np.float32), "unit"),
            numpy_helper.from_array(np.zeros(int(channels), np.float32), "bias"),
        ],
    )
    path.write_bytes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8).SerializeToString()
    )
    return path


def card(path: Path, text: str) -> None:
    path.with_suffix(".toml").write_text(text, "utf-8")


INPUT = '[input]\ncolour = "RGB"\nscale = [255, 255, 255]\n'
PLAIN = INPUT + '[output]\nactivation = "none"\n'


@pytest.mark.parametrize(
    ("shape", "dtype", "given", "expected"),
    [
        (("N", 3, 8, 8), "float32", PLAIN, SHARES),
        (("N", 8, 8, 3), "float32", PLAIN, SHARES),
        ((1, 3, 8, 8), "float32", PLAIN, SHARES),
        ((4, 3, 8, 8), "float32", PLAIN, SHARES),
        ((3, 8, 8), "float32", PLAIN, SHARES),
        ((8, 8, 3), "float32", PLAIN, SHARES),
        (("N", 3, "h", "w"), "float32", PLAIN.replace("[input]", "[input]\nwidth = 6\nheight = 4"), SHARES),
        (("N", 3, 8, 8), "float16", PLAIN, SHARES),
        (("N", 8, 8, 3), "float64", PLAIN, SHARES),
        (("N", 8, 8, 3), "int32", '[input]\ncolour = "BGR"\n[output]\nactivation = "none"\n', [204, 102, 51]),
        (("N", 8, 8, 3), "int64", '[input]\ncolour = "RGB"\n[output]\nactivation = "none"\n', COLOUR),
        (("N", 3, 8, 8), "uint8", '[output]\nactivation = "none"\n', COLOUR),
        (("N", 1, 8, 8), "float32", '[input]\nscale = [255, 255, 255]\n[output]\nactivation = "none"\n', [GREY]),
        (("N", 8, 8, 1), "uint8", '[output]\nactivation = "none"\n', [GREY * 255]),
    ],
)
def test_inputs(tmp_path: Path, shape: Shape, dtype: str, given: str, expected: Any) -> None:
    channels = 1 if 1 in (shape[-1], shape[-3]) else 3
    outputs = [("result", ("N", channels) if len(shape) == 4 else (channels,))]
    path = network(tmp_path / "m.onnx", shape, dtype, outputs=outputs)
    card(path, given)
    scores = Session(load_model(path, {0: "red"})).scores(PICTURE)
    np.testing.assert_allclose(scores, expected, rtol=2e-3)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_batches_of_any_size_go_through_a_fixed_one(tmp_path: Path, size: int) -> None:
    path = network(tmp_path / "m.onnx", (2, 3, 8, 8))
    card(path, PLAIN)
    batch = np.random.default_rng(0).random((size, 3, 8, 8), np.float32)
    np.testing.assert_allclose(Session(load_model(path)).run(batch), batch.mean((2, 3)), rtol=1e-5)


@pytest.mark.parametrize(
    ("tail", "activation", "expected"),
    [
        (["Softmax"], None, LOGITS["softmax"]),
        (["Sigmoid"], None, LOGITS["sigmoid"]),
        (["LogSoftmax"], None, LOGITS["softmax"]),
        (["Softmax", "Identity", "Identity"], None, LOGITS["softmax"]),
        (["Relu"], None, SHARES),
        ([], "softmax", LOGITS["softmax"]),
        ([], "sigmoid", LOGITS["sigmoid"]),
        ([], "none", LOGITS["none"]),
        (["LogSoftmax"], "none", np.log(LOGITS["softmax"])),
    ],
)
def test_activations(tmp_path: Path, tail: list[str], activation: str | None, expected: Any) -> None:
    path = network(tmp_path / "m.onnx", tail=tail)
    card(path, INPUT + (f'[output]\nactivation = "{activation}"\n' if activation else ""))
    np.testing.assert_allclose(Session(load_model(path)).scores(PICTURE), expected, atol=1e-5)


TWO = (("result", ("N", 3)), ("other", ("N", 3)))
SIZES = (("result", ("N", 3)), ("features", ("N", 5, 3)))


def test_several_outputs(tmp_path: Path) -> None:
    path = network(tmp_path / "m.onnx", tail=["Softmax"], outputs=TWO)
    card(path, INPUT + '[output]\nname = "other"\n')
    assert load_model(path).output == "other"
    path = network(tmp_path / "n.onnx", tail=["Softmax"], outputs=SIZES)
    card(path, 'labels = ["a", "b", "c"]\n' + INPUT)
    assert load_model(path).output == "result"  # the only one with a number for each label


@pytest.mark.parametrize(
    ("options", "given", "words"),
    [
        (
            {},
            INPUT,
            ["[output] activation: result is the plain sum of a last layer", '"softmax"', '"sigmoid"', '"none"'],
        ),
        ({"tail": ["Identity"]}, INPUT, ["[output] activation"]),
        ({"tail": ["Softmax"], "outputs": TWO}, INPUT, ["[output] name", '"result" (N x 3), "other" (N x 3)']),
        ({"tail": ["Softmax"]}, "", ["[input]", 'colour = "RGB"', "scale = [255.0, 255.0, 255.0]"]),
        ({"tail": ["Softmax"], "shape": ("N", 3, "h", 8)}, INPUT, ["height = 224"]),
        ({"tail": ["Softmax"], "shape": (1, 3, 8, 3)}, INPUT, ["layout = "]),
        ({"tail": ["Softmax"], "extra_inputs": ["training"]}, INPUT, ["[input] name", "image, training"]),
        (
            {"tail": ["Softmax"], "extra_inputs": ["training"]},
            INPUT + 'name = "image"\n',
            ["wants training beside image: only pictures can be fed"],
        ),
        ({"tail": ["Softmax"]}, 'labels = ["a"]\n' + INPUT, ["labels: 1 of them, the network has 3 outputs"]),
    ],
)
def test_what_is_asked_for(tmp_path: Path, options: dict[str, Any], given: str, words: list[str]) -> None:
    path = network(tmp_path / "m.onnx", **options)
    card(path, given)
    with pytest.raises(ModelError) as caught:
        load_model(path)
    for word in [str(tmp_path / "m.toml"), *words]:
        assert word in str(caught.value)


def test_a_base_network_need_not_have_scores(tmp_path: Path) -> None:
    path = network(tmp_path / "m.onnx", outputs=TWO)
    card(path, INPUT)
    assert (load_model(path, scores=False).output, load_model(path, scores=False).activation) == ("result", "none")
