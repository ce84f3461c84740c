"""Simplifies an ONNX graph: constants folded, transpositions pushed down until they meet and vanish, biases and zero
padding taken into convolutions, what nobody reads removed. Nothing here changes a result beyond float32 rounding."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import onnx
from onnx import NodeProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from metadata_digger.labels.importers.tfjs_graph import Array

# Results that depend on one element each: a transposition before them can as well come after them.
ELEMENTWISE = {"LeakyRelu", "Relu", "Sigmoid", "Tanh", "Exp", "Clip", "Cast", "Neg", "Abs", "Sqrt", "Reciprocal", "Elu"}
BINARY = {"Add", "Sub", "Mul", "Div", "Max", "Min", "PRelu", "Sum"}


def simplify(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same function in fewer operations; the opset stays. Raises onnx.checker.ValidationError if it came out
    wrong."""
    nodes = list(model.graph.node)
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    outputs = [value.name for value in model.graph.output]
    opset = model.opset_import[0].version
    nodes = fold(nodes, constants, outputs, opset)
    while True:
        before = len(nodes)
        pushed = push_transpositions(nodes, constants)
        nodes = alive(merge_transpositions(nodes, outputs), outputs)
        if not pushed and len(nodes) == before:
            break
    nodes = fold_padding(nodes, constants)
    nodes = name_outputs(alive(fold_bias(nodes, constants), outputs), outputs)
    used = {name for node in nodes for name in node.input}
    initializers = [numpy_helper.from_array(v, n) for n, v in constants.items() if n in used or n in outputs]
    graph = helper.make_graph(nodes, model.graph.name, model.graph.input, model.graph.output, initializers)
    result = helper.make_model(
        graph, opset_imports=model.opset_import, ir_version=model.ir_version, producer_name=model.producer_name
    )
    result = onnx.shape_inference.infer_shapes(result)
    del result.graph.value_info[:]
    onnx.checker.check_model(result)
    return result


def attributes(node: NodeProto) -> dict[str, Any]:
    return {item.name: helper.get_attribute_value(item) for item in node.attribute}


def fold(nodes: list[NodeProto], constants: dict[str, Array], outputs: list[str], opset: int) -> list[NodeProto]:
    """Operations whose inputs are all known are carried out now; Identity goes."""
    kept: list[NodeProto] = []
    renamed: dict[str, str] = {}
    for node in nodes:
        for index, name in enumerate(node.input):
            node.input[index] = renamed.get(name, name)
        if node.op_type == "Identity" and node.output[0] not in outputs:
            renamed[node.output[0]] = node.input[0]
        elif all(name in constants for name in node.input if name) and not set(node.output) & set(outputs):
            types = [helper.make_tensor_value_info(n, 0, None) for n in node.output]
            inputs = [helper.make_tensor_value_info(n, 1, None) for n in dict.fromkeys(node.input) if n]
            single = helper.make_graph([node], "fold", inputs, types)
            run = ReferenceEvaluator(helper.make_model(single, opset_imports=[helper.make_opsetid("", opset)]))
            values = run.run(None, {name: constants[name] for name in node.input if name})
            constants.update(zip(node.output, map(np.asarray, values), strict=True))
        else:
            kept.append(node)
    return kept


def push_transpositions(nodes: list[NodeProto], constants: dict[str, Array]) -> bool:
    """op(Transpose(x)) -> Transpose(op(x)), in place, wherever that can be done; True if anything moved."""
    perms = {n.output[0]: (list(attributes(n)["perm"]), n.input[0]) for n in nodes if n.op_type == "Transpose"}
    moved = False
    for index in range(len(nodes) - 1, -1, -1):
        node = nodes[index]
        turned = [perms[name][0] for name in node.input if name in perms]
        if not turned or any(perm != turned[0] for perm in turned):
            continue
        perm = turned[0]
        changed = transposed(node, perm, set(perms), constants)
        if changed is None:
            continue
        inputs = [perms[name][1] if name in perms else name for name in changed.input]
        del changed.input[:]
        changed.input.extend(inputs)
        names = [f"{name}/before" for name in node.output]
        del changed.output[:]
        changed.output.extend(names)
        after = [
            helper.make_node("Transpose", [name], [old], name=f"{old}/perm", perm=perm)
            for name, old in zip(names, node.output, strict=True)
        ]
        nodes[index : index + 1] = [changed, *after]
        moved = True
    return moved


def transposed(node: NodeProto, perm: list[int], turned: set[str], constants: dict[str, Array]) -> NodeProto | None:
    """The node as it must be to work on inputs before the transposition `perm`; None when it cannot."""
    copy = NodeProto()
    copy.CopyFrom(node)
    given = attributes(node)
    rank = len(perm)
    inverse = [perm.index(axis) for axis in range(rank)]
    if node.op_type in ELEMENTWISE:
        return copy
    if node.op_type in BINARY:
        for index, name in enumerate(node.input):
            if name in turned:
                continue
            if name not in constants:
                return None
            value = constants[name]
            value = value.reshape((1,) * (rank - value.ndim) + value.shape).transpose(inverse)
            copy.input[index] = f"{node.name}/{index}"
            constants[copy.input[index]] = value
        return copy
    if node.op_type in ("Concat", "Split"):
        if node.op_type == "Concat" and any(name not in turned for name in node.input):
            return None
        set_attribute(copy, "axis", perm[given["axis"]])
        return copy
    if node.op_type == "Resize" and "axes" in given:
        set_attribute(copy, "axes", [perm[axis] for axis in given["axes"]])
        return copy
    if node.op_type == "Pad" and node.input[1] in constants and len(node.input) < 4:
        edges = constants[node.input[1]].reshape(2, rank)
        copy.input[1] = f"{node.name}/edges"
        constants[copy.input[1]] = edges[:, inverse].reshape(-1)
        return copy
    return None


