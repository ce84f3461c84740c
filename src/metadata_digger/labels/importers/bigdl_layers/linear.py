"""Layers that multiply with a learnt matrix, and products of two tensors. Source: BigDL 0.9.1, `nn`."""

import numpy as np

from metadata_digger.labels.importers.bigdl_graph import Activity, Graph, Tensor
from metadata_digger.labels.importers.bigdl_layers.elementwise import power
from metadata_digger.labels.importers.bigdl_network import Emit, Layer, Network


def _last(x: Tensor, size: int | None) -> tuple[int | None, ...] | None:
    return None if x.shape is None else (*x.shape[:-1], size)


def matrix_product(graph: Graph, x: Tensor, matrix: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]") -> Tensor:
    """x times the transpose of a matrix (outputs, inputs), for any number of dimensions of x."""
    return graph.op("MatMul", x, graph.constant(matrix.T, "weight"), shape=_last(x, matrix.shape[0]))


def linear(layer: Layer, x: Activity, network: Network) -> Tensor:
    inputs, outputs = layer.integer("inputSize", least=1), layer.integer("outputSize", least=1)
    biased = layer.flag("withBias", True)
    parameters = layer.parameters(2 if biased else 1)
    matrix = layer.shaped(parameters[0], (outputs, inputs))
    graph, tensor = network.graph, layer.one(x)
    bias = None
    if biased:
        bias = graph.constant(layer.shaped(parameters[1], (outputs,)), "bias")
    if tensor.rank == 2:
        parts = [tensor, graph.constant(matrix, "weight")] + ([] if bias is None else [bias])
        return graph.op("Gemm", *parts, shape=_last(tensor, outputs), transB=1)
    product = matrix_product(graph, tensor, matrix)
    return product if bias is None else graph.op("Add", product, bias, shape=product.shape)


def maxout(layer: Layer, x: Activity, network: Network) -> Activity:
    """A linear layer, a view and a maximum, kept as a network in an attribute."""
    return network.run(layer.child("layer"), x)


def _norm(graph: Graph, x: Tensor) -> Tensor:
    return graph.unary("Sqrt", graph.reduce("ReduceSum", graph.binary("Mul", x, x), -1, keep=True))


def cosine(layer: Layer, x: Activity, network: Network) -> Tensor:
    """The cosine of the angle to each of some learnt vectors."""
    inputs, outputs = layer.integer("inputSize", least=1), layer.integer("outputSize", least=1)
    matrix = layer.shaped(layer.parameters(1)[0], (outputs, inputs))
    matrix = matrix / (np.linalg.norm(matrix, axis=1, keepdims=True) + 1e-12).astype(np.float32)
    graph, tensor = network.graph, layer.one(x)
    return graph.binary("Div", matrix_product(graph, tensor, matrix), _norm(graph, tensor))


def euclidean(layer: Layer, x: Activity, network: Network) -> Tensor:
    """The distance to each of some learnt centres, the columns of the weight."""
    inputs, outputs = layer.integer("inputSize", least=1), layer.integer("outputSize", least=1)
    centres = layer.shaped(layer.parameters(1)[0], (inputs, outputs)).T
    graph, tensor = network.graph, layer.one(x)
    away = graph.binary("Sub", graph.unsqueeze(tensor, -2), graph.constant(centres, "centres"))
    return graph.unary("Sqrt", graph.reduce("ReduceSum", graph.binary("Mul", away, away), -1))


def bilinear(layer: Layer, x: Activity, network: Network) -> Tensor:
    """x1 W_k x2 + b_k for each output k."""
    sizes = tuple(layer.integer(each, least=1) for each in ("outputSize", "inputSize1", "inputSize2"))
    first, second = layer.tensors(x, 2)
    biased = layer.flag("biasRes", True)
    parameters = layer.parameters(2 if biased else 1)
    outputs, left, right = sizes
    graph = network.graph
    weight = layer.shaped(parameters[0], sizes).transpose(1, 0, 2).reshape(left, outputs * right)
    product = graph.op("MatMul", first, graph.constant(weight, "weight"), shape=(first.dim(0), outputs * right))
    rows = graph.reshape(product, [-1, outputs, right])
    total = graph.reduce("ReduceSum", graph.binary("Mul", rows, graph.unsqueeze(second, 1)), -1)
    if biased:
        total = graph.binary("Add", total, graph.constant(layer.shaped(parameters[1], (outputs,)), "bias"))
    return total


