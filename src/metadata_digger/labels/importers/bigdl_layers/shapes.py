"""Layers that cut, turn and fold tensors. Dimensions in files count from 1. Source: BigDL 0.9.1, `nn`."""

from collections.abc import Sequence
from math import prod

from metadata_digger.labels.importers.bigdl_format import MAX_RANK
from metadata_digger.labels.importers.bigdl_graph import Activity, Graph, Tensor
from metadata_digger.labels.importers.bigdl_layers.elementwise import RANKS
from metadata_digger.labels.importers.bigdl_layers.windows import channels_last
from metadata_digger.labels.importers.bigdl_network import MAX_INT, Emit, Layer, Network

LAST = 1 << 31
"""An end beyond any dimension, for ONNX Slice."""

MAX_SWAPS = 64
"""Pairs of dimensions that change places in one layer."""


def _axis(layer: Layer, dimension: int, rank: int | None = None) -> int:
    """0-based axis of a 1-based dimension; negative ones count from the end in BigDL and ONNX alike."""
    most = MAX_RANK if rank is None else rank
    if dimension == 0 or not -most <= dimension <= most:
        layer.fail(f"dimension {dimension} is impossible" + ("" if rank is None else f" for {rank} dimensions"))
    return dimension - 1 if dimension > 0 else dimension


def sample_axis(layer: Layer, dimension: int, sample: int, rank: int) -> int:
    """The axis of a dimension that is counted within a sample of so many dimensions: one more in a batch."""
    if dimension > 0 and sample > 0 and rank == sample + 1:
        dimension += 1
    return _axis(layer, dimension, rank)


def _batched(layer: Layer, x: Tensor, graph: Graph, sizes: Sequence[int]) -> Tensor:
    """A batch of tensors of these sizes; the batch is what they leave of the elements."""
    return graph.reshape(x, [-1, *sizes])


def reshape(layer: Layer, x: Activity, network: Network) -> Tensor:
    """`batchMode` 0: a batch unless the elements fit exactly (and the first size is not 1); 1: no batch; 2: a batch."""
    sizes = _positive(layer, layer.sizes("size"))
    mode, tensor, graph = layer.integer("batchMode", 0), layer.one(x), network.graph
    if mode == 0 and tensor.shape is not None and None not in tensor.shape:
        count = prod(each or 0 for each in tensor.shape)
        if count == prod(sizes) and tensor.dim(0) != 1:
            mode = 1
    return graph.reshape(tensor, sizes) if mode == 1 else _batched(layer, tensor, graph, sizes)


def _positive(layer: Layer, sizes: Sequence[int]) -> list[int]:
    if not all(1 <= each <= MAX_INT for each in sizes):
        layer.fail(f"its sizes {tuple(sizes)} are impossible")
    return list(sizes)


def view(layer: Layer, x: Activity, network: Network) -> Tensor:
    """A batch of tensors of these sizes; with an open size (-1), no batch is added."""
    sizes, tensor = layer.sizes("sizes"), layer.one(x)
    if -1 in sizes:
        _positive(layer, [each for each in sizes if each != -1])
        if sizes.count(-1) > 1:
            layer.fail(f"its sizes {sizes} have more than one open one")
        return network.graph.reshape(tensor, sizes)
    return _batched(layer, tensor, network.graph, _positive(layer, sizes))


def infer_reshape(layer: Layer, x: Activity, network: Network) -> Tensor:
    """-1 follows from the rest, 0 copies the input's size at that place, not counting the batch that is added."""
    sizes, tensor, graph = list(layer.sizes("size")), layer.one(x), network.graph
    if sizes.count(-1) > 1 or any(not -1 <= each <= MAX_INT for each in sizes):
        layer.fail(f"its sizes {tuple(sizes)} are impossible")
    if not layer.flag("batchMode", False):
        return graph.reshape(tensor, sizes)
    if 0 not in sizes:
        return graph.reshape(tensor, [0, *sizes])
    given = graph.op("Shape", tensor)
    parts = [graph.op("Slice", given, graph.ints([0]), graph.ints([1]))]
    for at, each in enumerate(sizes):
        copied = graph.op("Slice", given, graph.ints([at]), graph.ints([at + 1])) if each == 0 else graph.ints([each])
        parts.append(copied)
    shape = (tensor.dim(0), *(n if n > 0 else tensor.dim(at) if n == 0 else None for at, n in enumerate(sizes)))
    return graph.op("Reshape", tensor, graph.op("Concat", *parts, axis=0), shape=shape)


