"""BigDL and Analytics Zoo model files (`saveModule`, `.model`) as ONNX. See docs/decisions/0005-bigdl.md."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import onnx

from metadata_digger.errors import ModelError
from metadata_digger.labels.importers.bigdl_format import FormatError, ModuleRecord, global_storage, read_module
from metadata_digger.labels.importers.bigdl_graph import Activity, Dims, Slices, Tensor, port_sizes
from metadata_digger.labels.importers.bigdl_inputs import told_shapes
from metadata_digger.labels.importers.bigdl_layers import LAYERS
from metadata_digger.labels.importers.bigdl_network import LayerError, Network
from metadata_digger.labels.importers.bigdl_weights import read_weights

MAX_BYTES = (1 << 31) - 1
"""Protocol buffers, and so ONNX, have no larger messages."""


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output: its name and its sizes, a name where only the run tells; None: not even how many."""

    name: str
    shape: tuple[int | str, ...] | None


@dataclass(frozen=True, slots=True)
class Imported:
    """A network as ONNX: float32 in, float32 out, the batch open; pre-processing is not part of it."""

    model: onnx.ModelProto
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    version: str
    sha256: str  # of the model file, and of the file with its weights behind it
    notes: tuple[str, ...]


def import_bigdl(
    path: Path, weights: Path | None = None, input_shapes: Sequence[Dims | None] | None = None
) -> Imported:
    """Reads a model file and, where its weights are apart, the file with them; beside it `NAME.bin` is found by itself.

    `input_shapes` (batch first, None where open) completes what the file tells, one for each input. Raises ModelError:
    not such a file, cut short, contradicting itself, or with a layer that cannot be imported (named, with its place).
    """
    data = _read(path)
    try:
        return _imported(path, data, weights, input_shapes)
    except (FormatError, LayerError) as error:
        raise ModelError(f"{path}: {error}") from error


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ModelError(f"{path}: larger than 2 GiB, which no BigDL model file is")
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror or error}") from error


def _imported(path: Path, data: bytes, weights: Path | None, known: Sequence[Dims | None] | None) -> Imported:
    try:
        root = read_module(memoryview(data))
    except FormatError as error:
        raise FormatError(f"not a BigDL model file, or cut short: {error}") from error
    if not root.kind:
        raise FormatError("not a BigDL model file: it names no module class")
    if not root.whole:
        raise FormatError("the file is cut short: it ends among the attributes of its outermost module")
    notes: list[str] = []
    beside = path.with_suffix(".bin")
    if weights is None and "global_storage" not in root.attributes and beside.is_file():
        weights = beside
        notes.append(f"weights read from {beside.name}")
    stored = global_storage(root)
    numbers = b""
    if weights is not None:
        numbers = _read(weights)
        try:
            stored.storages.update(read_weights(numbers).storages)
        except FormatError as error:
            raise ModelError(f"{weights}: {error}") from error
    network = Network(stored, LAYERS)
    shapes = _shapes(root, known)
    names = ["input"] if len(shapes) == 1 else [f"input{at}" for at in range(len(shapes))]
    inputs = [Tensor(name, shape) for name, shape in zip(names, shapes, strict=True)]
    result = network.run(root, inputs[0] if len(inputs) == 1 else tuple(inputs))
    found = _leaves(result)
    if not found:
        raise FormatError("the network has no outputs")
    labelled = [("output" if len(found) == 1 else f"output{at}", each) for at, each in enumerate(found)]
    digest = hashlib.sha256(data + numbers).hexdigest()
    model = network.graph.model(inputs, labelled, f"imported from the BigDL model {path.name}, sha256 {digest}")
    return Imported(
        model=model,
        inputs=tuple(_port(each.name, each.shape) for each in inputs),
        outputs=tuple(_port(name, each.shape) for name, each in labelled),
        version=root.version,
        sha256=digest,
        notes=tuple(notes),
    )


def _shapes(root: ModuleRecord, known: Sequence[Dims | None] | None) -> list[Dims | None]:
    """What the file tells of the inputs, completed by what the caller knows."""
    told = told_shapes(root, None if known is None else len(known))
    if known is None:
        return told
    if len(known) != len(told):
        raise LayerError(f"the network takes {len(told)} inputs, {len(known)} shapes are given")
    return [_completed(a, b) for a, b in zip(told, known, strict=True)]


def _completed(told: Dims | None, known: Dims | None) -> Dims | None:
    if told is None or known is None:
        return known if told is None else told
    if len(told) != len(known) or any(
        None not in pair and pair[0] != pair[1] for pair in zip(told, known, strict=True)
    ):
        raise LayerError(f"the network takes an input of shape {told}, {known} is given")
    return tuple(a if a is not None else b for a, b in zip(told, known, strict=True))


def _leaves(x: Activity) -> list[Tensor]:
    if isinstance(x, Slices):
        raise LayerError("the network gives a table of which the file does not tell the length")
    if not isinstance(x, tuple):
        return [x]
    return [leaf for each in x for leaf in _leaves(each)]


def _port(name: str, shape: Dims | None) -> Port:
    return Port(name, None if shape is None else tuple(port_sizes(name, shape)))
