"""Containers: modules that run other modules. Source: BigDL 0.9.1, `nn`, checked against its outputs."""

from collections import deque

from metadata_digger.labels.importers.bigdl_format import MAX_RANK, Attributes, ModuleRecord
from metadata_digger.labels.importers.bigdl_graph import Activity, Dims, Slices
from metadata_digger.labels.importers.bigdl_network import MAX_INT, Emit, Layer, Network

WHOLE = -1
"""Edge of a graph that carries the whole output of the module before; k >= 1 is the k-th element of its table."""


def sequential(layer: Layer, x: Activity, network: Network) -> Activity:
    for child in layer.record.children():
        x = network.run(child, x)
    return x


def concat(layer: Layer, x: Activity, network: Network) -> Activity:
    """All children on the same input, joined along a dimension that counts the batch."""
    parts = layer.tensors(tuple(network.run(child, x) for child in layer.record.children()))
    return network.graph.concat(parts, layer.integer("dimension", least=1) - 1)


def concat_table(layer: Layer, x: Activity, network: Network) -> Activity:
    return tuple(network.run(child, x) for child in layer.record.children())


def parallel_table(layer: Layer, x: Activity, network: Network) -> Activity:
    """The k-th child on the k-th element."""
    children = layer.record.children()
    if isinstance(x, Slices):
        x = tuple(x.pick(network.graph, at) for at in range(len(children)))
    items = layer.table(x)
    if len(items) < len(children):
        layer.fail(f"it is given a table of {len(items)} for {len(children)} modules")
    return tuple(network.run(child, item) for child, item in zip(children, items, strict=False))


def map_table(layer: Layer, x: Activity, network: Network) -> Activity:
    """The same module on every element: the attribute, or the first of its clones."""
    found = layer.record.attributes.module("module")
    if found is None:
        children = layer.record.children()
        if not children:
            layer.fail("its inner module is missing")
        found = children[0]
    return tuple(network.run(found, item) for item in layer.table(x))


def bottle(layer: Layer, x: Activity, network: Network) -> Activity:
    """Leading dimensions folded into one, the inner module, and unfolded again."""
    tensor, graph = layer.one(x), network.graph
    keep = layer.integer("nInputDim", 2, least=1) - 1  # trailing dimensions that the inner module sees as they are
    if keep >= MAX_RANK:
        layer.fail(f"its attribute nInputDim = {keep + 1} is impossible")
    if tensor.rank is not None and tensor.rank <= keep + 1:
        return network.run(layer.child("module"), tensor)
    sizes = graph.op("Shape", tensor)
    lead = graph.op("Slice", sizes, graph.ints([0]), graph.ints([-keep])) if keep else sizes
    inside = [graph.ints([-1])]
    if keep:
        inside.append(graph.op("Slice", sizes, graph.ints([-keep]), graph.ints([1 << 31])))
    folded_shape = (None, *(tensor.dim(axis - keep) for axis in range(keep)))
    folded = graph.op("Reshape", tensor, graph.op("Concat", *inside, axis=0), shape=folded_shape)
    inner = layer.one(network.run(layer.child("module"), folded))
    behind = graph.op("Slice", graph.op("Shape", inner), graph.ints([1]), graph.ints([1 << 31]))
    shape: Dims | None = None
    if tensor.shape is not None and inner.shape is not None:
        shape = (*tensor.shape[: len(tensor.shape) - keep], *inner.shape[1:])
    return graph.op("Reshape", inner, graph.op("Concat", lead, behind, axis=0), shape=shape)