def squeeze(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Dimensions of size 1 go, one after the other; others stay. All of them where none is named."""
    dims, tensor, graph = layer.integers("dims"), layer.one(x), network.graph
    batch = layer.flag("batchMode", False)
    if dims is None or -MAX_INT - 1 in dims:
        # The batch stays, even one of one picture: BigDL drops that unless batchMode, but no caller wants it.
        if tensor.shape is None or None in tensor.shape[1:]:
            return _without_ones(graph, tensor, 1, LAST)
        for axis in reversed(range(1, len(tensor.shape))):
            if tensor.shape[axis] == 1:
                tensor = graph.squeeze(tensor, axis)
        return tensor
    for each in dims:
        axis = each - 1 + batch  # BigDL adds the batch once more when it reads the file
        _axis(layer, axis + 1, tensor.rank)
        if tensor.dim(axis) is None and (axis == 0 or tensor.rank is None):
            tensor = _without_ones(graph, tensor, axis, axis + 1)
        elif tensor.dim(axis) in (None, 1):
            tensor = graph.squeeze(tensor, axis)
    return tensor


def _without_ones(graph: Graph, x: Tensor, start: int, end: int) -> Tensor:
    """The dimensions of size 1 among those from start to end go; the run tells which those are."""
    sizes = graph.op("Shape", x)
    before, within, behind = (
        graph.op("Slice", sizes, graph.ints([a]), graph.ints([b])) for a, b in ((0, start), (start, end), (end, LAST))
    )
    one = graph.op("Not", graph.op("Equal", within, graph.ints([1])))
    return graph.op("Reshape", x, graph.op("Concat", before, graph.op("Compress", within, one), behind, axis=0))


def unsqueeze(layer: Layer, x: Activity, network: Network) -> Tensor:
    """A dimension of size 1; with `numInputDims`, dimensions before a sample's do not count."""
    position, sample = layer.integer("pos"), layer.integer("numInputDims", -MAX_INT - 1)
    tensor = layer.one(x)
    if position < 1 or (tensor.rank is not None and position > tensor.rank + 1):
        layer.fail(f"its position {position} is impossible")
    return network.graph.unsqueeze(tensor, position - 1 if sample < 0 else position - sample - 2)


def select(layer: Layer, x: Activity, network: Network) -> Tensor:
    tensor, index = layer.one(x), layer.integer("index")
    axis = _axis(layer, layer.integer("dimension"), tensor.rank)
    size = tensor.dim(axis) or MAX_INT
    if index == 0 or not -size <= index <= size:
        layer.fail(f"its index {index} is impossible")
    return network.graph.pick(tensor, axis, index - (index > 0))


def narrow(layer: Layer, x: Activity, network: Network) -> Tensor:
    """`length` elements from `offset`; a negative length leaves so many less one at the end."""
    tensor, offset, length = layer.one(x), layer.integer("offset"), layer.integer("length", 1)
    axis = _axis(layer, layer.integer("dimension"), tensor.rank)
    if offset == 0 or length == 0:
        layer.fail(f"its offset {offset} or length {length} is impossible")
    start = offset - 1 if offset > 0 else offset
    end = start + length if length > 0 else length + 1
    if end == 0 or (start < 0 < length and end >= 0):
        end = LAST
    return network.graph.slice(tensor, axis, start, end)


def transpose(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Pairs of dimensions change places, one pair after the other."""
    pairs, graph = _permutations(layer), network.graph

    def write(parts: Sequence[Tensor]) -> Tensor:
        order = list(range(parts[0].rank or 0))
        for a, b in pairs:
            i, j = _axis(layer, a, len(order)), _axis(layer, b, len(order))
            order[i], order[j] = order[j], order[i]
        return graph.transpose(parts[0], order)

    least = max((abs(each) for pair in pairs for each in pair), default=1)
    return graph.by_rank([layer.one(x)], [each for each in RANKS if each >= least] or [least], write)


def _permutations(layer: Layer) -> list[tuple[int, int]]:
    """Written by the layer's own serialiser: a count and one array of two for each pair."""
    count = layer.integer("size", least=0)
    if count > MAX_SWAPS:
        layer.fail(f"it swaps {count} pairs of dimensions")
    pairs: list[tuple[int, int]] = []
    for at in range(count):
        pair = layer.sizes(f"permutation_{at}")
        if len(pair) != 2:
            layer.fail(f"its attribute permutation_{at} has {len(pair)} numbers instead of 2")
        pairs.append((pair[0], pair[1]))
    return pairs


def padding(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Constants before (negative `pad`) or behind; dimensions count within a sample of `nInputDim`."""
    pad, sample, value = layer.integer("pad"), layer.integer("nInputDim"), layer.number("value", 0.0)
    dimension, graph = layer.integer("dim", least=1), network.graph
    if layer.integer("nIndex", 1) != 1:
        layer.fail("padding in the middle (nIndex) is not supported")
    if abs(pad) > MAX_INT:
        layer.fail(f"its padding {pad} is impossible")

    def write(parts: Sequence[Tensor]) -> Tensor:
        rank = parts[0].rank or 1
        axis = _axis(layer, dimension if rank == sample else dimension + 1, rank)
        return graph.pad(parts[0], axis, max(-pad, 0), max(pad, 0), value)

    known = [each for each in (sample, sample + 1) if 1 <= each <= 8 and each >= dimension + (each != sample)]
    return graph.by_rank([layer.one(x)], known or [dimension + 1], write)


def zero_padding(layer: Layer, x: Activity, network: Network) -> Tensor:
    """`SpatialZeroPadding`: the last two dimensions; negative numbers cut."""
    tensor, graph = layer.one(x), network.graph
    left, right, top, bottom = (layer.integer(each, 0) for each in ("padLeft", "padRight", "padTop", "padBottom"))
    if max(abs(each) for each in (left, right, top, bottom)) > MAX_INT:
        layer.fail("its padding is impossible")
    return graph.pad(graph.pad(tensor, -1, left, right), -2, top, bottom)


def cropping(layer: Layer, x: Activity, network: Network) -> Tensor:
    """`Cropping2D` and `Cropping3D`: so many off at both ends of each direction."""
    names = ("heightCrop", "widthCrop") if layer.kind == "Cropping2D" else ("dim1Crop", "dim2Crop", "dim3Crop")
    tensor, graph = layer.one(x), network.graph
    last = channels_last(layer, "dataFormat" if layer.has("dataFormat") else "format")
    for at, name in enumerate(names):
        pair = layer.sizes(name)
        if len(pair) != 2 or not all(0 <= each <= MAX_INT for each in pair):
            layer.fail(f"its attribute {name} = {pair} is impossible")
        axis = at - len(names) - last
        tensor = graph.slice(tensor, axis, pair[0], -pair[1] if pair[1] else LAST) if any(pair) else tensor
    return tensor


def replicate(layer: Layer, x: Activity, network: Network) -> Tensor:
    """A new dimension along which the tensor is repeated."""
    times, dimension = layer.integer("nFeatures", least=1), layer.integer("dim", 1, least=1)
    tensor, graph = layer.one(x), network.graph
    _axis(layer, dimension)
    sample = layer.integer("nDim", MAX_INT)

    def write(parts: Sequence[Tensor]) -> Tensor:
        rank = parts[0].rank
        axis = dimension - 1 + (rank is not None and rank > sample)
        return _repeat(graph, graph.unsqueeze(parts[0], axis), axis, times)

    if sample >= MAX_INT:
        return write([tensor])
    return graph.by_rank([tensor], [each for each in RANKS if each >= dimension - 1] or [dimension], write)


def _repeat(graph: Graph, x: Tensor, axis: int, times: int) -> Tensor:
    """The whole tensor so many times along an axis."""
    if x.shape is not None:
        shape = (*x.shape[:axis], _times(x.dim(axis), times), *x.shape[axis + 1 :])
        return graph.op("Tile", x, graph.ints(times if at == axis else 1 for at in range(len(x.shape))), shape=shape)
    sizes = graph.op("Shape", x)
    ones = graph.op("Add", graph.op("Mul", sizes, graph.ints([0])), graph.ints([1]))
    before = graph.op("Slice", ones, graph.ints([0]), graph.ints([axis]))
    behind = graph.op("Slice", ones, graph.ints([axis + 1]), graph.ints([LAST]))
    return graph.op("Tile", x, graph.op("Concat", before, graph.ints([times]), behind, axis=0))


def _times(size: int | None, factor: int) -> int | None:
    return None if size is None else size * factor


def tile(layer: Layer, x: Activity, network: Network) -> Tensor:
    """`Tile`: copies along a dimension."""
    tensor = layer.one(x)
    axis = _axis(layer, layer.integer("dim", 1, least=1), tensor.rank)
    return _repeat(network.graph, tensor, axis, layer.integer("copies", 2, least=1))


def expand_size(layer: Layer, x: Activity, network: Network) -> Tensor:
    """`ExpandSize`: dimensions of size 1 repeated to the target; -1 leaves a dimension."""
    sizes, tensor = layer.sizes("targetSizes"), layer.one(x)
    if any(each != -1 and not 1 <= each <= MAX_INT for each in sizes):
        layer.fail(f"its sizes {sizes} are impossible")
    shape = tuple(each if each != -1 else tensor.dim(at) for at, each in enumerate(sizes))
    return network.graph.op("Expand", tensor, network.graph.ints(max(each, 1) for each in sizes), shape=shape)


def reverse(layer: Layer, x: Activity, network: Network) -> Tensor:
    tensor = layer.one(x)
    axis = _axis(layer, layer.integer("dimension", 1, least=1), tensor.rank)
    return network.graph.slice(tensor, axis, -1, -LAST, -1)


def reduction(kind: str) -> Emit:
    """Sum, Mean, Max and Min along a dimension that counts within a sample of `nInputDims`."""

    def emit(layer: Layer, x: Activity, network: Network) -> Tensor:
        dimension = layer.integer("dim" if layer.has("dim") else "dimension", 1)
        sample = layer.integer("numInputDims" if layer.has("numInputDims") else "nInputDims", -1)
        keep = not layer.flag("squeeze", True)
        operator = "ReduceMean" if layer.flag("sizeAverage", False) else kind
        tensor, graph = layer.one(x), network.graph

        def write(parts: Sequence[Tensor]) -> Tensor:
            axis = sample_axis(layer, dimension, sample, parts[0].rank or 0)
            return graph.reduce(operator, parts[0], axis, keep=keep or parts[0].rank == 1)

        if tensor.rank is None and (sample <= 0 or dimension < 0):
            return graph.reduce(operator, tensor, _axis(layer, dimension), keep=keep)
        return graph.by_rank([tensor], (sample, sample + 1), write)

    return emit


def masking(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Steps of (batch, time, features) whose features all equal a value become zero."""
    tensor, graph = layer.one(x), network.graph
    value = graph.number(layer.number("maskValue", 0.0))
    other = graph.op("Cast", graph.op("Not", graph.op("Equal", tensor, value)), to=1, shape=tensor.shape)
    kept = graph.reduce("ReduceMax", other, -1, keep=True)
    return graph.binary("Mul", tensor, kept)


SHAPES: dict[str, Emit] = {
    "Cropping2D": cropping,
    "Cropping3D": cropping,
    "ExpandSize": expand_size,
    "InferReshape": infer_reshape,
    "Masking": masking,
    "Max": reduction("ReduceMax"),
    "Mean": reduction("ReduceMean"),
    "Min": reduction("ReduceMin"),
    "Narrow": narrow,
    "Padding": padding,
    "Replicate": replicate,
    "Reshape": reshape,
    "Reverse": reverse,
    "Select": select,
    "SpatialZeroPadding": zero_padding,
    "Squeeze": squeeze,
    "Sum": reduction("ReduceSum"),
    "Tile": tile,
    "Transpose": transpose,
    "Unsqueeze": unsqueeze,
    "View": view,
}
