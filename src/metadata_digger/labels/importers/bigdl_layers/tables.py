"""Layers on tables of tensors. Source: BigDL 0.9.1, `nn`, checked against its outputs."""

from collections.abc import Sequence

from metadata_digger.labels.importers.bigdl_format import MAX_RANK
from metadata_digger.labels.importers.bigdl_graph import Activity, Slices, Tensor, broadcast, of_rank
from metadata_digger.labels.importers.bigdl_layers.shapes import sample_axis
from metadata_digger.labels.importers.bigdl_network import MAX_INT, Emit, Layer, Network

MAX_PIECES = 4_096
"""Longest table that a tensor is split into."""


def _reduced(x: Slices, network: Network, kind: str) -> Tensor:
    """Over all slices of a tensor at once."""
    return network.graph.reduce(kind, x.tensor, x.axis, keep=x.keep)


def fold(kind: str, whole: str) -> Emit:
    """Add, Mul over all tensors of a table, from the first on."""

    def emit(layer: Layer, x: Activity, network: Network) -> Tensor:
        if isinstance(x, Slices):
            return _reduced(x, network, whole)
        first, *others = layer.tensors(x)
        for each in others:
            first = network.graph.binary(kind, first, each)
        return first

    return emit


def pair(kind: str) -> Emit:
    """Sub, Div: of two tensors."""

    def emit(layer: Layer, x: Activity, network: Network) -> Tensor:
        first, second = layer.tensors(_first(x, 2, network), 2)
        return network.graph.binary(kind, first, second)

    return emit


def _first(x: Activity, count: int, network: Network) -> Activity:
    """The first slices of a tensor, where there are more than the layer takes."""
    return tuple(x.pick(network.graph, at) for at in range(count)) if isinstance(x, Slices) else x


def average(layer: Layer, x: Activity, network: Network) -> Tensor:
    if isinstance(x, Slices):
        return _reduced(x, network, "ReduceMean")
    parts = layer.tensors(x)
    total = parts[0]
    for each in parts[1:]:
        total = network.graph.binary("Add", total, each)
    return network.graph.scale(total, 1 / len(parts))


def extreme(kind: str) -> Emit:
    """Max and Min of all tensors of a table."""

    def emit(layer: Layer, x: Activity, network: Network) -> Tensor:
        if isinstance(x, Slices):
            return _reduced(x, network, f"Reduce{kind}")
        parts = layer.tensors(x)
        shape = parts[0].shape
        for each in parts[1:]:
            shape = broadcast(shape, each.shape)
        return network.graph.op(kind, *parts, shape=shape)

    return emit


