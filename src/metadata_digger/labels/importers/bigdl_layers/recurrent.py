"""Recurrent layers: a cell that runs step after step. Source: BigDL 0.9.1, `nn`: `Recurrent`, `Cell`, `BiRecurrent`.

A cell is kept as the network that it is (attribute `cell`): it takes a table of a step and its state, and gives a table
of the step's output and the next state. What does not depend on the state (`preTopology`) is done before for all.
"""

from collections.abc import Sequence

from metadata_digger.labels.importers.bigdl_format import ModuleRecord
from metadata_digger.labels.importers.bigdl_graph import Activity, Tensor
from metadata_digger.labels.importers.bigdl_network import Emit, Layer, Network

STATES = {"GRU": 1, "LSTM": 2, "LSTMPeephole": 2, "RNN": 1, "RnnCell": 1}
"""Cells and the number of vectors in their state, each of `hiddenSize`, zero at the first step."""


def recurrent(layer: Layer, x: Activity, network: Network) -> Tensor:
    """(batch, time, features) to (batch, time, hidden)."""
    cell, first = _parts(layer)
    count = STATES.get(cell.class_name)
    if count is None:
        layer.fail(f"its cell {cell.class_name!r} is not supported; {', '.join(STATES)} are")
    inner = Layer(cell, network.weights, layer.place)
    size, graph = inner.integer("hiddenSize", least=1), network.graph
    body = inner.child("cell")
    tensor = layer.one(x if first is None else network.run(first, x))
    batch = graph.op("Slice", graph.op("Shape", tensor), graph.ints([0]), graph.ints([1]))
    zeros = graph.op("ConstantOfShape", graph.op("Concat", batch, graph.ints([size]), axis=0), shape=(None, size))

    def step(states: Sequence[Tensor], now: Tensor) -> tuple[Sequence[Tensor], Tensor]:
        state: Activity = states[0] if count == 1 else tuple(states)
        output, following = layer.table(network.run(body, (now, state)), 2)
        return layer.tensors(following, count), layer.one(output)

    return graph.scan([zeros] * count, tensor, step)


def _parts(layer: Layer) -> tuple[ModuleRecord, ModuleRecord | None]:
    """The cell, and what is done before it."""
    attributes, children = layer.record.attributes, layer.record.children()
    cell = attributes.module("topology") or (children[-1] if children else None)
    if cell is None:
        layer.fail("its cell is missing")
    return cell, attributes.module("preTopology") or (children[0] if len(children) > 1 else None)


def bi_recurrent(layer: Layer, x: Activity, network: Network) -> Activity:
    """Forwards and backwards, merged: kept as the network that it is."""
    found = layer.record.attributes.module("birnn")
    if found is None:
        layer.fail("its inner network birnn is missing")
    return network.run(found, x)


RECURRENT: dict[str, Emit] = {
    "BiRecurrent": bi_recurrent,
    "InternalRecurrent": recurrent,
    "Recurrent": recurrent,
}
