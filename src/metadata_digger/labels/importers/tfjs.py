"""TensorFlow.js graph models as ONNX.

Each TensorFlow operation becomes the ONNX operations of equal meaning (channels-last convolutions between
transpositions); `onnx_passes` then folds constants and takes the transpositions out. Control flow (Switch, Merge,
Enter, TensorList) is not supported: such a graph stops with the name of the operation and of its node.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from metadata_digger.labels.importers import onnx_passes
from metadata_digger.labels.importers.kinds import OPSET
from metadata_digger.labels.importers.tfjs_graph import DTYPES, Array, Graph, Node

TO_NCHW, TO_NHWC = [0, 3, 1, 2], [0, 2, 3, 1]


@dataclass(slots=True)
class Builder:
    """ONNX nodes in the making; tensors are known by name."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, Array] = field(default_factory=dict)
    count: int = 0

    def emit(self, op: str, inputs: Sequence[str], outputs: int = 1, **attributes: Any) -> list[str]:
        self.count += 1
        names = [f"{op}_{self.count}" + (f"_{port}" if outputs > 1 else "") for port in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, name=f"{op}_{self.count}", **attributes))
        return names

    def one(self, op: str, *inputs: str, **attributes: Any) -> str:
        return self.emit(op, inputs, **attributes)[0]

    def constant(self, value: Any, dtype: str = "int64") -> str:
        self.count += 1
        name = f"constant_{self.count}"
        self.constants[name] = np.asarray(value, dtype)
        return name

    def integers(self, tensor: str) -> str:
        """ONNX wants shapes, axes and indices in int64."""
        return self.one("Cast", tensor, to=TensorProto.INT64)

    def value(self, tensor: str) -> Array:
        """What is known now; raises ValueError for a tensor that depends on the input."""
        if tensor not in self.constants:
            raise ValueError(f"{tensor} is not a constant")
        return self.constants[tensor]


Convert = Callable[[Builder, Node, list[str]], list[str]]


def simple(op: str) -> Convert:
    return lambda b, node, inputs: b.emit(op, inputs)


def reduction(op: str) -> Convert:
    def convert(b: Builder, node: Node, inputs: list[str]) -> list[str]:
        axes = b.one("Reshape", b.integers(inputs[1]), b.constant([-1]))
        return b.emit(op, [inputs[0], axes], keepdims=int(node.attributes.get("keep_dims", False)))

    return convert


def spatial(node: Node, what: str) -> list[int]:
    """Height and width of a four-part list such as strides; only channels-last graphs are known."""
    if node.attributes.get("data_format", "NHWC") != "NHWC":
        raise ValueError(f"{node.name}: data format {node.attributes['data_format']}")
    values = node.attributes.get(what) or [1, 1, 1, 1]
    return [int(values[1]), int(values[2])]


def padding(node: Node) -> dict[str, Any]:
    if node.attributes["padding"] == "EXPLICIT":
        edges = node.attributes["explicit_paddings"]
        return {"pads": [edges[2], edges[4], edges[3], edges[5]]}
    return {"auto_pad": {"SAME": "SAME_UPPER", "VALID": "VALID"}[node.attributes["padding"]]}


def convolution(depthwise: bool) -> Convert:
    """Conv2D, DepthwiseConv2dNative and their fused forms (then with a bias and what `fused_ops` lists after it)."""

    def convert(b: Builder, node: Node, inputs: list[str]) -> list[str]:
        kernel = b.value(inputs[1])  # height, width, in, out; depthwise: height, width, in, multiplier
        height, width, channels, _ = kernel.shape
        weight: Array = kernel.transpose(3, 2, 0, 1)
        if depthwise:
            weight = kernel.transpose(2, 3, 0, 1).reshape(-1, 1, height, width)
        result = b.one(
            "Conv",
            b.one("Transpose", inputs[0], perm=TO_NCHW),
            b.constant(weight, "float32"),
            kernel_shape=[height, width],
            strides=spatial(node, "strides"),
            dilations=spatial(node, "dilations"),
            group=channels if depthwise else 1,
            **padding(node),
        )
        return [fused(b, node, b.one("Transpose", result, perm=TO_NHWC), inputs[2:])]

    return convert


def matrix(b: Builder, node: Node, inputs: list[str]) -> list[str]:
    left, right = inputs[:2]
    if node.attributes.get("transpose_a"):
        left = b.one("Transpose", left, perm=[1, 0])
    if node.attributes.get("transpose_b"):
        right = b.one("Transpose", right, perm=[1, 0])
    return [fused(b, node, b.one("MatMul", left, right), inputs[2:])]


