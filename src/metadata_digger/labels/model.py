"""A model: the folder or .onnx file it comes from, what it wants to see, what its outputs mean; and a session to run
it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from metadata_digger.errors import ModelError
from metadata_digger.labels.card import Card, read_card
from metadata_digger.labels.onnx_graph import read_signature
from metadata_digger.labels.preprocess import Input, canvas_for, tensor
from metadata_digger.labels.resolve import input_of, output_of

if TYPE_CHECKING:
    from metadata_digger.picture import Picture

Scores = np.ndarray[tuple[int, ...], np.dtype[np.float32]]

UNKNOWN = "Unknown"  # the original's word for an output without a mapping
DEFAULT_THRESHOLD = 0.5
LEAST_RECORDED = np.float32(0.01)  # scores below are noise: with 80 labels they would be most of a row's bytes

# Files of other frameworks, by the suffix people give them.
OTHER_FORMATS = {
    ".model": "BigDL or Analytics Zoo",
    ".bigdl": "BigDL",
    ".keras": "Keras",
    ".h5": "Keras",
    ".hdf5": "Keras",
    ".pb": "TensorFlow",
    ".tflite": "TensorFlow Lite",
    ".pt": "PyTorch",
    ".pth": "PyTorch",
    ".json": "TensorFlow.js",
}


@dataclass(frozen=True, slots=True)
class Model:
    """What is to be known without a session. Picklable."""

    name: str
    path: Path  # the .onnx file
    sha256: str
    input: Input
    output: str
    activation: str = "none"
    labels: Mapping[int, str] = field(default_factory=dict)
    threshold: float = DEFAULT_THRESHOLD
    thresholds: Mapping[int, float] = field(default_factory=dict)  # of single labels, instead of `threshold`

    @property
    def pixels(self) -> int:
        """Long edge of the picture that the model wants to be given."""
        return self.input.pixels

    def labels_of(self, scores: Scores) -> list[str]:
        """Labels by index whose score is strictly greater than its threshold, compared as float32 (the original's
        rule); each output without a label that passes gives one "Unknown"."""
        limits = np.full(len(scores), self.threshold, np.float32)
        for index, limit in self.thresholds.items():
            if index < len(limits):
                limits[index] = limit
        return [self.labels.get(int(index), UNKNOWN) for index in np.flatnonzero(scores > limits)]

    def score_records(self, scores: Scores) -> list[tuple[str, float]]:
        """(label, score) of every output of at least 0.01, best first; equal ones by index."""
        order = np.argsort(-scores, kind="stable")
        return [(self.labels.get(int(i), UNKNOWN), float(scores[i])) for i in order if scores[i] >= LEAST_RECORDED]


class Session:
    """A network ready to run, in one thread: the workers are processes, one a core.

    Raises ModelError when the runtime refuses the file. For the bundled model: 45 ms to start, 50 MB, and
    15 MB more once it has run.
    """

    def __init__(self, model: Model) -> None:
        import onnxruntime  # type: ignore[import-untyped]  # it ships no types
        from onnxruntime.capi import onnxruntime_pybind11_state as states  # type: ignore[import-untyped]

        # The runtime's errors have no root of their own: all of them by name.
        self._errors: tuple[type[Exception], ...] = (
            *(kind for kind in vars(states).values() if isinstance(kind, type) and issubclass(kind, Exception)),
            RuntimeError,
            ValueError,
        )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry("session.inter_op.allow_spinning", "0")
        options.log_severity_level = 3  # errors: they come as exceptions, warnings tell a user nothing
        try:
            self._network = onnxruntime.InferenceSession(str(model.path), options, providers=["CPUExecutionProvider"])
        except self._errors as error:
            raise ModelError(f"{model.path}: ONNX Runtime cannot load it: {error}") from error
        self.model = model
        self._canvas = canvas_for(model.input)

    def scores(self, picture: Picture) -> Scores:
        """One score an output, (outputs,), float32; raises ModelError when the network cannot take its input."""
        scores: Scores = self.run(tensor(picture.image, self.model.input, self._canvas))[0]
        return scores

    def run(self, batch: np.ndarray[tuple[int, ...], np.dtype[Any]]) -> Scores:
        """(N, outputs) scores of N prepared pictures, in the layout of the model's input."""
        model = self.model
        try:
            (values,) = self._network.run([model.output], {model.input.name: batch})
        except self._errors as error:
            raise ModelError(f"{model.path}: ONNX Runtime cannot run it: {error}") from error
        return activated(np.asarray(values, np.float32).reshape(len(batch), -1), model.activation)


