"""The TensorFlow.js converter on graphs written here, against what the operations mean, computed with numpy."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from metadata_digger.labels.importers import tfjs, tfjs_graph

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]
RANDOM = np.random.default_rng(0)


def text(value: str) -> dict[str, str]:
    return {"s": base64.b64encode(value.encode()).decode()}


def ints(*values: int) -> dict[str, Any]:
    return {"list": {"i": [str(value) for value in values]}}


def graph_file(
    folder: Path, nodes: list[tuple[str, str, list[str], dict[str, Any]]], constants: dict[str, Array], shape: list[int]
) -> Path:
    """model.json with the placeholder `x`, constants, and the nodes (op, name, inputs, attributes)."""
    size = {"shape": {"dim": [{"size": str(n)} for n in shape]}}
    topology = [{"op": "Placeholder", "name": "x", "attr": {"shape": size}}]
    topology += [{"op": "Const", "name": name} for name in constants]
    topology += [{"op": op, "name": name, "input": inputs, "attr": attr} for op, name, inputs, attr in nodes[::-1]]
    manifest = [{"name": n, "shape": list(v.shape), "dtype": str(v.dtype)} for n, v in constants.items()]
    (folder / "weights.bin").write_bytes(b"".join(value.tobytes() for value in constants.values()))
    model = {
        "format": "graph-model",
        "modelTopology": {"node": topology},
        "weightsManifest": [{"paths": ["weights.bin"], "weights": manifest}],
    }
    (folder / "model.json").write_text(json.dumps(model))
    return folder / "model.json"


def run(path: Path, x: Array) -> list[Array]:
    model = tfjs.convert(tfjs_graph.read(path))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return [np.asarray(value) for value in session.run(None, {"x": x})]


def i32(*values: int) -> Array:
    return np.array(values, np.int32)


X = RANDOM.normal(size=(1, 4, 6, 2)).astype(np.float32)
EDGES = [[0, 0], [1, 2], [0, 1], [0, 0]]
NHWC = {"data_format": text("NHWC")}


@pytest.mark.parametrize(
    ("op", "constants", "attributes", "expected"),
    [
        ("Relu", {}, {}, np.maximum(X, 0)),
        ("Relu6", {}, {}, np.clip(X, 0, 6)),
        ("LeakyRelu", {}, {"alpha": {"f": 0.1}}, np.where(X > 0, X, np.float32(0.1) * X)),
        ("Square", {}, {}, X * X),
        ("AddV2", {"b": np.float32([1, 2])}, {}, X + np.float32([1, 2])),
        ("RealDiv", {"b": np.float32([3])}, {}, X / 3),
        ("Pad", {"p": np.array(EDGES, np.int32)}, {}, np.pad(X, EDGES)),
        ("Transpose", {"p": i32(0, 3, 1, 2)}, {}, X.transpose(0, 3, 1, 2)),
        ("Reshape", {"s": i32(1, -1, 4)}, {}, X.reshape(1, 12, 4)),
        ("Mean", {"a": i32(1, 2)}, {"keep_dims": {"b": True}}, X.mean((1, 2), keepdims=True)),
        ("Max", {"a": np.int32(3)}, {}, X.max(3)),
        ("ExpandDims", {"a": np.int32(1)}, {}, X[:, None]),
        ("Squeeze", {}, {"squeeze_dims": ints(0)}, X[0]),
        (
            "StridedSlice",
            {"b": i32(0, 1, 0), "e": i32(1, 4, 0), "s": i32(1, 2, 1)},
            {"end_mask": {"i": "4"}, "shrink_axis_mask": {"i": "1"}},
            X[0, 1:4:2],
        ),
        (
            "MaxPool",
            {},
            {"ksize": ints(1, 2, 2, 1), "strides": ints(1, 2, 2, 1), "padding": text("VALID"), **NHWC},
            X.reshape(1, 2, 2, 3, 2, 2).max((2, 4)),
        ),
        ("ResizeNearestNeighbor", {"s": i32(8, 12)}, {"half_pixel_centers": {"b": True}}, X.repeat(2, 1).repeat(2, 2)),
    ],
)
def test_operation(
    tmp_path: Path, op: str, constants: dict[str, Array], attributes: dict[str, Any], expected: Array
) -> None:
    constants = {name: np.asarray(value) for name, value in constants.items()}
    path = graph_file(tmp_path, [(op, "y", ["x", *constants], attributes)], constants, list(X.shape))
    np.testing.assert_allclose(run(path, X)[0], expected, atol=1e-5)


def convolved(x: Array, kernel: Array) -> Array:
    """Stride 1, edges padded with zeros to keep the size; kernel (3, 3, in, out)."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    height, width = x.shape[1:3]
    windows = [padded[:, r : r + height, c : c + width] @ kernel[r, c] for r in range(3) for c in range(3)]
    return np.asarray(sum(windows))


KERNEL = RANDOM.normal(size=(3, 3, 2, 4)).astype(np.float32)
BIAS = RANDOM.normal(size=4).astype(np.float32)
CONVOLUTION = {"strides": ints(1, 1, 1, 1), "dilations": ints(1, 1, 1, 1), "padding": text("SAME"), **NHWC}


