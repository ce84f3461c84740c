"""Layers that work on each number by itself. Source: BigDL 0.9.1, `nn`, checked against its outputs."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from metadata_digger.labels.importers.bigdl_graph import Activity, Graph, Tensor
from metadata_digger.labels.importers.bigdl_network import Emit, Layer, Network

RANKS = (2, 4, 3, 1, 5)
"""Ranks that a decision in the graph tells apart, the most frequent first."""


def identity(layer: Layer, x: Activity, network: Network) -> Activity:
    """What does something only in training, or nothing at all."""
    return x


def unary(kind: str, **attributes: float) -> Emit:
    """A layer that is one ONNX operator."""

    def emit(layer: Layer, x: Activity, network: Network) -> Tensor:
        return network.graph.unary(kind, layer.one(x), **attributes)

    return emit


def formula(write: Callable[[Layer, Tensor, Graph], Tensor]) -> Emit:
    """A layer that is a formula of its attributes and one tensor."""

    def emit(layer: Layer, x: Activity, network: Network) -> Tensor:
        return write(layer, layer.one(x), network.graph)

    return emit


def clip(graph: Graph, x: Tensor, least: float, most: float) -> Tensor:
    return graph.op("Clip", x, graph.number(least), graph.number(most), shape=x.shape)


def power(graph: Graph, x: Tensor, exponent: float) -> Tensor:
    """x to a constant power; squares and roots by their own operators, which are exact."""
    if exponent == 1:
        return x
    if exponent == 2:
        return graph.binary("Mul", x, x)
    if exponent == 0.5:
        return graph.unary("Sqrt", x)
    return graph.op("Pow", x, graph.number(exponent), shape=x.shape)


def _power(layer: Layer, x: Tensor, graph: Graph) -> Tensor:
    """(shift + scale x) ** power."""
    inner = graph.shift(graph.scale(x, layer.number("scale", 1.0)), layer.number("shift", 0.0))
    return power(graph, inner, layer.number("power"))


def _soft_plus(layer: Layer, x: Tensor, graph: Graph) -> Tensor:
    beta = layer.number("beta", 1.0)
    return graph.scale(graph.unary("Softplus", graph.scale(x, beta)), 1 / beta if beta else 1.0)


def _log_sigmoid(layer: Layer, x: Tensor, graph: Graph) -> Tensor:
    return graph.unary("Neg", graph.unary("Softplus", graph.unary("Neg", x)))


def _threshold(layer: Layer, x: Tensor, graph: Graph) -> Tensor:
    """x above the threshold, else a constant."""
    above = graph.op("Greater", x, graph.number(layer.number("th", 1e-6)), shape=x.shape)
    return graph.op("Where", above, x, graph.number(layer.number("v", 0.0)), shape=x.shape)


def _binary_threshold(layer: Layer, x: Tensor, graph: Graph) -> Tensor:
    above = graph.op("Greater", x, graph.number(layer.number("th", 1e-6)), shape=x.shape)
    return graph.op("Where", above, graph.number(1.0), graph.number(0.0), shape=x.shape)


def _shrink(layer: Layer, x: Tensor, graph: Graph) -> Tensor:
    """HardShrink keeps what it does not zero, SoftShrink moves it towards zero by lambda."""
    size = layer.number("lambda", 0.5)
    return graph.unary("Shrink", x, lambd=size, bias=size if layer.kind == "SoftShrink" else 0.0)


def _dropout(layer: Layer, x: Tensor, graph: Graph) -> Tensor:
    """Without scaling in training, the output is scaled when the network is used."""
    if layer.flag("scale", True):
        return x
    return graph.scale(x, 1 - layer.number("initP", 0.5))


def _prelu(layer: Layer, x: Tensor, graph: Graph) -> Tensor:
    """One slope for all, or one a plane: the first dimension of 1 and 3, the second of 2 and 4."""
    slopes = layer.parameters(1)[0].ravel()
    if layer.integer("nOutputPlane", 0) == 0 and slopes.size == 1:
        return graph.op("PRelu", x, graph.constant(slopes.reshape(()), "slope"), shape=x.shape)

    def write(parts: Sequence[Tensor]) -> Tensor:
        behind = {1: 0, 2: 0, 3: 2, 4: 2, 5: 4}.get(parts[0].rank or 0, 0)
        slope = graph.constant(slopes.reshape(-1, *(1,) * behind), "slope")
        return graph.op("PRelu", parts[0], slope, shape=x.shape)

    return graph.by_rank([x], RANKS, write)


def _srelu(layer: Layer, x: Tensor, graph: Graph) -> Tensor:
    """Straight in the middle, two learnt slopes outside two learnt bounds."""
    names = ("tLeft", "aLeft", "tRight", "aRight")
    kept = [layer.tensor(each) for each in names]
    found: list[NDArray[np.float32]] = [each for each in kept if each is not None]
    if len(found) < 4:
        found = layer.parameters(4)
    found = [layer.shaped(each, found[0].shape) for each in found[:4]]
    # BigDL writes |tRight| + tLeft back into tRight each time it runs; the file has the value before.
    left, left_slope, right, right_slope = found[0], found[1], np.abs(found[2]) + found[0], found[3]
    t_left, t_right = graph.constant(left, "left"), graph.constant(right, "right")
    below = graph.binary("Add", t_left, _line(graph, x, t_left, left_slope))
    above = graph.binary("Add", t_right, _line(graph, x, t_right, right_slope))
    inner = graph.op("Where", graph.op("LessOrEqual", x, t_left, shape=x.shape), below, x, shape=x.shape)
    return graph.op("Where", graph.op("GreaterOrEqual", x, t_right, shape=x.shape), above, inner, shape=x.shape)


def _line(graph: Graph, x: Tensor, origin: Tensor, slope: NDArray[np.float32]) -> Tensor:
    return graph.binary("Mul", graph.binary("Sub", x, origin), graph.constant(slope, "slope"))


def _scaled_by(kind: str) -> Emit:
    """Add and Mul: a learnt vector or number."""

    def write(layer: Layer, x: Tensor, graph: Graph) -> Tensor:
        values = layer.parameters(1)[0]
        values = values.reshape(() if values.size == 1 else -1)
        return graph.op(kind, x, graph.constant(values, "weight"), shape=x.shape)

    return formula(write)


def weighted(layer: Layer, x: Tensor, graph: Graph, kind: str, values: NDArray[np.float32]) -> Tensor:
    """CMul and CAdd: a weight for each element, repeated along dimensions of size 1 and along the batch."""
    sizes = values.shape

    def write(rank: int) -> NDArray[np.float32]:
        if len(sizes) == rank:
            return values
        if len(sizes) + 1 == rank:
            return values[None]
        if len(sizes) > rank and sizes[: len(sizes) - rank] == (1,) * (len(sizes) - rank):
            return values.reshape(sizes[len(sizes) - rank :])
        pivot = [n for n in sizes if n > 1]
        if len(pivot) <= 1:  # one weight a plane: BigDL looks for the dimension of that size
            return values.reshape(-1, *(1,) * max(rank - 2, 0))
        return values

    def emit(parts: Sequence[Tensor]) -> Tensor:
        weight = graph.constant(write(parts[0].rank or len(sizes)), "weight")
        return graph.op(kind, parts[0], weight, shape=parts[0].shape)

    ranks = sorted({len(sizes), len(sizes) + 1} - {0})
    if len(sizes) >= 1 and x.rank is None and sizes[0] == 1:
        ranks = ranks[:1]  # the batch is among the sizes: broadcasting alone does it
    return graph.by_rank([x], ranks, emit)


def cmul(layer: Layer, x: Activity, network: Network) -> Tensor:
    return weighted(layer, layer.one(x), network.graph, "Mul", layer.parameters(1)[0])


def cadd(layer: Layer, x: Activity, network: Network) -> Tensor:
    return weighted(layer, layer.one(x), network.graph, "Add", layer.parameters(1)[0])


def scale(layer: Layer, x: Activity, network: Network) -> Tensor:
    """A learnt factor and a learnt summand."""
    factor, summand = layer.parameters(2)[:2]
    scaled = weighted(layer, layer.one(x), network.graph, "Mul", factor)
    return weighted(layer, scaled, network.graph, "Add", summand)


def softmax(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Over the classes: axis 0 of 1 and 3 dimensions, axis 1 of 2 and 4.

    Three dimensions are one picture without a batch. Later versions have an attribute `pos` (1 unless set), from which
    they compute the same axes.
    """
    sign = layer.kind == "SoftMin"
    return _classes(layer, layer.one(x), network.graph, "Softmax", negative=sign)


