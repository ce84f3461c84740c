"""Input and output of a network: what the card says, and for the rest what the graph does."""

from __future__ import annotations

import math
from typing import Any

from metadata_digger.labels.card import Card
from metadata_digger.labels.onnx_graph import Signature, Tensor
from metadata_digger.labels.preprocess import Input

# Metadata that ONNX defines for pictures (MetadataProps.md): channel order, and range of values as mean and scale.
PIXEL_FORMATS = {"Rgb8": "RGB", "Bgr8": "BGR"}
PIXEL_RANGES = {"NominalRange_0_255": (0.0, 1.0), "Normalized_0_1": (0.0, 255.0), "Normalized_1_1": (127.5, 127.5)}
TYPES = ("uint8", "int32", "int64", "float16", "float32", "float64")  # of inputs that can be fed
# Operations whose result is a weighted sum, and those that leave the values as they are, or average them.
SUMS = frozenset({"Gemm", "MatMul", "Conv", "QGemm", "QLinearMatMul", "QLinearConv", "MatMulInteger"})
RESHAPING = frozenset(
    {"Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Cast", "Transpose", "Dropout", "Slice", "Gather"}
    | {"GlobalAveragePool", "AveragePool", "ReduceMean", "DequantizeLinear"}
)
MOST_STEPS = 20  # from an output back to the layer that made it; a broken file may go round in circles


def input_of(card: Card, signature: Signature, faults: list[str]) -> Input | None:
    """What the card says, and for the rest what the graph does; a fault for everything that neither says."""
    given = dict(card.input)
    named = [item for item in signature.inputs if item.name == given.get("name", signature.inputs[0].name)]
    if not named or (len(signature.inputs) > 1 and "name" not in given):
        names = ", ".join(item.name for item in signature.inputs)
        faults.append(f"[input] name: must be one of the network's inputs: {names}")
        return None
    graph = named[0]
    if graph.dtype not in TYPES:
        faults.append(f"the network's input {graph.name} holds {graph.dtype}: only {', '.join(TYPES)} can be fed")
        return None
    others = [item.name for item in signature.inputs if item is not graph]
    if others:
        faults.append(f"the network wants {', '.join(others)} beside {graph.name}: only pictures can be fed")
        return None
    if graph.shape and len(graph.shape) not in (3, 4):
        faults.append(f"the network's input {graph.name} is no picture: its shape is {shown(graph)}")
        return None
    found = graph_layout(graph)
    for key, value in {**found, "type": graph.dtype}.items():
        if value is not None and given.setdefault(key, value) != value:
            faults.append(f"[input] {key}: {given[key]!r}, the network's input {graph.name} has {value!r}")
    colour = PIXEL_FORMATS.get(signature.metadata.get("Image.BitmapPixelFormat", ""))
    if colour or (graph.dtype == "uint8" and found.get("colour") != "grey"):
        given.setdefault("colour", colour or "RGB")
    if given.get("pictures") == "original":
        as_the_original(given, faults)
    span = PIXEL_RANGES.get(signature.metadata.get("Image.NominalPixelRange", ""))
    if span and "mean" not in given and "scale" not in given:
        given["mean"], given["scale"] = [span[0]] * 3, [span[1]] * 3
    examples = {"width": "224", "height": "224", "layout": '"NCHW"', "colour": '"RGB"'}
    if graph.dtype.startswith("float"):
        examples["scale"] = "[255.0, 255.0, 255.0]"
    missing = [f"{key} = {example}" for key, example in examples.items() if key not in given]
    if missing:
        faults.append(
            "[input] the graph does not say how pictures are to be fed; write the section, for example: "
            + "; ".join(missing)
        )
    if faults:
        return None
    return Input(
        name=graph.name,
        width=given["width"],
        height=given["height"],
        layout=given["layout"],
        colour=given["colour"],
        dtype=given["type"],
        fit=given.get("fit", "stretch"),
        resample=given.get("resample", "bilinear"),
        padding=tuple(given.get("padding", (0, 0, 0))),
        mean=tuple(map(float, given.get("mean", (0, 0, 0)))),
        scale=tuple(map(float, given.get("scale", (1, 1, 1)))),
        pictures=given.get("pictures", "upright"),
        batch=graph.shape[0] if len(graph.shape) == 4 else None if not graph.shape else 0,
    )


