"""BigDL files as a whole: graphs, Keras-style shells, weights apart, what is said of inputs, broken files."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metadata_digger.errors import ModelError
from metadata_digger.labels.importers.bigdl import import_bigdl

from .build_bigdl import (
    NN,
    Edges,
    Module,
    Weight,
    apart,
    block,
    box,
    file,
    graph,
    imported,
    keras,
    layer,
    module,
    number,
    packed,
    run,
    varint,
)

R = np.random.default_rng(8)
W, B = R.normal(size=(4, 6)).astype(np.float32), R.normal(size=4).astype(np.float32)
X, Y = R.normal(size=(2, 6)).astype(np.float32), R.normal(size=(2, 6)).astype(np.float32)
KERNEL = R.normal(size=(1, 5, 3, 3, 3)).astype(np.float32)


def linear(name: str = "", weight: Any = W) -> Module:
    return layer("Linear", weight, B, name=name, inputSize=6, outputSize=4, withBias=True)


def convolution(**more: Any) -> Module:
    sizes = {"nInputPlane": 3, "nOutputPlane": 5, "kernelW": 3, "kernelH": 3, "strideW": 1, "strideH": 1}
    return layer(
        "SpatialConvolution", KERNEL, **(sizes | {"padW": 0, "padH": 0, "nGroup": 1, "withBias": False} | more)
    )


def small() -> Module:
    """A convolution, a batch normalisation, a pooling, a linear layer and a softmax."""
    ones = np.ones(5, np.float32)
    return box(
        "Sequential",
        convolution(name="conv1"),
        layer(
            "SpatialBatchNormalization", ones, ones, nOutput=5, eps=1e-5, affine=True, runningMean=ones, runningVar=ones
        ),
        box("Concat", layer("ReLU", ip=True), layer("Tanh"), dimension=2),
        layer("SpatialMaxPooling", kW=2, kH=2, dW=2, dH=2, padW=0, padH=0, ceil_mode=False),
        layer("View", sizes=[10 * 2 * 2]),
        layer(
            "Linear", np.ones((3, 40), np.float32), np.ones(3, np.float32), inputSize=40, outputSize=3, withBias=True
        ),
        layer("SoftMax"),
    )


# Graphs.


def test_graph_follows_names_order_and_edges(tmp_path: Path) -> None:
    """Two inputs, two outputs, the second element of a table, modules in reverse order."""
    nodes = [
        (layer("Input", name="a"), []),
        (layer("Input", name="b"), []),
        (layer("CSubTable", name="difference"), ["b", "a"]),
        (box("ConcatTable", layer("Abs"), layer("Exp"), name="both"), ["difference"]),
        (layer("Negative", name="negative"), ["both"]),
        (layer("CAddTable", name="twice"), ["negative", "negative"]),
    ]
    root = graph(nodes, ["a", "b"], ["twice", "difference"], negative={"both": 2})
    model = imported(root, tmp_path)
    assert [each.name for each in model.inputs] == ["input0", "input1"]
    first, second = run(model, X, Y)
    np.testing.assert_allclose(first, -2 * np.exp(Y - X), rtol=1e-5)
    np.testing.assert_allclose(second, Y - X, rtol=1e-6)


def test_graph_whose_input_computes(tmp_path: Path) -> None:
    root = graph([(linear("first"), []), (layer("Tanh", name="last"), ["first"])], ["first"], ["last"])
    np.testing.assert_allclose(run(imported(root, tmp_path), X)[0], np.tanh(X @ W.T + B), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("nodes", "inputs", "outputs", "said"),
    [
        ([("a", []), ("b", ["c"])], ["a"], ["b"], "fed by 'c'"),
        ([("a", []), ("b", ["a", "c"]), ("c", ["b"])], ["a"], ["b"], "circle"),
        ([("a", []), ("a", [])], ["a"], ["a"], "two of its modules are called 'a'"),
        ([("a", [])], ["a"], ["z"], "'z'"),
        ([("a", [])], ["a"], [], "no outputs"),
    ],
)
def test_graph_that_contradicts_itself(nodes: Any, inputs: Any, outputs: Any, said: str, tmp_path: Path) -> None:
    root = graph([(layer("Abs", name=name), previous) for name, previous in nodes], inputs, outputs or ["x"])
    if not outputs:
        del root.attributes["outputNames"]
    with pytest.raises(ModelError, match=said):
        imported(root, tmp_path)


def test_edge_beyond_the_table(tmp_path: Path) -> None:
    nodes = [(box("ConcatTable", layer("Abs"), name="t"), []), (layer("Exp", name="e"), ["t"])]
    with pytest.raises(ModelError, match="element 2 of a table of 1"):
        imported(graph(nodes, ["t"], ["e"], e={"t": 2}), tmp_path)


# Keras-style shells.


def test_keras_shells_are_looked_through(tmp_path: Path) -> None:
    """Model > StaticGraph > (Input, Convolution2D > Sequential > wrapped layers, Flatten, Dense)."""
    wrapped = Module(
        NN + "keras.KerasLayerWrapper", (convolution(),), {"is_keras_module": True, "torchLayer": convolution()}
    )
    activation = Module(NN + "keras.KerasIdentityWrapper", (layer("ReLU", ip=False),), {"is_keras_module": True})
    labor = Module(NN + "keras.Sequential", (box("Sequential", wrapped, activation),), {"is_keras_module": True})
    picture, shell = keras("Input"), keras("Convolution2D", labor)
    picture.name, shell.name = "input", "conv"
    shell.attributes |= {"activation": activation, "subsample": [1, 1], "borderMode": "valid"}
    net = graph([(picture, []), (shell, ["input"])], ["input"], ["conv"])
    root = keras("Model", net, shape=(-1, 3, 8, 9), package="keras.models")
    model = imported(root, tmp_path)
    assert model.inputs[0].shape == ("batch", 3, 8, 9)
    assert model.outputs[0].shape == ("batch", 5, 6, 7)
    x = R.normal(size=(3, 3, 8, 9)).astype(np.float32)
    (plain,) = run(imported(box("Sequential", convolution(), layer("ReLU")), tmp_path), x)
    np.testing.assert_array_equal(run(model, x)[0], plain)


def test_keras_model_of_two_inputs(tmp_path: Path) -> None:
    nodes = [(keras("InputLayer"), []), (keras("InputLayer"), []), (keras("Merge", layer("CAddTable")), ["a", "b"])]
    for (node, _), name in zip(nodes, "abm", strict=True):
        node.name = name
    root = keras("Model", graph(nodes, ["a", "b"], ["m"]), shape=((-1, 6), (-1, 6)), package="keras.models")
    model = imported(root, tmp_path)
    assert [each.shape for each in model.inputs] == [("batch", 6), ("batch", 6)]
    np.testing.assert_allclose(run(model, X, Y)[0], X + Y)


@pytest.mark.parametrize(
    "kind", ["com.intel.analytics.bigdl.dllib.nn.Tanh", "com.intel.analytics.sparkdl.nn.Tanh", "com.example.nn.Tanh"]
)
def test_class_paths_of_all_times(kind: str, tmp_path: Path) -> None:
    np.testing.assert_allclose(run(imported(Module(kind), tmp_path), X)[0], np.tanh(X), rtol=1e-6)


# What is said of the input.

ANY = None


@pytest.mark.parametrize(
    ("root", "shape"),
    [
        (convolution(), ("batch", 3, "input_2", "input_3")),
        (
            box("Sequential", layer("Identity"), box("Concat", convolution(), dimension=2)),
            ("batch", 3, "input_2", "input_3"),
        ),
        (
            box("Sequential", layer("SpatialZeroPadding", padLeft=1, padRight=1, padTop=1, padBottom=1), convolution()),
            ("batch", "input_1", "input_2", "input_3"),
        ),
        (
            graph([(layer("Input", name="i"), []), (convolution(name="c"), ["i"])], ["i"], ["c"]),
            ("batch", 3, "input_2", "input_3"),
        ),
        (box("Sequential", layer("Tanh"), layer("Abs")), ANY),
    ],
)
def test_input_shape_follows_from_the_first_layers(root: Module, shape: Any, tmp_path: Path) -> None:
    assert imported(root, tmp_path).inputs[0].shape == shape


def test_input_shape_completed_by_the_caller(tmp_path: Path) -> None:
    model = imported(small(), tmp_path, input_shapes=[(None, 3, 7, 7)])
    assert model.inputs[0].shape == ("batch", 3, 7, 7)
    assert model.outputs[0].shape == ("batch", 3)
    with pytest.raises(ModelError, match=r"\(None, 3, None, None\)"):
        imported(small(), tmp_path, input_shapes=[(None, 4, 7, 7)])
    with pytest.raises(ModelError, match="table of 2 tensors"):
        imported(small(), tmp_path, input_shapes=[None, None])


# Weights.


def test_weights_apart(tmp_path: Path) -> None:
    data, numbers = apart(small())
    (tmp_path / "net.model").write_bytes(data)
    x = R.normal(size=(2, 3, 7, 7)).astype(np.float32)
    with pytest.raises(ModelError, match="values of its weights are not in the file"):
        import_bigdl(tmp_path / "net.model")
    (tmp_path / "other.bin").write_bytes(numbers)
    given_ = import_bigdl(tmp_path / "net.model", tmp_path / "other.bin")
    (tmp_path / "net.bin").write_bytes(numbers)
    found = import_bigdl(tmp_path / "net.model")
    assert found.notes == ("weights read from net.bin",)
    (whole,) = run(imported(small(), tmp_path), x)
    for model in (given_, found):
        np.testing.assert_array_equal(run(model, x)[0], whole)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda b: b[:-3], "check sum"),
        (lambda b: b[:20] + bytes([b[20] ^ 1]) + b[21:], "check sum"),
        (lambda b: b"\0\0\0\0" + b[4:], "3721"),
        (lambda b: b"", "3721"),
    ],
)
def test_weights_file_that_is_broken(change: Any, said: str, tmp_path: Path) -> None:
    data, numbers = apart(linear())
    (tmp_path / "net.model").write_bytes(data)
    (tmp_path / "net.bin").write_bytes(change(numbers))
    with pytest.raises(ModelError, match=said) as caught:
        import_bigdl(tmp_path / "net.model")
    assert "net.bin" in str(caught.value)


def test_double_precision_becomes_single(tmp_path: Path) -> None:
    (y,) = run(imported(linear(weight=W.astype(np.float64)), tmp_path), X)
    np.testing.assert_allclose(y, X @ W.T + B, rtol=1e-5, atol=1e-6)


def test_a_layer_used_twice_shares_its_weights(tmp_path: Path) -> None:
    shared = Weight(np.eye(6, dtype=np.float32) * 2)
    twin = [layer("Linear", shared, inputSize=6, outputSize=6, withBias=False) for _ in range(2)]
    np.testing.assert_allclose(run(imported(box("Sequential", *twin), tmp_path), X)[0], 4 * X, rtol=1e-6)


# Errors.


def test_unsupported_layer_is_named_with_its_class_and_place(tmp_path: Path) -> None:
    inner = box("Sequential", layer("GaussianSampler", name="sampler"), name="inner")
    with pytest.raises(ModelError) as caught:
        imported(box("Sequential", box("ConcatTable", inner, name="split"), name="outer"), tmp_path)
    text = str(caught.value)
    assert "network.model" in text
    assert "layer 'sampler' (com.intel.analytics.bigdl.nn.GaussianSampler) in outer > split > inner" in text


@pytest.mark.parametrize(
    ("root", "said"),
    [
        (linear(weight=W[:3]), r"\(3, 6\) do not fit"),
        (layer("Linear", inputSize=6, outputSize=4), "0 weight tensors where 2"),
        (layer("Linear", W, inputSize=6, outputSize=4, withBias=True), "1 weight tensors where 2"),
        (convolution(withBias=True), "bias is missing"),
        (layer("Linear", W, outputSize=4), "inputSize is missing"),
        (convolution(kernelW=0), "kernelW = 0 is impossible"),
        (convolution(nGroup=2), "groups"),
        (convolution(padW=-2), "padW = -2"),
        (layer("Reshape", size=[0], batchMode=0), "impossible"),
        (layer("View", sizes=[-1, -1]), "open"),
        (layer("Transpose", size=1 << 40), "swaps"),
        (layer("SpatialMaxPooling", kW=2, kH=2, dW=1, dH=1, padW=2, padH=2), "half of its window"),
        (layer("SpatialConvolutionMap", W, connTable=np.full((1, 2), 1e9, np.float32), kW=1, kH=1), "connection table"),
        (layer("CSubTable"), "table of 1"),
        (box("Sequential", layer("TFNet", name="tf")), "does not know"),
        (layer("ops.Max"), "does not know"),
        (layer("SplitTable", dimension=2), "does not tell the length"),
        (box("Sequential", layer("SplitTable", dimension=2), layer("Pack", dimension=1)), "does not tell how many"),
    ],
)
def test_attributes_that_cannot_be(root: Module, said: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=said):
        imported(root, tmp_path)


def test_tensor_outside_its_storage(tmp_path: Path) -> None:
    for view in [
        ((4, 6), (6, 1), 2),
        ((400, 600), (0, 0), 1),
        ((4, 6), (-6, 1), 1),
        ((4, 6), (6,), 1),
        ((4, 6), (6, 1), 0),
    ]:
        with pytest.raises(ModelError, match="tensor of size"):
            imported(linear(weight=Weight(W, view)), tmp_path)


def nested(depth: int) -> bytes:
    data = b""
    for _ in range(depth):
        data = block(2, data) + block(7, NN + "Sequential")
    return data


def tables(depth: int) -> Module:
    """Twice as many modules at each level: a million at twenty."""
    inner = layer("Abs")
    for _ in range(depth):
        inner = box(
            "Sequential", box("ConcatTable", layer("Identity"), layer("Identity")), layer("MapTable", module=inner)
        )
    return inner


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"PK\x03\x04" + bytes(100),
        bytes(1000),
        b"\xff" * 1000,
        block(7, "x" * 10)[:-3],
        varint(2 << 3 | 2) + varint(1 << 62),
        varint(1 << 3 | 3),
        nested(20_000),
        file(tables(20)),
        block(7, NN + "Abs") + block(13, packed(3, [-1, 1 << 40])),
        block(7, NN + "Abs") + block(13, packed(3, [1] * 100_000)),
        block(7, NN + "Linear") + block(16, packed(2, [1 << 31] * 9) + packed(3, [1] * 9)),
        block(7, NN + "Abs\xff".encode("latin-1").decode("latin-1"))[:-1] + b"\xff",
        number(7, 5),
    ],
    ids=lambda data: f"{len(data)} bytes",
)
def test_what_is_no_model_is_refused_quickly(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.model"
    path.write_bytes(data)
    start = time.process_time()
    with pytest.raises(ModelError, match=r"broken\.model"):
        import_bigdl(path)
    assert time.process_time() - start < 5


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.model", tmp_path):
        with pytest.raises(ModelError, match="cannot be read"):
            import_bigdl(path)


WHOLE = file(small())


def outcome(data: bytes, path: Path) -> bool:
    """True where it is imported; anything but ModelError escapes."""
    path.write_bytes(data)
    try:
        import_bigdl(path)
    except ModelError:
        return False
    return True


def test_cut_short_anywhere(tmp_path: Path) -> None:
    """A file that lost its end is refused wherever it was cut: its weights come last."""
    for length in range(0, len(WHOLE), 7):
        assert not outcome(WHOLE[:length], tmp_path / "cut.model")


def test_cut_between_attributes(tmp_path: Path) -> None:
    """A layer without weights whose last attributes are gone would silently take their defaults."""
    data = module(layer("Power", power=2.0, scale=0.5, shift=0.1), {})
    end = data.index(block(9, "0.9.1"))
    assert outcome(data, tmp_path / "power.model")
    for length in range(end + 1):
        assert not outcome(data[:length], tmp_path / "power.model")


@settings(max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_changed_bytes_never_escape(changes: list[tuple[int, int]], tmp_path: Path) -> None:
    data = bytearray(WHOLE)
    for position, value in changes:
        data[position] = value
    outcome(bytes(data), tmp_path / "changed.model")


def test_null_attributes_and_edges_without_a_record(tmp_path: Path) -> None:
    root = graph([(layer("Abs", name="a"), []), (layer("Exp", name="e"), ["a"])], ["a"], ["e"])
    root.attributes["e_edges"] = Edges({})
    root.attributes["wRegularizer"] = None
    np.testing.assert_allclose(run(imported(root, tmp_path), X)[0], np.exp(np.abs(X)), rtol=1e-6)
