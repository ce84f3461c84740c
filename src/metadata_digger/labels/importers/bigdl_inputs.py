"""What a BigDL file tells of the input of its network.

Keras-style modules have their input shape written beside them. In plain BigDL it follows, as far as it goes, from the
first layers that need a certain number of dimensions.
"""

from collections.abc import Callable

from metadata_digger.labels.importers.bigdl_format import Attributes, ModuleRecord, Shape, read_shape
from metadata_digger.labels.importers.bigdl_graph import Dims
from metadata_digger.labels.importers.bigdl_keras import INPUTS, is_wrapper
from metadata_digger.labels.importers.bigdl_network import LayerError

MAX_VISITS = 10_000
"""Modules looked at."""


def _size(attributes: Attributes, name: str) -> int | None:
    value = attributes.scalar(name)
    return int(value) if value is not None and 0 < value < 1 << 31 else None


def _picture(channels: str) -> Callable[[Attributes], Dims]:
    def dims(attributes: Attributes) -> Dims:
        last = attributes.scalar("format") == 1 or attributes.scalar("dataFormat") == 1
        size = _size(attributes, channels) if channels else None
        return (None, None, None, size) if last else (None, size, None, None)

    return dims


def _volume(attributes: Attributes) -> Dims:
    return (None, _size(attributes, "nInputPlane"), None, None, None)


def _sequence(attributes: Attributes) -> Dims:
    return (None, None, _size(attributes, "inputFrameSize"))


def _full(attributes: Attributes) -> Dims:
    values = attributes.numbers("intParams")
    return (None, int(values[0]) if values and 0 < values[0] < 1 << 31 else None, None, None)


DEMANDS: dict[str, Callable[[Attributes], Dims]] = {
    "LocallyConnected1D": _sequence,
    "LocallyConnected2D": _picture("nInputPlane"),
    "SpatialAveragePooling": _picture(""),
    "SpatialBatchNormalization": _picture("nOutput"),
    "SpatialConvolution": _picture("nInputPlane"),
    "SpatialConvolutionMap": _picture(""),
    "SpatialCrossMapLRN": _picture(""),
    "SpatialDilatedConvolution": _picture("nInputPlane"),
    "SpatialFullConvolution": _full,
    "SpatialMaxPooling": _picture(""),
    "SpatialSeparableConvolution": _picture("nInputChannel"),
    "SpatialShareConvolution": _picture("nInputPlane"),
    "SpatialWithinChannelLRN": _picture(""),
    "TemporalConvolution": _sequence,
    "VolumetricAveragePooling": lambda attributes: (None,) * 5,
    "VolumetricConvolution": _volume,
    "VolumetricFullConvolution": _volume,
    "VolumetricMaxPooling": lambda attributes: (None,) * 5,
}
"""Layers whose input has a known number of dimensions, batch first."""

TRANSPARENT = frozenset(
    {
        "Abs",
        "AddConstant",
        "Clamp",
        "Contiguous",
        "Dropout",
        "ELU",
        "Echo",
        "Exp",
        "GaussianDropout",
        "GaussianNoise",
        "GradientReversal",
        "HardTanh",
        "Identity",
        "Input",
        "InputLayer",
        "LeakyReLU",
        "MulConstant",
        "Negative",
        "Normalize",
        "Power",
        "RReLU",
        "ReLU",
        "ReLU6",
        "Sigmoid",
        "SoftPlus",
        "SoftSign",
        "SpatialDropout2D",
        "SpatialZeroPadding",
        "Sqrt",
        "Square",
        "Tanh",
        "Threshold",
    }
)
"""Layers that hand on as many dimensions as they are given; zero padding alone changes their sizes."""

SEQUENCES = frozenset({"Sequential"})
BRANCHES = frozenset({"Concat", "ConcatTable", "DepthConcat"})
GRAPHS = frozenset({"DynamicGraph", "Graph", "StaticGraph"})


