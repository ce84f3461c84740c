"""The base network: any ONNX model, cut at the tensor whose numbers describe a picture.

What comes out is a network for features and, with a head on it, for scores, that takes uint8 pictures (N, height,
width, 3) RGB, whatever the base itself wants to be given.
"""

from __future__ import annotations

import difflib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from metadata_digger.errors import ModelError
from metadata_digger.labels.card import read_card
from metadata_digger.labels.model import Model, Session, load_model
from metadata_digger.labels.preprocess import Input

if TYPE_CHECKING:
    import onnx

FEATURES = "train/features"
SHAPE = "train/shape"
PICTURE = "picture"
NAMES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Base:
    """`network` has one output, FEATURES (N, `width`); `input` is what its pictures look like."""

    name: str
    sha256: str  # of the whole base file
    tensor: str
    input: Input
    network: onnx.ModelProto
    width: int
    licence: str
    licence_file: Path | None


def load_base(path: Path, tensor: str | None) -> Base:
    """The base of a model folder or .onnx file, cut at `tensor` (default: the output that its card names, or the
    first).

    Raises ModelError when the model cannot be used, has no such tensor, or the tensor cannot serve as features.
    """
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it ships no types

    source = load_model(path, scores=False)
    tensor = tensor or source.output
    if source.input.colour not in ("RGB", "BGR") or getattr(source.input, "pictures", "upright") != "upright":
        raise ModelError(f"{source.path}: a network that is fed as {source.input} cannot be a base for training")
    try:
        network = onnx.load(source.path)
    except (DecodeError, OSError, ValueError) as error:
        raise ModelError(f"{source.path}: an ONNX model that cannot be taken apart: {error}") from error
    cut(network.graph, tensor, source.path)
    del network.metadata_props[:]
    network.doc_string = network.graph.doc_string = ""
    take_pictures(network.graph, source.input)
    given = source.input
    wanted = Input(PICTURE, given.width, given.height, fit=given.fit, resample=given.resample, padding=given.padding)
    shape = shape_of(network, source, wanted, tensor)
    width = describe(network.graph, tensor, shape, source)
    card = path / "model.toml" if path.is_dir() else path.with_suffix(".toml")
    licence = str(read_card(card).top.get("licence", "")) if card.is_file() else ""
    licence_file = path / "LICENSE" if (path / "LICENSE").is_file() else None
    return Base(source.name, source.sha256, tensor, wanted, network, width, licence, licence_file)


def cut(graph: onnx.GraphProto, tensor: str, path: Path) -> None:
    """Keeps what `tensor` is computed from; no output is left."""
    made = [name for node in graph.node for name in node.output if name]
    if tensor not in made:
        near = difflib.get_close_matches(tensor, made, NAMES_SHOWN, 0.5)
        hint = f"names like it: {', '.join(near)}" if near else f"its last ones are {', '.join(made[-NAMES_SHOWN:])}"
        raise ModelError(f"{path}: the network computes no tensor {tensor!r}; {hint}")
    wanted = {tensor}
    for index in range(len(graph.node) - 1, -1, -1):
        node = graph.node[index]
        if wanted.isdisjoint(node.output):
            del graph.node[index]
            continue
        wanted.update(names_in(node))
    for values in (graph.initializer, graph.input):
        for index in range(len(values) - 1, -1, -1):
            if values[index].name not in wanted:
                del values[index]
    for field in ("output", "value_info", "quantization_annotation"):
        graph.ClearField(field)


def names_in(node: onnx.NodeProto) -> set[str]:
    """Tensors that an operation reads, those that the branches of If and Loop take from around them too."""
    names = set(node.input)
    for attribute in node.attribute:
        for inner in (attribute.g, *attribute.graphs):
            names |= {name for part in inner.node for name in names_in(part)}
            names |= {output.name for output in inner.output}
    return names