def test_convolution_with_everything_fused(tmp_path: Path) -> None:
    attributes = {**CONVOLUTION, "fused_ops": {"list": {"s": [text(op)["s"] for op in ("BiasAdd", "Relu")]}}}
    nodes = [("_FusedConv2D", "y", ["x", "k", "b"], attributes)]
    path = graph_file(tmp_path, nodes, {"k": KERNEL, "b": BIAS}, list(X.shape))
    np.testing.assert_allclose(run(path, X)[0], np.maximum(convolved(X, KERNEL) + BIAS, 0), atol=1e-5)


def test_depthwise_convolution(tmp_path: Path) -> None:
    kernel = KERNEL[:, :, :, :1]
    path = graph_file(tmp_path, [("DepthwiseConv2dNative", "y", ["x", "k"], CONVOLUTION)], {"k": kernel}, list(X.shape))
    whole = np.zeros((3, 3, 2, 2), np.float32)
    whole[:, :, [0, 1], [0, 1]] = kernel[..., 0]
    np.testing.assert_allclose(run(path, X)[0], convolved(X, whole), atol=1e-5)


def test_a_channels_first_network_loses_its_transpositions(tmp_path: Path) -> None:
    """As onnx-tf writes them: pad, turn to channels last, convolve, add, turn back, activate, concatenate."""
    valid = {**CONVOLUTION, "padding": text("VALID")}
    nodes: list[tuple[str, str, list[str], dict[str, Any]]] = [
        ("Pad", "padded", ["x", "edges"], {}),
        ("Transpose", "last", ["padded", "to_last"], {}),
        ("Conv2D", "conv", ["last", "k"], valid),
        ("Add", "biased", ["conv", "b"], {}),
        ("Transpose", "first", ["biased", "to_first"], {}),
        ("LeakyRelu", "active", ["first"], {"alpha": {"f": 0.1}}),
        ("ConcatV2", "y", ["active", "x", "axis"], {}),
    ]
    constants = {
        "edges": np.array([[0, 0], [0, 0], [1, 1], [1, 1]], np.int32),
        "to_last": i32(0, 2, 3, 1),
        "to_first": i32(0, 3, 1, 2),
        "k": KERNEL,
        "b": BIAS,
        "axis": np.array(1, np.int32),
    }
    x = np.ascontiguousarray(X.transpose(0, 3, 1, 2))
    path = graph_file(tmp_path, nodes, constants, list(x.shape))
    model = tfjs.convert(tfjs_graph.read(path))
    assert [node.op_type for node in model.graph.node] == ["Conv", "LeakyRelu", "Concat"]
    before = (convolved(X, KERNEL) + BIAS).transpose(0, 3, 1, 2)
    expected = np.concatenate([np.where(before > 0, before, np.float32(0.1) * before), x], axis=1)
    np.testing.assert_allclose(run(path, x)[0], expected, atol=1e-5)


@pytest.mark.parametrize(
    ("entry", "stored", "expected"),
    [
        ({"dtype": "float32"}, np.float32([1.5, -2]), [1.5, -2]),
        ({"dtype": "float32", "quantization": {"dtype": "float16"}}, np.float16([0.5, 7]), [0.5, 7]),
        ({"dtype": "float32", "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1}}, np.uint8([0, 4]), [-1, 1]),
        ({"dtype": "int32", "quantization": {"dtype": "uint16", "scale": 2, "min": -3}}, np.uint16([0, 9]), [-3, 15]),
        ({"dtype": "bool"}, np.uint8([1, 0]), [True, False]),
    ],
)
def test_weights(tmp_path: Path, entry: dict[str, Any], stored: Array, expected: list[float]) -> None:
    content = np.asarray(stored).tobytes()
    (tmp_path / "a").write_bytes(content[:1])  # a tensor may straddle two shards
    (tmp_path / "b").write_bytes(content[1:])
    manifest = [{"paths": ["a", "b"], "weights": [{"name": "w", "shape": [2], **entry}]}]
    found = tfjs_graph.weights(manifest, tmp_path)["w"]
    assert found.tolist() == expected
    assert found.dtype == entry["dtype"]


def test_weights_cut_short(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\0" * 7)
    with pytest.raises(ValueError, match="end before w"):
        tfjs_graph.weights([{"paths": ["a"], "weights": [{"name": "w", "shape": [2], "dtype": "float32"}]}], tmp_path)


def test_an_operation_without_a_counterpart_is_named(tmp_path: Path) -> None:
    path = graph_file(tmp_path, [("Merge", "y", ["x"], {})], {}, [1])
    with pytest.raises(ValueError, match=r"operation Merge \(node y\)"):
        tfjs.convert(tfjs_graph.read(path))


def test_a_layers_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text('{"format": "layers-model", "modelTopology": {"model_config": {}}}')
    with pytest.raises(ValueError, match="holds no graph"):
        tfjs_graph.read(tmp_path / "model.json")