def join_table(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Joined along a dimension that counts within a sample of `nInputDims`: one more where a batch arrives."""
    parts, graph = layer.tensors(x), network.graph
    dimension, sample = layer.integer("dimension"), layer.integer("nInputDims", -1)

    def write(items: Sequence[Tensor]) -> Tensor:
        return graph.concat(items, sample_axis(layer, dimension, sample, items[0].rank or 0))

    known = next((each.rank for each in parts if each.rank is not None), None)
    if known is None and (sample <= 0 or dimension < 0):
        if dimension == 0:
            layer.fail("dimension 0 is impossible")
        return graph.concat(parts, dimension - (dimension > 0))
    if known is not None:
        parts = [each if each.rank is not None else of_rank(each, known) for each in parts]
    ranks = [each for each in (sample, sample + 1) if each >= dimension]
    return graph.by_rank(parts, ranks or [dimension], write)


def flatten_table(layer: Layer, x: Activity, network: Network) -> Activity:
    """Tables in tables become one."""
    return x if isinstance(x, Slices) else tuple(_leaves(x))


def _leaves(x: Activity) -> list[Activity]:
    if not isinstance(x, tuple):
        return [x]
    return [leaf for each in x for leaf in _leaves(each)]


def select_table(layer: Layer, x: Activity, network: Network) -> Activity:
    index = layer.integer("index" if layer.has("index") else "dimension")
    if isinstance(x, Slices) and index and abs(index) <= MAX_INT:
        return x.pick(network.graph, index - (index > 0))
    items = layer.table(x)
    at = index - 1 if index > 0 else len(items) + index
    if index == 0 or not 0 <= at < len(items):
        layer.fail(f"it selects element {index} of a table of {len(items)}")
    return items[at]


def narrow_table(layer: Layer, x: Activity, network: Network) -> Activity:
    """`length` elements from `offset`; a negative length leaves so many less one at the end."""
    offset, length = layer.integer("offset", least=1), layer.integer("length", 1)
    if isinstance(x, Slices) and 0 < length <= MAX_PIECES:
        return tuple(x.pick(network.graph, offset - 1 + at) for at in range(length))
    items = layer.table(x)
    count = length if length >= 0 else len(items) - offset + 2 + length
    if count < 1 or offset - 1 + count > len(items):
        layer.fail(f"it takes {count} from element {offset} of a table of {len(items)}")
    return items[offset - 1 : offset - 1 + count]


def split_table(layer: Layer, x: Activity, network: Network) -> Activity:
    """One tensor for each slice along a dimension; where the dimensions are not known, those of a batch."""
    tensor, dimension, sample = layer.one(x), layer.integer("dimension"), layer.integer("nInputDims", -1)
    keep, graph = layer.flag("keepDim", False), network.graph
    rank = tensor.rank if tensor.rank is not None else sample + 1 if 0 < sample < MAX_RANK else MAX_RANK
    slices = Slices(tensor, sample_axis(layer, dimension, sample, rank), keep)
    size = tensor.dim(slices.axis)
    if size is None:
        return slices
    if size > MAX_PIECES:
        layer.fail(f"it splits a dimension of {size} elements")
    return tuple(slices.pick(graph, at) for at in range(size))


def bifurcate_split_table(layer: Layer, x: Activity, network: Network) -> Activity:
    """The two halves along a dimension; the second has the odd one."""
    tensor, axis, graph = layer.one(x), layer.integer("dimension", least=1) - 1, network.graph
    size = tensor.dim(axis)
    if size is None:
        return tuple(graph.ops("Split", [tensor], [None, None], {"axis": axis, "num_outputs": 2}))
    cut = [(0, size // 2), (size // 2, size)]
    return tuple(graph.slice(tensor, axis, start, end) for start, end in cut)


def pack(layer: Layer, x: Activity, network: Network) -> Tensor:
    """The tensors of a table stacked along a new dimension."""
    axis = layer.integer("dimension" if layer.has("dimension") else "dim", least=1) - 1
    return network.graph.concat([network.graph.unsqueeze(each, axis) for each in layer.tensors(x)], axis)


def index(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Slices of the first tensor at the 1-based indices in the second."""
    tensor, indices = layer.tensors(x, 2)
    axis, graph = layer.integer("dimension", least=1) - 1, network.graph
    zero_based = graph.op("Cast", graph.op("Sub", indices, graph.number(1.0)), to=7)
    shape = None
    if tensor.shape is not None and indices.shape is not None:
        shape = (*tensor.shape[:axis], *indices.shape, *tensor.shape[axis + 1 :])
    return graph.op("Gather", tensor, zero_based, shape=shape, axis=axis)


def mixture_table(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Experts, a table or one tensor, weighted by a gate of (batch, experts) or (experts)."""
    gate_activity, experts = layer.table(x, 2)
    gate, graph = layer.one(gate_activity), network.graph
    if isinstance(experts, tuple):
        parts = layer.tensors(experts)
        total: Tensor | None = None
        for at, each in enumerate(parts):
            weight = graph.pick(gate, -1, at)
            for _ in range((each.rank or 2) - (gate.rank or 2) + 1):
                weight = graph.unsqueeze(weight, -1)
            term = graph.binary("Mul", each, weight)
            total = term if total is None else graph.binary("Add", total, term)
        if total is None:
            layer.fail("it has no experts")
        return total
    experts = layer.one(experts)
    given = layer.integer("dim", MAX_INT)
    axis = (1 if gate.rank in (None, 2) else 0) if given >= MAX_INT else given - 1
    if experts.rank is None:
        layer.fail("its experts are one tensor whose number of dimensions the file does not tell")
    weight = gate
    for _ in range(experts.rank - axis - 1):
        weight = graph.unsqueeze(weight, -1)
    return graph.reduce("ReduceSum", graph.binary("Mul", experts, weight), axis)


TABLES: dict[str, Emit] = {
    "BifurcateSplitTable": bifurcate_split_table,
    "CAddTable": fold("Add", "ReduceSum"),
    "CAveTable": average,
    "CDivTable": pair("Div"),
    "CMaxTable": extreme("Max"),
    "CMinTable": extreme("Min"),
    "CMulTable": fold("Mul", "ReduceProd"),
    "CSubTable": pair("Sub"),
    "FlattenTable": flatten_table,
    "InternalCAddTable": fold("Add", "ReduceSum"),
    "InternalCMulTable": fold("Mul", "ReduceProd"),
    "InternalCSubTable": pair("Sub"),
    "Index": index,
    "JoinTable": join_table,
    "MixtureTable": mixture_table,
    "NarrowTable": narrow_table,
    "Pack": pack,
    "SelectTable": select_table,
    "SplitTable": split_table,
}