def take_pictures(graph: onnx.GraphProto, wanted: Input) -> None:
    """Puts colour order, mean, scale and layout of the base's input into the graph."""
    from onnx import TensorProto, helper, numpy_helper

    before = next((item for item in graph.input if item.name == wanted.name), None)
    batch = None if before is None else before.type.tensor_type.shape.dim[0]
    count = "N" if batch is None else batch.dim_value or batch.dim_param or "N"
    nodes: list[onnx.NodeProto] = []

    def add(kind: str, constant: np.ndarray[Any, Any] | None = None, **attributes: Any) -> None:
        inputs = [nodes[-1].output[0] if nodes else PICTURE]
        if constant is not None:
            inputs.append(f"train/{kind.lower()}/by")
            graph.initializer.append(numpy_helper.from_array(constant, inputs[-1]))
        nodes.append(helper.make_node(kind, inputs, [f"train/{kind.lower()}"], **attributes))

    if wanted.colour == "BGR":
        add("Gather", np.asarray([2, 1, 0], np.int64), axis=3)
    if wanted.layout == "NCHW":
        add("Transpose", perm=[0, 3, 1, 2])
    if wanted.dtype == "float32":
        axes = (3, 1, 1) if wanted.layout == "NCHW" else (3,)
        add("Cast", to=TensorProto.FLOAT)
        add("Sub", np.asarray(wanted.mean, np.float32).reshape(axes))
        add("Div", np.asarray(wanted.scale, np.float32).reshape(axes))
    if nodes:
        nodes[-1].output[0] = wanted.name
    else:
        rename(graph, wanted.name, PICTURE)
    nodes += graph.node
    del graph.node[:]
    graph.node.extend(nodes)
    others = [item for item in graph.input if item.name not in (wanted.name, PICTURE)]
    del graph.input[:]
    shape = [count, wanted.height, wanted.width, 3]
    graph.input.extend([helper.make_tensor_value_info(PICTURE, TensorProto.UINT8, shape), *others])


def rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    for node in graph.node:
        for index, name in enumerate(node.input):
            node.input[index] = new if name == old else name


def shape_of(network: onnx.ModelProto, source: Model, wanted: Input, tensor: str) -> tuple[int, ...]:
    """Of the tensor, for one picture: found by running it, since graphs need not say."""
    import onnx
    from onnx import TensorProto, helper

    trial = onnx.ModelProto()
    trial.CopyFrom(network)
    trial.graph.node.extend(
        [
            helper.make_node("Shape", [tensor], ["train/sizes"]),
            helper.make_node("Cast", ["train/sizes"], [SHAPE], to=TensorProto.FLOAT),
        ]
    )
    trial.graph.output.append(helper.make_tensor_value_info(SHAPE, TensorProto.FLOAT, None))
    with tempfile.TemporaryDirectory() as folder:
        model = runnable(trial, Path(folder), wanted, SHAPE)
        try:
            sizes = Session(model).run(np.zeros((1, wanted.height, wanted.width, 3), np.uint8))[0]
        except ModelError as error:
            raise ModelError(f"{source.path}: cut at {tensor!r} it cannot be run: {error}") from error
    return tuple(int(size) for size in sizes)


def runnable(network: onnx.ModelProto, folder: Path, wanted: Input, output: str) -> Model:
    """The network as a model that a Session can take, in a file of `folder`."""
    import onnx

    path = folder / "network.onnx"
    try:
        onnx.save(network, path)
    except ValueError as error:  # Protocol Buffers hold 2 GiB
        raise ModelError(f"the base network cannot be written in one file: {error}") from error
    return Model(network.graph.name, path, "", wanted, output)


def describe(graph: onnx.GraphProto, tensor: str, shape: tuple[int, ...], source: Model) -> int:
    """Adds FEATURES (N, width), the graph's only output: maps and tokens are averaged over their positions."""
    from onnx import TensorProto, helper

    if len(shape) == 4 and shape[2] * shape[3] == 1:
        axes: tuple[int, ...] = (2, 3)
    elif len(shape) == 4:
        # Positions are alike in number along both sides of a square picture; else the base's own layout tells.
        planes = shape[2] == shape[3] if (shape[2] == shape[3]) != (shape[1] == shape[2]) else None
        axes = (2, 3) if (source.input.layout == "NCHW" if planes is None else planes) else (1, 2)
    else:
        axes = {2: (), 3: (1,)}.get(len(shape), (0,))
    width = int(np.prod([size for axis, size in enumerate(shape) if axis and axis not in axes]))
    if 0 in axes or shape[0] != 1 or width < 2:
        raise ModelError(
            f"{source.path}: tensor {tensor!r} has the shape {shape} for one picture; features are a row of "
            "numbers, or maps or tokens to be averaged"
        )
    # Operators that mean the same in every operator set since 7, whichever the base is written in.
    nodes = [helper.make_node("Cast", [tensor], ["train/numbers"], to=TensorProto.FLOAT)]
    if axes:
        if axes != (2, 3):
            last = len(shape) - 1
            perm = [0, last, *range(1, last)]
            nodes.append(helper.make_node("Transpose", [nodes[-1].output[0]], ["train/maps"], perm=perm))
        nodes.append(helper.make_node("GlobalAveragePool", [nodes[-1].output[0]], ["train/means"]))
    nodes.append(helper.make_node("Flatten", [nodes[-1].output[0]], [FEATURES], axis=1))
    graph.node.extend(nodes)
    graph.output.append(helper.make_tensor_value_info(FEATURES, TensorProto.FLOAT, ["N", width]))
    return width