def lookup_table(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Rows of the weight; the indices, whole numbers as floats, count from 1."""
    rows, size = layer.integer("nIndex", least=1), layer.integer("nOutput", least=1)
    weight = layer.shaped(layer.parameters(1)[0], (rows, size))
    graph, tensor = network.graph, layer.one(x)
    most, kind = layer.number("maxNorm", np.finfo(np.float64).max), layer.number("normType", 2.0)
    if most < np.finfo(np.float64).max:
        norms = np.linalg.norm(weight, ord=kind, axis=1, keepdims=True)
        weight = np.where(norms > most, weight * (most / (norms + 1e-7)), weight).astype(np.float32)
    shape = None if tensor.shape is None else (*tensor.shape, size)
    index = graph.op("Cast", graph.op("Sub", tensor, graph.number(1.0)), to=7)
    if layer.flag("maskZero", False):
        index = graph.op("Max", index, graph.constant(np.array(0, np.int64), "zero"))
    picked = graph.op("Gather", graph.constant(weight, "weight"), index, shape=shape, axis=0)
    if not layer.flag("maskZero", False):
        return picked
    padding = graph.op("Equal", tensor, graph.number(layer.number("paddingValue", 0.0)))
    return graph.op("Where", graph.unsqueeze(padding, -1), graph.number(0.0), picked, shape=shape)


def matrix_matrix(layer: Layer, x: Activity, network: Network) -> Tensor:
    """`MM`: two matrices, or two batches of them."""
    first, second = layer.tensors(x, 2)
    graph = network.graph
    rank = first.rank or second.rank or 3
    order = (*range(rank - 2), rank - 1, rank - 2)
    if layer.flag("transA", False):
        first = graph.transpose(first, order)
    if layer.flag("transB", False):
        second = graph.transpose(second, order)
    shape = None if first.shape is None else (*first.shape[:-1], second.dim(-1))
    return graph.op("MatMul", first, second, shape=shape)


def matrix_vector(layer: Layer, x: Activity, network: Network) -> Tensor:
    """`MV`: a matrix and a vector, or a batch of each."""
    first, second = layer.tensors(x, 2)
    graph = network.graph
    rank = first.rank or (second.rank + 1 if second.rank is not None else 3)
    if layer.flag("trans", False):
        first = graph.transpose(first, (*range(rank - 2), rank - 1, rank - 2))
    product = graph.op("MatMul", first, graph.unsqueeze(second, -1))
    return graph.op("Squeeze", product, graph.ints([-1]), shape=None if first.shape is None else first.shape[:-1])


def dot_product(layer: Layer, x: Activity, network: Network) -> Tensor:
    """One number for each pair of vectors of the batch."""
    first, second = layer.tensors(x, 2)
    return network.graph.reduce("ReduceSum", network.graph.binary("Mul", first, second), -1)


def cosine_distance(layer: Layer, x: Activity, network: Network) -> Tensor:
    """The cosine of the angle between the vectors of each pair; squares get 1e-12 added, as in BigDL."""
    first, second = layer.tensors(x, 2)
    graph = network.graph
    dot = graph.reduce("ReduceSum", graph.binary("Mul", first, second), -1)
    squares = [graph.shift(graph.reduce("ReduceSum", graph.binary("Mul", y, y), -1), 1e-12) for y in (first, second)]
    return graph.binary("Div", dot, graph.unary("Sqrt", graph.binary("Mul", *squares)))


def pairwise_distance(layer: Layer, x: Activity, network: Network) -> Tensor:
    first, second = layer.tensors(x, 2)
    graph, norm = network.graph, float(layer.integer("norm", 2, least=1))
    away = power(graph, graph.unary("Abs", graph.binary("Sub", first, second)), norm)
    return power(graph, graph.reduce("ReduceSum", away, -1), 1 / norm)


LINEAR: dict[str, Emit] = {
    "Bilinear": bilinear,
    "Cosine": cosine,
    "CosineDistance": cosine_distance,
    "DotProduct": dot_product,
    "Euclidean": euclidean,
    "Linear": linear,
    "LookupTable": lookup_table,
    "Maxout": maxout,
    "MM": matrix_matrix,
    "MV": matrix_vector,
    "PairwiseDistance": pairwise_distance,
}
