"""Any model that can be read, as ONNX with the network's own float32 input and outputs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from metadata_digger.errors import ModelError
from metadata_digger.labels.importers.kinds import BIGDL, ONNX, READABLE, TFJS, Kind, kind_of
from metadata_digger.labels.runtime import runtime

# What the original fed every network (docs/decisions/0007-old-models.md), unless the file says another size.
ORIGINAL_SIZE = 256

# What the reading of a broken or strange file may stumble over: keys that are missing, numbers that make no sense.
STUMBLES = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


@dataclass(frozen=True, slots=True)
class Converted:
    """`content` is the .onnx file, `origin` says where it is from, `input` and `output` what is known beyond what the
    graph says: keys of those sections of model.toml."""

    content: bytes
    kind: Kind
    origin: str
    input: Mapping[str, Any] = field(default_factory=dict)
    output: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def convert(path: Path, weights: Path | None = None, size: tuple[int, int] | None = None) -> Converted:
    """`weights`: the file with the weights of a BigDL model that has them apart; `size`: width and height of the input
    where the file does not say. Raises ModelError."""
    kind = kind_of(path)
    if kind is None:
        raise ModelError(f"{path}: no model in this folder: expected {READABLE}")
    if weights is not None and kind is not BIGDL:
        raise ModelError(f"{weights}: only BigDL models have their weights in a second file, {path} is {kind.name}")
    if kind is BIGDL:
        return bigdl(path, weights, size)
    origin = f"imported from {path.name} ({kind.name}), sha256 {digest(path)}"
    if kind is ONNX:
        return Converted(whole_onnx(path), kind, origin)
    if kind is TFJS:
        return Converted(tensorflow_js(path), kind, origin)
    from metadata_digger.labels.importers.apart import convert_apart

    return Converted(convert_apart(path, kind, size), kind, origin)


def whole_onnx(path: Path) -> bytes:
    """The file, with the weights that it may have beside it (PyTorch writes model.onnx.data)."""
    content = path.read_bytes()
    if b"location" not in content:  # the key under which it names the other file
        return content
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it ships no types
    from onnx.external_data_helper import load_external_data_for_model, uses_external_data

    try:
        model = onnx.load_model_from_string(content)
        if not any(uses_external_data(tensor) for tensor in model.graph.initializer):
            return content
        load_external_data_for_model(model, str(path.parent))
        return bytes(model.SerializeToString(deterministic=True))
    except (DecodeError, onnx.checker.ValidationError, OSError, ValueError) as error:
        raise ModelError(f"{path}: its weights, in a file beside it, cannot be read: {error}") from error


def bigdl(path: Path, weights: Path | None, size: tuple[int, int] | None) -> Converted:
    from metadata_digger.labels.importers.bigdl import import_bigdl

    try:
        found = import_bigdl(path, weights)
    except ModelError as error:
        if path.suffix.lower() in (".model", ".bigdl", ""):
            raise
        raise ModelError(f"{error}; expected {READABLE}") from error
    content = found.model.SerializeToString(deterministic=True)
    origin = f"imported from {path.name} (BigDL {found.version}), sha256 {found.sha256}"
    shapes = [port.shape for port in found.inputs]
    fed = fed_by_the_original(shapes, size)
    stated = all(shape is not None and all(isinstance(side, int) for side in shape[1:]) for shape in shapes)
    if fed and not stated and not runs(content, fed):
        fed = {}  # made for something else than the original's pictures
    # The original took every network's outputs as they are.
    return Converted(content, BIGDL, origin, fed, {"activation": "none"}, found.notes)


def runs(content: bytes, fed: Mapping[str, Any]) -> bool:
    """Whether the network takes what the original would feed it: not every file says what it takes."""
    import numpy as np

    onnxruntime, errors = runtime()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # a failure is an answer here
    options.intra_op_num_threads = 1
    sides = (fed["height"], fed["width"])
    picture = np.zeros((1, 3, *sides) if fed["layout"] == "NCHW" else (1, *sides, 3), np.float32)
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        session.run(None, {session.get_inputs()[0].name: picture})
    except errors:
        return False
    return True


def fed_by_the_original(
    shapes: list[tuple[int | str, ...] | None], size: tuple[int, int] | None = None
) -> dict[str, Any]:
    """[input] for a network that takes one colour picture, empty for any other."""
    width, height = size or (ORIGINAL_SIZE, ORIGINAL_SIZE)
    shape = shapes[0] or ("batch", 3, height, width)
    axes = [axis for axis in (1, 3) if len(shape) == 4 and (shape[axis] == 3 or isinstance(shape[axis], str))]
    if len(shapes) != 1 or not axes:
        return {}
    high, wide = (shape[2], shape[3]) if axes[0] == 1 else (shape[1], shape[2])
    return {
        "width": wide if isinstance(wide, int) else width,
        "height": high if isinstance(high, int) else height,
        "layout": "NCHW" if axes[0] == 1 else "NHWC",
        "colour": "BGR",
        "type": "float32",
        "pictures": "original",
    }


def tensorflow_js(path: Path) -> bytes:
    from metadata_digger.labels.importers import tfjs, tfjs_graph

    path = path / "model.json" if path.is_dir() else path
    try:
        return bytes(tfjs.convert(tfjs_graph.read(path)).SerializeToString(deterministic=True))
    except OSError as error:
        raise ModelError(f"{error.filename or path}: {error.strerror or error}") from error
    except json.JSONDecodeError as error:
        raise ModelError(f"{path}: not JSON: {error}; expected {READABLE}") from error
    except STUMBLES as error:
        raise ModelError(f"{path}: not a TensorFlow.js graph model that can be read: {error}") from error


def digest(path: Path) -> str:
    """sha256 of a file; of a folder, that of the names, sizes and contents of all files in it."""
    try:
        if not path.is_dir():
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        whole = hashlib.sha256()
        for file_path in sorted(each for each in path.rglob("*") if each.is_file()):
            whole.update(f"{file_path.relative_to(path).as_posix()} {digest(file_path)}\n".encode())
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}") from error
    return whole.hexdigest()
