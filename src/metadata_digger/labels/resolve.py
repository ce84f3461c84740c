"""Input and output of a network: what the card says, and for the rest what the graph does."""

from __future__ import annotations

from typing import Any

from metadata_digger.labels.card import Card
from metadata_digger.labels.onnx_graph import Signature, Tensor
from metadata_digger.labels.preprocess import Input

# Metadata that ONNX defines for pictures (MetadataProps.md): channel order, and range of values as mean and scale.
PIXEL_FORMATS = {"Rgb8": "RGB", "Bgr8": "BGR"}
PIXEL_RANGES = {"NominalRange_0_255": (0.0, 1.0), "Normalized_0_1": (0.0, 255.0), "Normalized_1_1": (127.5, 127.5)}


def input_of(card: Card, signature: Signature, faults: list[str]) -> Input | None:
    """What the card says, and for the rest what the graph does; a fault for everything that neither says."""
    given = dict(card.input)
    named = [item for item in signature.inputs if item.name == given.get("name", signature.inputs[0].name)]
    if not named or (len(signature.inputs) > 1 and "name" not in given):
        names = ", ".join(item.name for item in signature.inputs)
        faults.append(f"[input] name: must be one of the network's inputs: {names}")
        return None
    graph = named[0]
    if graph.dtype not in ("uint8", "float32"):
        faults.append(f"the network's input {graph.name} holds {graph.dtype}: only uint8 and float32 can be fed")
        return None
    found = graph_layout(graph)
    for key, value in {**found, "type": graph.dtype}.items():
        if value is not None and given.setdefault(key, value) != value:
            faults.append(f"[input] {key}: {given[key]!r}, the network's input {graph.name} has {value!r}")
    colour = PIXEL_FORMATS.get(signature.metadata.get("Image.BitmapPixelFormat", ""))
    if colour or graph.dtype == "uint8":
        given.setdefault("colour", colour or "RGB")
    span = PIXEL_RANGES.get(signature.metadata.get("Image.NominalPixelRange", ""))
    if span and "mean" not in given and "scale" not in given:
        given["mean"], given["scale"] = [span[0]] * 3, [span[1]] * 3
    examples = {"width": "224", "height": "224", "layout": '"NCHW"', "colour": '"RGB"'}
    if graph.dtype == "float32":
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
    )


def graph_layout(graph: Tensor) -> dict[str, Any]:
    """Layout, width and height as far as the input's shape tells; the axis of 3 is the colours."""
    shape = graph.shape
    if len(shape) != 4:
        return {}
    if shape[1] == 3 and shape[3] != 3:
        return {"layout": "NCHW", "height": shape[2], "width": shape[3]}
    if shape[3] == 3 and shape[1] != 3:
        return {"layout": "NHWC", "height": shape[1], "width": shape[2]}
    return {}


def output_of(card: Card, signature: Signature, faults: list[str]) -> Tensor | None:
    """The output that holds the scores: the one the card names, the only one, or the first of several."""
    name = card.output.get("name", signature.outputs[0].name)
    for output in signature.outputs:
        if output.name == name:
            return output
    names = ", ".join(output.name for output in signature.outputs)
    faults.append(f"[output] name: must be one of the network's outputs: {names}")
    return None