def set_attribute(node: NodeProto, name: str, value: Any) -> None:
    kept = [item for item in node.attribute if item.name != name]
    del node.attribute[:]
    node.attribute.extend([*kept, helper.make_attribute(name, value)])


def merge_transpositions(nodes: list[NodeProto], outputs: list[str]) -> list[NodeProto]:
    """Two in a row become one, one that changes nothing goes."""
    perms: dict[str, tuple[list[int], str]] = {}
    renamed: dict[str, str] = {}
    kept = []
    for node in nodes:
        for index, name in enumerate(node.input):
            node.input[index] = renamed.get(name, name)
        if node.op_type == "Transpose":
            perm, source = list(attributes(node)["perm"]), node.input[0]
            if source in perms:
                first, source = perms[source]
                perm = [first[axis] for axis in perm]
                node.input[0] = source
                set_attribute(node, "perm", perm)
            perms[node.output[0]] = (perm, source)
            if perm == sorted(perm):
                if node.output[0] not in outputs:
                    renamed[node.output[0]] = source
                    continue
                node.CopyFrom(helper.make_node("Identity", [source], list(node.output), name=node.name))
        kept.append(node)
    return kept


def fold_padding(nodes: list[NodeProto], constants: dict[str, Array]) -> list[NodeProto]:
    """Pad with zeros and then Conv, or with the lowest number and then MaxPool: those can do it; padding by nothing
    goes."""
    pads = {}  # padded tensor -> tensor before, (2, axes) edges, the operation that can take them over
    for node in nodes:
        if node.op_type == "Pad" and node.input[1] in constants:
            fill = constants.get(node.input[2]) if len(node.input) > 2 else np.zeros(1)
            edges = constants[node.input[1]].reshape(2, -1)
            if not edges.any():
                pads[node.output[0]] = (node.input[0], edges, "")
            elif edges.shape[1] == 4 and not edges[:, :2].any() and fill is not None:
                taker = "Conv" if not fill.any() else "MaxPool" if fill.item() <= np.finfo(np.float32).min else "none"
                pads[node.output[0]] = (node.input[0], edges, taker)
    for node in nodes:
        for index, name in enumerate(node.input):
            source, edges, taker = pads.get(name, ("", np.zeros((2, 0)), "none"))
            if taker == "":
                node.input[index] = source
            elif taker == node.op_type and index == 0:
                given = attributes(node)
                own = np.asarray(given.get("pads", [0, 0, 0, 0]))
                if given.get("auto_pad", b"NOTSET") in (b"NOTSET", b"VALID"):
                    set_attribute(node, "auto_pad", "NOTSET")
                    set_attribute(node, "pads", (own + edges[:, 2:].reshape(-1)).tolist())
                    node.input[0] = source
    return nodes


def fold_bias(nodes: list[NodeProto], constants: dict[str, Array]) -> list[NodeProto]:
    """Conv and then Add of one number a channel: the convolution's bias."""
    readers = Counter(name for node in nodes for name in node.input)
    makers = {node.output[0]: node for node in nodes if node.op_type == "Conv" and len(node.input) == 2}
    kept = []
    for node in nodes:
        if node.op_type == "Add":
            conv = next((makers[name] for name in node.input if name in makers and readers[name] == 1), None)
            bias = next((constants[name] for name in node.input if name in constants), None)
            if conv is not None and bias is not None:
                channels = len(constants[conv.input[1]])
                if bias.size == channels and (1, *bias.shape)[-3:] == (channels, 1, 1):
                    constants[f"{conv.name}/bias"] = bias.reshape(-1)
                    conv.input.append(f"{conv.name}/bias")
                    conv.output[0] = node.output[0]
                    continue
        kept.append(node)
    return kept


def name_outputs(nodes: list[NodeProto], outputs: list[str]) -> list[NodeProto]:
    """An output that is a copy of another tensor becomes that tensor: the copying would cost time."""
    made = {name for node in nodes for name in node.output}
    for copy in [n for n in nodes if n.op_type == "Identity" and n.output[0] in outputs]:
        old, new = copy.input[0], copy.output[0]
        if old not in made or old in outputs:
            continue
        nodes = [node for node in nodes if node is not copy]
        for node in nodes:
            for names in (node.input, node.output):
                for index, name in enumerate(names):
                    names[index] = new if name == old else name
    return nodes


def alive(nodes: list[NodeProto], outputs: list[str]) -> list[NodeProto]:
    wanted = set(outputs)
    kept = []
    for node in reversed(nodes):
        if wanted & set(node.output):
            kept.append(node)
            wanted |= set(node.input)
    return kept[::-1]


def store_half(model: onnx.ModelProto, smallest: int = 64) -> onnx.ModelProto:
    """Weights that float16 holds without loss are kept so and widened by a Cast, which runtimes carry out at load."""
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < smallest:
            continue
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        if np.array_equal(half.astype(np.float32), values):
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(half, f"{name}/half"))
            casts.append(helper.make_node("Cast", [f"{name}/half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model