def fused(b: Builder, node: Node, result: str, extra: list[str]) -> str:
    for op in node.attributes.get("fused_ops", []):
        if op == "BiasAdd":
            result = b.one("Add", result, extra[0])
        elif op == "LeakyRelu":
            result = b.one("LeakyRelu", result, alpha=float(node.attributes.get("leakyrelu_alpha", 0.2)))
        elif op == "Prelu":
            result = b.one("PRelu", result, extra[1])
        else:
            result = OPERATIONS[op](b, node, [result])[0]
    return result


def pool(op: str) -> Convert:
    def convert(b: Builder, node: Node, inputs: list[str]) -> list[str]:
        result = b.one(
            op,
            b.one("Transpose", inputs[0], perm=TO_NCHW),
            kernel_shape=spatial(node, "ksize"),
            strides=spatial(node, "strides"),
            **padding(node),
        )
        return b.emit("Transpose", [result], perm=TO_NHWC)

    return convert


def pad(b: Builder, node: Node, inputs: list[str]) -> list[str]:
    # TensorFlow: a (before, after) pair for each axis; ONNX: all befores, then all afters.
    edges = b.one("Reshape", b.one("Transpose", b.integers(inputs[1]), perm=[1, 0]), b.constant([-1]))
    return b.emit("Pad", [inputs[0], edges, *inputs[2:3]])


def resize(mode: str) -> Convert:
    def convert(b: Builder, node: Node, inputs: list[str]) -> list[str]:
        if node.attributes.get("half_pixel_centers"):
            coordinates = "half_pixel"
        else:
            coordinates = "align_corners" if node.attributes.get("align_corners") else "asymmetric"
        return b.emit(
            "Resize",
            [inputs[0], "", "", b.integers(inputs[1])],
            axes=[1, 2],
            mode=mode,
            coordinate_transformation_mode=coordinates,
            nearest_mode="round_prefer_floor" if coordinates != "asymmetric" else "floor",
        )

    return convert


def concat(b: Builder, node: Node, inputs: list[str]) -> list[str]:
    return b.emit("Concat", inputs[:-1], axis=int(b.value(inputs[-1])))


def split(b: Builder, node: Node, inputs: list[str]) -> list[str]:
    count = int(node.attributes["num_split"])
    if node.op == "SplitV":
        return b.emit("Split", [inputs[0], b.integers(inputs[1])], count, axis=int(b.value(inputs[2])))
    return b.emit("Split", [inputs[1]], count, axis=int(b.value(inputs[0])), num_outputs=count)


def sparse_to_dense(b: Builder, node: Node, inputs: list[str]) -> list[str]:
    indices, shape, values, default = inputs
    return b.emit("ScatterND", [b.one("Expand", default, b.integers(shape)), b.integers(indices), values])


def strided_slice(b: Builder, node: Node, inputs: list[str]) -> list[str]:
    masks = {key: int(node.attributes.get(f"{key}_mask", 0)) for key in ("begin", "end", "ellipsis", "new_axis")}
    if masks["ellipsis"] or masks["new_axis"]:
        raise ValueError(f"{node.name}: a slice with an ellipsis or a new axis")
    begin, end, step = (b.value(name).astype(np.int64).copy() for name in inputs[1:4])
    shrink = [axis for axis in range(len(begin)) if int(node.attributes.get("shrink_axis_mask", 0)) >> axis & 1]
    lowest, highest = np.iinfo(np.int64).min, np.iinfo(np.int64).max
    for axis in range(len(begin)):
        if masks["begin"] >> axis & 1:
            begin[axis] = 0 if step[axis] > 0 else highest
        if masks["end"] >> axis & 1 or (axis in shrink and begin[axis] == -1):
            end[axis] = highest if step[axis] > 0 else lowest
        elif axis in shrink:
            end[axis] = begin[axis] + 1
    axes = b.constant(range(len(begin)))
    result = b.one("Slice", inputs[0], b.constant(begin), b.constant(end), axes, b.constant(step))
    return [b.one("Squeeze", result, b.constant(shrink)) if shrink else result]


def squeeze(b: Builder, node: Node, inputs: list[str]) -> list[str]:
    axes = node.attributes.get("squeeze_dims") or node.attributes.get("axis")
    return b.emit("Squeeze", [inputs[0], *([b.constant(axes)] if axes else [])])


def stack(b: Builder, node: Node, inputs: list[str]) -> list[str]:
    axis = int(node.attributes.get("axis", 0))
    return b.emit("Concat", [b.one("Unsqueeze", name, b.constant([axis])) for name in inputs], axis=axis)


def batch_normalization(b: Builder, node: Node, inputs: list[str]) -> list[str]:
    first = b.one("Transpose", inputs[0], perm=TO_NCHW)
    epsilon = float(node.attributes.get("epsilon", 1e-4))
    return b.emit("Transpose", [b.one("BatchNormalization", first, *inputs[1:5], epsilon=epsilon)], perm=TO_NHWC)