def as_the_original(given: dict[str, Any], faults: list[str]) -> None:
    """Nothing but size and layout was open to choice there."""
    fixed = {"colour": "BGR", "type": "float32", "fit": "stretch", "scale": [1.0, 1.0, 1.0]}
    for key, value in fixed.items():
        if given.setdefault(key, value) != value:
            faults.append(f'[input] {key}: {given[key]!r}; with pictures = "original" it is {value!r}')
    faults += [
        f'[input] {key}: without effect with pictures = "original"; leave it out'
        for key in ("resample", "padding", "mean")
        if key in given
    ]


def graph_layout(graph: Tensor) -> dict[str, Any]:
    """Layout, width, height and colour as far as the input's shape tells; the axis of 3 is the colours, or that of 1
    grey."""
    if len(graph.shape) not in (3, 4):
        return {}
    first, middle, last = graph.shape[-3:]
    for channels in (3, 1):
        known = {"colour": "grey"} if channels == 1 else {}
        if first == channels and last != channels:
            return {"layout": "NCHW", "height": middle, "width": last, **known}
        if last == channels and first != channels:
            return {"layout": "NHWC", "height": first, "width": middle, **known}
    return {}


def output_of(card: Card, signature: Signature, faults: list[str]) -> Tensor | None:
    """The output that holds the scores: the one the card names, the only one, or the only one with a number for each
    label."""
    outputs = signature.outputs
    if "name" in card.output:
        fitting = [output for output in outputs if output.name == card.output["name"]]
        if not fitting:
            names = ", ".join(output.name for output in outputs)
            faults.append(f"[output] name: must be one of the network's outputs: {names}")
    else:
        labels = len(card.top.get("labels", ()))
        fitting = [output for output in outputs if labels and count_of(output) == labels]
        fitting = fitting if len(fitting) == 1 else list(outputs)
        if len(fitting) > 1:
            names = ", ".join(f'"{output.name}" ({shown(output)})' for output in outputs)
            faults.append(f"[output] name: the network has several outputs, choose the one with the scores: {names}")
    if len(fitting) != 1:
        return None
    if not fitting[0].dtype.startswith("float"):
        faults.append(f"the network's output {fitting[0].name} holds {fitting[0].dtype}: scores are of a float type")
        return None
    return fitting[0]


def named(card: Card, signature: Signature) -> Tensor | None:
    """The output of a base network: the one that the card names, or the first."""
    return next(
        (output for output in signature.outputs if output.name == card.output.get("name")), signature.outputs[0]
    )


def count_of(output: Tensor) -> int | None:
    """Scores for one picture, None when the shape does not say."""
    sizes = output.shape[1:] if len(output.shape) > 1 else output.shape
    return math.prod(size or 0 for size in sizes) or None if sizes else None


def shown(tensor: Tensor) -> str:
    return " x ".join("N" if size is None else str(size) for size in tensor.shape) or "of no stated shape"


def activation_of(card: Card, output: Tensor, signature: Signature, faults: list[str]) -> str:
    """What makes scores of 0 to 1 of the output: what the card says, nothing where the graph has done it, a fault where
    the output is the plain sum of a last layer. Logits taken for scores give labels that are wrong and look right."""
    if "activation" in card.output:
        return str(card.output["activation"])
    name = output.name
    for _ in range(MOST_STEPS):
        node = signature.nodes.get(name)
        if node is None or not node.inputs:
            break
        if node.operation == "LogSoftmax":
            return "exp"
        sums = [made.operation for made in map(signature.nodes.get, node.inputs) if made is not None]
        if node.operation in SUMS or (node.operation == "Add" and not SUMS.isdisjoint(sums)):
            faults.append(
                f"[output] activation: {output.name} is the plain sum of a last layer ({node.operation}); say what "
                'makes it a score: "softmax" (one label a picture), "sigmoid" (several), or "none" (it is one already)'
            )
            break
        if node.operation not in RESHAPING:
            break
        name = node.inputs[0]
    return "none"
