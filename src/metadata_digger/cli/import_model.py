"""`import-model`: a model folder of a model in another format."""

from __future__ import annotations

import secrets
import shutil
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from metadata_digger.cli.terminal import printable, write
from metadata_digger.config.values import DIMENSIONS, MAPPING, THRESHOLD, Kind
from metadata_digger.errors import ConfigError, ModelError, OutputError

LINE = "make a model folder of a classifier in another format"
MORE = """\
FILE may be a BigDL or Analytics Zoo model (.model), ONNX, Keras (.keras, .h5), a
TensorFlow SavedModel folder, frozen graph (.pb) or .tflite, PyTorch (torch.export
.pt2, TorchScript .pt), or a TensorFlow.js graph model (model.json). The folder is
what enrichment.classifier.modelPath takes: model.onnx, which has the network's own
input and outputs, and model.toml, which says how pictures are fed to it and what its
outputs mean. A model for Keras, TensorFlow or PyTorch is code for those: import only
what you trust."""

# Mean and scale on values 0 to 255 for the ranges that networks are trained on.
RANGES: dict[str, dict[str, list[float]]] = {
    "bytes": {"scale": [1.0, 1.0, 1.0]},  # 0 to 255
    "unit": {"scale": [255.0, 255.0, 255.0]},
    "signed": {"mean": [127.5, 127.5, 127.5], "scale": [127.5, 127.5, 127.5]},
    # torchvision's normalisation, in the order red, green, blue.
    "imagenet": {"mean": [123.675, 116.28, 103.53], "scale": [58.395, 57.12, 57.375]},
}

T = TypeVar("T")


def add_arguments(command: ArgumentParser) -> None:
    add = command.add_argument
    add("file", metavar="FILE", help="the model: a file, or the folder of a SavedModel")
    add("-o", "--output", metavar="FOLDER", required=True, help="the model folder to write; it must not exist yet")
    add("--overwrite", action="store_true", help="replace FOLDER if it is a model folder")
    add("--weights", metavar="FILE", help="BigDL: the weights, where they are in a file of their own and not beside it")
    add("--name", metavar="NAME", help="name of the model (default: that of the file)")
    add("--mapping", metavar="LIST", help="labels as INDEX:LABEL,INDEX:LABEL,..., as in a configuration")
    add("--labels", metavar="FILE", help="labels in a text file, one a line, in the order of the outputs")
    add("--threshold", metavar="NUMBER", help="a label is given when its score is greater than this (default: 0.5)")
    add("--size", metavar="WIDTHxHEIGHT", help="size of the network's input, where the file does not say")
    add("--colour", choices=("RGB", "BGR"), help="order of the colours that the network wants")
    add("--values", choices=tuple(RANGES), help="what it wants: bytes (0 to 255), unit (0 to 1), signed (-1 to 1)")
    add("--letterbox", action="store_true", help="keep the picture's ratio and fill up with black")
    add("--scores", metavar="NAME", help="the output with the scores, where there are several")
    add("--activation", choices=("none", "sigmoid", "softmax", "exp"), help="what makes scores of the outputs")


def import_model(options: Namespace) -> int:
    """Writes the folder and says what is still to be done; returns 0. Raises ConfigError, ModelError, OutputError."""
    from metadata_digger.labels.importers.converted import convert
    from metadata_digger.labels.importers.folder import labels_of, write_folder
    from metadata_digger.labels.onnx_graph import read_signature

    source, target = Path(options.file), Path(options.output)
    if not source.exists():
        raise ConfigError(f"{source}: there is no such model")
    size = given("--size", DIMENSIONS, options.size)
    mapping = given("--mapping", MAPPING, options.mapping)
    card: dict[str, Any] = {"input": input_of(options, size), "output": {}}
    if options.threshold is not None:
        card["threshold"] = given("--threshold", THRESHOLD, options.threshold)
    if options.labels is not None:
        if mapping is not None:
            raise ConfigError("--mapping and --labels both give the labels: take one of them")
        mapping = dict(enumerate(lines_of(Path(options.labels))))
    for key, value in (("name", options.scores), ("activation", options.activation)):
        if value is not None:
            card["output"][key] = value
    refuse(target, options.overwrite)
    found = convert(source, None if options.weights is None else Path(options.weights), size)
    signature = read_signature(found.content, str(source))
    if mapping is not None:
        card["labels"] = labels_of(mapping, signature, options.scores)
    name = options.name or source.stem
    faults = replacing(target, options.overwrite, lambda place: write_folder(found, place, name, card))
    write(printable(f"{target}: {name}, {found.origin}"))
    for note in found.notes:
        write(printable(f"note: {note}"))
    for fault in faults:
        words = f"metadata-digger: before it can label pictures, complete {target / 'model.toml'}: {fault}"
        write(printable(words), sys.stderr)
    return 0


def given(option: str, kind: Kind, text: str | None) -> Any:
    """An option's value, written as in a configuration file."""
    if text is None:
        return None
    try:
        return kind.parse(text)
    except ValueError as error:
        raise ConfigError(f"{option}: {error}") from error


def input_of(options: Namespace, size: tuple[int, int] | None) -> dict[str, Any]:
    """What the options say of [input] in model.toml."""
    found: dict[str, Any] = {}
    if size is not None:
        found |= {"width": size[0], "height": size[1]}
    if options.colour is not None:
        found["colour"] = options.colour
    if options.values is not None:
        numbers = RANGES[options.values]
        turned = options.values == "imagenet" and options.colour == "BGR"
        found |= {key: value[::-1] if turned else value for key, value in numbers.items()}
    if options.letterbox:
        found["fit"] = "letterbox"
    return found


def lines_of(path: Path) -> list[str]:
    try:
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"--labels: {path}: {getattr(error, 'strerror', None) or error}") from error
    while lines and not lines[-1]:
        lines.pop()
    if not all(lines):
        raise ConfigError(f"--labels: {path}: line {lines.index('') + 1} is empty: one label a line, by index")
    return lines


def refuse(target: Path, overwrite: bool) -> None:
    """Before any work; only a model folder is ever replaced."""
    if not target.exists() and not target.is_symlink():
        return
    if not overwrite:
        raise OutputError(f"{target}: exists already; --overwrite replaces a model folder")
    if not (target / "model.toml").is_file():
        raise OutputError(f"{target}: is not a model folder, so it will not be replaced")


def replacing(target: Path, overwrite: bool, make: Callable[[Path], T]) -> T:
    """What `make` writes takes the old folder's place when it is whole."""
    if not overwrite or not target.exists():
        return make(target)
    fresh, old = (target.with_name(f".{target.name}-{secrets.token_hex(8)}") for _ in range(2))
    result = make(fresh)
    try:
        target.rename(old)
        fresh.rename(target)
    except OSError as error:
        raise ModelError(f"{target}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(old, ignore_errors=True)
        shutil.rmtree(fresh, ignore_errors=True)
    return result
