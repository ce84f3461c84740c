"""A model: the folder or file it comes from, what it wants to see, what its outputs mean; and a session to run it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from metadata_digger.errors import ModelError
from metadata_digger.labels import original
from metadata_digger.labels.boxes import Box, Maps, boxes_of
from metadata_digger.labels.card import Card, read_card
from metadata_digger.labels.device import CPU
from metadata_digger.labels.importers.kinds import ONNX, READABLE, kind_of
from metadata_digger.labels.modes import examined, maps_of, views_of
from metadata_digger.labels.network import Network
from metadata_digger.labels.preprocess import FITS, Array, Input, canvas_for, tensor
from metadata_digger.labels.resolve import activation_of, count_of, input_of, named, output_of
from metadata_digger.labels.views import View, activated, combined, mirror

if TYPE_CHECKING:
    from metadata_digger.picture import Picture

Scores = np.ndarray[tuple[int, ...], np.dtype[np.float32]]

UNKNOWN = "Unknown"  # the original's word for an output without a mapping
DEFAULT_THRESHOLD = 0.5
LEAST_RECORDED = np.float32(0.01)  # scores below are noise: with 80 labels they would be most of a row's bytes


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
    views: tuple[View, ...] = ()  # quality = best: what is weighed instead of `output`
    offsets: tuple[float, ...] = ()  # of the labels, for the views
    boxes: Maps | None = None  # asked for
    outputs: int | None = None  # how many; None: the graph does not say

    @property
    def pixels(self) -> int:
        """Long edge of the picture that the model wants to be given."""
        return max(self.input.pixels, *(view.input.pixels for view in self.views), 0)

    def limits(self, count: int) -> Array:
        """What each of so many outputs must exceed to give its label: float32, as in the original."""
        limits = np.full(count, self.threshold, np.float32)
        for index, limit in self.thresholds.items():
            if index < count:
                limits[index] = limit
        return limits

    def labels_of(self, scores: Scores) -> list[str]:
        """Labels by index whose score is strictly greater than its threshold, compared as float32 (the original's
        rule); each output without a label that passes gives one "Unknown"."""
        given = np.flatnonzero(scores > self.limits(len(scores)))
        return [self.label_of(int(index)) for index in given]

    def score_records(self, scores: Scores) -> list[tuple[str, float]]:
        """(label, score) of every output of at least 0.01, best first; equal ones by index."""
        order = np.argsort(-scores, kind="stable")
        return [(self.label_of(int(i)), float(scores[i])) for i in order if scores[i] >= LEAST_RECORDED]

    def label_of(self, index: int) -> str:
        return self.labels.get(index, UNKNOWN)


class Pictured(Protocol):
    """A file whose bytes and whose picture can be had: pipeline.OpenFile."""

    max_pixels: int

    def content(self) -> bytes: ...
    def picture(self) -> Picture: ...


class Seen(NamedTuple):
    """What is on a file's picture: `scores` (outputs,), `notes` on what was lost in decoding it."""

    scores: Scores
    notes: tuple[str, ...] = ()
    boxes: Sequence[Box] = ()


class Session:
    """A model ready to run, in one thread: the workers are processes, one a core.

    Raises ModelError when the runtime refuses a file or has not got the device. For the bundled model: 45 ms to start,
    50 MB, and 15 MB more once it has run; with `quality = best` 40 MB more.
    """

    def __init__(self, model: Model, device: str = CPU) -> None:
        self.model = model
        self._main = Network(model.path, model.input, device)
        self._networks = {model.path: self._main}
        for view in model.views:
            if view.path not in self._networks:
                self._networks[view.path] = Network(view.path, view.input, device)
        self._canvases = {wanted: canvas_for(wanted) for wanted in (model.input, *(view.input for view in model.views))}

    def look(self, file: Pictured) -> Seen:
        """What is seen on a file's picture, made ready as the model wants it.

        Raises PictureError when it cannot be decoded, ModelError as `scores` does, and what `file` raises.
        """
        wanted = self.model.input
        if wanted.pictures == "original":
            values, notes = original.tensor(file.content(), wanted.width, wanted.height, file.max_pixels)
            return Seen(self._of_original(values if wanted.layout == "NCHW" else values.transpose(0, 2, 3, 1)), notes)
        picture = file.picture()
        if self.model.boxes is None:
            return Seen(self.scores(picture), picture.notes)
        maps = self.model.boxes
        scores, *found = self._outputs(picture, (self.model.output, *maps.outputs))
        if self.model.views:
            scores = self._weighed(self.values(picture))
        limits = self.model.limits(len(scores))
        place = FITS[wanted.fit](picture.image.size, wanted)
        given = [int(index) for index in np.flatnonzero(scores > limits)]
        boxes = boxes_of(found, maps, limits, given, place, (picture.width, picture.height))
        return Seen(scores, picture.notes, boxes)

    def scores(self, picture: Picture) -> Scores:
        """One score an output, (outputs,), float32; raises ModelError when the network cannot take its input."""
        if self.model.views:
            return self._weighed(self.values(picture))
        scores: Scores = self._outputs(picture, (self.model.output,))[0]
        return scores

    def values(self, picture: Picture) -> Array:
        """(views, outputs): what `quality = best` weighs."""
        return np.stack([self._value(view, self._prepared(picture, view.input)) for view in self.model.views])

    def run(self, batch: Array) -> Scores:
        """(N, outputs) scores of N prepared pictures, in the layout of the model's input; of one view alone."""
        values = self._main.run((self.model.output,), batch)[0]
        return activated(values.reshape(len(batch), -1), self.model.activation)

    def _prepared(self, picture: Picture, wanted: Input) -> Array:
        return tensor(picture.image, wanted, self._canvases[wanted])

    def _outputs(self, picture: Picture, names: tuple[str, ...]) -> list[Array]:
        """Of one picture: the scores, and further outputs as they are."""
        scores, *others = self._main.run(names, self._prepared(picture, self.model.input))
        return [activated(scores.reshape(-1), self.model.activation), *(values[0] for values in others)]

    def _value(self, view: View, batch: Array) -> Array:
        """(outputs,) of one view of a prepared picture."""
        network = self._networks[view.path]
        batches = (batch, mirror(batch, view.input.layout)) if view.mirrored else (batch,)
        found = [activated(network.run((view.output,), each)[0].reshape(-1), view.activation) for each in batches]
        return np.asarray(np.mean(found, 0), np.float32) if view.mirrored else found[0]

    def _weighed(self, values: Array) -> Scores:
        return combined(values, self.model.views, self.model.offsets)

    def _of_original(self, batch: Array) -> Scores:
        """Models of the original have no views but that of the mirror image."""
        if not self.model.views:
            scores: Scores = self.run(batch)[0]
            return scores
        return self._weighed(np.stack([self._value(view, batch) for view in self.model.views]))


