"""Recurrent layers against numpy, step by step."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metadata_digger.errors import ModelError

from .build_bigdl import Module, box, graph, imported, layer, run
from .reference import sigmoid

R = np.random.default_rng(2)
INPUTS, HIDDEN, STEPS = 5, 3, 4
X = R.normal(size=(2, STEPS, INPUTS)).astype(np.float32)


def some(*sizes: int) -> np.ndarray:
    return R.normal(size=sizes).astype(np.float32)


def linear(name: str, weight: np.ndarray, bias: np.ndarray | None = None) -> Module:
    parameters = (weight,) if bias is None else (weight, bias)
    sizes = {"inputSize": weight.shape[1], "outputSize": weight.shape[0], "withBias": bias is not None}
    return layer("Linear", *parameters, name=name, **sizes)


def lstm(w: np.ndarray, b: np.ndarray, u: np.ndarray) -> tuple[Module, Module]:
    """The cell as BigDL builds it, and what is done before it."""
    gates: list[tuple[Module, list[str]]] = [(layer("Input", name=name), []) for name in ("x", "h", "c")]
    gates += [
        (linear("uh", u), ["h"]),
        (layer("CAddTable", name="sum", inplace=False), ["x", "uh"]),
        (layer("Reshape", name="four", size=[4, HIDDEN], batchMode=0), ["sum"]),
    ]
    for at, kind in enumerate(("Sigmoid", "Tanh", "Sigmoid", "Sigmoid"), 1):
        gates.append((layer("Select", name=f"s{at}", dimension=2, index=at), ["four"]))
        gates.append((layer(kind, name=f"g{at}"), [f"s{at}"]))
    gates += [
        (layer("CMulTable", name="new"), ["g1", "g2"]),
        (layer("CMulTable", name="old"), ["g3", "c"]),
        (layer("CAddTable", name="cell", inplace=True), ["new", "old"]),
        (layer("Tanh", name="squashed"), ["cell"]),
        (layer("CMulTable", name="out"), ["squashed", "g4"]),
        (layer("Identity", name="out1"), ["out"]),
        (layer("Identity", name="out2"), ["out"]),
    ]
    split = box("ConcatTable", layer("SelectTable", index=1), layer("NarrowTable", offset=2, length=2))
    net = graph(gates, ["x", "h", "c"], ["out1", "out2", "cell"])
    cell = layer(
        "LSTM", inputSize=INPUTS, hiddenSize=HIDDEN, p=0.0, cell=box("Sequential", layer("FlattenTable"), net, split)
    )
    return cell, layer("TimeDistributed", layer=linear("wx", w, b))


def lstm_steps(x: np.ndarray, w: np.ndarray, b: np.ndarray, u: np.ndarray) -> np.ndarray:
    h = c = np.zeros((len(x), HIDDEN))
    outputs = []
    for t in range(x.shape[1]):
        i, g, f, o = np.split(x[:, t] @ w.T + b + h @ u.T, 4, axis=1)
        c = sigmoid(i) * np.tanh(g) + sigmoid(f) * c
        h = sigmoid(o) * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs, axis=1)


WEIGHTS = some(4 * HIDDEN, INPUTS), some(4 * HIDDEN), some(4 * HIDDEN, HIDDEN)


def of(cell: Module, before: Module, kind: str = "Recurrent") -> Module:
    root = box(kind, before, cell)
    root.attributes |= {"topology": cell, "preTopology": before, "bnorm": False}
    return root


@pytest.mark.parametrize("shape", [None, [(None, None, INPUTS)], [(None, STEPS, INPUTS)]])
def test_lstm(shape: Any, tmp_path: Path) -> None:
    (y,) = run(imported(of(*lstm(*WEIGHTS)), tmp_path, input_shapes=shape), X)
    np.testing.assert_allclose(y, lstm_steps(X, *WEIGHTS), rtol=1e-5, atol=1e-6)


def test_last_step_of_a_keras_lstm(tmp_path: Path) -> None:
    root = box("Sequential", of(*lstm(*WEIGHTS), kind="InternalRecurrent"), layer("Select", dimension=2, index=-1))
    np.testing.assert_allclose(
        run(imported(root, tmp_path), X)[0], lstm_steps(X, *WEIGHTS)[:, -1], rtol=1e-5, atol=1e-6
    )


def test_simple_cell(tmp_path: Path) -> None:
    w, b, u, v = some(HIDDEN, INPUTS), some(HIDDEN), some(HIDDEN, HIDDEN), some(HIDDEN)
    nodes: list[tuple[Module, list[str]]] = [
        (layer("Input", name="x"), []),
        (linear("uh", u, v), []),
        (layer("CAddTable", name="sum"), ["x", "uh"]),
        (layer("Tanh", name="t"), ["sum"]),
        (layer("Identity", name="a"), ["t"]),
        (layer("Identity", name="b"), ["t"]),
    ]
    cell = layer("RnnCell", inputSize=INPUTS, hiddenSize=HIDDEN, cell=graph(nodes, ["x", "uh"], ["a", "b"]))
    (y,) = run(imported(of(cell, layer("TimeDistributed", layer=linear("wx", w, b))), tmp_path), X)
    h, expected = np.zeros((2, HIDDEN)), []
    for t in range(STEPS):
        h = np.tanh(X[:, t] @ w.T + b + h @ u.T + v)
        expected.append(h)
    np.testing.assert_allclose(y, np.stack(expected, axis=1), rtol=1e-5, atol=1e-6)


def test_both_directions(tmp_path: Path) -> None:
    backwards = box("Sequential", layer("Reverse", dimension=2), of(*lstm(*WEIGHTS)), layer("Reverse", dimension=2))
    net = box(
        "Sequential",
        box("ConcatTable", layer("Identity"), layer("Identity")),
        box("ParallelTable", of(*lstm(*WEIGHTS)), backwards),
        layer("CAddTable", inplace=True),
    )
    (y,) = run(imported(layer("BiRecurrent", isSplitInput=False, bnorm=False, birnn=net), tmp_path), X)
    expected = lstm_steps(X, *WEIGHTS) + lstm_steps(X[:, ::-1], *WEIGHTS)[:, ::-1]
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)


def test_unknown_cell_is_named(tmp_path: Path) -> None:
    cell = layer("ConvLSTMPeephole", hiddenSize=3)
    with pytest.raises(ModelError, match="'ConvLSTMPeephole' is not supported"):
        imported(of(cell, layer("Identity")), tmp_path)