def activated(values: Scores, activation: str) -> Scores:
    """Logits (N, outputs) as scores."""
    if activation == "sigmoid":
        return np.asarray(0.5 * (1 + np.tanh(0.5 * values)), np.float32)  # no overflow, unlike 1 / (1 + exp(-x))
    if activation == "softmax":
        powers = np.exp(values - values.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
    return values


def located(path: Path) -> tuple[Path, Path | None, Card]:
    """The .onnx file, the card's file if there is one, and what it says."""
    suffix = path.suffix.lower()
    if path.is_dir():
        if not (path / "model.toml").is_file():
            raise ModelError(f"{path}: no model folder: it has no model.toml")
        card = read_card(path / "model.toml")
        return path / card.top.get("file", "model.onnx"), path / "model.toml", card
    if not path.exists():
        raise ModelError(f"{path}: no such model")
    if suffix == ".onnx":
        beside = path.with_suffix(".toml")
        return (path, beside, read_card(beside)) if beside.is_file() else (path, None, Card())
    if suffix in OTHER_FORMATS:
        kind = OTHER_FORMATS[suffix]
        raise ModelError(f"{path}: {kind} models are not built into this version yet; convert it to ONNX")
    raise ModelError(f"{path}: not a model that can be read: expected a model folder or an .onnx file")


def load_model(
    path: str | Path,
    mapping: Mapping[int, str] | None = None,
    threshold: float | None = None,
    *,
    verify: bool = True,
) -> Model:
    """The model of a folder (model.toml and the file it names) or of an .onnx file (FILE.toml beside it is its card).

    `mapping` replaces the model's labels, `threshold` its thresholds, those of single labels too. `verify=False` takes
    the card's sha256 on trust, for a worker whose parent has checked it. Raises ModelError naming the file and every
    fault found.
    """
    path = Path(path)
    file, card_path, card = located(path)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ModelError(f"{file}: {error.strerror or error}") from error
    digest = str(card.top.get("sha256", "")).lower()
    if verify or not digest:
        actual = hashlib.sha256(content).hexdigest()
        if digest and actual != digest:
            raise ModelError(
                f"{file}: its sha256 is {actual}, {card_path} says {digest}: the file is damaged or was exchanged"
            )
        digest = actual
    signature = read_signature(content, str(file))
    faults: list[str] = []
    wanted = input_of(card, signature, faults)
    output = output_of(card, signature, faults)
    labels = dict(mapping) if mapping is not None else dict(enumerate(card.top.get("labels", ())))
    count = output.shape[-1] if output is not None and len(output.shape) == 2 else None
    if mapping is None and labels and count not in (None, len(labels)):
        faults.append(f"labels: {len(labels)} of them, the network has {count} outputs")
    if faults or wanted is None or output is None:
        place = card_path or path.with_suffix(".toml")
        raise ModelError("\n".join(f"{place}: {fault}" for fault in faults))
    own = card.top.get("threshold", DEFAULT_THRESHOLD)
    return Model(
        name=str(card.top.get("name", path.stem if path.suffix else path.name)),
        path=file,
        sha256=digest,
        input=wanted,
        output=output.name,
        activation=card.output.get("activation", "none"),
        labels=labels,
        threshold=float(own if threshold is None else threshold),
        thresholds=dict(card.thresholds) if threshold is None and mapping is None else {},
    )