def located(path: Path) -> tuple[Path, Path | None, Card]:
    """The .onnx file, the card's file if there is one, and what it says. Models of other formats are imported."""
    if not path.exists():
        raise ModelError(f"{path}: no such model")
    if path.is_dir() and (path / "model.toml").is_file():
        card = read_card(path / "model.toml")
        return path / card.top.get("file", "model.onnx"), path / "model.toml", card
    kind = kind_of(path)
    if kind is None:
        raise ModelError(f"{path}: no model folder: it has no model.toml; expected {READABLE}")
    beside = path.with_suffix(".toml")
    own = read_card(beside) if beside.is_file() else None
    if kind is ONNX:
        return path, beside if own else None, own or Card()
    from metadata_digger.labels.importers.cache import imported

    said = own.input if own else {}
    folder = imported(path, (said["width"], said["height"]) if {"width", "height"} <= said.keys() else None)
    card = over(own or Card(), read_card(folder / "model.toml"))
    return folder / "model.onnx", beside if own else None, card


def over(own: Card, made: Card) -> Card:
    """What the user's card says, and for the rest what the import found; the name is that of the file."""
    top = {key: value for key, value in made.top.items() if key != "name"}
    given, output = {**made.input, **own.input}, {**made.output, **own.output}
    return Card({**top, **own.top}, given, output, own.thresholds, own.boxes, own.best)


def load_model(
    path: str | Path,
    mapping: Mapping[int, str] | None = None,
    threshold: float | None = None,
    *,
    quality: str = "fast",
    boxes: bool = False,
    scores: bool = True,
    verify: bool = True,
) -> Model:
    """The model of a folder (model.toml and the file it names) or of an .onnx file (FILE.toml beside it is its card).

    `mapping` replaces the model's labels, `threshold` its thresholds, those of single labels too. `quality`: "fast" or
    "best" (`views.py`). `boxes`: give them, if the model can; `Model.boxes` is None where it cannot. `scores=False`: of
    a base network, whose outputs need mean nothing. `verify=False` takes the card's sha256 on trust, for a worker whose
    parent has checked it. Raises ModelError naming the file and every fault found.
    """
    path = Path(path)
    file, card_path, card = located(path)
    digest, signature = examined(file, card.top.get("sha256", ""), verify)
    faults: list[str] = []
    wanted = input_of(card, signature, faults)
    labels = dict(mapping) if mapping is not None else dict(enumerate(card.top.get("labels", ())))
    output = output_of(card, signature, faults) if scores else named(card, signature)
    activation = activation_of(card, output, signature, faults) if scores and output is not None else "none"
    count = count_of(output) if output is not None else None
    if scores and mapping is None and labels and count not in (None, len(labels)):
        faults.append(f"labels: {len(labels)} of them, the network has {count} outputs")
    views: tuple[View, ...] = ()
    if quality == "best" and wanted is not None and output is not None:
        usual = View(file, wanted, output.name, 1.0, True, activation)
        views = views_of(card, usual, signature, verify, faults)
    maps = maps_of(card, signature, faults) if boxes and card.boxes else None
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
        activation=activation,
        labels=labels,
        threshold=float(own if threshold is None else threshold),
        thresholds=dict(card.thresholds) if threshold is None and mapping is None else {},
        views=views,
        offsets=tuple(map(float, card.best.get("offsets", ()))) if views else (),
        boxes=maps,
        outputs=count,
    )
