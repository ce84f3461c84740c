"""Following a BigDL network from its outermost module to its layers, writing ONNX on the way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from metadata_digger.errors import ModelError
from metadata_digger.labels.importers.bigdl_format import MAX_RANK, FormatError, ModuleRecord, Weights, read_tensor
from metadata_digger.labels.importers.bigdl_graph import Activity, Graph, Slices, Tensor
from metadata_digger.labels.importers.bigdl_keras import is_wrapper

MAX_LAYERS = 20_000
"""Modules run in one network. The largest real ones have some hundreds; modules applied to each element of tables of
tables could ask for any number."""

MAX_INT = (1 << 31) - 1
"""Scala's Int.MaxValue and Int.MinValue (`-MAX_INT - 1`) stand for "not given" in several layers."""


class LayerError(ModelError):
    """A layer that cannot be imported: its text names the layer, its class and its place. It lacks the file's name."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A module with its weights and its place, as the layer functions see it. All readers raise LayerError."""

    record: ModuleRecord
    weights: Weights
    place: tuple[str, ...]  # names of the containers around it, outermost first

    @property
    def kind(self) -> str:
        """The simple class name."""
        return self.record.class_name

    def fail(self, reason: str) -> NoReturn:
        """Raises LayerError with the layer's name, class and place before the reason."""
        where = f" in {' > '.join(self.place)}" if self.place else ""
        raise LayerError(f"layer {self.record.name!r} ({self.record.kind or 'without a class'}){where}: {reason}")

    def has(self, name: str) -> bool:
        return name in self.record.attributes

    def number(self, name: str, default: float | None = None) -> float:
        value = self.record.attributes.scalar(name)
        if value is None:
            if default is None:
                self.fail(f"its attribute {name} is missing")
            return default
        return float(value)

    def integer(self, name: str, default: int | None = None, *, least: int | None = None) -> int:
        """A whole number; `least` refuses smaller ones."""
        value = self.number(name, default)
        if value != value or abs(value) > 1 << 53 or value != int(value):
            self.fail(f"its attribute {name} = {value:g} is not a whole number")
        if least is not None and value < least:
            self.fail(f"its attribute {name} = {value:g} is impossible")
        return int(value)

    def flag(self, name: str, default: bool | None = None) -> bool:
        return bool(self.number(name, None if default is None else float(default)))

    def text(self, name: str, default: str = "") -> str:
        value = self.record.attributes.text(name)
        return default if value is None else value

    def integers(self, name: str) -> tuple[int, ...] | None:
        """An array of whole numbers; None where it is missing or null."""
        values = self.record.attributes.numbers(name)
        return None if values is None else tuple(int(each) for each in values)

    def sizes(self, name: str) -> tuple[int, ...]:
        """An array of whole numbers that has to be there."""
        values = self.integers(name)
        if values is None:
            self.fail(f"its attribute {name} is missing")
        return values

    def tensor(self, name: str) -> NDArray[np.float32] | None:
        """A tensor kept as attribute; None where it is missing, null or empty."""
        record = self.record.attributes.tensor(name)
        if record is None:
            return None
        values = self.weights.array(record)
        return values if values.size else None

    def parameters(self, least: int = 0) -> list[NDArray[np.float32]]:
        """Its trained tensors in BigDL's order; at least so many."""
        records = [read_tensor(each) for each in self.record.parameters]
        if len(records) < least:
            self.fail(f"it has {len(records)} weight tensors where {least} are needed")
        return [self.weights.array(each) for each in records]

    def shaped(self, values: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Weights in the shape that the attributes ask for."""
        if len(shape) > MAX_RANK or any(each < 0 for each in shape) or values.size != prod(shape):
            self.fail(f"its weights of size {values.shape} do not fit its attributes, which ask for {shape}")
        return values.reshape(shape)

    def child(self, name: str) -> ModuleRecord:
        """A module kept as attribute, or the only sub-module where there is no such attribute."""
        found = self.record.attributes.module(name)
        if found is None:
            children = self.record.children()
            if len(children) != 1:
                self.fail(f"its inner module {name} is missing")
            found = children[0]
        return found

    def one(self, x: Activity) -> Tensor:
        """The input of a layer that takes one tensor."""
        while isinstance(x, tuple):
            if len(x) != 1:
                self.fail(f"it is given a table of {len(x)} tensors where it takes one tensor")
            x = x[0]
        if isinstance(x, Slices):
            self.fail("it is given a table where it takes one tensor")
        return x

    def table(self, x: Activity, length: int | None = None) -> tuple[Activity, ...]:
        """The input of a layer that takes a table."""
        if isinstance(x, Slices):
            self.fail("it is given the slices of a tensor, and the file does not tell how many there are")
        items = x if isinstance(x, tuple) else (x,)
        if not items or (length is not None and len(items) != length):
            self.fail(f"it is given a table of {len(items)} where it takes {length or 'at least one'}")
        return items

    def tensors(self, x: Activity, length: int | None = None) -> list[Tensor]:
        """The input of a layer that takes a table of tensors."""
        return [self.one(each) for each in self.table(x, length)]


class Network:
    """The graph being written, the weights, and how to run a module inside another."""

    def __init__(self, weights: Weights, emitters: "Mapping[str, Emit]") -> None:
        self.graph = Graph()
        self.weights = weights
        self._emitters = emitters
        self._place: list[str] = []
        self._ran = 0

    def run(self, record: ModuleRecord, x: Activity) -> Activity:
        """Writes what the module does with x. Raises LayerError."""
        self._ran += 1
        layer = Layer(record, self.weights, tuple(self._place))
        if self._ran > MAX_LAYERS:
            layer.fail(f"the network has more than {MAX_LAYERS} layers")
        emit = run_wrapped if is_wrapper(record) else self._emitters.get(record.class_name)
        if emit is None:
            layer.fail("the import of BigDL models does not know this kind of layer")
        self._place.append(record.name)
        try:
            return emit(layer, x, self)
        except FormatError as error:
            layer.fail(str(error))
        finally:
            self._place.pop()


Emit = Callable[[Layer, Activity, Network], Activity]
"""What writes one kind of layer: the layer, its input, the network (for the graph and for modules inside)."""


def run_wrapped(layer: Layer, x: Activity, network: Network) -> Activity:
    """A wrapper does what the one module in it does; one without a module (an input) hands its input on."""
    children = layer.record.children()
    return network.run(children[0], x) if children else x