OPERATIONS: dict[str, Convert] = {
    **{name: simple(name) for name in ("Add", "Sub", "Mul", "Sigmoid", "Relu", "Tanh", "Exp", "Sqrt", "Neg", "Abs")},
    **{name: simple(name) for name in ("Identity", "Softmax", "Reciprocal", "Softplus", "Elu", "Floor", "Ceil", "Erf")},
    "AddV2": simple("Add"),
    "AddN": simple("Sum"),
    "BiasAdd": simple("Add"),
    "RealDiv": simple("Div"),
    "Maximum": simple("Max"),
    "Minimum": simple("Min"),
    "Prelu": simple("PRelu"),
    "BatchMatMulV2": simple("MatMul"),
    "Square": lambda b, node, inputs: b.emit("Mul", [inputs[0], inputs[0]]),
    "Rsqrt": lambda b, node, inputs: b.emit("Reciprocal", [b.one("Sqrt", inputs[0])]),
    "Relu6": lambda b, node, inputs: b.emit("Clip", [inputs[0], b.constant(0, "float32"), b.constant(6, "float32")]),
    "LeakyRelu": lambda b, node, inputs: b.emit("LeakyRelu", inputs, alpha=float(node.attributes.get("alpha", 0.2))),
    "Conv2D": convolution(depthwise=False),
    "_FusedConv2D": convolution(depthwise=False),
    "DepthwiseConv2dNative": convolution(depthwise=True),
    "FusedDepthwiseConv2dNative": convolution(depthwise=True),
    "MatMul": matrix,
    "_FusedMatMul": matrix,
    "MaxPool": pool("MaxPool"),
    "AvgPool": pool("AveragePool"),
    "FusedBatchNormV3": batch_normalization,
    "Pad": pad,
    "PadV2": pad,
    "ResizeBilinear": resize("linear"),
    "ResizeNearestNeighbor": resize("nearest"),
    "ConcatV2": concat,
    "Split": split,
    "SplitV": split,
    "Pack": stack,
    "SparseToDense": sparse_to_dense,
    "StridedSlice": strided_slice,
    "Squeeze": squeeze,
    "ExpandDims": lambda b, node, inputs: b.emit(
        "Unsqueeze", [inputs[0], b.one("Reshape", b.integers(inputs[1]), b.constant([-1]))]
    ),
    "Reshape": lambda b, node, inputs: b.emit("Reshape", [inputs[0], b.integers(inputs[1])]),
    "Transpose": lambda b, node, inputs: b.emit("Transpose", [inputs[0]], perm=b.value(inputs[1]).tolist()),
    "Shape": lambda b, node, inputs: b.emit("Cast", [b.one("Shape", inputs[0])], to=TensorProto.INT32),
    "Cast": lambda b, node, inputs: b.emit(
        "Cast", inputs, to=helper.np_dtype_to_tensor_dtype(np.dtype(DTYPES[node.attributes["DstT"]]))
    ),
    "Mean": reduction("ReduceMean"),
    "Max": reduction("ReduceMax"),
    "Min": reduction("ReduceMin"),
    "Sum": reduction("ReduceSum"),
}


def convert(graph: Graph, outputs: dict[str, str] | None = None) -> onnx.ModelProto:
    """The graph as ONNX, one input for each placeholder, float32.

    `outputs` gives names to the tensors that are wanted ({"scores": "Identity_2"}); without it those of the signature.
    Raises ValueError naming the first operation that has no counterpart here.
    """
    outputs = outputs or graph.outputs
    b = Builder(constants=dict(graph.constants))
    tensors = {name: name for name in [*graph.inputs, *graph.constants]}
    for node in needed(graph, list(outputs.values())):
        if node.op not in OPERATIONS:
            raise ValueError(f"operation {node.op} (node {node.name}) is not supported")
        results = OPERATIONS[node.op](b, node, [tensors[name] for name in node.inputs])
        for port, result in enumerate(results):
            tensors[node.name if port == 0 else f"{node.name}:{port}"] = result
    for name, tensor in outputs.items():
        b.nodes.append(helper.make_node("Identity", [tensors[tensor]], [name], name=name))
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [size if size > 0 else None for size in shape] or None)
        for name, shape in graph.inputs.items()
    ]
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
    constants = [numpy_helper.from_array(value, name) for name, value in b.constants.items()]
    model = helper.make_model(
        helper.make_graph(b.nodes, "converted", inputs, values, constants),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=8,
        producer_name="convert_tfjs",
    )
    return onnx_passes.simplify(model)


def needed(graph: Graph, outputs: list[str]) -> list[Node]:
    wanted = {name.split(":")[0] for name in outputs}
    kept = []
    for node in reversed(graph.nodes):
        if node.name in wanted:
            kept.append(node)
            wanted |= {name.split(":")[0] for name in node.inputs}
    return kept[::-1]
