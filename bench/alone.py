"""The parts by themselves, each in this one process: reading, decoding, the bare network, the label step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
import pyarrow as pa
from PIL import Image

from metadata_digger import read_metadata
from metadata_digger.labels.bundled import bundled_model
from metadata_digger.labels.model import Model, load_model
from metadata_digger.labels.preprocess import canvas_for, tensor
from metadata_digger.metadata.errors import MetadataError
from metadata_digger.picture import PictureError, decode
from metadata_digger.pipeline import Batch, open_batch
from metadata_digger.run.work import PICTURES
from metadata_digger.steps.label import LabelStep
from metadata_digger.storage.local import LocalStorage
from process import Cost

TENSORS = 40  # ready inputs that the bare network is fed with in turn: one of each demo photograph


def timed(work: Callable[[], object]) -> Cost:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu, 0)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir())


def reading(folder: Path, times: int) -> Cost:
    """read_metadata with every description, over all files, `times` times."""
    paths = [str(path) for path in files(folder)]

    def work() -> None:
        for path in paths * times:
            try:
                for directory in read_metadata(path):
                    for _ in directory.tags():
                        pass
            except MetadataError:
                continue

    return timed(work)


@lru_cache
def model() -> Model:
    return load_model(bundled_model())


def decoding(folder: Path) -> Cost:
    """Files to upright pictures, at the scale that the network wants."""
    pixels = model().pixels

    def work() -> None:
        for path in files(folder):
            try:
                decode(path.read_bytes(), pixels, name=path.name)
            except PictureError:
                continue

    return timed(work)


def bare_network(folder: Path) -> Cost:
    """The network alone in ONNX Runtime, one thread, as often as there are files, on inputs that are ready."""
    inputs = ready(files(folder)[:TENSORS])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model().path), options, providers=["CPUExecutionProvider"])
    name, output = model().input.name, model().output
    session.run([output], {name: inputs[0]})

    def work() -> None:
        for number in range(len(files(folder))):
            session.run([output], {name: inputs[number % len(inputs)]})

    return timed(work)


def ready(paths: list[Path]) -> list[np.ndarray]:
    wanted = model().input
    made = []
    for path in paths:
        try:
            image = decode(path.read_bytes(), model().pixels, name=path.name).image
        except PictureError:
            image = Image.new("RGB", (wanted.width, wanted.height))
        made.append(tensor(image, wanted, canvas_for(wanted)).copy())
    return made


def label_step(folder: Path, quality: str = "fast") -> Cost:
    """The step as a worker runs it: opened files in, rows with labels out, decoding included."""
    step = LabelStep(load_model(bundled_model(), quality=quality), required=False)
    storage = LocalStorage()
    found = list(storage.walk([str(folder)]))

    def batches() -> Iterator[Batch]:
        for start in range(0, len(found), PICTURES):
            batch = open_batch(found[start : start + PICTURES], storage, step.pixels)
            yield batch
            batch.close()

    # The first batch makes the session: it is had before the clock starts, on no files at all.
    def with_empty() -> Iterator[Batch]:
        empty = open_batch([], storage, step.pixels)
        yield empty
        yield from batches()

    rows = step.run(with_empty())
    next(rows)
    labelled: list[pa.RecordBatch] = []

    def work() -> None:
        labelled.extend(batch.rows for batch in rows)

    cost = timed(work)
    if sum(len(batch) for batch in labelled) != len(found):
        raise SystemExit("the label step lost rows")
    return cost
