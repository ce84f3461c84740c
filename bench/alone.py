"""The parts by themselves, each in this one process: reading, decoding, the bare network, the steps."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
import onnxruntime
import pyarrow as pa
from PIL import Image, ImageOps

from metadata_digger import read_metadata
from metadata_digger.labels.bundled import bundled_model
from metadata_digger.labels.model import Model, load_model
from metadata_digger.labels.preprocess import canvas_for, tensor
from metadata_digger.metadata.errors import MetadataError
from metadata_digger.picture import PictureError, decode
from metadata_digger.pipeline import Batch, Step, open_batch
from metadata_digger.run.work import FILES, PICTURES
from metadata_digger.steps.hash import HashStep
from metadata_digger.steps.label import LabelStep
from metadata_digger.steps.thumbnail import ThumbnailStep
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
    return through(LabelStep(load_model(bundled_model(), quality=quality), required=False), folder)


def through(step: Step, folder: Path) -> Cost:
    """All files of a folder through a step, in batches as a worker makes them."""
    storage = LocalStorage()
    found = list(storage.walk([str(folder)]))
    size = PICTURES if step.pixels else FILES

    # The first batch makes what is heavy (a network): it is had before the clock starts, on no files at all.
    def batches() -> Iterator[Batch]:
        for part in ([], *(found[start : start + size] for start in range(0, len(found), size))):
            batch = open_batch(part, storage, step.pixels)
            yield batch
            batch.close()

    rows = step.run(batches())
    next(rows)
    done: list[pa.RecordBatch] = []

    def work() -> None:
        done.extend(batch.rows for batch in rows)

    cost = timed(work)
    if sum(len(batch) for batch in done) != len(found):
        raise SystemExit("the step lost rows")
    return cost


HASHES = ("md5", "sha256")
BOXES = ((150, 100), (300, 300))


def hash_step(folder: Path) -> Cost:
    return through(HashStep(HASHES), folder)


def bare_hashing(folder: Path) -> Cost:
    """Files read whole, and hashlib."""

    def work() -> None:
        for path in files(folder):
            content = path.read_bytes()
            for kind in HASHES:
                hashlib.new(kind, content, usedforsecurity=False).hexdigest()

    return timed(work)


def thumbnail_step(folder: Path) -> Cost:
    return through(ThumbnailStep(*BOXES), folder)


def bare_thumbnails(folder: Path) -> Cost:
    """JPEGs through Pillow as its manual has it: decoded at a reduced scale, turned upright, made small, written."""

    def work() -> None:
        for path in files(folder):
            image = Image.open(BytesIO(path.read_bytes()))
            image.draft("RGB", (2 * max(BOXES[1]), 2 * max(BOXES[1])))
            upright = ImageOps.exif_transpose(image).convert("RGB")
            for box in BOXES:
                small = upright.copy()
                small.thumbnail(box, Image.Resampling.LANCZOS)
                small.save(BytesIO(), "JPEG", quality=85)

    return timed(work)