def log_softmax(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Vectors or batches of vectors only."""
    return network.graph.unary("LogSoftmax", layer.one(x), axis=-1)


def _classes(layer: Layer, x: Tensor, graph: Graph, kind: str, *, negative: bool) -> Tensor:
    position = layer.integer("pos", 1)

    def write(parts: Sequence[Tensor]) -> Tensor:
        rank = parts[0].rank or 1
        first = position if position > 0 else rank + position
        axis = first if (rank - first) % 2 else first - 1
        if not 0 <= axis < rank:
            layer.fail(f"its position {position} is impossible for {rank} dimensions")
        return graph.unary(kind, parts[0], axis=axis)

    return graph.by_rank([graph.unary("Neg", x) if negative else x], (2, 4, 3, 1), write)


ELEMENTWISE: dict[str, Emit] = {
    "Abs": unary("Abs"),
    "Add": _scaled_by("Add"),
    "AddConstant": formula(lambda layer, x, graph: graph.shift(x, layer.number("constant_scalar"))),
    "BinaryThreshold": formula(_binary_threshold),
    "CAdd": cadd,
    "Clamp": formula(lambda layer, x, graph: clip(graph, x, layer.number("minV"), layer.number("maxV"))),
    "CMul": cmul,
    "Dropout": formula(_dropout),
    "ELU": formula(lambda layer, x, graph: graph.unary("Elu", x, alpha=layer.number("alpha", 1.0))),
    "Exp": unary("Exp"),
    "HardShrink": formula(_shrink),
    "HardSigmoid": unary("HardSigmoid", alpha=0.2, beta=0.5),
    "HardTanh": formula(
        lambda layer, x, graph: clip(graph, x, layer.number("minValue", -1.0), layer.number("maxValue", 1.0))
    ),
    "LeakyReLU": formula(lambda layer, x, graph: graph.unary("LeakyRelu", x, alpha=layer.number("negval", 0.01))),
    "Log": unary("Log"),
    "LogSigmoid": formula(_log_sigmoid),
    "LogSoftMax": log_softmax,
    "Mul": _scaled_by("Mul"),
    "MulConstant": formula(lambda layer, x, graph: graph.scale(x, layer.number("constant"))),
    "Negative": unary("Neg"),
    "Power": formula(_power),
    "PReLU": formula(_prelu),
    "ReLU": unary("Relu"),
    "ReLU6": formula(lambda layer, x, graph: clip(graph, x, 0.0, 6.0)),
    "RReLU": formula(
        lambda layer, x, graph: graph.unary(
            "LeakyRelu", x, alpha=(layer.number("lower", 1 / 8) + layer.number("upper", 1 / 3)) / 2
        )
    ),
    "Scale": scale,
    "Sigmoid": unary("Sigmoid"),
    "SoftMax": softmax,
    "SoftMin": softmax,
    "SoftPlus": formula(_soft_plus),
    "SoftShrink": formula(_shrink),
    "SoftSign": unary("Softsign"),
    "Sqrt": unary("Sqrt"),
    "Square": formula(lambda layer, x, graph: graph.binary("Mul", x, x)),
    "SReLU": formula(_srelu),
    "Tanh": unary("Tanh"),
    "TanhShrink": formula(lambda layer, x, graph: graph.binary("Sub", x, graph.unary("Tanh", x))),
    "Threshold": formula(_threshold),
    # What works in training only.
    "ActivityRegularization": identity,
    "Contiguous": identity,
    "Copy": identity,
    "Echo": identity,
    "GaussianDropout": identity,
    "GaussianNoise": identity,
    "GradientReversal": identity,
    "Identity": identity,
    "Input": identity,
    "InputLayer": identity,
    "L1Penalty": identity,
    "NegativeEntropyPenalty": identity,
    "SpatialDropout1D": identity,
    "SpatialDropout2D": identity,
    "SpatialDropout3D": identity,
}
