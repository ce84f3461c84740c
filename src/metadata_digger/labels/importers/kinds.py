"""Which format a model file or folder is of: by its first bytes and what is packed in it, for protocol buffers, which
have no signature, by its name."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

from metadata_digger.errors import ModelError

HEAD = 16  # bytes that tell
OPSET = 18  # of ONNX, that the converters write: the first whose Resize takes axes


@dataclass(frozen=True, slots=True)
class Kind:
    """A format. `module`: what converts it, run apart from this process; `extra`: how to install what that needs."""

    name: str
    module: str = ""
    extra: str = ""


ONNX = Kind("ONNX")
BIGDL = Kind("BigDL")
TFJS = Kind("TensorFlow.js graph model")
KERAS = Kind("Keras", "keras_file", "tensorflow")
SAVED_MODEL = Kind("TensorFlow SavedModel", "saved_model", "tensorflow")
FROZEN = Kind("TensorFlow frozen graph", "frozen_graph", "tensorflow")
TFLITE = Kind("TensorFlow Lite", "tflite", "tensorflow")
TORCH_EXPORT = Kind("PyTorch export", "torch_export", "torch")
TORCHSCRIPT = Kind("TorchScript", "torchscript", "torch")

KINDS = (ONNX, BIGDL, TFJS, KERAS, SAVED_MODEL, FROZEN, TFLITE, TORCH_EXPORT, TORCHSCRIPT)

READABLE = (
    "a model folder, .onnx, a BigDL or Analytics Zoo .model, Keras (.keras, .h5), a TensorFlow SavedModel folder, "
    "frozen graph (.pb) or .tflite, PyTorch (torch.export .pt2, TorchScript .pt), a TensorFlow.js graph model "
    "(model.json)"
)
WEIGHTS_ONLY = (
    "a pickle of PyTorch, which holds weights without their network, or code that would be run by opening it: "
    'export the network with torch.export.save(torch.export.export(model, (example,)), "model.pt2")'
)


def kind_of(path: Path) -> Kind | None:
    """None for a folder that holds no model; raises ModelError for what cannot be read or can never be imported."""
    try:
        if path.is_dir():
            return kind_of_folder(path)
        if path.exists() and not path.is_file():  # opening a FIFO would wait for somebody to write to it
            raise ModelError(f"{path}: not a regular file")
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}") from error
    suffix = path.suffix.lower()
    if head[:8] == b"\x89HDF\r\n\x1a\n":
        return KERAS
    if head[4:8] == b"TFL3":
        return TFLITE
    if head[:4] == b"PK\x03\x04":
        return kind_of_archive(path)
    if head[:1] == b"\x80" and suffix in (".pt", ".pth", ".bin", ".ckpt", ".pkl"):
        raise ModelError(f"{path}: {WEIGHTS_ONLY}")
    if suffix == ".json" or head.lstrip()[:1] == b"{":
        return TFJS
    by_name = {".onnx": ONNX, ".pb": FROZEN}
    return by_name.get(suffix, BIGDL)


def kind_of_folder(path: Path) -> Kind | None:
    if (path / "saved_model.pb").is_file():
        return SAVED_MODEL
    return TFJS if (path / "model.json").is_file() else None


def kind_of_archive(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ModelError(f"{path}: a damaged archive: {error}") from error
    inside = {name.partition("/")[2] for name in names}
    if "config.json" in names and "metadata.json" in names:
        return KERAS
    if "archive_format" in inside or "serialized_exported_program.json" in names:
        return TORCH_EXPORT
    if "constants.pkl" in inside:
        return TORCHSCRIPT
    if "data.pkl" in inside:
        raise ModelError(f"{path}: {WEIGHTS_ONLY}")
    raise ModelError(f"{path}: an archive, but not of a model that can be read: expected {READABLE}")
