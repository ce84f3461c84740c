"""Writing an ONNX graph while following a network: values with what is known of their shape, nodes, constants.

ONNX operator set 18 (https://onnx.ai/onnx/operators/). BigDL decides much by the number of dimensions that a tensor has
when it arrives. Where the file tells it, it is decided here; where not, `by_rank` writes the decision into the graph.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from metadata_digger.labels.importers.bigdl_format import MAX_RANK, FormatError

OPSET = 18
IR_VERSION = 8
"""The versions that ONNX Runtime 1.20, the oldest supported, reads without conversion."""

Dims = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Tensor:
    """A value of the graph: its name and its sizes, None where only the run tells; shape None: not even how many."""

    name: str
    shape: Dims | None = None

    @property
    def rank(self) -> int | None:
        return None if self.shape is None else len(self.shape)

    def dim(self, axis: int) -> int | None:
        """The size along an axis (negative: from the end); None where it is not known or not there."""
        if self.shape is None or not -len(self.shape) <= axis < len(self.shape):
            return None
        return self.shape[axis]


@dataclass(frozen=True, slots=True)
class Slices:
    """A table of all slices of a tensor along an axis, whose number only the run tells."""

    tensor: Tensor
    axis: int
    keep: bool  # whether a slice keeps the axis, with size 1

    def pick(self, graph: "Graph", index: int) -> Tensor:
        """One slice; negative indices count from the end."""
        found = graph.pick(self.tensor, self.axis, index)
        return graph.unsqueeze(found, self.axis) if self.keep else found


Activity = Tensor | Slices | tuple["Activity", ...]
"""What flows between layers: a tensor, or a table of such."""

Attribute = int | float | str | Sequence[int] | Sequence[float] | onnx.GraphProto


class Graph:
    """The nodes and constants written so far. Names are given here and are unique in nested graphs too."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: list[onnx.TensorProto] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._count = 0

    def name(self, hint: str) -> str:
        self._count += 1
        return f"{hint}_{self._count}"

    def op(self, kind: str, *inputs: Tensor | str, shape: Dims | None = None, **attributes: Attribute) -> Tensor:
        """One node with one output. An input "" is left out."""
        return self.ops(kind, inputs, [shape], attributes)[0]

    def ops(
        self,
        kind: str,
        inputs: Iterable[Tensor | str],
        shapes: Sequence[Dims | None],
        attributes: Mapping[str, Attribute],
    ) -> list[Tensor]:
        """One node with as many outputs as shapes."""
        names = [each if isinstance(each, str) else each.name for each in inputs]
        outputs = [Tensor(self.name(kind.lower()), shape) for shape in shapes]
        node = helper.make_node(kind, names, [each.name for each in outputs])
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self._nodes.append(node)
        return outputs

    def constant(self, values: NDArray[np.generic], hint: str = "constant") -> Tensor:
        """An initialiser; small ones that are alike are written once."""
        values = np.asarray(values, order="C")  # ascontiguousarray would add a dimension to a number
        key = (values.dtype.str, values.shape, values.tobytes()) if values.size <= 16 else None
        if key is None or key not in self._constants:
            name = self.name(hint)
            self._initializers.append(numpy_helper.from_array(values, name))
            if key is None:
                return Tensor(name, values.shape)
            self._constants[key] = name
        return Tensor(self._constants[key], values.shape)

    def number(self, value: float) -> Tensor:
        """A float32 without dimensions; what is too large for one (Scala's Double.MaxValue) becomes the largest."""
        most = float(np.finfo(np.float32).max)
        return self.constant(np.array(min(max(value, -most), most), np.float32), "number")

    def ints(self, values: Iterable[int]) -> Tensor:
        """A list of int64."""
        return self.constant(np.array(list(values), np.int64), "ints")

    # Operators that nearly every layer needs.

    def unary(self, kind: str, x: Tensor, **attributes: Attribute) -> Tensor:
        return self.op(kind, x, shape=x.shape, **attributes)

    def binary(self, kind: str, a: Tensor, b: Tensor) -> Tensor:
        """An element by element operator with broadcasting."""
        return self.op(kind, a, b, shape=broadcast(a.shape, b.shape))

    def scale(self, x: Tensor, factor: float) -> Tensor:
        return x if factor == 1 else self.op("Mul", x, self.number(factor), shape=x.shape)

    def shift(self, x: Tensor, summand: float) -> Tensor:
        return x if summand == 0 else self.op("Add", x, self.number(summand), shape=x.shape)

    def transpose(self, x: Tensor, order: Sequence[int]) -> Tensor:
        """Axes in a new order; a rank that is not known is taken to be that of the order."""
        shape = tuple(x.dim(axis) for axis in order)
        return self.op("Transpose", x, shape=shape, perm=list(order))

    def reshape(self, x: Tensor, sizes: Sequence[int], *, zero_is_zero: bool = False) -> Tensor:
        """ONNX Reshape: -1 is found from the rest, 0 copies the size at its place."""
        shape: list[int | None] = [n if n > 0 else x.dim(at) if n == 0 else None for at, n in enumerate(sizes)]
        if -1 in sizes and x.shape is not None:
            # The open size follows where all others are known; the batch usually keeps it open.
            at, known, total = list(sizes).index(-1), [], 1
            for index, each in enumerate(shape):
                if index != at:
                    known.append(each)
            for each in x.shape:
                total = -1 if each is None or total < 0 else total * each
            rest = -1 if None in known else prod(each for each in known if each is not None)
            if total > 0 and rest > 0 and total % rest == 0:
                shape[at] = total // rest
        return self.op("Reshape", x, self.ints(sizes), shape=tuple(shape), allowzero=int(zero_is_zero))

    def unsqueeze(self, x: Tensor, axis: int) -> Tensor:
        """A new axis of size 1; negative counts from the end of the result."""
        shape: Dims | None = None
        if x.shape is not None:
            at = axis if axis >= 0 else len(x.shape) + 1 + axis
            shape = (*x.shape[:at], 1, *x.shape[at:])
        return self.op("Unsqueeze", x, self.ints([axis]), shape=shape)

    def squeeze(self, x: Tensor, axis: int) -> Tensor:
        shape: Dims | None = None
        if x.shape is not None:
            at = axis if axis >= 0 else len(x.shape) + axis
            shape = (*x.shape[:at], *x.shape[at + 1 :])
        return self.op("Squeeze", x, self.ints([axis]), shape=shape)

    def slice(self, x: Tensor, axis: int, start: int, end: int, step: int = 1) -> Tensor:
        """ONNX Slice along one axis."""
        shape = x.shape
        if shape is not None:
            size = shape[axis]
            length = None if size is None else len(range(size)[start:end:step])
            if length is None and step == 1 and 0 <= start < end < 1 << 31:
                length = end - start
            at = axis % len(shape)
            shape = (*shape[:at], length, *shape[at + 1 :])
        bounds = [self.ints([each]) for each in (start, end, axis, step)]
        return self.op("Slice", x, *bounds, shape=shape)

    def pick(self, x: Tensor, axis: int, index: int) -> Tensor:
        """One slice along an axis, the axis gone; negative indices count from the end."""
        shape = x.shape
        if shape is not None:
            at = axis % len(shape)
            shape = (*shape[:at], *shape[at + 1 :])
        return self.op("Gather", x, self.constant(np.array(index, np.int64), "index"), shape=shape, axis=axis)

    def reduce(self, kind: str, x: Tensor, axis: int, *, keep: bool = False) -> Tensor:
        """ReduceSum, ReduceMean, ReduceMax, ... along one axis."""
        shape = x.shape
        if shape is not None:
            at = axis % len(shape)
            shape = (*shape[:at], *((1,) if keep else ()), *shape[at + 1 :])
        return self.op(kind, x, self.ints([axis]), shape=shape, keepdims=int(keep))

    def concat(self, parts: Sequence[Tensor], axis: int) -> Tensor:
        first = parts[0].shape
        shape: Dims | None = None
        if first is not None:
            sizes = [each.dim(axis) for each in parts]
            joined = None if None in sizes else sum(each for each in sizes if each is not None)
            at = axis % len(first)
            shape = (*first[:at], joined, *first[at + 1 :])
        return self.op("Concat", *parts, shape=shape, axis=axis)

    def pad(self, x: Tensor, axis: int, before: int, after: int, value: float = 0.0) -> Tensor:
        """Constant padding along one axis; negative cuts off."""
        if before == 0 and after == 0:
            return x
        shape = x.shape
        if shape is not None:
            at, size = axis % len(shape), shape[axis]
            shape = (*shape[:at], None if size is None else size + before + after, *shape[at + 1 :])
        pads = [self.ints([before, after]), self.number(value), self.ints([axis])]
        return self.op("Pad", x, *pads, shape=shape, mode="constant")

    def by_rank(
        self, parts: Sequence[Tensor], ranks: Sequence[int], emit: Callable[[Sequence[Tensor]], Tensor]
    ) -> Tensor:
        """What `emit` writes for the rank of the first part: decided now where it is known, else in the graph (If)."""
        known = parts[0].rank
        if known is not None:
            return emit([each if each.shape is not None else of_rank(each, known) for each in parts])
        rank = self.op("Size", self.op("Shape", parts[0]))
        return self._choose(rank, parts, ranks, emit)

    def _choose(
        self, rank: Tensor, parts: Sequence[Tensor], ranks: Sequence[int], emit: Callable[[Sequence[Tensor]], Tensor]
    ) -> Tensor:
        first = [of_rank(each, ranks[0]) for each in parts]
        if len(ranks) == 1:
            return emit(first)
        here = self.op("Equal", rank, self.constant(np.array(ranks[0], np.int64), "rank"))
        then, a = self._nested(lambda: emit(first))
        other, b = self._nested(lambda: self._choose(rank, parts, ranks[1:], emit))
        shape = a.shape if a.rank is not None and a.rank == b.rank else None
        return self.op("If", here, shape=shape, then_branch=then, else_branch=other)

    def scan(
        self,
        states: Sequence[Tensor],
        x: Tensor,
        emit: Callable[[Sequence[Tensor], Tensor], tuple[Sequence[Tensor], Tensor]],
    ) -> Tensor:
        """Steps along axis 1 of x (batch, time, ...): `emit` gives the next states and the output of one step.

        Returns the outputs of all steps (batch, time, ...).
        """
        before = [Tensor(self.name("state"), each.shape) for each in states]
        step = Tensor(self.name("step"), None if x.shape is None else (x.shape[0], *x.shape[2:]))
        outside, self._nodes = self._nodes, []
        try:
            after, output = emit(before, step)
            results = [self.unary("Identity", each) for each in (*after, output)]
            ports = [_port(each.name, each.shape) for each in (*before, step)]
            # ONNX Runtime wants to know how many dimensions each result has; those of a cell are like its state.
            infos = [_port(each.name, each.shape or states[0].shape) for each in results]
            body = helper.make_graph(self._nodes, self.name("steps"), ports, infos)
        finally:
            self._nodes = outside
        shape = None if output.shape is None else (x.dim(0), x.dim(1), *output.shape[1:])
        shapes = [*(each.shape for each in states), shape]
        attributes: dict[str, Attribute] = {"body": body, "num_scan_inputs": 1}
        attributes |= {"scan_input_axes": [1], "scan_output_axes": [1]}
        return self.ops("Scan", [*states, x], shapes, attributes)[-1]

    def _nested(self, emit: Callable[[], Tensor]) -> tuple[onnx.GraphProto, Tensor]:
        outside, self._nodes = self._nodes, []
        try:
            result = self.unary("Identity", emit())
            info = helper.make_tensor_value_info(result.name, onnx.TensorProto.FLOAT, None)
            return helper.make_graph(self._nodes, self.name("branch"), [], [info]), result
        finally:
            self._nodes = outside

    def model(self, inputs: Sequence[Tensor], outputs: Sequence[tuple[str, Tensor]], origin: str) -> onnx.ModelProto:
        """The finished model. Sizes of inputs that are not known get names, the first one `batch`."""
        results = []
        for name, value in outputs:
            self._nodes.append(helper.make_node("Identity", [value.name], [name]))
            results.append(_port(name, value.shape))
        graph = helper.make_graph(
            self._nodes, "bigdl", [_port(each.name, each.shape) for each in inputs], results, self._initializers
        )
        return helper.make_model(
            graph,
            ir_version=IR_VERSION,
            opset_imports=[helper.make_opsetid("", OPSET)],
            producer_name="metadata-digger",
            doc_string=origin,
        )


def _port(name: str, shape: Dims | None) -> onnx.ValueInfoProto:
    sizes = None if shape is None else port_sizes(name, shape)
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, sizes)


def port_sizes(name: str, shape: Dims) -> list[int | str]:
    """Sizes as ONNX writes them: numbers, and names for those that the run tells."""
    return [n if n is not None else "batch" if at == 0 else f"{name}_{at}" for at, n in enumerate(shape)]


def of_rank(x: Tensor, rank: int) -> Tensor:
    """The same value, known to have that many dimensions. Raises FormatError on an impossible number."""
    if not 0 <= rank <= MAX_RANK:
        raise FormatError(f"a tensor of {rank} dimensions is impossible")
    return replace(x, shape=(None,) * rank)


def broadcast(a: Dims | None, b: Dims | None) -> Dims | None:
    """The shape of an element by element operator."""
    if a is None or b is None:
        return None
    if len(a) < len(b):
        a, b = b, a
    b = (1,) * (len(a) - len(b)) + b
    return tuple(n if m == 1 else m if n in (1, None) else n for n, m in zip(a, b, strict=True))
