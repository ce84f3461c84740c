"""TensorFlow frozen graphs (GraphDef, .pb) as ONNX, by tf2onnx. Runs in a process of its own (`apart`)."""

from __future__ import annotations

from pathlib import Path

from metadata_digger.errors import ModelError
from metadata_digger.labels.importers.kinds import OPSET

# Operations that are at the end of a graph without being a result.
NO_RESULT = {"Const", "NoOp", "Assert", "Placeholder", "CheckNumerics"}


def convert(path: Path, size: tuple[int, int] | None) -> bytes:
    """Inputs are the placeholders, outputs what nothing reads."""
    import tensorflow as tf  # type: ignore[import-not-found,import-untyped,unused-ignore]  # of an extra
    import tf2onnx  # type: ignore[import-not-found,import-untyped,unused-ignore]  # of an extra
    from google.protobuf.message import DecodeError  # type: ignore[import-not-found,import-untyped,unused-ignore]  # of an extra

    graph = tf.compat.v1.GraphDef()
    try:
        graph.ParseFromString(path.read_bytes())
    except DecodeError as error:
        raise ModelError("not a frozen graph (GraphDef)") from error
    if any(node.op in ("VariableV2", "VarHandleOp") for node in graph.node):
        raise ModelError("its weights are variables that are not in the file: freeze the graph first")
    read = {name.lstrip("^").split(":")[0] for node in graph.node for name in node.input}
    inputs = [f"{node.name}:0" for node in graph.node if node.op == "Placeholder"]
    outputs = [f"{node.name}:0" for node in graph.node if node.name not in read and node.op not in NO_RESULT]
    if not inputs or not outputs:
        raise ModelError("not a frozen graph with a placeholder for the picture and an output")
    shapes = None
    if size is not None and len(inputs) == 1:
        shapes = {inputs[0]: [None, size[1], size[0], 3]}
    found, _ = tf2onnx.convert.from_graph_def(
        graph, input_names=inputs, output_names=outputs, opset=OPSET, shape_override=shapes
    )
    return bytes(found.SerializeToString(deterministic=True))
