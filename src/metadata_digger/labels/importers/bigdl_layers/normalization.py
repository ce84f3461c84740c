"""Normalisations. Source: BigDL 0.9.1, `nn`, checked against its outputs."""

import numpy as np

from metadata_digger.labels.importers.bigdl_graph import Activity, Graph, Tensor
from metadata_digger.labels.importers.bigdl_layers.elementwise import power, weighted
from metadata_digger.labels.importers.bigdl_layers.windows import channels_last, slide
from metadata_digger.labels.importers.bigdl_network import Emit, Layer, Network

DOUBLE_MAX = 1.7976931348623157e308
"""Scala's Double.MaxValue stands for the maximum norm."""


def batch_normalization(layer: Layer, x: Activity, network: Network) -> Tensor:
    """With the running mean and variance; weights are factor and summand, none where not `affine`."""
    count = layer.integer("nOutput", least=1)
    graph, tensor = network.graph, layer.one(x)
    epsilon = layer.number("eps", 1e-5)
    if not epsilon >= 0:
        layer.fail(f"its attribute eps = {epsilon:g} is impossible")
    mean, variance = layer.tensor("runningMean"), layer.tensor("runningVar")
    parameters = layer.parameters(2) if layer.flag("affine", True) else []
    if mean is None or variance is None:
        if parameters:
            layer.fail("its running mean and variance are not in the file")
        # Never trained and without weights: mean 0, variance 1.
        return graph.scale(tensor, 1 / float(np.sqrt(1 + epsilon)))
    mean, variance = layer.shaped(mean, (count,)), layer.shaped(variance, (count,))
    if len(parameters) >= 2:
        factor, summand = (layer.shaped(each, (count,)) for each in parameters[:2])
    else:
        factor, summand = np.ones(count, np.float32), np.zeros(count, np.float32)
    constants = [graph.constant(each, "norm") for each in (factor, summand, mean, variance)]

    def write(y: Tensor) -> Tensor:
        return graph.op("BatchNormalization", y, *constants, shape=y.shape, epsilon=epsilon)

    moving = {"BatchNormalization": 0, "SpatialBatchNormalization": 2, "VolumetricBatchNormalization": 3}
    last = moving[layer.kind] > 0 and channels_last(layer, "dataFormat")
    if tensor.rank is None and not last:
        return write(tensor)
    if tensor.rank is not None and tensor.rank > moving[layer.kind] + 2:
        return write(tensor)
    return slide(graph, tensor, moving[layer.kind], write, last=last)