def told_shapes(root: ModuleRecord, count: int | None = None) -> list[Dims | None]:
    """The shapes of all inputs, batch first; None for an input of which nothing is known.

    `count` is the number of inputs where the caller knows it. Raises LayerError on an impossible shape.
    """
    written = _written(root)
    if written is not None:
        return written
    names = _graph_inputs(root)
    if len(names) > 1:
        return [_demanded_by_node(root, name, [0]) for name in names]
    if count is not None and count > 1:
        return [None] * count
    return [_demanded(root, [0])]


def _written(root: ModuleRecord) -> list[Dims | None] | None:
    """The shape that Keras-style modules have beside them."""
    if root.input_shape is None:
        return None
    shape = read_shape(root.input_shape)
    parts = shape.parts if shape.multi or shape.parts else (shape,)
    if not any(each.sizes for each in parts):
        return None
    return [_dims(each) for each in parts]


def _dims(shape: Shape) -> Dims | None:
    if not shape.sizes:
        return None
    if len(shape.sizes) > 8 or any(each == 0 or each < -1 or each >= 1 << 31 for each in shape.sizes):
        raise LayerError(f"its input shape {shape.sizes} is impossible")
    return (None, *(each if each > 0 else None for each in shape.sizes[1:]))


def _unwrapped(record: ModuleRecord) -> ModuleRecord:
    while is_wrapper(record) and record.submodules:
        record = record.children()[0]
    return record


def _graph_inputs(root: ModuleRecord) -> tuple[str, ...]:
    record = _unwrapped(root)
    while record.class_name in SEQUENCES and record.submodules:
        record = _unwrapped(record.children()[0])
    return record.attributes.texts("inputNames") if record.class_name in GRAPHS else ()


def _demanded(record: ModuleRecord, visits: list[int]) -> Dims | None:
    """What the first layers of a module need of their input; None where they take anything."""
    visits[0] += 1
    if visits[0] > MAX_VISITS:
        return None
    own = _written(record)
    if own is not None and len(own) == 1 and own[0] is not None:
        return own[0]
    record = _unwrapped(record)
    name = record.class_name
    if name in DEMANDS:
        return DEMANDS[name](record.attributes)
    if name in SEQUENCES:
        padded = False
        for child in record.children():
            found = _demanded(child, visits)
            if found is not None:
                return (None,) * len(found) if padded else found
            inner = _unwrapped(child)
            if inner.class_name not in TRANSPARENT and not _is_transparent_sequence(inner):
                return None
            padded |= inner.class_name == "SpatialZeroPadding"
        return None
    if name in BRANCHES:
        return next((found for child in record.children() if (found := _demanded(child, visits)) is not None), None)
    if name in GRAPHS:
        inputs = record.attributes.texts("inputNames")
        return _demanded_by_node(record, inputs[0], visits) if len(inputs) == 1 else None
    return None


def _is_transparent_sequence(record: ModuleRecord) -> bool:
    return record.class_name in SEQUENCES and all(
        child.class_name in TRANSPARENT or child.class_name in INPUTS for child in record.children()
    )


def _demanded_by_node(record: ModuleRecord, name: str, visits: list[int]) -> Dims | None:
    """What a graph needs of one of its input nodes: of the node itself, or of those that it feeds."""
    record = _unwrapped(record)
    while record.class_name in SEQUENCES and record.submodules:
        record = _unwrapped(record.children()[0])
    children = record.children()
    nodes = {child.name: child for child in children}
    following: dict[str, list[str]] = {}
    for child in children:
        for each in child.previous:
            following.setdefault(each, []).append(child.name)
    waiting, seen = [name], {name}
    while waiting:
        node = nodes.get(waiting.pop(0))
        visits[0] += 1
        if node is None or visits[0] > MAX_VISITS:
            return None
        found = _demanded(node, visits)
        if found is not None:
            return found
        if _unwrapped(node).class_name in TRANSPARENT:
            fresh = [each for each in following.get(node.name, []) if each not in seen]
            seen.update(fresh)
            waiting += fresh
    return None