def time_distributed(layer: Layer, x: Activity, network: Network) -> Activity:
    """Batch and time folded into one dimension, the inner module, and unfolded again."""
    tensor, graph = layer.one(x), network.graph
    if layer.flag("maskZero", False):
        layer.fail("masking of zero steps (maskZero) is not supported")
    sizes = graph.op("Shape", tensor)
    behind = graph.op("Slice", sizes, graph.ints([2]), graph.ints([1 << 31]))
    shape = None if tensor.shape is None else (None, *tensor.shape[2:])
    folded = graph.op("Reshape", tensor, graph.op("Concat", graph.ints([-1]), behind, axis=0), shape=shape)
    inner = layer.one(network.run(layer.child("layer"), folded))
    lead = graph.op("Slice", sizes, graph.ints([0]), graph.ints([2]))
    behind = graph.op("Slice", graph.op("Shape", inner), graph.ints([1]), graph.ints([1 << 31]))
    shape = None if inner.shape is None else (tensor.dim(0), tensor.dim(1), *inner.shape[1:])
    return graph.op("Reshape", inner, graph.op("Concat", lead, behind, axis=0), shape=shape)


def graph(layer: Layer, x: Activity, network: Network) -> Activity:
    """`StaticGraph`: modules by name, their inputs in the order of `preModules`."""
    nodes: dict[str, ModuleRecord] = {}
    for child in layer.record.children():
        if child.name in nodes:
            layer.fail(f"two of its modules are called {child.name!r}")
        nodes[child.name] = child
    attributes = layer.record.attributes
    inputs, outputs = attributes.texts("inputNames"), attributes.texts("outputNames")
    for each in (*inputs, *outputs):
        if each not in nodes:
            layer.fail(f"it names {each!r} as an input or output, which is none of its modules")
    if not outputs:
        layer.fail("it has no outputs")
    given: dict[str, Activity] = {inputs[0]: x} if len(inputs) == 1 else {}
    if len(inputs) > 1:
        given = dict(zip(inputs, layer.table(x, len(inputs)), strict=True))
    done: dict[str, Activity] = {}
    for name in _in_order(layer, nodes):
        node = nodes[name]
        incoming: list[Activity] = [given[name]] if name in given else []
        edges = attributes.named(f"{name}_edges")
        incoming += [_edge(layer, done[each], edges.get(each), network) for each in node.previous]
        done[name] = network.run(node, incoming[0] if len(incoming) == 1 else tuple(incoming))
    return done[outputs[0]] if len(outputs) == 1 else tuple(done[each] for each in outputs)


def _in_order(layer: Layer, nodes: dict[str, ModuleRecord]) -> list[str]:
    """Names in an order in which all inputs of a module come before it (Kahn); raises LayerError on a circle."""
    waiting = {name: len(set(node.previous)) for name, node in nodes.items()}
    following: dict[str, list[str]] = {name: [] for name in nodes}
    for name, node in nodes.items():
        for each in set(node.previous):
            if each not in nodes:
                layer.fail(f"its module {name!r} is fed by {each!r}, which is none of its modules")
            following[each].append(name)
    ready = deque(name for name, count in waiting.items() if not count)
    order: list[str] = []
    while ready:
        order.append(ready.popleft())
        for each in following[order[-1]]:
            waiting[each] -= 1
            if not waiting[each]:
                ready.append(each)
    if len(order) < len(nodes):
        layer.fail("its modules feed each other in a circle, which needs a loop; such networks are not supported")
    return order


def _edge(layer: Layer, source: Activity, value: memoryview | None, network: Network) -> Activity:
    """What one edge carries; without a record of it, the whole output."""
    index = WHOLE if value is None else Attributes({"": value}, 0).scalar("")
    if index is None or index == WHOLE:
        return source
    if isinstance(source, Slices) and 1 <= index <= MAX_INT:
        return source.pick(network.graph, int(index) - 1)
    items = layer.table(source)
    if not 1 <= index <= len(items):
        layer.fail(f"an edge takes element {index} of a table of {len(items)}")
    return items[int(index) - 1]


CONTAINERS: dict[str, Emit] = {
    "Bottle": bottle,
    "Concat": concat,
    "ConcatTable": concat_table,
    "DynamicGraph": graph,
    "Graph": graph,
    "MapTable": map_table,
    "ParallelTable": parallel_table,
    "Sequential": sequential,
    "StaticGraph": graph,
    "InternalTimeDistributed": time_distributed,
    "TimeDistributed": time_distributed,
}