def cross_map_lrn(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Over neighbouring planes: x / (k + alpha / size * sum of squares) ** beta."""
    size, graph = layer.integer("size", 5, least=1), network.graph
    if size % 2 == 0:
        layer.fail(f"its size {size} is even")

    def write(y: Tensor) -> Tensor:
        return graph.unary(
            "LRN",
            y,
            size=size,
            alpha=layer.number("alpha", 1.0),
            beta=layer.number("beta", 0.75),
            bias=layer.number("k", 1.0),
        )

    return slide(graph, layer.one(x), 2, write, last=channels_last(layer))


def within_channel_lrn(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Over the neighbourhood within a plane: x (1 + alpha average(x^2)) ** -beta, padding counted."""
    size, graph = layer.integer("size", 5, least=1), network.graph
    if size % 2 == 0:
        layer.fail(f"its size {size} is even")

    def write(y: Tensor) -> Tensor:
        side = (size - 1) // 2
        mean = graph.op(
            "AveragePool",
            graph.binary("Mul", y, y),
            shape=y.shape,
            kernel_shape=(size, size),
            pads=(side,) * 4,
            count_include_pad=1,
        )
        inner = graph.shift(graph.scale(mean, layer.number("alpha", 1.0)), 1.0)
        return graph.binary("Mul", y, power(graph, inner, -layer.number("beta", 0.75)))

    return slide(graph, layer.one(x), 2, write)


def _normalize(layer: Layer, x: Tensor, graph: Graph) -> Tensor:
    """By the p-norm over the second dimension, of a vector over all."""
    p, epsilon = layer.number("p", 2.0), layer.number("eps", 1e-10)
    if p <= 0:
        layer.fail(f"its norm {p:g} is impossible")
    axis = 0 if x.rank == 1 else 1
    sizes = graph.unary("Abs", x)
    if p >= DOUBLE_MAX:
        norm = graph.shift(graph.reduce("ReduceMax", sizes, axis, keep=True), epsilon)
    else:
        total = graph.reduce("ReduceSum", power(graph, sizes, p), axis, keep=True)
        norm = power(graph, graph.shift(total, epsilon), 1 / p)
    return graph.binary("Div", x, norm)


def normalize(layer: Layer, x: Activity, network: Network) -> Tensor:
    return _normalize(layer, layer.one(x), network.graph)


def normalize_scale(layer: Layer, x: Activity, network: Network) -> Tensor:
    """The same, then a learnt factor for each plane."""
    normal = _normalize(layer, layer.one(x), network.graph)
    weight = layer.shaped(layer.parameters(1)[0], layer.sizes("size"))
    return weighted(layer, normal, network.graph, "Mul", weight)


def _local_mean(layer: Layer, x: Tensor, graph: Graph) -> Tensor:
    """The mean of a neighbourhood over all planes, weighted by a kernel, right at the borders too: (batch, 1, h, w)."""
    planes = layer.integer("nInputPlane", 1, least=1)
    given = layer.tensor("kernel")
    kernel = np.ones((9, 9), np.float32) if given is None else given
    if kernel.ndim == 1:
        kernel = np.outer(kernel, kernel)
    if kernel.ndim != 2 or kernel.shape[0] % 2 == 0 or kernel.shape[1] % 2 == 0 or planes * kernel.size > 1 << 24:
        layer.fail(f"its kernel of size {kernel.shape} for {planes} planes is impossible")
    weights = np.broadcast_to(kernel / (kernel.sum() * planes), (1, planes, *kernel.shape)).astype(np.float32)
    pads = (kernel.shape[0] // 2, kernel.shape[1] // 2) * 2
    shape = (x.dim(0), 1, x.dim(2), x.dim(3))

    def mean(y: Tensor) -> Tensor:
        return graph.op("Conv", y, graph.constant(weights, "kernel"), shape=shape, pads=pads, kernel_shape=kernel.shape)

    ones = graph.op("Add", graph.op("Mul", x, graph.number(0.0)), graph.number(1.0), shape=x.shape)
    return graph.op("Div", mean(x), mean(ones), shape=shape)


def _subtractive(layer: Layer, x: Tensor, graph: Graph) -> Tensor:
    return graph.op("Sub", x, _local_mean(layer, x, graph), shape=x.shape)


def _divisive(layer: Layer, x: Tensor, graph: Graph) -> Tensor:
    """By the local deviation; deviations up to the threshold are replaced."""
    deviation = graph.unary("Sqrt", _local_mean(layer, graph.binary("Mul", x, x), graph))
    above = graph.op("Greater", deviation, graph.number(layer.number("threshold", 1e-4)), shape=deviation.shape)
    kept = graph.op("Where", above, deviation, graph.number(layer.number("thresval", 1e-4)), shape=deviation.shape)
    return graph.op("Div", x, kept, shape=x.shape)


def subtractive(layer: Layer, x: Activity, network: Network) -> Tensor:
    return slide(network.graph, layer.one(x), 2, lambda y: _subtractive(layer, y, network.graph))


def divisive(layer: Layer, x: Activity, network: Network) -> Tensor:
    return slide(network.graph, layer.one(x), 2, lambda y: _divisive(layer, y, network.graph))


def contrastive(layer: Layer, x: Activity, network: Network) -> Tensor:
    graph = network.graph
    return slide(graph, layer.one(x), 2, lambda y: _divisive(layer, _subtractive(layer, y, graph), graph))


NORMALIZATIONS: dict[str, Emit] = {
    "BatchNormalization": batch_normalization,
    "Normalize": normalize,
    "NormalizeScale": normalize_scale,
    "SpatialBatchNormalization": batch_normalization,
    "SpatialContrastiveNormalization": contrastive,
    "SpatialCrossMapLRN": cross_map_lrn,
    "SpatialDivisiveNormalization": divisive,
    "SpatialSubtractiveNormalization": subtractive,
    "SpatialWithinChannelLRN": within_channel_lrn,
    "VolumetricBatchNormalization": batch_normalization,
}
